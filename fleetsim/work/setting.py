"""Where and when a fleet works."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import Clock
from fleetsim.profiles import Place, SeasonCalendar
from fleetsim.work.spec import WEEKDAYS, Weekday

MIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a fleet works: its home, the map, and the codes of places and of its route."""

    fleet: str
    vehicles: int
    home: str
    places: Mapping[str, Place]
    place_codes: Mapping[str, int]
    route_code: int
    """Code of the route whose traffic it meets."""
    seed: int
    clock: Clock
    season: SeasonCalendar | None = None
    """Calendar that the work follows."""

    def season_factor(self, day: date) -> float:
        """Work of a day over that of the mean day."""
        return 1.0 if self.season is None else self.season.factor(day)

    def on_duty(
        self, weekdays: Collection[Weekday], share: float
    ) -> tuple[NDArray[np.int32], NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """The vehicles that are out on each day of ``weekdays``: vehicle, day, its turn among them, their number.

        Of fewer than all, others are out each day; who it is hangs on the calendar alone.
        """
        days = self.clock.dates
        out = np.zeros(len(days), dtype=np.intp)
        first = np.zeros(len(days), dtype=np.intp)
        for number, day in enumerate(days):
            if WEEKDAYS[day.weekday()] in weekdays:
                out[number] = min(self.vehicles, round(self.vehicles * share * self.season_factor(day)))
                first[number] = day.toordinal() * out[number] % self.vehicles
        turn = (np.arange(self.vehicles)[:, None] - first) % self.vehicles
        vehicle, running = np.nonzero(turn < out)
        return vehicle.astype(np.int32), running, turn[vehicle, running], out[running]

    def vehicle_days(self, weekdays: Collection[Weekday]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
        """Every vehicle on every day of the run that is one of ``weekdays``: vehicles and days, in that order."""
        running = [day for day, date in enumerate(self.clock.dates) if WEEKDAYS[date.weekday()] in weekdays]
        vehicle = np.repeat(np.arange(self.vehicles, dtype=np.int32), len(running))
        return vehicle, np.tile(np.array(running, dtype=np.intp), self.vehicles)

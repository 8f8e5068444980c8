"""Where and when a fleet works."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import Clock
from fleetsim.profiles import Place
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

    def vehicle_days(self, weekdays: Collection[Weekday]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
        """Every vehicle on every day of the run that is one of ``weekdays``: vehicles and days, in that order."""
        running = [day for day, date in enumerate(self.clock.dates) if WEEKDAYS[date.weekday()] in weekdays]
        vehicle = np.repeat(np.arange(self.vehicles, dtype=np.int32), len(running))
        return vehicle, np.tile(np.array(running, dtype=np.intp), self.vehicles)

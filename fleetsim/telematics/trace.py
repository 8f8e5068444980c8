"""Traces: what each vehicle would report on a regular grid of times, rebuilt from the records by array code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.results.records import Records
from fleetsim.telematics.electrics import current_a, nominal_v, voltage_v
from fleetsim.telematics.positions import Ways, located, ways
from fleetsim.telematics.segments import Doing, Floats, Segments, segments

MOST_ROWS = 400_000
"""Rows of a chunk: what is held in memory at a time."""
SOC_LOW = 1 << 4
"""The flag of GB/T 32960.3 for a low state of charge."""


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Rows of some vehicles over a stretch of time within one day, by vehicle and time."""

    day: int
    """Day of the reported time, from 0."""
    vehicle: NDArray[np.int32]
    at_s: Floats
    lat: Floats
    lon: Floats
    """Degrees, WGS-84; NaN where the vehicle is somewhere in the city."""
    speed_kmh: Floats
    odometer_km: Floats
    soc: Floats
    """State of charge; NaN of a hydrogen bus, whose battery is not recorded."""
    hydrogen_kg: Floats
    voltage_v: Floats
    current_a: Floats
    """Positive while the battery gives."""
    power_kw: Floats
    doing: NDArray[np.int8]
    temperature_c: Floats
    """Outside."""
    alarms: NDArray[np.int32]
    """Flags of GB/T 32960.3."""


@dataclass(frozen=True, eq=False)
class Tracer:
    """Makes the traces of a run. ``temperature_c`` gives the hours of the run by city; none where it is not known."""

    records: Records
    temperature_c: dict[str, Floats]

    @cached_property
    def stretches(self) -> Segments:
        """What the vehicles do, stretch by stretch."""
        return segments(self.records)

    def chunks(self, step_s: float, vehicles: Sequence[int], days: Sequence[int]) -> Iterator[Chunk]:
        """The traces of some vehicles (by code) on some days of the reported time, day by day."""
        per_day = int(DAY_S // step_s) + 1
        size = max(1, MOST_ROWS // per_day)
        codes = np.sort(np.array(vehicles, dtype=np.int64))
        for day in days:
            for first in range(0, len(codes), size):
                begin_s = self.records.clock.report_from_s + day * float(DAY_S)
                yield self.chunk(step_s, codes[first : first + size], begin_s, begin_s + DAY_S)

    def chunk(self, step_s: float, codes: NDArray[np.int64], begin_s: float, end_s: float) -> Chunk:
        """The traces of some vehicles between two moments of a day, at the first one and every ``step_s`` after."""
        whole = self.stretches
        rows = np.flatnonzero(np.isin(whole.vehicle, codes) & (whole.start_s < end_s) & (whole.end_s > begin_s))
        first = np.ceil((np.maximum(whole.start_s[rows], begin_s) - begin_s) / step_s)
        last = np.ceil((np.minimum(whole.end_s[rows], end_s) - begin_s) / step_s)
        count = np.maximum(last - first, 0).astype(np.int64)
        row = np.repeat(rows, count)
        behind = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        return self._rows(row, begin_s + step_s * (np.repeat(first, count) + behind), begin_s)

    def trips_at(self, at_s: float, vehicles: NDArray[np.int32]) -> NDArray[np.int64]:
        """Row of the trip of each vehicle at a moment; -1 where it is on none."""
        whole = self.stretches
        now = (whole.start_s <= at_s) & (at_s < whole.end_s)
        found = np.full(len(self.records.entities["vehicles"]), -1, dtype=np.int64)
        found[whole.vehicle[now]] = whole.trip[now]
        return found[vehicles]

    @cached_property
    def _ways(self) -> Ways:
        return ways(self.records, self.stretches)

    @cached_property
    def _sheets(self) -> dict[str, Floats]:
        """Battery, tank, reserve and city by code of the vehicle."""
        vehicles = self.records.tables["vehicles"]
        sheets = {}
        for name in ("battery_kwh", "tank_kg", "reserve_soc", "city"):
            sheets[name] = np.full(len(self.records.entities["vehicles"]), np.nan)
            sheets[name][vehicles["vehicle"]] = vehicles[name]
        return sheets

    def _rows(self, row: NDArray[np.int64], at_s: Floats, begin_s: float) -> Chunk:
        """What the vehicles of some stretches report at some moments of them."""
        whole = self.stretches
        length_s = whole.end_s[row] - whole.start_s[row]
        share = (at_s - whole.start_s[row]) / length_s
        vehicle, doing = whole.vehicle[row], whole.doing[row]
        level = whole.soc_start[row] + share * (whole.soc_end[row] - whole.soc_start[row])
        driven_km = whole.km_end[row] - whole.km_start[row]
        tank_kg, battery_kwh = self._sheets["tank_kg"][vehicle], self._sheets["battery_kwh"][vehicle]
        fuelled = tank_kg > 0
        soc = np.where(fuelled, np.nan, level)
        volts = voltage_v(nominal_v(battery_kwh), np.where(fuelled, 0.5, soc))
        lat, lon = located(self._ways, row, share)
        return Chunk(
            day=int(begin_s - self.records.clock.report_from_s) // DAY_S,
            vehicle=vehicle.astype(np.int32),
            at_s=at_s,
            lat=lat,
            lon=lon,
            speed_kmh=np.where(doing == Doing.DRIVING, driven_km / length_s * HOUR_S, 0.0),
            odometer_km=whole.km_start[row] + share * driven_km,
            soc=soc,
            hydrogen_kg=np.where(fuelled, level * tank_kg, np.nan),
            voltage_v=volts,
            current_a=current_a(whole.power_kw[row], volts),
            power_kw=whole.power_kw[row],
            doing=doing.astype(np.int8),
            temperature_c=self._temperatures(vehicle, at_s),
            alarms=np.where(level < self._sheets["reserve_soc"][vehicle], SOC_LOW, 0).astype(np.int32),
        )

    def _temperatures(self, vehicle: NDArray[np.int64], at_s: Floats) -> Floats:
        out = np.full(len(at_s), np.nan)
        city = self._sheets["city"][vehicle]
        for code, name in enumerate(self.records.entities["cities"]):
            if name in self.temperature_c:
                here = city == code
                out[here] = self.temperature_c[name][(at_s[here] // HOUR_S).astype(np.int64)]
        return out

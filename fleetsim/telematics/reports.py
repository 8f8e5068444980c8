"""The frames that a simulated fleet would send: logins and logouts, and reports in between, in order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import DAY_S
from fleetsim.telematics.gbt32960.arrays import report_frames
from fleetsim.telematics.gbt32960.editions import PACK_CODE, Edition
from fleetsim.telematics.gbt32960.frame import Command
from fleetsim.telematics.gbt32960.messages import Message, encode
from fleetsim.telematics.segments import Doing, Floats
from fleetsim.telematics.trace import Chunk, Tracer
from fleetsim.telematics.vin import synthetic_vin

WINDOW_S = 600.0
"""Time whose frames are made together."""
ASLEEP_S = 180.0
"""A vehicle that has neither driven nor charged for this long has logged out."""
ICCID = "8986000000"
_OFF, _ON = 2, 1
_PARKED_CHARGING, _NOT_CHARGING, _COMPLETE = 1, 3, 4
_PARK, _DRIVE_WITH_TRACTION = 0x0F, 0x2E
_AWAKE = (Doing.DRIVING, Doing.CHARGING, Doing.REFUELLING, Doing.FEEDING)


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """Stretches of time between login and logout, by vehicle and time."""

    vehicle: NDArray[np.int64]
    start_s: Floats
    end_s: Floats
    serial: NDArray[np.int64]
    """Number of the login within its day, from 1."""
    pack: NDArray[np.int64]
    """Swap pack on board; -1 for a battery of its own."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame and when it is sent."""

    at_s: float
    vehicle: int
    frame: bytes


@dataclass(frozen=True, eq=False)
class Reporter:
    """Makes the frames of vehicles: a report every ``driving_s`` on the road, every ``charging_s`` at a plug."""

    tracer: Tracer
    edition: Edition
    driving_s: float = 10.0
    charging_s: float = 30.0

    def frames(self, vehicles: Sequence[int], begin_s: float, end_s: float) -> Iterator[Sent]:
        """The frames of some vehicles (by code) between two moments of the run, in order of time and vehicle."""
        codes = np.sort(np.array(vehicles, dtype=np.int64))
        from_s = begin_s
        while from_s < end_s:
            until_s = min(from_s + WINDOW_S, (from_s // DAY_S + 1) * DAY_S, end_s)
            yield from sorted(self._window(codes, from_s, until_s), key=lambda sent: (sent.at_s, sent.vehicle))
            from_s = until_s

    @cached_property
    def shifts(self) -> Shifts:
        """When vehicles are logged in: from the first sign of life until they fall asleep or give their pack away."""
        whole, records = self.tracer.stretches, self.tracer.records
        swapping = whole.doing == Doing.SWAPPING
        awake = np.isin(whole.doing, _AWAKE)
        vehicle, start_s, end_s = whole.vehicle[awake], whole.start_s[awake], whole.end_s[awake]
        new = np.ones(len(vehicle), dtype=bool)
        new[1:] = (vehicle[1:] != vehicle[:-1]) | (start_s[1:] - end_s[:-1] > ASLEEP_S)
        swaps_before = np.cumsum(swapping)[awake]
        new[1:] |= swaps_before[1:] != swaps_before[:-1]
        first = np.flatnonzero(new)
        last = np.append(first[1:], len(vehicle)) - 1
        vehicle, start_s, end_s = vehicle[first], start_s[first], end_s[last]
        day = start_s // DAY_S
        fresh = np.ones(len(vehicle), dtype=bool)
        fresh[1:] = (vehicle[1:] != vehicle[:-1]) | (day[1:] != day[:-1])
        number = np.arange(len(vehicle))
        serial = number - np.maximum.accumulate(np.where(fresh, number, 0)) + 1
        return Shifts(vehicle, start_s, end_s, serial, _packs(records.tables["swaps"], vehicle, start_s))

    def _window(self, codes: NDArray[np.int64], begin_s: float, end_s: float) -> Iterator[Sent]:
        shifts = self.shifts
        mine = np.isin(shifts.vehicle, codes)
        for row in np.flatnonzero(mine & (shifts.start_s >= begin_s) & (shifts.start_s < end_s)):
            yield self._login(int(row))
        chunk = self.tracer.chunk(self.driving_s, codes, begin_s, end_s)
        yield from self._reports(chunk, np.flatnonzero(self._reporting(chunk)))
        for row in np.flatnonzero(mine & (shifts.end_s > begin_s) & (shifts.end_s <= end_s)):
            yield self._logout(int(row))

    def _reporting(self, chunk: Chunk) -> NDArray[np.bool_]:
        """Rows at which a vehicle is logged in and a report is due."""
        shifts = self.shifts
        key = shifts.vehicle * 1e9 + shifts.start_s
        row = np.searchsorted(key, chunk.vehicle * 1e9 + chunk.at_s, side="right") - 1
        logged_in = (row >= 0) & (shifts.vehicle[row] == chunk.vehicle) & (chunk.at_s < shifts.end_s[row])
        every = max(1, round(self.charging_s / self.driving_s))
        slow = (chunk.doing != Doing.DRIVING) & (np.rint(chunk.at_s / self.driving_s) % every != 0)
        due: NDArray[np.bool_] = logged_in & ~slow
        return due

    def _reports(self, chunk: Chunk, rows: NDArray[np.int64]) -> Iterator[Sent]:
        """Reports of equal blocks are made together."""
        driving, fuelled = chunk.doing[rows] == Doing.DRIVING, np.isfinite(chunk.hydrogen_kg[rows])
        for group in (rows[driving & ~fuelled], rows[~driving & ~fuelled], rows[driving & fuelled],
                      rows[~driving & fuelled]):  # fmt: skip
            if len(group):
                frames = self._report_frames(chunk, group)
                for at_s, vehicle, frame in zip(
                    chunk.at_s[group].tolist(), chunk.vehicle[group].tolist(), frames, strict=True
                ):
                    yield Sent(at_s, vehicle, frame.tobytes())

    def _report_frames(self, chunk: Chunk, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        driving = bool(chunk.doing[rows[0]] == Doing.DRIVING)
        blocks: dict[str, Any] = {"vehicle": self._vehicle(chunk, rows, driving)}
        if driving:
            blocks["motors"] = (_motor(chunk, rows),)
        if np.isfinite(chunk.hydrogen_kg[rows[0]]):
            blocks["fuel_cell"] = self._fuel_cell(chunk, rows)
        located = np.isfinite(chunk.lat[rows])
        blocks["position"] = {
            "state": np.where(located, 0, 1).astype(float),
            "datum": 1,
            "lon": np.where(located, chunk.lon[rows], 0.0),
            "lat": np.where(located, chunk.lat[rows], 0.0),
        }
        low = chunk.alarms[rows] != 0
        blocks["alarms"] = {
            "level": low.astype(float), "flags": chunk.alarms[rows].astype(float),
            **dict.fromkeys(("storage_faults", "motor_faults", "engine_faults", "other_faults", "levels"), ()),
        }  # fmt: skip
        ids = self._ids[chunk.vehicle[rows]]
        return report_frames(Command.REPORT, ids, self._times(chunk.at_s[rows]), blocks, self.edition)

    def _vehicle(self, chunk: Chunk, rows: NDArray[np.int64], driving: bool) -> dict[str, Any]:
        doing = chunk.doing[rows]
        charge = np.select([doing == Doing.CHARGING, doing == Doing.FULL], [_PARKED_CHARGING, _COMPLETE], _NOT_CHARGING)
        return {
            "state": _ON if driving else _OFF,
            "charge_state": charge.astype(float),
            "run_mode": 1,
            "speed_kmh": chunk.speed_kmh[rows],
            "odometer_km": chunk.odometer_km[rows],
            "voltage_v": chunk.voltage_v[rows],
            "current_a": chunk.current_a[rows],
            "soc_percent": 100.0 * chunk.soc[rows],
            "dc_dc": 1 if driving else 2,
            "gear": _DRIVE_WITH_TRACTION if driving else _PARK,
            "insulation_kohm": 5_000,
        }

    def _fuel_cell(self, chunk: Chunk, rows: NDArray[np.int64]) -> dict[str, Any]:
        """Hydrogen on board: pressure as the share of a full tank at 35 MPa; the rest is not simulated."""
        vehicles = self.tracer.records.tables["vehicles"]
        tank_kg = np.full(len(self._ids), np.nan)
        tank_kg[vehicles["vehicle"]] = vehicles["tank_kg"]
        share = chunk.hydrogen_kg[rows] / tank_kg[chunk.vehicle[rows]]
        return {"pressure_mpa": 35.0 * share, "hydrogen_percent": 100.0 * share, "pressure_sensor": 1, "dc_dc": 1}

    def _login(self, row: int) -> Sent:
        shifts = self.shifts
        pack = int(shifts.pack[row])
        code = f"PK{pack:06d}" if pack >= 0 else f"BT{int(shifts.vehicle[row]):06d}"
        values: dict[str, Any] = {
            "serial": int(shifts.serial[row]),
            "iccid": f"{ICCID}{int(shifts.vehicle[row]):010d}",
            "storage": {"subsystems": 1, "code_length": len(code), "codes": (code,)},
            "packs": ((code.ljust(PACK_CODE, "0"),),),
        }
        return self._message(Command.LOGIN, row, float(shifts.start_s[row]), values)

    def _logout(self, row: int) -> Sent:
        values = {"serial": int(self.shifts.serial[row])}
        return self._message(Command.LOGOUT, row, float(self.shifts.end_s[row]), values)

    def _message(self, command: Command, row: int, at_s: float, values: dict[str, Any]) -> Sent:
        vehicle = int(self.shifts.vehicle[row])
        moment = self.tracer.records.clock.civil(np.array([np.floor(at_s)]))[0].item()
        message = Message(command, synthetic_vin(vehicle + 1), moment, values, self.edition)
        return Sent(at_s, vehicle, encode(message).encode())

    @cached_property
    def _ids(self) -> NDArray[np.uint8]:
        """Identification numbers by code of the vehicle, as bytes."""
        count = len(self.tracer.records.entities["vehicles"])
        text = "".join(synthetic_vin(number) for number in range(1, count + 1)).encode("ascii")
        return np.frombuffer(text, dtype=np.uint8).reshape(count, 17)

    def _times(self, at_s: Floats) -> NDArray[np.uint8]:
        """Six bytes of civil time each."""
        at = self.tracer.records.clock.civil(np.floor(at_s)).astype("datetime64[s]")
        day = at.astype("datetime64[D]")
        month = at.astype("datetime64[M]")
        year = at.astype("datetime64[Y]")
        second = (at - day).astype(np.int64)
        parts = (
            year.astype(np.int64) - 30, (month - year).astype(np.int64) + 1, (day - month).astype(np.int64) + 1,
            second // 3_600, second // 60 % 60, second % 60,
        )  # fmt: skip
        return np.stack(parts, axis=1).astype(np.uint8)


def _motor(chunk: Chunk, rows: NDArray[np.int64]) -> dict[str, Any]:
    """The drive motor: what it takes is known, what it does with it is not."""
    return {
        "number": 1,
        "state": np.where(chunk.power_kw[rows] >= 0, 1.0, 2.0),
        "voltage_v": chunk.voltage_v[rows],
        "current_a": chunk.current_a[rows],
    }


def _packs(swaps: dict[str, Any], vehicle: NDArray[np.int64], at_s: Floats) -> NDArray[np.int64]:
    """The swap pack on board of each vehicle at a moment: that of the last swap, or the one the next swap takes out."""
    if not len(swaps["vehicle"]):
        return np.full(len(vehicle), -1, dtype=np.int64)
    order = np.lexsort((swaps["end_at"], swaps["vehicle"]))
    owner, end_s = swaps["vehicle"][order].astype(np.int64), swaps["end_at"][order]
    row = np.searchsorted(owner * 1e9 + end_s, vehicle * 1e9 + at_s + 1e-3, side="right")
    before, after = np.maximum(row - 1, 0), np.minimum(row, len(order) - 1)
    had, will = (row > 0) & (owner[before] == vehicle), owner[after] == vehicle
    into, out = swaps["pack_in"][order][before], swaps["pack_out"][order][after]
    return np.where(had, into, np.where(will, out, -1)).astype(np.int64)

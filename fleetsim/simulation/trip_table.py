"""From the blocks that were run to the table of trips: array code after the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import Clock
from fleetsim.results import spool
from fleetsim.results.schema import (
    LATE_S,
    PURPOSES,
    TRIP_REASONS,
    TRIP_STATUS,
    Frame,
    complete,
    concatenate,
    select,
)
from fleetsim.work.plan import BlockSet, WorkPlan

_DEADHEAD = PURPOSES.index("deadhead")
_DONE, _LATE, _CANCELLED, _HORIZON = (TRIP_STATUS.index(word) for word in ("done", "late", "cancelled", "horizon"))
_BATTERY, _NO_VEHICLE, _KNOCK_ON = (TRIP_REASONS.index(word) for word in ("battery", "no_vehicle", "knock_on"))
Array = NDArray[Any]


def reported(frames: Sequence[Frame], clock: Clock) -> Frame:
    """The trips that end in the reported time or were to begin in it, in order of planned departure.

    Work without a plan counts by when it began. The frames are used up.
    """

    def column(name: str) -> Array:
        return np.concatenate([frame[name] for frame in frames]) if frames else np.empty(0)

    planned_s, over_s = column("planned_depart_at"), column("arrive_at")
    planned_s = np.where(np.isnan(planned_s), column("depart_at"), planned_s)
    over_s = np.where(np.isnan(over_s), column("planned_arrive_at"), over_s)
    rows = np.flatnonzero((planned_s < clock.end_s) & (over_s > clock.report_from_s))
    order = np.lexsort((column("trip")[rows], column("vehicle")[rows], planned_s[rows]))
    return spool.gather("trips", frames, rows[order]) if frames else complete("trips", {})


def block_trips(
    plan: WorkPlan,
    runs: Array,
    caps: Array,
    halts: Array,
    first_vehicle: int,
    capacity_kwh: float,
    clock: Clock,
    columns: Sequence[str] = (),
) -> Frame:
    """The trips of one fleet from the rows of its vehicles' log, the ways home of blocks cut short among them.

    Only some ``columns`` of them may be asked for.
    """
    run_of = np.full(len(plan.vehicle), -1, dtype=np.intp)
    run_of[runs["block"]] = np.arange(len(runs))
    planned = np.where(plan.vehicle >= 0, first_vehicle + plan.vehicle, -1)
    actual = np.where(run_of >= 0, runs["vehicle"][run_of], planned) if len(runs) else planned
    first_trip = first_trips(plan, actual)
    frames = []
    for number, blocks in enumerate(plan.sets):
        here = np.flatnonzero(plan.blocks == number)
        rows = plan.row[here]
        halted = _Halted(blocks, here, halts) if blocks.halts is not None else None
        outing = _Outings(blocks, rows, run_of[here], runs, _lost(caps, here, blocks.shape.trips), halted)
        vehicle = actual[here]
        relieved = np.where(vehicle != planned[here], planned[here], -1)
        frames += [
            outing.trips(vehicle, relieved, first_trip[here], capacity_kwh, clock, columns),
            outing.early_ways_home(vehicle, first_trip[here], capacity_kwh, clock, columns),
        ]
    return concatenate("trips", frames)


def first_trips(plan: WorkPlan, vehicle: Array | None = None) -> Array:
    """Number of each block's first trip within its vehicle; a block has a spare number for an early way home.

    ``vehicle`` is the vehicle that ran each block, where that is not the plan's.
    """
    runner = plan.vehicle if vehicle is None else vehicle
    order = np.argsort(runner, kind="stable")
    width = np.array([blocks.shape.trips + 1 for blocks in plan.sets])[plan.blocks][order]
    before = np.cumsum(width) - width
    starts = np.flatnonzero(np.diff(runner[order], prepend=-2))
    first = np.empty(len(order), dtype=before.dtype)
    first[order] = before - np.repeat(before[starts], np.diff(np.append(starts, len(before))))
    return first


def _lost(caps: Array, blocks: Array, trips: int) -> Array:
    """Regeneration lost on a full battery, by block and trip."""
    lost = np.zeros((len(blocks), trips))
    place = np.searchsorted(blocks, caps["block"])
    known = (place < len(blocks)) & (blocks[np.minimum(place, len(blocks) - 1)] == caps["block"])
    np.add.at(lost, (place[known], caps["trip"][known]), caps["lost_kwh"][known])
    return lost


class _Halted:
    """The halts of the blocks of one set, by block and trip: when each trip was begun after one, and with what gain."""

    def __init__(self, blocks: BlockSet, here: Array, halts: Array) -> None:
        assert blocks.halts is not None
        wide = (len(here), blocks.shape.trips)
        place = np.searchsorted(here, halts["block"])
        known = (place < len(here)) & (here[np.minimum(place, len(here) - 1)] == halts["block"])
        halts, where = halts[known], (place[known], halts["trip"][known])
        self.leave_s = np.full(wide, np.nan)
        self.leave_s[where] = halts["leave_s"]
        self.gained_kwh = np.zeros(wide)
        self.gained_kwh[where] = halts["gained_kwh"]
        self.waited = np.zeros(wide, dtype=np.bool_)
        self.waited[where] = halts["waited"] > 0
        self.trips_run = np.zeros(wide[0], dtype=np.int64)
        np.maximum.at(self.trips_run, where[0], halts["trips"])
        self._terminal = np.append(blocks.halts.terminal, -1)

    def still_on(self, trips_run: Array) -> Array:
        """Blocks that stand at a halt which they have not left: the horizon has come."""
        left = np.append(np.isfinite(self.leave_s), np.zeros((len(trips_run), 1), dtype=np.bool_), axis=1)
        stands: Array = (self._terminal[trips_run] >= 0) & ~left[np.arange(len(trips_run)), trips_run]
        return stands


class _Outings:
    """The blocks of one set as they were driven: arrays of shape (blocks, trips)."""

    def __init__(
        self, blocks: BlockSet, rows: Array, run_of: Array, runs: Array, lost_kwh: Array, halted: _Halted | None
    ) -> None:
        self._blocks, self._rows = blocks, rows
        shape = blocks.shape
        self.ran = run_of >= 0
        run = runs[np.maximum(run_of, 0)] if len(runs) else np.zeros(len(rows), dtype=runs.dtype)
        self.trips_run = np.where(self.ran, run["trips"], 0)
        self.waited = np.broadcast_to((self.ran & (run["waited"] > 0))[:, None], (len(rows), shape.trips))
        self.still_on = np.zeros(len(rows), dtype=np.bool_)
        self._halted = halted
        if halted is not None:
            self.trips_run = np.maximum(self.trips_run, halted.trips_run)
            self.waited = self.waited | np.logical_or.accumulate(halted.waited, axis=1)
            self.still_on = halted.still_on(self.trips_run)
        self.done = np.arange(shape.trips) < self.trips_run[:, None]
        self.used_kwh = np.where(self.done, blocks.by_trip(blocks.net_by_leg_kwh)[rows] + lost_kwh, 0.0)
        self.regenerated_kwh = blocks.by_trip(blocks.regeneration_kwh)[rows] - lost_kwh
        self.level_kwh = run["start_level"][:, None] - np.cumsum(self.used_kwh, axis=1)
        if halted is not None:
            self.level_kwh += np.cumsum(halted.gained_kwh, axis=1)
        self.depart_s, self.arrive_s = self._times(run["start_s"])

    def _times(self, start_s: Array) -> tuple[Array, Array]:
        blocks, rows, shape = self._blocks, self._rows, self._blocks.shape
        depart_s = np.empty((len(rows), shape.trips))
        arrive_s = np.empty_like(depart_s)
        for trip in range(shape.trips):
            if trip == 0:
                depart_s[:, 0] = start_s
            else:
                ready_s = arrive_s[:, trip - 1] + shape.minimum_layover_s[trip]
                depart_s[:, trip] = np.maximum(blocks.planned_depart_s[rows, trip], ready_s)
                if self._halted is not None:
                    depart_s[:, trip] = np.fmax(depart_s[:, trip], self._halted.leave_s[:, trip])
            arrive_s[:, trip] = depart_s[:, trip] + blocks.run_s[rows, trip]
        return depart_s, arrive_s

    def trips(
        self,
        vehicle: Array,
        relieved: Array,
        first_trip: Array,
        capacity_kwh: float,
        clock: Clock,
        wanted: Sequence[str] = (),
    ) -> Frame:
        """The trips of the timetable; deadheads only where they were driven."""
        blocks, shape = self._blocks, self._blocks.shape
        wide = self.done.shape
        begun = self.done & (self.depart_s < clock.end_s)
        share = np.clip((clock.end_s - self.depart_s) / (self.arrive_s - self.depart_s), 0.0, 1.0)
        planned_s = blocks.planned_depart_s[self._rows]
        status = np.where(self.depart_s > planned_s + LATE_S, _LATE, _DONE)
        status = np.where(self.arrive_s > clock.end_s, _HORIZON, status)
        cut = (self.ran & ~self.still_on) | (vehicle < 0)
        status = np.where(self.done, status, np.where(cut[:, None], _CANCELLED, _HORIZON))
        reason = np.where(self.waited, _BATTERY, _KNOCK_ON)
        reason = np.where(status == _CANCELLED, np.where(vehicle >= 0, _BATTERY, _NO_VEHICLE)[:, None], reason)
        reason = np.where((status == _LATE) | (status == _CANCELLED), reason, -1)
        reason = np.where((relieved >= 0)[:, None] & (reason < 0), _BATTERY, reason)
        used_kwh = self.used_kwh * share
        start_kwh = self.level_kwh + self.used_kwh

        def driven(values: Array) -> Array:
            return np.where(begun, values, np.nan)

        columns = {
            "vehicle": np.broadcast_to(vehicle[:, None], wide),
            "trip": first_trip[:, None] + np.arange(shape.trips),
            "purpose": np.broadcast_to(shape.purpose, wide),
            "route": np.broadcast_to(shape.route, wide),
            "planned_depart_at": planned_s,
            "planned_arrive_at": blocks.planned_arrive_s[self._rows],
            "depart_at": driven(self.depart_s),
            "arrive_at": driven(np.minimum(self.arrive_s, clock.end_s)),
            "origin": np.broadcast_to(shape.origin, wide),
            "destination": np.broadcast_to(shape.destination, wide),
            "distance_km": np.where(begun, shape.distance_km * share, shape.distance_km),
            "used_kwh": driven(used_kwh),
            "regenerated_kwh": driven(self.regenerated_kwh * share),
            "soc_start": driven(start_kwh / capacity_kwh),
            "soc_end": driven((start_kwh - used_kwh) / capacity_kwh),
            "status": status,
            "reason": reason,
            "relieved": np.broadcast_to(relieved[:, None], wide),
            **{name: values[self._rows] for name, values in blocks.notes.items()},
        }
        kept = {name: values.ravel() for name, values in columns.items() if not wanted or name in wanted}
        frame = complete("trips", kept, wanted)
        listed = ((shape.purpose != _DEADHEAD) | begun).ravel()
        return frame if listed.all() else select(frame, listed)

    def early_ways_home(
        self, vehicle: Array, first_trip: Array, capacity_kwh: float, clock: Clock, wanted: Sequence[str] = ()
    ) -> Frame:
        """The ways home of blocks that were cut short; they stand in no timetable."""
        shape = self._blocks.shape
        cut = np.flatnonzero((self.trips_run > 0) & (self.trips_run < shape.trips) & ~self.still_on)
        if not len(cut):
            return complete("trips", {}, wanted)
        last = self.trips_run[cut] - 1
        depart_s, level_kwh = self.arrive_s[cut, last], self.level_kwh[cut, last]
        if self._halted is not None:
            depart_s = np.fmax(depart_s, self._halted.leave_s[cut, last + 1])
            level_kwh = level_kwh + self._halted.gained_kwh[cut, last + 1]
        goes = (depart_s < clock.end_s) & (shape.home_km[last] > 0.0)
        cut, last, depart_s, level_kwh = (each[goes] for each in (cut, last, depart_s, level_kwh))
        arrive_s = depart_s + shape.home_s[last]
        share = np.minimum(1.0, (clock.end_s - depart_s) / shape.home_s[last])
        regenerated_kwh = shape.home_regeneration_kwh[last]
        used_kwh = (shape.home_draw_kwh[last] - regenerated_kwh) * share
        homes = shape.origin[0] if shape.purpose[0] == _DEADHEAD else shape.destination[-1]
        frame = complete(
            "trips",
            {
                "vehicle": vehicle[cut],
                "trip": first_trip[cut] + shape.trips,
                "purpose": np.full(len(cut), _DEADHEAD),
                "planned_depart_at": depart_s,
                "planned_arrive_at": arrive_s,
                "depart_at": depart_s,
                "arrive_at": np.minimum(arrive_s, clock.end_s),
                "origin": shape.destination[last],
                "destination": np.full(len(cut), homes),
                "distance_km": shape.home_km[last] * share,
                "used_kwh": used_kwh,
                "regenerated_kwh": regenerated_kwh * share,
                "soc_start": level_kwh / capacity_kwh,
                "soc_end": (level_kwh - used_kwh) / capacity_kwh,
                "status": np.where(arrive_s > clock.end_s, _HORIZON, _DONE),
            },
        )
        return {name: frame[name] for name in wanted or frame}

"""A depot with its fleets lived by the kernel: their arrays from the scenario, and the rows that agents would write."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import DAY_S, HOUR_S, Clock
from fleetsim.energy.curve import ChargeSteps
from fleetsim.results.schema import Frame
from fleetsim.scenario.fleets import BatteryFleet
from fleetsim.simulation.compiled import arrays, kernel
from fleetsim.simulation.compiled.arrays import Duties, Site
from fleetsim.simulation.names import capacity_kwh, codes, first_vehicles
from fleetsim.simulation.plans import fleet_plan
from fleetsim.simulation.plant import Plant, plant_of
from fleetsim.simulation.stage import Job
from fleetsim.simulation.trip_table import block_trips
from fleetsim.sites.depot_plant import DepotPlant
from fleetsim.sites.log import SiteLog
from fleetsim.vehicles.log import VehicleLog
from fleetsim.work.plan import WorkPlan
from fleetsim.work.setting import MIN_S

Array = NDArray[Any]
Work = tuple[Array, Array, Array, Array, Array]
ROOM = 1_000
"""Entries of heaps and changes of the clock's factor beyond a few for each visit."""

_packed: WeakKeyDictionary[WorkPlan, Work] = WeakKeyDictionary()
"""The last five arrays of :class:`Duties` by plan: one plan serves many weeks of a sizing."""


class CompiledStage:
    """A component after its last day; what :class:`~fleetsim.simulation.stage.Stage` and its crews know then."""

    def __init__(self, job: Job) -> None:
        scenario, (name,) = job.scenario, job.component.sites
        self._job = job
        self.fleets = {each: scenario.spec.fleets[each] for each in job.component.fleets}
        self.steps: list[ChargeSteps] = []
        plant = plant_of(
            name, scenario, codes(job.names["sites"])[name], self.fleets, self.steps, job.signals.supply.get(name)
        )
        assert isinstance(plant, DepotPlant)
        self._plant = plant
        self.plants: dict[str, Plant] = {name: plant}
        self._plans = [job.plans.get(each) or fleet_plan(each, scenario, job.names) for each in self.fleets]
        self._work = _joined([_work(plan) for plan in self._plans])
        self._first, self._clock = first_vehicles(scenario), scenario.spec.clock
        self._site, self._duties = self._lived()

    def _lived(self) -> tuple[Site, Duties]:
        """The arrays after the last day."""
        fixed = _fixed(self._plant, self.steps, self._clock)
        room = ROOM
        while True:
            fleets, vehicles = self._vehicles()
            blocks, _, _, trips, _ = self._work
            visits = len(blocks) + len(vehicles) + 1
            state = np.zeros(1, arrays.STATE)
            state["due_s"] = state["limit_kw"] = np.inf
            state["factor"] = 1.0
            heaps = np.empty((6, 4 * visits + len(fixed[0]) + room), arrays.HEAPED)
            heaps[:, 0] = np.zeros(1, arrays.HEAPED)
            site = Site(
                state, heaps, np.zeros(visits, arrays.VISIT), np.zeros(2 * visits, arrays.SPELL),
                np.empty(room, arrays.FACTOR), *fixed,
            )  # fmt: skip
            runs = np.zeros(len(blocks), arrays.RUN)
            duties = Duties(fleets, vehicles, runs, np.zeros(len(trips)), *self._work)
            if kernel.live(site, duties, float(self._clock.end_s)):
                return site, duties
            room *= 4

    def _vehicles(self) -> tuple[Array, Array]:
        """The fleets, and their vehicles with their parts of the blocks."""
        fleets, vehicles, blocks = np.zeros(len(self.fleets), arrays.FLEET), [], 0
        for number, (name, fleet) in enumerate(self.fleets.items()):
            assert isinstance(fleet, BatteryFleet)
            plan, battery_kwh = self._plans[number], capacity_kwh(fleet, self._job.scenario)
            shares = (fleet.charge_target, fleet.reserve)
            fleets[number] = (battery_kwh, *(battery_kwh * share for share in shares), fleet.patience_min * MIN_S)
            each = np.zeros(fleet.count, arrays.VEHICLE)
            cuts = blocks + np.searchsorted(plan.vehicle, np.arange(fleet.count + 1))
            each["vehicle"] = self._first[name] + np.arange(fleet.count)
            each["fleet"], each["next"], each["last"] = number, cuts[:-1], cuts[1:]
            each["level_kwh"] = battery_kwh * fleet.initial_soc
            vehicles.append(each)
            blocks += len(plan.vehicle)
        return fleets, np.concatenate(vehicles)

    @cached_property
    def site_log(self) -> SiteLog:
        """What happened at the depot."""
        log, site, here = SiteLog(), self._site, {"site": self._plant.site}
        visits, waits = _written(site.visits, "row"), _written(site.visits, "wait_row")
        mine, theirs = ({"vehicle": self._duties.vehicles["vehicle"][each["vehicle"]]} for each in (visits, waits))
        nothing = {"pack": -1, "second": -1}
        log.sessions.extend(_as(log.sessions.dtype, visits, here | mine | nothing, end_kwh="level_kwh"))
        spells = _written(site.spells, "row")
        log.spells.extend(_as(log.spells.dtype, spells, {}, from_kwh="level_kwh", to_kwh="end_kwh"))
        log.waits.extend(_as(log.waits.dtype, waits, here | theirs, end_s="waited_until_s"))
        log.factors.extend(_as(log.factors.dtype, site.factors[: site.state["factors"][0]], here | {"clock": 0}))
        return log

    def trips(self, columns: Sequence[str] = ()) -> list[Frame]:
        """The trips of each fleet, of which only some ``columns`` may be asked for."""
        frames: list[Frame] = []
        first = 0
        for name, plan in zip(self.fleets, self._plans, strict=True):
            last = first + len(plan.vehicle)
            runs, caps = self._driven(first, last)
            runs["vehicle"] = self._first[name] + plan.vehicle[runs["block"]]
            capacity_kwh = self._duties.fleets["capacity_kwh"][len(frames)]
            halts = np.empty(0, VehicleLog().halts.dtype)
            frames.append(block_trips(plan, runs, caps, halts, self._first[name], capacity_kwh, self._clock, columns))
            first = last
        return frames

    def _driven(self, first: int, last: int) -> tuple[Array, Array]:
        """What became of some blocks, numbered from 0, and the regeneration that was lost on them."""
        duties, log = self._duties, VehicleLog()
        number = np.flatnonzero(duties.runs["begun"][first:last])
        runs = _as(log.runs.dtype, duties.runs[first + number], {"vehicle": -1, "block": number})
        if not duties.lost_kwh.any():
            return runs, np.empty(0, log.caps.dtype)
        blocks = duties.blocks[first + number]
        place = duties.sets["by_trip"][blocks["blocks"]] + blocks["row"] * blocks["trips"]
        of = np.repeat(np.arange(len(number)), blocks["trips"])
        trip = np.arange(len(of)) - np.repeat(np.cumsum(blocks["trips"]) - blocks["trips"], blocks["trips"])
        lost_kwh = duties.lost_kwh[place[of] + trip]
        lost = np.flatnonzero(lost_kwh > 0.0)
        caps = np.zeros(len(lost), log.caps.dtype)
        caps["block"], caps["trip"], caps["lost_kwh"] = number[of[lost]], trip[lost], lost_kwh[lost]
        return runs, caps


def _written(rows: Array, column: str) -> Array:
    """The rows that were written, in that order."""
    written = np.flatnonzero(rows[column] > 0)
    return rows[written[np.argsort(rows[column][written])]]


def _as(kind: np.dtype[Any], rows: Array, given: dict[str, Any], **renamed: str) -> Array:
    """Rows of another type: some columns are given, others have another name."""
    out = np.empty(len(rows), kind)
    for name in kind.names or ():
        out[name] = given[name] if name in given else rows[renamed.get(name, name)]
    return out


def _fixed(plant: DepotPlant, steps: Sequence[ChargeSteps], clock: Clock) -> tuple[Array, Array, Array, Array]:
    """What stands at the depot: the last four arrays of :class:`Site`."""
    hours = clock.total_days * DAY_S // HOUR_S
    by_hour = [np.array(cold[:hours] or (0,) * hours, dtype=np.int64) for cold in plant.cold]
    rows = [np.array(of_fleet)[:, cold] for of_fleet, cold in zip(plant.steps, by_hour, strict=True)]
    stairs = np.zeros((len(steps), max(len(each.level_kwh) for each in steps)), arrays.STAIR)
    for row, each in zip(stairs, steps, strict=True):
        row["count"] = len(each.draw_kw)
        for name in ("level_kwh", "time_s", "seconds_per_kwh", "draw_kw", "peak_kw"):
            values = getattr(each, name)
            row[name][: len(values)] = values
    return np.array(plant.charger_groups), np.array(rows), stairs, np.array(plant.limits)


def _work(plan: WorkPlan) -> Work:
    """The blocks of one fleet, in their order."""
    if plan not in _packed:
        blocks, sets = np.zeros(len(plan.vehicle), arrays.BLOCK), np.zeros(len(plan.sets), arrays.BLOCK_SET)
        rows = np.array([len(each.vehicle) for each in plan.sets], dtype=np.int64)
        trips = np.array([each.shape.trips for each in plan.sets], dtype=np.int64)
        legs = np.array([len(each.shape.leg_trip) for each in plan.sets], dtype=np.int64)
        sets["legs"] = legs
        for name, sizes in (("by_shape", trips), ("by_trip", rows * trips), ("by_leg", rows * legs)):
            sets[name] = np.cumsum(sizes) - sizes
        blocks["blocks"], blocks["row"], blocks["trips"] = plan.blocks, plan.row, trips[plan.blocks]
        for name, values in zip((arrays.BLOCK.names or ())[3:], plan.summaries, strict=True):
            blocks[name] = values
        shapes = [_columns(arrays.SHAPE, each.shape, "first_leg") for each in plan.sets]
        for shape, each in zip(shapes, plan.sets, strict=True):
            shape["first_leg"] = each.shape.first_legs
        by_trip, by_leg = ([_columns(kind, each) for each in plan.sets] for kind in (arrays.TRIP, arrays.LEG))
        _packed[plan] = (
            blocks, sets, _all(shapes, arrays.SHAPE), _all(by_trip, arrays.TRIP), _all(by_leg, arrays.LEG)
        )  # fmt: skip
    return _packed[plan]


def _columns(kind: np.dtype[Any], owner: Any, *without: str) -> Array:
    """Rows of arrays that an owner has under the same names."""
    names = [name for name in kind.names or () if name not in without]
    rows = np.zeros(getattr(owner, names[-1]).size, kind)
    for name in names:
        rows[name] = getattr(owner, name).ravel()
    return rows


def _all(parts: Sequence[Array], kind: np.dtype[Any]) -> Array:
    return np.concatenate([np.zeros(0, kind), *parts])


def _joined(works: Sequence[Work]) -> Work:
    """The blocks of all fleets of a depot."""
    if len(works) == 1:
        return works[0]
    blocks, sets, *rest = ([each.copy() for each in column] for column in zip(*works, strict=True))
    before = np.zeros(4, dtype=np.int64)
    for number, work in enumerate(works):
        blocks[number]["blocks"] += before[0]
        for name, offset in zip(("by_shape", "by_trip", "by_leg"), before[1:], strict=True):
            sets[number][name] += offset
        before += [len(each) for each in work[1:]]
    return tuple(np.concatenate(column) for column in (blocks, sets, *rest))  # type: ignore[return-value]

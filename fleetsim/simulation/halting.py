"""Where the blocks of fleets that charge at terminals halt, and what a dispatcher counts on there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import HOUR_S
from fleetsim.energy.curve import ChargeSteps
from fleetsim.results.schema import Entities
from fleetsim.scenario.fleets import BatteryFleet
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Terminal
from fleetsim.simulation.names import capacity_kwh, codes
from fleetsim.simulation.plans import fleet_plan
from fleetsim.simulation.plant import counted_steps
from fleetsim.work.halts import Halts, granted, least_levels_kwh
from fleetsim.work.plan import BlockSet, Series, WorkPlan
from fleetsim.work.setting import MIN_S


class _Layovers:
    """The layovers of a set of blocks, as planned: where they are long enough to charge, and for how long."""

    def __init__(
        self, blocks: BlockSet, fleet: BatteryFleet, scenario: Scenario, place_codes: Mapping[str, int]
    ) -> None:
        assert fleet.opportunity is not None
        self.sites = [_terminal(name, scenario) for name in fleet.opportunity.terminals]
        self.stay_s = np.zeros_like(blocks.planned_depart_s)
        self.stay_s[:, 1:] = blocks.planned_depart_s[:, 1:] - blocks.planned_arrive_s[:, :-1]
        self.terminal = np.full(blocks.shape.trips, -1, dtype=np.int32)
        self.charge_s = np.zeros_like(self.stay_s)
        for number, site in enumerate(self.sites):
            here = blocks.shape.origin == place_codes[site.place]
            most_s = self.stay_s[:, here] - site.plug_in_min * MIN_S
            fits = most_s >= fleet.opportunity.least_min * MIN_S
            self.charge_s[:, here] = np.where(fits, most_s, 0.0)
            self.terminal[here] = np.where(fits.any(axis=0), number, -1)
        self.terminal[0] = -1
        self.charge_s[:, 0] = 0.0
        self.charge_s[blocks.vehicle < 0] = 0.0


def plans_with_halts(fleets: Iterable[str], scenario: Scenario, names: Entities) -> Mapping[str, WorkPlan]:
    """The plans of those fleets that charge at terminals; of fleets that share a terminal, all must be named.

    The dispatcher reckons by the timetable: vehicles take guns in order of planned arrival, each until it leaves; one
    that finds none, or whose layover is too short, is counted to gain nothing.
    """
    spec, place_codes = scenario.spec, codes(names["places"])
    charging = {
        name: fleet
        for name in sorted(fleets)
        if isinstance(fleet := spec.fleets[name], BatteryFleet) and fleet.opportunity is not None
    }
    plans = {name: fleet_plan(name, scenario, names) for name in charging}
    layovers = {
        name: [_Layovers(blocks, fleet, scenario, place_codes) for blocks in plans[name].sets]
        for name, fleet in charging.items()
    }
    _give_out_guns(charging, plans, layovers, scenario)
    return {
        name: WorkPlan(
            tuple(
                _with_halts(blocks, fleet, of_set, scenario)
                for blocks, of_set in zip(plans[name].sets, layovers[name], strict=True)
            )
        )
        for name, fleet in charging.items()
    }


def halt_remarks(name: str, fleet: BatteryFleet, plan: WorkPlan) -> Iterator[str]:
    """Terminals at which no layover of a fleet is long enough, and layovers that are not counted on."""
    assert fleet.opportunity is not None
    planned = [halts for blocks in plan.sets if (halts := blocks.halts) is not None]
    for number, terminal in enumerate(fleet.opportunity.terminals):
        stays = [halts.charge_s[:, halts.terminal == number] > 0.0 for halts in planned]
        halting = sum(each.size for each in stays)
        none = halting - sum(int(each.sum()) for each in stays)
        if not halting:
            yield f"fleets.{name}: no layover at {terminal} is long enough to plug in; nobody charges there"
        elif none:
            yield f"fleets.{name}: by the timetable {none} of {halting} layovers at {terminal} find no gun or no time"


def _terminal(name: str, scenario: Scenario) -> Terminal:
    site = scenario.spec.sites[name]
    assert isinstance(site, Terminal)
    return site


def _give_out_guns(
    charging: Mapping[str, BatteryFleet],
    plans: Mapping[str, WorkPlan],
    layovers: Mapping[str, list[_Layovers]],
    scenario: Scenario,
) -> None:
    """Take the time of charging from the layovers that are planned to find no gun."""
    meets: dict[str, list[tuple[BlockSet, _Layovers, int]]] = defaultdict(list)
    for name, fleet in charging.items():
        assert fleet.opportunity is not None
        for blocks, of_set in zip(plans[name].sets, layovers[name], strict=True):
            for trip in np.flatnonzero(of_set.terminal >= 0).tolist():
                meets[fleet.opportunity.terminals[of_set.terminal[trip]]].append((blocks, of_set, trip))
    for terminal, stays in meets.items():
        guns = sum(group.count for group in scenario.spec.sites[terminal].chargers)
        arrive_s = np.concatenate([blocks.planned_arrive_s[:, trip - 1] for blocks, _, trip in stays])
        depart_s = np.concatenate([blocks.planned_depart_s[:, trip] for blocks, _, trip in stays])
        ask = np.concatenate([of_set.charge_s[:, trip] > 0.0 for _, of_set, trip in stays])
        found = np.zeros(len(ask), dtype=np.bool_)
        found[ask] = granted(arrive_s[ask], depart_s[ask], guns)
        start = 0
        for _, of_set, trip in stays:
            end = start + len(of_set.charge_s)
            of_set.charge_s[~found[start:end], trip] = 0.0
            start = end


def _with_halts(blocks: BlockSet, fleet: BatteryFleet, layovers: _Layovers, scenario: Scenario) -> BlockSet:
    if not (layovers.terminal >= 0).any():
        return blocks
    battery_kwh = capacity_kwh(fleet, scenario)
    curves: list[ChargeSteps] = []
    curve = np.zeros(blocks.expected_kwh.shape, dtype=np.intp)
    for number, site in enumerate(layovers.sites):
        of_site, cold = counted_steps(fleet, site, scenario)
        here = layovers.terminal == number
        curve[:, here] = len(curves) + _cold_at(blocks.planned_depart_s[:, here] - layovers.stay_s[:, here], cold)
        curves += of_site
    target_kwh, reserve_kwh = battery_kwh * fleet.charge_target, battery_kwh * fleet.reserve
    halts = Halts(
        terminal=layovers.terminal,
        charge_s=layovers.charge_s,
        curve=curve,
        curves=tuple(curves),
        target_kwh=target_kwh,
        reserve_kwh=reserve_kwh,
        least_kwh=least_levels_kwh(blocks.expected_kwh, layovers.charge_s, curve, curves, target_kwh, reserve_kwh),
    )
    return replace(blocks, halts=halts)


def _cold_at(at_s: Series, cold: tuple[int, ...]) -> NDArray[np.intp]:
    """How cold a battery is at some moments, from what it is by hour of the run."""
    if not cold:
        return np.zeros(at_s.shape, dtype=np.intp)
    hours = np.clip(at_s // HOUR_S, 0, len(cold) - 1).astype(np.intp)
    return np.array(cold, dtype=np.intp)[hours]

"""Weeks of a sized site: only what is tied to it is simulated, and only the service of its fleets is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

import numpy as np

from fleetsim.accounting.sums import Floats
from fleetsim.executors import Executor
from fleetsim.grid.model import grid_slots, signals
from fleetsim.report.metrics.scopes import scopes
from fleetsim.report.metrics.service import reasons, trips_on_time
from fleetsim.results.records import Records
from fleetsim.results.schema import TABLES, TRIP_REASONS, Frame, complete, concatenate
from fleetsim.scenario.local_supply import Solar
from fleetsim.scenario.schema import Scenario
from fleetsim.signals import Signals
from fleetsim.simulation.components import components, part_around
from fleetsim.simulation.engine import compiled_components
from fleetsim.simulation.names import entities, scenario_tables
from fleetsim.simulation.plans import work_plans
from fleetsim.simulation.run import serve_component
from fleetsim.simulation.stage import Job
from fleetsim.simulation.supply_plan import kw_per_kwp, site_supplies
from fleetsim.study.intervals import Interval, share_interval
from fleetsim.study.knobs import turned
from fleetsim.study.spending import PricedWeek, Spending, spend, total
from fleetsim.work.plan import WorkPlan

ROUND = 2
"""Weeks after which a choice that cannot meet the target any more is first given up, then after twice as many each
time, whatever the number of workers."""
_GOOD = ("trips_done", "rounds_finished", "energy_visits_prompt")
_DUE = ("trips_planned", "rounds_planned", "energy_visits")


@dataclass(frozen=True, slots=True)
class Week:
    """What a worker needs to know of one week."""

    scenario: Scenario
    signals: Signals
    plans: Mapping[str, WorkPlan]
    fleets: tuple[str, ...]
    """Whose service counts."""


@dataclass(frozen=True, slots=True)
class Served:
    """Duties of a week: those done in time, all of them, and those that failed by reason."""

    good: float
    due: float
    failed: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Service:
    """The weeks of a choice that were run; a choice that is lost is given up early."""

    weeks: tuple[Served, ...]
    whole: bool
    """Whether all weeks were run."""

    @property
    def share(self) -> float:
        """Duties done in time over duties."""
        return sum(week.good for week in self.weeks) / sum(week.due for week in self.weeks)

    def interval(self, confidence: float) -> Interval:
        """The same with its bounds."""
        return share_interval([week.good for week in self.weeks], [week.due for week in self.weeks], confidence)

    @property
    def failed(self) -> dict[str, int]:
        """How many trips failed, by reason; without those that nothing failed for."""
        totals = {reason: int(sum(week.failed[reason] for week in self.weeks)) for reason in TRIP_REASONS}
        return {reason: count for reason, count in totals.items() if count}


class Evaluator:
    """Weeks of one scenario with sites of any size. Common random numbers: a seed is the same demand at every size."""

    def __init__(self, scenario: Scenario, sites: Sequence[str], where: Executor, out: int = 0) -> None:
        spec = scenario.spec
        self._grid, self._prices = scenario.grid, scenario.tariff.prices(spec.clock)
        self._grid_slots = grid_slots(spec.grid, scenario.grid, spec.clock, spec.seed)
        self._signals = signals(self._grid_slots, self._prices)
        part = part_around(scenario, sites)
        self.scenario = replace(part, grid=cast(Any, None), network=None)  # nobody asks, and they are large to send
        self.fleets = tuple(
            name for name, fleet in sorted(part.spec.fleets.items()) if not set(sites).isdisjoint(fleet.meets_at)
        )
        self.runs = 0
        """Weeks that were simulated."""
        self._sites, self._where, self._out = tuple(sites), where, out
        self._plans: dict[int, Mapping[str, WorkPlan]] = {}
        self._skies: dict[tuple[int, str, str], Floats] = {}
        self._known: dict[Any, tuple[Service, float | None]] = {}
        """What was run, with the target for which it was."""

    def service(self, values: Mapping[str, float], seeds: Sequence[int], target: float | None = None) -> Service:
        """Service over the weeks of these seeds. With a target, weeks are left out once it cannot be met any more."""
        key = tuple(values.items()), tuple(seeds)
        known, missed = self._known.get(key, (None, None))
        if known is None or not (known.whole or (target and missed and target >= missed)):
            known = self._weeks(self.sized(values), seeds, target)
            self._known[key] = known, target
        return known

    def spending(self, values: Mapping[str, float], seeds: Sequence[int]) -> Spending:
        """Electricity over the weeks of these seeds, of every site that the fleets may use."""
        weeks = [_seeded(self.sized(values), seed) for seed in seeds]
        self.runs += len(weeks)
        jobs = [PricedWeek(week, self._signals_of(week), self._grid_slots, self._prices) for week in weeks]
        return total(self._where.map(spend, jobs))

    def sized(self, values: Mapping[str, float]) -> Scenario:
        """The scenario with the sites sized so."""
        spec = self.scenario.spec
        sized = {name: turned(spec.sites[name], values, out=self._out) for name in self._sites}
        return replace(self.scenario, spec=spec.model_copy(update={"sites": {**spec.sites, **sized}}))

    def _weeks(self, scenario: Scenario, seeds: Sequence[int], target: float | None) -> Service:
        weeks: list[Served] = []
        while len(weeks) < len(seeds):
            weeks += self._where.map(serve, self._jobs(scenario, seeds[len(weeks) : max(ROUND, 2 * len(weeks))]))
            failed = sum(week.due - week.good for week in weeks)
            expected = sum(week.due for week in weeks) / len(weeks) * len(seeds)
            if target is not None and failed > (1.0 - target) * expected:
                break
        return Service(tuple(weeks), len(weeks) == len(seeds))

    def _jobs(self, scenario: Scenario, seeds: Sequence[int]) -> list[Week]:
        """Weeks to run, with their plans."""
        seeded = {seed: _seeded(scenario, seed) for seed in seeds}
        new = [seed for seed in seeded if seed not in self._plans]
        self._plans |= zip(new, self._where.map(work_plans, [seeded[seed] for seed in new]), strict=True)
        self.runs += len(seeded)
        return [Week(one, self._signals_of(one), self._plans[seed], self.fleets) for seed, one in seeded.items()]

    def _signals_of(self, scenario: Scenario) -> Signals:
        """What charging may follow: prices and grid are the scenario's, the sky over panels that of the week."""
        seen = replace(scenario, grid=self._grid)
        return replace(self._signals, supply=site_supplies(seen, self._prices, self._sun))

    def _sun(self, solar: Solar, city: str, scenario: Scenario) -> Floats:
        """What each kWp gives in a week, which no size changes."""
        key = scenario.spec.seed, city, repr(solar.model_copy(update={"peak_kw": 1.0}))
        if key not in self._skies:
            self._skies[key] = kw_per_kwp(solar, city, scenario)
        return self._skies[key]


def serve(week: Week) -> Served:
    """Live through one week and count the duties of the fleets that are asked for."""
    scenario, names, compiled = week.scenario, entities(week.scenario), compiled_components(week.scenario)
    parts = [
        serve_component(Job(scenario, component, week.signals, names, week.plans, component.name in compiled))
        for component in components(scenario.spec)
    ]
    tables = _no_rows() | scenario_tables(scenario, names)
    tables |= {name: concatenate(name, [part[name] for part in parts if name in part]) for name in parts[0]}
    records = Records(scenario.spec.clock, names, tables)
    scope = next(each for each in scopes(records) if each.name == "fleet")
    mine = np.isin(scope.subjects, week.fleets)
    counted, failed = trips_on_time(records, scope), reasons(records, scope)
    good, due = (float(sum(counted[name][mine].sum() for name in group)) for group in (_GOOD, _DUE))
    return Served(good, due, {reason: float(failed[f"failed_{reason}"][mine].sum()) for reason in TRIP_REASONS})


@cache
def _no_rows() -> dict[str, Frame]:
    """Every table without a row."""
    return {name: complete(name, {}) for name in TABLES}


def _seeded(scenario: Scenario, seed: int) -> Scenario:
    return replace(scenario, spec=scenario.spec.model_copy(update={"seed": seed}))

"""Sizing: the cheapest equipment of a site that meets a service level, confirmed on weeks that the search never saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from fleetsim.economics.prices import PRICES_FILE, Prices, load_prices
from fleetsim.energy.battery import aged_share
from fleetsim.errors import InputError, Problem, RunError
from fleetsim.executors import Executor, executor
from fleetsim.scenario.schema import Design, Scenario
from fleetsim.study.evaluation import Evaluator, Service
from fleetsim.study.intervals import Interval
from fleetsim.study.knobs import DIALS, Knob, allowed_at, fault_of, knobs_of, yearly_cny
from fleetsim.study.search import Cost, Point, cheapest, neighbours
from fleetsim.study.spending import Bill, Spending, bill
from fleetsim.workspace import packaged_inputs

FIRST_FRESH_SEED = 1_000_001
"""Seed of the first week of the confirmation; searches use seeds from the scenario's on."""
SEARCH_WEEKS = 8
FRESH_WEEKS = 32
BILLED_WEEKS = 2
"""Ordinary weeks, the first of the search's seeds, whose electricity stands for that of the year."""
MOST_ON_CURVE = 12
"""Points of the trade-off curve, those nearest to the answer in cost."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A combination that was looked at."""

    values: dict[str, float]
    yearly_cny: float
    """Equipment, and what else is counted."""
    bill: Bill | None
    """Electricity of a year, part of that; ``None`` where it is not counted."""
    service: Interval
    weeks: int
    """Weeks that it was run for: fewer than all where it was given up."""


@dataclass(frozen=True, slots=True)
class Sizing:
    """What a sizing found, and how it knows."""

    sites: tuple[str, ...]
    target: float
    confidence: float
    design: Design
    start_date: date
    """First day of the design week."""
    today: Candidate
    """The sites as the scenario has them, in the search's weeks."""
    answer: Candidate
    """In fresh design weeks."""
    ordinary: Interval
    """Service of the answer in fresh ordinary weeks: nothing out of order, the scenario's batteries and day."""
    cheaper: tuple[Candidate, ...]
    """Cheaper neighbours of the answer, on the same fresh weeks; none of them meets the target."""
    curve: tuple[Candidate, ...]
    """Combinations of the search beside which none was both cheaper and better, over all of the search's weeks."""
    demand_charge: bool
    energy: bool
    """Whether electricity counts."""
    searched: int
    """Combinations that the search looked at."""
    runs: int
    """Weeks that were simulated."""

    def as_values(self) -> dict[str, Any]:
        """Everything as plain values, for programs."""
        design = self.design.model_dump() | {"start_date": self.start_date.isoformat()}
        return {**asdict(self), "start_date": self.start_date.isoformat(), "design": design}


@dataclass(frozen=True, slots=True)
class Trial:
    """The largest combination with much more of one thing, and the service that it came to."""

    knob: str
    value: float
    share: float


class TooLittleError(RunError):
    """Nothing that may be bought meets the target."""

    def __init__(
        self, sites: tuple[str, ...], target: float, most: Candidate, best: Trial | None, failed: dict[str, int]
    ) -> None:
        self.sites, self.target, self.most = sites, target, most
        self.best = best
        """What would help most; ``None`` where nothing at the site would."""
        self.failed = failed
        """Trips of the largest combination that failed, by reason."""
        asked = ", ".join(f"{name}={value:g}" for name, value in most.values.items())
        binds = f"what binds is {best.knob}" if best else "more of anything at the site would not help"
        super().__init__(
            f"no combination keeps a service of {target:.2%}: even {asked} comes to {most.service.share:.2%}; {binds}"
        )

    def __reduce__(self) -> tuple[type[TooLittleError], tuple[Any, ...]]:
        return type(self), (self.sites, self.target, self.most, self.best, self.failed)

    def as_values(self) -> dict[str, Any]:
        """Everything as plain values, for programs; there is no answer."""
        best = None if self.best is None else asdict(self.best)
        values = {"sites": list(self.sites), "target": self.target, "answer": None, "most": asdict(self.most)}
        return values | {"would_help": best, "failed": self.failed}


def designed(scenario: Scenario, design: Design) -> Scenario:
    """The scenario in its design week, batteries aged. Raises ``InputError`` where the tariff does not know it."""
    spec, health = scenario.spec, design.state_of_health
    aged = {
        name: fleet.model_copy(update={"state_of_health": health, "age_years": 0.0})
        for name, fleet in spec.fleets.items()
        if getattr(fleet, "state_of_health", 0.0) * aged_share(getattr(fleet, "age_years", 0.0)) > health
    }
    update: dict[str, Any] = {"fleets": {**spec.fleets, **aged}}
    spec = spec.model_copy(update=update | ({"start_date": design.start_date} if design.start_date else {}))
    if faults := scenario.tariff.problems_for(spec.clock):
        raise InputError([Problem("--design-date", None, "", str(design.start_date), fault) for fault in faults])
    return replace(scenario, spec=spec)


def size(
    scenario: Scenario,
    sites: Sequence[str] | str,
    service: float,
    *,
    confidence: float = 0.95,
    vary: Sequence[str] = (),
    design: Design | None = None,
    demand_charge: bool | None = None,
    energy: bool | None = None,
    seeds: int = FRESH_WEEKS,
    prices: Prices | None = None,
    workers: int = 1,
    watch: Callable[[int, int], None] | None = None,
) -> Sizing:
    """The cheapest equipment of sites of one kind, sized alike, with which their fleets meet a service level.

    ``vary`` holds names of knobs (``chargers``) or ladders (``chargers=5:60:1``), ``design`` stands in for that of the
    scenario, ``seeds`` is the number of fresh weeks that must confirm the answer. ``demand_charge`` counts the charge
    on the connection (by default as the tariff does), ``energy`` electricity (by default where panels or a battery are
    varied). ``watch`` is told on the way how many combinations and weeks were run. Raises ``InputError`` for what
    cannot be asked, :class:`TooLittleError` where nothing is enough.
    """
    names = [sites] if isinstance(sites, str) else list(dict.fromkeys(sites))
    design = design or scenario.spec.design or Design()
    shares = {"--service": service, "--confidence": confidence}
    problems = [
        Problem(option, None, "", f"{value:g}", "must be a share above 0 and below 1, such as 0.99")
        for option, value in shares.items()
        if not 0.0 < value < 1.0
    ]
    if not 0.0 < design.state_of_health <= 1.0:
        found = f"{design.state_of_health:g}"
        problems.append(Problem("--health", None, "", found, "must be a share above 0 and up to 1, such as 0.8"))
    if seeds < 2:
        problems.append(Problem("--seeds", None, "", str(seeds), "must be 2 weeks or more"))
    try:
        knobs = knobs_of(scenario, names, vary)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    if prices is None:
        own = (scenario.workspace / PRICES_FILE).is_file()
        root = scenario.workspace if own else packaged_inputs()
        prices = load_prices(root / PRICES_FILE, root)
    charged = scenario.tariff.spec.demand_charged if demand_charge is None else demand_charge
    billed = any(DIALS[knob.name].saves for knob in knobs) if energy is None else energy
    with executor(workers) as where:
        counted = charged, billed
        sizer = _Sizer(scenario, names, knobs, prices, where, service, confidence, design, *counted, seeds, watch)
        return sizer.size()


class _Sizer:
    """A sizing in progress."""

    def __init__(
        self,
        scenario: Scenario,
        sites: Sequence[str],
        knobs: Sequence[Knob],
        prices: Prices,
        where: Executor,
        target: float,
        confidence: float,
        design: Design,
        demand_charge: bool,
        energy: bool,
        weeks: int,
        watch: Callable[[int, int], None] | None,
    ) -> None:
        self._sites, self._knobs, self._target, self._confidence = tuple(sites), knobs, target, confidence
        self._given, self._prices, self._design = scenario, prices, design
        self._demand_charge, self._energy = demand_charge, energy
        hard = designed(scenario, design)
        self._designed = Evaluator(hard, sites, where, design.out)
        self._ordinary = Evaluator(scenario, sites, where)
        self._start_date = hard.spec.start_date
        self._search_seeds = range(scenario.spec.seed, scenario.spec.seed + SEARCH_WEEKS)
        self._fresh_seeds = range(FIRST_FRESH_SEED, FIRST_FRESH_SEED + weeks)
        self._lengths = [len(knob.values) for knob in knobs]
        self._largest = tuple(length - 1 for length in self._lengths)
        self._costs: dict[tuple[tuple[str, float], ...], tuple[float, Bill | None]] = {}
        self._needed: Spending | None = None
        self._searched: dict[Point, Service] = {}
        self._watch = watch or (lambda _combinations, _weeks: None)

    def size(self) -> Sizing:
        """Search, confirm on fresh weeks, and look at the neighbours."""
        answer = self._confirmed()
        cheaper = [near for near in neighbours(answer, self._lengths) if self._cost(near) < self._cost(answer)]
        today = self._designed.service({}, self._search_seeds)
        return Sizing(
            sites=self._sites,
            target=self._target,
            confidence=self._confidence,
            design=self._design,
            start_date=self._start_date,
            today=self._candidate({}, today),
            answer=self._candidate(self._values(answer), self._fresh(answer)),
            ordinary=self._ordinary.service(self._values(answer), self._fresh_seeds).interval(self._confidence),
            cheaper=tuple(
                self._candidate(self._values(near), self._fresh(near)) for near in sorted(cheaper, key=self._cost)
            ),
            curve=tuple(self._curve(self._cost(answer))),
            demand_charge=self._demand_charge,
            energy=self._energy,
            searched=len(self._searched),
            runs=self._designed.runs + self._ordinary.runs,
        )

    def _values(self, point: Point) -> dict[str, float]:
        return {knob.name: knob.values[at] for knob, at in zip(self._knobs, point, strict=True)}

    def _confirmed(self) -> Point:
        """The cheapest point of the search that fresh weeks confirm, and on to the cheapest near it that they do.

        While they do not, the search is repeated with its level raised by what the bound lacked.
        """
        aim = self._target
        point = self._found(aim)
        if point is None:
            raise self._too_little()
        while not self._confirms(point):
            whole = self._designed.service(self._values(point), self._fresh_seeds)
            aim += self._target - whole.interval(self._confidence).low
            point = self._found(aim) or self._dearer(point)
        while True:
            by_cost = sorted(neighbours(point, self._lengths), key=self._cost)
            cheaper = (near for near in by_cost if self._cost(near) < self._cost(point))
            better = next((near for near in cheaper if self._confirms(near)), None)
            if better is None:
                return point
            point = better

    def _found(self, aim: float) -> Point | None:
        """The cheapest point that keeps a level in the search's weeks."""

        def meets(point: Point) -> bool:
            self._watch(len(self._searched), self._designed.runs)
            found = self._searched[point] = self._designed.service(self._values(point), self._search_seeds, aim)
            return found.whole and found.share >= aim

        never_hurts = [DIALS[knob.name].never_hurts for knob in self._knobs]
        return cheapest(self._lengths, self._cost, meets, rises=not self._energy, never_hurts=never_hurts)

    def _dearer(self, point: Point) -> Point:
        """One step up where the search knows no better: the cheapest neighbour that is confirmed, or the dearest."""
        dearer = [near for near in neighbours(point, self._lengths) if self._cost(near) > self._cost(point)]
        if not dearer:
            raise self._too_little()
        dearer.sort(key=self._cost)
        return next((near for near in dearer if self._confirms(near)), dearer[-1])

    def _cost(self, point: Point) -> float:
        return self._priced(self._values(point))[0]

    def _priced(self, values: dict[str, float]) -> tuple[float, Bill | None]:
        """What a year costs, and the electricity in it."""
        key = tuple(values.items())
        if key not in self._costs:
            electricity, equipment_cny = self._bill(values), self._equipment_cny(values)
            self._costs[key] = equipment_cny + (electricity.energy_cny if electricity else 0.0), electricity
        return self._costs[key]

    def _equipment_cny(self, values: dict[str, float]) -> float:
        """Equipment and demand charge of a year."""
        sized = self._ordinary.sized(values)
        return sum(
            yearly_cny(sized, name, sized.spec.sites[name], self._prices, self._demand_charge) for name in self._sites
        )

    def _bill(self, values: dict[str, float]) -> Bill | None:
        if not self._energy:
            return None
        seeds = self._search_seeds[:BILLED_WEEKS]
        if self._needed is None:
            self._needed = self._ordinary.spending(self._values(self._largest), seeds)
        return bill(self._ordinary.spending(values, seeds), self._needed, self._prices)

    def _fresh(self, point: Point) -> Service:
        self._watch(len(self._searched), self._designed.runs)
        return self._designed.service(self._values(point), self._fresh_seeds, self._target)

    def _confirms(self, point: Point) -> bool:
        found = self._fresh(point)
        return found.whole and found.interval(self._confidence).low >= self._target

    def _candidate(self, values: dict[str, float], service: Service) -> Candidate:
        return Candidate(values, *self._priced(values), service.interval(self._confidence), len(service.weeks))

    def _curve(self, cost: float) -> list[Candidate]:
        """The candidates of the search by cost, each better than all that are cheaper.

        Where electricity counts, it is only found for those that are so by equipment alone, and known of some others.
        """
        looked = {point: self._values(point) for point in self._searched}
        if self._energy:
            by_equipment = _frontier(looked, self._searched, lambda point: self._equipment_cny(looked[point]))
            known = [point for point, values in looked.items() if tuple(values.items()) in self._costs]
            looked = {point: looked[point] for point in (*by_equipment, *known)}
        first = _frontier(looked, self._searched, self._cost)
        near = sorted(first, key=lambda point: abs(self._cost(point) - cost))[:MOST_ON_CURVE]
        whole = {point: self._designed.service(looked[point], self._search_seeds) for point in near}
        return [self._candidate(looked[point], whole[point]) for point in _frontier(near, whole, self._cost)]

    def _too_little(self) -> TooLittleError:
        """What is missing: the largest point, and what of the site would help if there were twice as much of it."""
        values = self._values(self._largest)
        found = self._designed.service(values, self._search_seeds)
        site = self._given.spec.sites[self._sites[0]]
        trials: list[Trial] = []
        for knob in knobs_of(self._given, self._sites, allowed_at(site)):
            twice = {**values, knob.name: 2.0 * values[knob.name] if knob.name in values else knob.values[-1]}
            if not any(fault_of(self._given.spec.sites[name], twice) for name in self._sites):
                share = self._designed.service(twice, self._search_seeds).share
                trials.append(Trial(knob.name, twice[knob.name], share))
        best = max(trials, key=lambda trial: trial.share, default=None)
        best = best if best and best.share > found.share else None
        return TooLittleError(self._sites, self._target, self._candidate(values, found), best, found.failed)


def _frontier(points: Iterable[Point], services: Mapping[Point, Service], cost: Cost) -> list[Point]:
    """Points by cost, each better than all that are cheaper."""
    frontier: list[Point] = []
    for one in sorted(points, key=lambda point: (cost(point), -services[point].share)):
        if not frontier or services[one].share > services[frontier[-1]].share:
            frontier.append(one)
    return frontier

"""From a scenario file to a finished run: load, simulate, account, measure, save. Home of ``Results``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import SLOTS_PER_DAY
from fleetsim.errors import FleetsimError, RunError
from fleetsim.executors import Executor, executor
from fleetsim.interrupts import interrupts_deferred
from fleetsim.results.facts import RunFacts, Timing, now, read_facts, read_timing, write_facts
from fleetsim.results.identity import Identity, identify
from fleetsim.results.records import Records
from fleetsim.results.schema import TABLES, Frame
from fleetsim.version import __version__
from fleetsim.workspace import PAGE_FILE

if TYPE_CHECKING:
    import pandas as pd

    from fleetsim.grid.mix import GridSlots
    from fleetsim.network.slots import Loads
    from fleetsim.report.view import ReportView
    from fleetsim.report.words import Language
    from fleetsim.scenario.provenance import Figure
    from fleetsim.scenario.schema import Scenario

HOURS_PER_YEAR = 8_760
NOTICEABLE_SHARE = 0.01
"""Share of the grid's demand from which on the fleets change the grid's dispatch."""


def load(path: Path | str, *, overrides: Sequence[str] = (), workspace: Path | str | None = None) -> Scenario:
    """Read and check a scenario file. Raises ``InputError`` with every problem that was found.

    ``overrides`` are ``KEY=VALUE`` with dots into nested blocks, such as ``"days=2"``.
    """
    from fleetsim.scenario import loading
    from fleetsim.simulation.engine import engine_asked

    engine_asked()
    return loading.load(Path(path), overrides=overrides, workspace=None if workspace is None else Path(workspace))


def simulate(scenario: Scenario, workers: int = 1, where: Executor | None = None) -> Results:
    """Run a scenario. The results do not depend on the number of workers, nor on ``where`` they work."""
    from fleetsim import simulation
    from fleetsim.accounting import account
    from fleetsim.grid.model import grid_slots, signals
    from fleetsim.report.metrics import metrics
    from fleetsim.scenario.resolved import dump
    from fleetsim.simulation.engine import compiled_components
    from fleetsim.simulation.network_plan import city_solar_mw
    from fleetsim.simulation.supply_plan import site_supplies

    begun_wall_s, begun_cpu_s = time.perf_counter(), _cpu_s()
    spec, clock = scenario.spec, scenario.spec.clock
    compiled = compiled_components(scenario)
    prices = scenario.tariff.prices(clock)
    solar_mw = city_solar_mw(scenario)
    grid = grid_slots(spec.grid, scenario.grid, clock, spec.seed, city_solar_mw=solar_mw)
    with executor(workers) if where is None else nullcontext(where) as at_work:
        followed = replace(signals(grid, prices), supply=site_supplies(scenario, prices))
        happened = simulation.simulate(scenario, followed, at_work, compiled)
    records = account(happened, grid, prices)
    fleet_mw = _fleet_mw(records)
    if _noticeable(fleet_mw, grid):
        grid = grid_slots(spec.grid, scenario.grid, clock, spec.seed, fleet_mw, city_solar_mw=solar_mw)
        records = account(happened, grid, prices)
    records = replace(records, tables={**records.tables, **_network_tables(scenario, records)})
    records = replace(records, tables={**records.tables, "metrics": metrics(records)})
    cpu_s, wall_s = _cpu_s() - begun_cpu_s, time.perf_counter() - begun_wall_s
    timing = Timing(now(), at_work.workers, round(cpu_s, 3), round(wall_s, 3), sorted(compiled))
    text = dump(scenario)
    return Results(_facts(scenario, grid, text), timing, records, text)


def run(
    scenario: Scenario,
    *,
    results: Path,
    workers: int = 1,
    again: bool = False,
    store: str | None = None,
    language: Language = "en",
) -> Results:
    """Simulate and save, unless the same run is there already; a failure is recorded beside the runs.

    What would keep the run from being saved and listed is found before it is simulated (``InputError``).
    """
    from fleetsim.results.listing import list_failure, list_run, prepare
    from fleetsim.results.store import stored

    prepare(results, store)
    identity = identity_of(scenario)
    if not again and (folder := stored(results, identity)):
        found = read(folder)
        list_run(results, store, found.facts, found.timing, found.records.tables["metrics"])
        return replace(found, reused=True)
    outcome: Results | None = None
    try:
        outcome = simulate(scenario, workers)
        with outcome.written(results, again=again, language=language):
            list_run(results, store, outcome.facts, outcome.timing, outcome.records.tables["metrics"])
    except Exception as error:
        if outcome is None or outcome.folder is None:
            text = str(error) if isinstance(error, FleetsimError) else f"{type(error).__name__}: {error}"
            list_failure(results, store, identity.run_id, scenario.spec.name, text)
        raise
    return outcome


def read(folder: Path | str) -> Results:
    """The results of a run folder; tables are read when they are asked for."""
    from fleetsim.results.store import SCENARIO_FILE, read_records

    folder = Path(folder)
    facts, timing = read_facts(folder), read_timing(folder)
    text = (folder / SCENARIO_FILE).read_text(encoding="utf-8")
    return Results(facts, timing, read_records(folder), text, folder)


def saved_since(moment: str, scenario: Scenario, results: Path) -> Path | None:
    """The folder of a scenario's run, if it was made since a moment of :func:`fleetsim.results.facts.now`."""
    folder = results / identity_of(scenario).run_id
    return folder if folder.exists() and read_timing(folder).created_at >= moment else None


def grid_days(
    scenario: Scenario, by: Literal["15min", "hour", "day", "month"] = "day"
) -> list[dict[str, str | float | None]]:
    """The grid of each reported slot, hour, day or month without the fleets: energies, peak, shares and emissions."""
    from fleetsim.grid.model import grid_slots
    from fleetsim.grid.totals import totals
    from fleetsim.simulation.network_plan import city_solar_mw

    clock, spec = scenario.spec.clock, scenario.spec.grid
    grid = grid_slots(spec, scenario.grid, clock, scenario.spec.seed, city_solar_mw=city_solar_mw(scenario))
    return totals(grid, clock, by)


def grid_network(scenario: Scenario) -> Any:
    """The hours of the scenario's first calendar year as a network of PyPSA (extra ``pypsa``)."""
    from fleetsim.grid.pypsa_export import network
    from fleetsim.grid.water_year import water_year

    spec, first = scenario.spec.grid, scenario.spec.clock.dates[0].replace(month=1, day=1)
    inputs = scenario.grid.planned(spec)
    year = water_year(inputs, spec.year, spec.hydrology, first.year, scenario.spec.seed, periods_per_day=24)
    return network(year.problem, first)


@dataclass(eq=False)
class Results:
    """What came out of a run: its tables, its metrics, and where it is saved."""

    facts: RunFacts
    timing: Timing
    records: Records
    scenario_text: str
    """The resolved scenario, as YAML."""
    folder: Path | None = None
    """Where the run is saved, if it is."""
    reused: bool = False
    """Whether ``run`` found it there already."""

    @property
    def run_id(self) -> str:
        """Name of the scenario and twelve digits of the hash over everything the run depends on."""
        return self.facts.run_id

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table of the contract as a DataFrame, with names and civil times, made at its first use."""
        return DataFrames(self.records)

    def metrics(self) -> pd.DataFrame:
        """Value, unit and definition of each metric, by scope, subject and metric."""
        return self.tables["metrics"].set_index(["scope", "subject", "metric"])

    @property
    def page(self) -> Path | None:
        """The page of a saved run."""
        return None if self.folder is None else self.folder / PAGE_FILE

    def save(
        self, results: Path | str, *, again: bool = False, store: str | None = None, language: Language = "en"
    ) -> Path:
        """Write the run's folder below ``results`` and list it in the catalogue; returns the folder.

        A run that is already there is left alone, unless ``again`` asks to replace it. The page opens in
        ``language``.
        """
        from fleetsim.results.listing import list_run, prepare

        results = Path(results)
        prepare(results, store)
        with self.written(results, again=again, language=language) as folder:
            list_run(results, store, self.facts, self.timing, self.records.tables["metrics"])
        return folder

    @contextmanager
    def written(self, results: Path, *, again: bool = False, language: Language | None = None) -> Iterator[Path]:
        """Write the run's folder, with a page if a language is given; Ctrl-C waits until the block has listed it."""
        from fleetsim.report.page import write_page
        from fleetsim.results.store import SCENARIO_FILE, aside, write_records

        with ExitStack() as settling:
            with aside(results, self.run_id, replace=again) as folder:
                (folder / SCENARIO_FILE).write_text(self.scenario_text, encoding="utf-8")
                write_records(folder, self.records)
                write_facts(folder, self.facts, self.timing)
                if language is not None:
                    write_page(self.view(), folder / PAGE_FILE, language)
                settling.enter_context(interrupts_deferred())
            self.folder = results / self.run_id
            yield self.folder

    def view(self) -> ReportView:
        """The run as a report sees it."""
        from fleetsim.report.view import ReportView
        from fleetsim.spec import Text

        facts = self.facts
        return ReportView(
            title=Text(**facts.title),
            run_id=self.run_id,
            records=self.records,
            metrics=self.records.tables["metrics"],
            assumptions=[(file, key, value, reason) for file, key, value, reason in facts.assumptions],
            certainties=facts.certainties,
            notes=facts.notes,
            remarks=tuple(facts.remarks),
            names={name: Text(**text) for name, text in facts.names.items()},
        )

    def summary(self, language: Language, width: int) -> str:
        """What the run says, for a terminal."""
        from fleetsim.report.text import summary

        page = self.page
        return summary(self.view(), language, width, page if page is not None and page.exists() else None)

    def write_page(self, language: Language) -> Path:
        """Write the page of a saved run again, to open in another language; returns its path."""
        from fleetsim.report.page import write_page

        if self.page is None:
            raise RunError("the run is not saved yet: its page has no place")
        aside = self.page.with_suffix(".partial")
        try:
            write_page(self.view(), aside, language)
            aside.rename(self.page)
        except OSError as error:
            raise RunError(f"{self.page}: the page could not be written: {error.strerror or error}") from error
        finally:
            aside.unlink(missing_ok=True)
        return self.page


class DataFrames(Mapping[str, "pd.DataFrame"]):
    """The tables of records as DataFrames, each made at its first use."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, table: str) -> pd.DataFrame:
        from fleetsim.results.parquet import to_arrow, to_pandas

        if table not in self._made:
            records = self._records
            arrow = to_arrow(table, records.tables[table], records.entities, records.clock)
            self._made[table] = to_pandas(arrow)
        return self._made[table]

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)


def identity_of(scenario: Scenario, text: str | None = None) -> Identity:
    """What makes a run of this scenario the run it is; ``text`` is the resolved scenario, where it is there already."""
    from fleetsim.scenario.extensions import extensions
    from fleetsim.scenario.resolved import dump

    return identify(scenario.spec.name, text or dump(scenario), scenario.inputs, extensions(scenario.spec))


def network_loads(scenario: Scenario, records: Records) -> Loads | None:
    """The distribution network of a scenario under the sites of a run, if the workspace has one."""
    from fleetsim.network.slots import loads
    from fleetsim.simulation.network_plan import network_supply

    if scenario.network is None or scenario.rules is None:
        return None
    spec = scenario.spec
    statistics = scenario.grid.statistics(spec.grid.year)
    hints = {
        name: (site.network_node, None if site.transformer is None else site.transformer.rated_kva)
        for name, site in spec.sites.items()
    }
    shares = {city.name: city.demand_share for city in scenario.grid.zones.cities}
    mean_mw = statistics.consumption_twh * 1e6 / HOURS_PER_YEAR
    carried = loads(scenario.network, scenario.rules, records, shares, mean_mw, hints)
    return replace(carried, supply=network_supply(scenario, carried.net))


def _network_tables(scenario: Scenario, records: Records) -> dict[str, Frame]:
    from fleetsim.network.slots import network_tables

    carried = network_loads(scenario, records)
    if carried is None or scenario.rules is None:
        return {}
    air_c = {name: site.air_c for name, site in scenario.grid.sky.sites.items()}
    return network_tables(carried, scenario.rules, records.clock, air_c)


def _facts(scenario: Scenario, grid: GridSlots, text: str) -> RunFacts:
    from fleetsim.results.environment import environment
    from fleetsim.scenario.provenance import figures

    spec, identity = scenario.spec, identity_of(scenario, text)
    numbers = figures(scenario)
    return RunFacts(
        run_id=identity.run_id,
        sha256=identity.sha256,
        scenario=spec.name,
        title=spec.title.model_dump(),
        names=_names(scenario),
        seed=spec.seed,
        start_date=spec.start_date.isoformat(),
        days=spec.days,
        warmup_days=spec.warmup_days,
        vehicles=sum(fleet.count for fleet in spec.fleets.values()),
        version=__version__,
        scenario_sha256=identity.scenario_sha256,
        source_sha256=identity.source_sha256,
        inputs=identity.inputs,
        extensions=identity.extensions,
        environment=environment(scenario.workspace),
        notes=dict(grid.notes),
        remarks=list(scenario.remarks),
        assumptions=_assumptions(numbers),
        certainties=_certainties(numbers),
    )


def _assumptions(numbers: Sequence[Figure]) -> list[list[str]]:
    """File, key, value and reasoning of the assumed figures; the numbers of one list make one line."""
    lines: dict[tuple[str, str, str], list[float]] = {}
    for figure in numbers:
        if figure.certainty == "assumed":
            lines.setdefault((figure.file, figure.unnumbered_key, figure.source or ""), []).append(figure.value)
    return [
        [file, key, " ... ".join(f"{value:g}" for value in sorted({min(values), max(values)})), reason]
        for (file, key, reason), values in lines.items()
    ]


def _certainties(numbers: Sequence[Figure]) -> dict[str, dict[str, int]]:
    """How many figures carry which certainty, by group; the numbers of one list count once, as among the assumed."""
    from fleetsim.report.assumed import group

    lines = {(figure.file, figure.unnumbered_key, figure.certainty or "", figure.source) for figure in numbers}
    counts: dict[str, dict[str, int]] = {}
    for file, key, certainty, _ in sorted(lines, key=str):
        of_group = counts.setdefault(group(file, key), {})
        of_group[certainty] = of_group.get(certainty, 0) + 1
    return counts


def _names(scenario: Scenario) -> dict[str, dict[str, str]]:
    """Names of sites and fleets for a reader: their titles; of a site without one, that of its place."""
    places, spec = scenario.profiles.places, scenario.spec
    of_sites = {name: site.title or places[site.place].name for name, site in spec.sites.items()}
    of_fleets = {name: fleet.title for name, fleet in spec.fleets.items() if fleet.title is not None}
    return {name: text.model_dump() for name, text in (of_sites | of_fleets).items()}


def _fleet_mw(records: Records) -> NDArray[np.float64]:
    """Load of the fleets on every slot of the run; the warm-up, which is not reported, repeats the first days."""
    clock = records.clock
    reported = records.tables["grid_slots"]["fleet_mw"]
    return np.concatenate([np.resize(reported, clock.warmup_days * SLOTS_PER_DAY), reported])


def _noticeable(fleet_mw: NDArray[np.float64], grid: GridSlots) -> bool:
    """Whether the fleets exceed ``NOTICEABLE_SHARE`` of the demand in some slot; an unknown demand never says so."""
    return bool(np.any(fleet_mw > NOTICEABLE_SHARE * grid.demand_mw))


def _cpu_s() -> float:
    """CPU time of this process and of its workers that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system

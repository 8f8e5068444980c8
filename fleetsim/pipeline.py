"""From a scenario file to a finished run: load, simulate, account, measure, save. Home of ``Results``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.errors import FleetsimError, RunError
from fleetsim.executors import executor
from fleetsim.results.facts import RunFacts, Timing, now, read_facts, read_timing, write_facts
from fleetsim.results.identity import Identity, identify
from fleetsim.results.records import Records
from fleetsim.results.schema import TABLES, Frame
from fleetsim.signals import Signals
from fleetsim.version import VERSION

if TYPE_CHECKING:
    import pandas as pd

    from fleetsim.grid.mix import GridSlots
    from fleetsim.report.view import ReportView
    from fleetsim.report.words import Language
    from fleetsim.scenario.schema import Scenario

NOTICEABLE_SHARE = 0.01
"""Share of the grid's demand from which on the fleets change the grid's dispatch."""
PAGE_LANGUAGE: Language = "en"


def load(path: Path | str, *, overrides: Sequence[str] = (), workspace: Path | str | None = None) -> Scenario:
    """Read and check a scenario file. Raises ``InputError`` with every problem that was found.

    ``overrides`` are ``KEY=VALUE`` with dots into nested blocks, such as ``"days=2"``.
    """
    from fleetsim.scenario import loading

    return loading.load(Path(path), overrides=overrides, workspace=None if workspace is None else Path(workspace))


def simulate(scenario: Scenario, workers: int = 1) -> Results:
    """Run a scenario. The results do not depend on the number of workers."""
    from fleetsim import simulation
    from fleetsim.accounting import account
    from fleetsim.grid.model import grid_slots
    from fleetsim.report.metrics import metrics

    begun_wall_s, begun_cpu_s = time.perf_counter(), _cpu_s()
    spec, clock = scenario.spec, scenario.spec.clock
    prices = scenario.tariff.prices(clock)
    grid = grid_slots(spec.grid, scenario.grid, clock, spec.seed)
    signals = Signals(prices.price_cny_per_kwh, prices.valley, grid.clean_share)
    with executor(workers) as where:
        happened = simulation.simulate(scenario, signals, where)
    records = account(happened, grid, prices)
    fleet_mw = _fleet_mw(records)
    if _noticeable(fleet_mw, grid):
        grid = grid_slots(spec.grid, scenario.grid, clock, spec.seed, fleet_mw)
        records = account(happened, grid, prices)
    records = replace(records, tables={**records.tables, "metrics": metrics(records)})
    timing = Timing(now(), workers, round(_cpu_s() - begun_cpu_s, 3), round(time.perf_counter() - begun_wall_s, 3))
    return Results(_facts(scenario, grid), timing, records, scenario_text(scenario))


def run(
    scenario: Scenario, *, results: Path, workers: int = 1, again: bool = False, store: str | None = None
) -> Results:
    """Simulate and save, unless the same run is there already; a failure is recorded beside the runs."""
    from fleetsim.results.store import prepare, stored

    prepare(results)
    identity = identity_of(scenario)
    if not again and (folder := stored(results, identity)):
        return read(folder)
    try:
        outcome = simulate(scenario, workers)
        outcome.save(results, again=again, store=store)
    except Exception as error:
        _record_failure(scenario, identity, results, store, error)
        raise
    return outcome


def read(folder: Path | str) -> Results:
    """The results of a run folder; tables are read when they are asked for."""
    from fleetsim.results.store import SCENARIO_FILE, read_records

    folder = Path(folder)
    facts, timing = read_facts(folder), read_timing(folder)
    text = (folder / SCENARIO_FILE).read_text(encoding="utf-8")
    return Results(facts, timing, read_records(folder), text, folder)


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
        return None if self.folder is None else page_path(self.folder, PAGE_LANGUAGE)

    def save(self, results: Path | str, *, again: bool = False, store: str | None = None) -> Path:
        """Write the run's folder below ``results`` and list it in the catalogue; returns the folder.

        A run that is already there is left alone, unless ``again`` asks to replace it.
        """
        from fleetsim.report.page import page
        from fleetsim.results.store import SCENARIO_FILE, aside, prepare, write_records

        results = Path(results)
        prepare(results)
        with aside(results, self.run_id, replace=again) as folder:
            (folder / SCENARIO_FILE).write_text(self.scenario_text, encoding="utf-8")
            write_records(folder, self.records)
            write_facts(folder, self.facts, self.timing)
            page_path(folder, PAGE_LANGUAGE).write_text(page(self.view(), PAGE_LANGUAGE), encoding="utf-8")
        self.folder = results / self.run_id
        from fleetsim.results.catalogue import Catalogue, local_url

        with Catalogue(store or local_url(results)) as catalogue:
            catalogue.record(*catalogue_entry(self))
        return self.folder

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
            notes=facts.notes,
            remarks=tuple(facts.remarks),
            names={name: Text(**text) for name, text in facts.names.items()},
        )

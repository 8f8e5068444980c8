"""Running a scenario: every component by itself, then one set of tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

import numpy as np

from fleetsim.energy.curve import ChargeSteps
from fleetsim.results import spool
from fleetsim.results.records import Records
from fleetsim.results.schema import Frame, concatenate
from fleetsim.scenario.fleets import AnyFleet, BatteryFleet
from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.taxis import TaxiFleet
from fleetsim.scenario.visitors import VisitorFleet
from fleetsim.signals import Signals
from fleetsim.simulation.block_crew import BlockCrew
from fleetsim.simulation.components import components
from fleetsim.simulation.hailing_crew import HailingCrew
from fleetsim.simulation.hydrogen_crew import HydrogenCrew
from fleetsim.simulation.hydrogen_tables import hydrogen_tables
from fleetsim.simulation.names import capacities_kwh, codes, entities, scenario_tables
from fleetsim.simulation.outages import outage_table
from fleetsim.simulation.plant import Plant
from fleetsim.simulation.site_tables import site_tables
from fleetsim.simulation.stage import Job, Stage
from fleetsim.simulation.supply_plan import supply_tables
from fleetsim.simulation.taxi_crew import TaxiCrew
from fleetsim.simulation.trip_table import reported
from fleetsim.simulation.visitor_crew import VisitorCrew
from fleetsim.sites.log import SiteLog

RUN_TABLES = ("trips", "sessions", "waits", "draws", "clocks", "swaps", "refuels", "hydrogen_flows", "banks", "outages")
"""The tables that a run writes."""
SERVICE = (
    "vehicle", "fleet", "trip", "purpose", "planned_depart_at", "planned_arrive_at", "depart_at", "arrive_at", "due_at",
    "status", "reason",
)  # fmt: skip
"""The columns of trips by which service is counted."""
SPOOLED_VEHICLE_DAYS = 300_000
"""Vehicle-days from which on the tables are held in files: about 0.6 GB of them."""
Work = TypeVar("Work")
Result = TypeVar("Result")


class Crew(Protocol):
    """The vehicles of one fleet on a stage."""

    def trips(self) -> Frame:
        """What they drove, once the run is over."""


def _taxi_crew(name: str, stage: Stage) -> Crew:
    fleet = stage.fleets[name]
    return HailingCrew(name, stage) if isinstance(fleet, TaxiFleet) and fleet.competition else TaxiCrew(name, stage)


CREWS: tuple[tuple[type[AnyFleet], Callable[[str, Stage], Crew]], ...] = (
    (BatteryFleet, BlockCrew),
    (HydrogenBusFleet, HydrogenCrew),
    (TaxiFleet, _taxi_crew),
    (VisitorFleet, VisitorCrew),
)
"""What brings the fleets of each form on stage; the kinds are a table of the scenario."""


class Executor(Protocol):
    """What carries out jobs: in this process, in a pool, on a cluster."""

    def map(self, function: Callable[[Work], Result], jobs: Sequence[Work]) -> Iterable[Result]:
        """The results in the order of the jobs."""


def simulate(scenario: Scenario, signals: Signals, executor: Executor, compiled: Collection[str] = ()) -> Records:
    """Run all components and put their tables together, in order of component; ``compiled`` are those of the kernel."""
    names = entities(scenario)
    jobs = [
        Job(scenario, component, signals, names, compiled=component.name in compiled)
        for component in components(scenario.spec)
    ]
    vehicle_days = len(names["vehicles"]) * scenario.spec.clock.total_days
    joined = _spooled if vehicle_days >= SPOOLED_VEHICLE_DAYS else _in_memory
    tables = scenario_tables(scenario, names) | supply_tables(scenario, signals, names) | joined(jobs, executor)
    return Records(scenario.spec.clock, names, tables)


def _in_memory(jobs: Sequence[Job], executor: Executor) -> dict[str, Frame]:
    parts = list(executor.map(run_component, jobs))
    tables = {table: concatenate(table, [part[table] for part in parts]) for table in RUN_TABLES}
    _number_sessions(tables, *([len(part[table]["session"]) for part in parts] for table in ("sessions", "draws")))
    return tables


def _spooled(jobs: Sequence[Job], executor: Executor) -> dict[str, Frame]:
    with TemporaryDirectory(prefix="fleetsim-") as folder:
        places = [Path(folder) / str(number) for number in range(len(jobs))]
        parts = list(executor.map(spool_component, list(zip(jobs, places, strict=True))))
        tables = {table: spool.join(table, parts) for table in RUN_TABLES}
    _number_sessions(tables, *([part.rows[table] for part in parts] for table in ("sessions", "draws")))
    return tables


def _number_sessions(tables: Mapping[str, Frame], sessions: Sequence[int], draws: Sequence[int]) -> None:
    """Number the sessions through all components, from those that each has of sessions and of draws."""
    tables["sessions"]["session"][:] = np.arange(sum(sessions))
    before = np.cumsum(sessions) - sessions
    for of_part, (first, after) in zip(before, pairwise(np.cumsum([0, *draws])), strict=True):
        number = tables["draws"]["session"][first:after]
        np.add(number, of_part, out=number, where=number >= 0)


def spool_component(job: tuple[Job, Path]) -> spool.Part:
    """As :func:`run_component`, with the tables written into a folder."""
    return spool.write(job[1], run_component(job[0]))


def run_component(job: Job) -> dict[str, Frame]:
    """Live through the horizon with the vehicles and sites of one component; its tables."""
    stage, trips = _lived(job)
    all_codes = codes(job.names["sites"])
    site_codes = {name: all_codes[name] for name in job.component.sites}
    capacity_kwh = capacities_kwh(job.scenario)
    sites = site_tables(stage.site_log, stage.steps, stage.plants, site_codes, job.scenario, capacity_kwh)
    hydrogen = hydrogen_tables(stage.site_log, site_codes, job.scenario)
    outages = outage_table(stage.plants, site_codes, job.scenario)
    return {"trips": trips, **sites, **hydrogen, "outages": outages}


def serve_component(job: Job) -> dict[str, Frame]:
    """As :func:`run_component`, with only that by which service is counted: without roaming fleets, of trips alone."""
    if any(isinstance(job.scenario.spec.fleets[name], RoamingFleet) for name in job.component.fleets):
        tables = run_component(job)
        return tables | {"trips": {name: tables["trips"][name] for name in SERVICE}}
    return {"trips": _lived(job, SERVICE)[1]}


class Lived(Protocol):
    """A component after its last day."""

    @property
    def site_log(self) -> SiteLog:
        """What its sites wrote."""

    steps: list[ChargeSteps]
    plants: dict[str, Plant]


def _lived(job: Job, columns: Sequence[str] = ()) -> tuple[Lived, Frame]:
    """The component after the last day, and the reported trips, of which only some ``columns`` may be asked for."""
    stage, driven = _compiled(job, columns) if job.compiled else _by_agents(job)
    fleet_codes = codes(job.names["fleets"])
    for name, trips in zip(job.component.fleets, driven, strict=True):
        trips["fleet"][:] = fleet_codes[name]
    driven = [{name: trips[name] for name in columns or trips} for trips in driven]
    return stage, reported(driven, job.scenario.spec.clock)


def _by_agents(job: Job) -> tuple[Lived, list[Frame]]:
    """Live through the horizon under SimPy; the trips of each fleet."""
    stage = Stage(job)
    crews = [
        next(crew for form, crew in CREWS if isinstance(fleet, form))(name, stage)
        for name, fleet in stage.fleets.items()
    ]
    stage.run()
    return stage, [crew.trips() for crew in crews]


def _compiled(job: Job, columns: Sequence[str]) -> tuple[Lived, list[Frame]]:
    """The same by the kernel (extra ``fast``)."""
    from fleetsim.simulation.compiled.component import CompiledStage

    stage = CompiledStage(job)
    return stage, stage.trips(columns)

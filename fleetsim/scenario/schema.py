"""What a scenario file may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from fleetsim.clock import Clock
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.tariff import Tariff
from fleetsim.network.reading import NetworkInputs
from fleetsim.network.rules import Rules
from fleetsim.profiles import Profiles
from fleetsim.scenario.fleets import Fleet
from fleetsim.scenario.sites import Site
from fleetsim.spec import Name, SourcedSpec, Spec, Text
from fleetsim.units import Day, OutOfService, PositiveShare, ReportedDays, Seed, WarmupDays
from fleetsim.work.timetable import TimetableTrips


class Horizon(SourcedSpec):
    """The days of a run."""

    start_date: Day
    """First reported day."""
    days: ReportedDays = 7
    """Reported days."""
    warmup_days: WarmupDays = 2
    """Days that run before and are not reported."""

    @property
    def clock(self) -> Clock:
        """The horizon as the simulation counts it."""
        return Clock(self.start_date, self.days, self.warmup_days)


class Design(Spec):
    """What ``fleetsim size`` sizes for: a week that may be harder than that of the scenario, with something amiss."""

    start_date: Day | None = None
    """First day of the week, such as a holiday or the coldest of the year; the scenario's by default."""
    out: OutOfService = 1
    """Chargers, slots or dispensers of each site that are out of service all week; one always works."""
    state_of_health: PositiveShare = 0.8
    """Battery energy left by ageing, as a share of new, where the scenario leaves more."""


class Fleets(Spec):
    """The fleets of a scenario file."""

    fleets: dict[Name, Fleet] = Field(min_length=1)
    """Fleets by name."""


class ScenarioSpec(Horizon):
    """A scenario file."""

    name: Name
    """Name; results carry it."""
    title: Text
    """Heading of the report."""
    seed: Seed = 1
    """Seed of every random draw."""
    grid: GridSpec
    """The grid."""
    tariff: Name
    """Tariff of ``grid/tariffs.yaml``."""
    design: Design | None = None
    """What its sites are sized for; no run depends on it."""
    parts: tuple[str, ...] = ()
    """Scenario files beside this one whose sites and fleets belong to it too; nothing else of them counts."""
    lists: str | None = None
    """Folder of the workspace with places, chargers and vehicles as CSV; its sites and fleets belong here too."""
    sites: dict[Name, Site] = Field(min_length=1)
    """Sites by name."""
    fleets: dict[Name, Fleet] = Field(min_length=1)
    """Fleets by name."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario file with all that it names, checked: the only thing that a simulation needs to know."""

    spec: ScenarioSpec
    workspace: Path
    file: str
    """The scenario file, as messages name it."""
    profiles: Profiles
    timetables: Mapping[str, TimetableTrips]
    """Timetable of each fleet that has one, by fleet."""
    grid: GridInputs
    tariff: Tariff
    inputs: Mapping[str, str]
    """SHA-256 of every input file that was read, by path from the root of the workspace."""
    network: NetworkInputs | None = None
    """The distribution network, if the workspace has one."""
    rules: Rules | None = None
    """Limits and costs of the network."""
    remarks: tuple[str, ...] = ()
    """What is allowed but worth a warning."""

"""What a scenario file may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from fleetsim.charging.spec import SharingName, StrategyName
from fleetsim.clock import Clock
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.tariff import Tariff
from fleetsim.profiles import Profiles
from fleetsim.spec import Name, SourcedSpec, Text
from fleetsim.units import (
    ChargerKw,
    ConnectionKw,
    ConsumptionKwhPerKm,
    Count,
    Day,
    DurationMin,
    LoadKw,
    PositiveShare,
    ReportedDays,
    Seed,
    Share,
    WarmupDays,
)
from fleetsim.work.spec import Work
from fleetsim.work.timetable import TimetableTrips


class ChargerGroup(SourcedSpec):
    """Chargers of one type."""

    type: Name
    """Type of ``profiles/chargers.yaml``."""
    count: Count
    """How many."""
    power_kw: ChargerKw | None = None
    """Nameplate power (DC output) where it differs from the type's."""


class Depot(SourcedSpec):
    """A site where vehicles live and charge."""

    kind: Literal["depot"]
    """``depot``"""
    place: Name
    """Place of ``profiles/places.yaml``."""
    chargers: tuple[ChargerGroup, ...] = Field(min_length=1)
    """Its chargers."""
    connection_kw: ConnectionKw | None = None
    """Limit of the grid connection, AC; none means that nothing but the chargers limits the power."""
    power_factor: Share = 0.95
    """Power factor of its load."""
    base_load_kw: LoadKw | Annotated[tuple[LoadKw, ...], Field(min_length=24, max_length=24)] = 0.0
    """Load of buildings and workshop behind the same meter: one figure, or one for each hour of the day."""
    strategy: StrategyName = "immediate"
    """When sessions may draw."""
    sharing: SharingName = "proportional"
    """Who gives way when the connection binds."""


Site = Depot


class BusFleet(SourcedSpec):
    """Battery buses of one model, one home and one kind of work."""

    kind: Literal["bus"]
    """``bus``"""
    model: Name
    """Vehicle sheet of ``profiles/vehicles.yaml``."""
    count: Count
    """Number of vehicles."""
    home: Name
    """Site where they live and charge."""
    work: Work
    """What they do."""
    charge_target: Share = 0.95
    """State of charge at which a session ends."""
    reserve: Share = 0.20
    """State of charge below which no block is planned to end."""
    initial_soc: Share = 0.80
    """State of charge at the start of the warm-up."""
    state_of_health: PositiveShare = 1.0
    """Battery energy left by ageing, as a share of new."""
    patience_min: DurationMin = 30.0
    """How long a block waits for energy before it is cut short or cancelled."""
    consumption_kwh_per_km: ConsumptionKwhPerKm | None = None
    """Fixed consumption in place of the trip formula (no regeneration then)."""


Fleet = BusFleet


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
    remarks: tuple[str, ...] = ()
    """What is allowed but worth a warning."""

"""What a scenario file may say of its fleets: a table of kinds, each of which composes work, store and refill."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.scenario.taxis import CruisingTaxiFleet, RideHailingFleet, TaxiFleet
from fleetsim.scenario.visitors import VisitorFleet
from fleetsim.spec import Name, SourcedSpec, Text
from fleetsim.units import AgeYears, ConsumptionKwhPerKm, Count, DurationMin, PositiveShare, Share
from fleetsim.work.errand_spec import Errands
from fleetsim.work.planning import AnyWork
from fleetsim.work.spec import BusWork, Rounds


class Opportunity(SourcedSpec):
    """Where and how a fleet's vehicles charge on their way, while they stand between two trips."""

    terminals: tuple[Name, ...] = Field(min_length=1)
    """Sites of kind ``terminal``, at places where trips of the fleet end."""
    least_min: DurationMin = 2.0
    """Shortest time at the gun, plug-in apart, for which a vehicle plugs in."""
    wait_below_soc: Share = 0.0
    """State of charge below which a vehicle stays until it has that much, though late; 0: none stays longer."""
    wait_min: DurationMin = 15.0
    """How late it then departs at the most."""


class BatteryFleet(SourcedSpec):
    """Battery vehicles of one model that live and charge at one home."""

    kind: str
    """Kind of vehicle."""
    title: Text | None = None
    """Name for the report."""
    model: Name
    """Vehicle sheet of ``profiles/vehicles.yaml``."""
    count: Count
    """Number of vehicles."""
    home: Name
    """Site where they live and charge."""
    work: AnyWork
    """What they do."""
    charge_target: Share = 0.95
    """State of charge at which a session ends."""
    reserve: Share = 0.20
    """State of charge below which no block is planned to end."""
    initial_soc: Share = 0.80
    """State of charge at the start of the warm-up."""
    state_of_health: PositiveShare = 1.0
    """Battery energy left by ageing, as a share of new; where it is measured, leave the age out."""
    age_years: AgeYears = 0.0
    """Age of the batteries: each year takes 2.5 % of their energy."""
    patience_min: DurationMin = 30.0
    """How long a block waits for energy before it is cut short or cancelled."""
    exchange: bool = False
    """Whether a vehicle that is short of energy for a block is exchanged for one at home that has enough for it."""
    consumption_kwh_per_km: ConsumptionKwhPerKm | None = None
    """Fixed consumption in place of the trip formula (no regeneration then); what a body takes comes on top."""
    opportunity: Opportunity | None = None
    """Charging at terminals during layovers; none: at home only."""

    @property
    def meets_at(self) -> tuple[str, ...]:
        """Sites that its vehicles may use: where they meet other fleets."""
        return (self.home, *(self.opportunity.terminals if self.opportunity else ()))


class BusFleet(BatteryFleet):
    """Battery buses."""

    kind: Literal["bus"]
    """``bus``"""
    work: BusWork
    """What they do."""


class ShuttleFleet(BatteryFleet):
    """Shuttles of scenic areas, airports and the like."""

    kind: Literal["shuttle"]
    """``shuttle``"""
    work: BusWork
    """What they do."""


class SanitationFleet(BatteryFleet):
    """Sweepers, sprinklers, compactors."""

    kind: Literal["sanitation"]
    """``sanitation``"""
    work: Rounds
    """The rounds of a day."""


class CoachFleet(BatteryFleet):
    """Coaches that bring visitors to scenic areas, in convoys and by season."""

    kind: Literal["coach"]
    """``coach``"""
    work: BusWork
    """What they do."""


class LogisticsFleet(BatteryFleet):
    """Vans and light trucks that deliver in waves."""

    kind: Literal["logistics"]
    """``logistics``"""
    work: Rounds
    """The rounds of a day."""


class OfficialFleet(BatteryFleet):
    """Official cars: in office hours on workdays, idle at night and on other days."""

    kind: Literal["official"]
    """``official``"""
    work: Errands
    """The errands of a day."""


class ResidentFleet(BatteryFleet):
    """Cars of residents who charge slowly where they live; their home's strategy puts that in order."""

    kind: Literal["residents"]
    """``residents``"""
    work: Errands
    """The ways of a day."""


HomedFleet = BatteryFleet | HydrogenBusFleet
"""Fleets whose vehicles have a home and a work of blocks."""
AnyFleet = HomedFleet | TaxiFleet | VisitorFleet
"""Any fleet, by its form: what store it has, and where it finds energy."""

Fleet = Annotated[
    BusFleet
    | CoachFleet
    | HydrogenBusFleet
    | LogisticsFleet
    | OfficialFleet
    | ResidentFleet
    | CruisingTaxiFleet
    | RideHailingFleet
    | SanitationFleet
    | ShuttleFleet
    | VisitorFleet,
    Field(discriminator="kind"),
]
"""The table of kinds; :func:`fleetsim.scenario.kinds.add_kind` adds to it."""


def season_of(fleet: AnyFleet) -> str | None:
    """The calendar that a fleet follows, if it follows one."""
    follows = fleet if isinstance(fleet, RoamingFleet) else fleet.work
    return getattr(follows, "season", None)

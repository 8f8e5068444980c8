"""What a scenario file may say of its fleets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.scenario.taxis import TaxiFleet
from fleetsim.spec import Name, SourcedSpec, Text
from fleetsim.units import ConsumptionKwhPerKm, Count, DurationMin, PositiveShare, Share
from fleetsim.work.spec import BusWork, Rounds


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
    """Fixed consumption in place of the trip formula (no regeneration then); what a body takes comes on top."""

    @property
    def meets_at(self) -> tuple[str, ...]:
        """Sites that its vehicles may use: where they meet other fleets."""
        return (self.home,)


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


HomedFleet = BusFleet | ShuttleFleet | SanitationFleet | HydrogenBusFleet
"""Fleets whose vehicles have a home and a work of blocks."""

Fleet = Annotated[HomedFleet | TaxiFleet, Field(discriminator="kind")]
"""Any fleet."""

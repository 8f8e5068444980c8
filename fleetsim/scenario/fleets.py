"""What a scenario file may say of its fleets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.spec import Name, SourcedSpec
from fleetsim.units import ConsumptionKwhPerKm, Count, DurationMin, PositiveShare, Share
from fleetsim.work.spec import Work


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

    @property
    def meets_at(self) -> tuple[str, ...]:
        """Sites that its vehicles may use: where they meet other fleets."""
        return (self.home,)


Fleet = Annotated[BusFleet | HydrogenBusFleet, Field(discriminator="kind")]
"""Any fleet."""

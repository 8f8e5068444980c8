"""What all fleets without a home have in common: they take energy at stations of the city."""

from __future__ import annotations

from fleetsim.spec import Name, SourcedSpec, Text
from fleetsim.units import AgeYears, Count, PositiveShare, Share


class RoamingFleet(SourcedSpec):
    """Vehicles of one model that have no home in the scenario."""

    kind: str
    """Kind of vehicle."""
    title: Text | None = None
    """Name for the report."""
    model: Name
    """Vehicle sheet of ``profiles/vehicles.yaml``."""
    count: Count
    """Number of vehicles."""
    stations: tuple[Name, ...] = ()
    """Swap and public stations that they may use; none named means all of their city that suit their model."""
    charge_target: PositiveShare = 0.90
    """State of charge at which a session at a charger ends."""
    reserve: Share = 0.10
    """State of charge below which no vehicle should fall; crossings are counted."""
    state_of_health: PositiveShare = 1.0
    """Battery energy left by ageing, as a share of new; where it is measured, leave the age out."""
    age_years: AgeYears = 0.0
    """Age of the batteries: each year takes 2.5 % of their energy."""

    @property
    def home(self) -> None:
        """They have no home site."""
        return None

    @property
    def meets_at(self) -> tuple[str, ...]:
        """Sites that its vehicles may use: where they meet other fleets."""
        return self.stations

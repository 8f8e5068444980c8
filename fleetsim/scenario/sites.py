"""What a scenario file may say of its sites."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleetsim.charging.spec import SharingName, StrategyName
from fleetsim.scenario.hydrogen import HydrogenStation
from fleetsim.spec import Name, SourcedSpec
from fleetsim.units import ChargerKw, ConnectionKw, Count, LoadKw, Share


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


Site = Annotated[Depot | HydrogenStation, Field(discriminator="kind")]
"""Any site."""

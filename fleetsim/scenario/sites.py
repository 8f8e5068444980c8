"""What a scenario file may say of its sites."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleetsim.charging.spec import SharingName, StrategyName
from fleetsim.scenario.hydrogen import HydrogenStation
from fleetsim.spec import Name, SourcedSpec
from fleetsim.units import ChargerKw, ConnectionKw, Count, LoadKw, PositiveShare, Share, SwapS

BaseLoad = LoadKw | Annotated[tuple[LoadKw, ...], Field(min_length=24, max_length=24)]
"""One figure, or one for each hour of the day."""


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
    base_load_kw: BaseLoad = 0.0
    """Load of buildings and workshop behind the same meter: one figure, or one for each hour of the day."""
    strategy: StrategyName = "immediate"
    """When sessions may draw."""
    sharing: SharingName = "proportional"
    """Who gives way when the connection binds."""


class PublicStation(SourcedSpec):
    """Fast chargers for whoever comes: a vehicle queues, charges and goes."""

    kind: Literal["public_station"]
    """``public_station``"""
    place: Name
    """Place of ``profiles/places.yaml``."""
    chargers: tuple[ChargerGroup, ...] = Field(min_length=1)
    """Its chargers."""
    connection_kw: ConnectionKw | None = None
    """Limit of the grid connection, AC; none means that nothing but the chargers limits the power."""
    power_factor: Share = 0.95
    """Power factor of its load."""
    base_load_kw: BaseLoad = 0.0
    """Load of lights and building behind the same meter: one figure, or one for each hour of the day."""
    sharing: SharingName = "proportional"
    """Who gives way when the connection binds."""

    @property
    def strategy(self) -> StrategyName:
        """Customers wait beside their vehicles, so charging is never put off."""
        return "immediate"


class SwapStation(SourcedSpec):
    """A station that exchanges empty packs for full ones and charges them in its slots."""

    kind: Literal["swap_station"]
    """``swap_station``"""
    place: Name
    """Place of ``profiles/places.yaml``."""
    lanes: Count = 1
    """Vehicles that can be served at the same time."""
    swap_s: SwapS
    """Time that a visit takes in the lane, from driving in to driving out."""
    packs: Count
    """Packs that belong to the station, beside those in the vehicles."""
    slots: ChargerGroup
    """Its charging slots; a pack waits on the shelf while none is free, and goes back there when it is ready."""
    ready_soc: PositiveShare = 0.95
    """State of charge at which a pack is ready; it is charged no further."""
    initial_soc: Share = 0.95
    """State of charge of its packs at the start of the warm-up."""
    strategy: StrategyName = "immediate"
    """When packs may draw: at once, or in the tariff's valley as far as the stock of ready packs allows."""
    stock_share: Share = 0.5
    """Share of the packs that ``valley`` keeps ready or charging at all hours; waiting vehicles count on top."""
    connection_kw: ConnectionKw | None = None
    """Limit of the grid connection, AC; none means that nothing but the slots limits the power."""
    power_factor: Share = 0.95
    """Power factor of its load."""
    base_load_kw: BaseLoad = 0.0
    """Load of robots, lights and cooling behind the same meter: one figure, or one for each hour of the day."""

    @property
    def chargers(self) -> tuple[ChargerGroup, ...]:
        """The slots, as what draws power at any site."""
        return (self.slots,)


Site = Annotated[Depot | PublicStation | SwapStation | HydrogenStation, Field(discriminator="kind")]
"""Any site."""

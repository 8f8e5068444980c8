"""What a scenario file may say of its sites."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleetsim.charging.spec import PackStrategyName, SharingName, StrategyName
from fleetsim.charging.strategies import FEEDING
from fleetsim.scenario.hydrogen import HydrogenStation
from fleetsim.scenario.local_supply import SuppliedSite
from fleetsim.spec import Name, SourcedSpec
from fleetsim.units import (
    ChargerKw,
    ConnectionKw,
    Count,
    DurationMin,
    FailuresPerYear,
    MoveMin,
    OutageH,
    PositiveShare,
    Share,
    SwapS,
)
from fleetsim.work.spec import TimeOfDay


class ChargerGroup(SourcedSpec):
    """Chargers of one type."""

    type: Name
    """Type of ``profiles/chargers.yaml``."""
    count: Count
    """How many."""
    power_kw: ChargerKw | None = None
    """Nameplate power (DC output) where it differs from the type's."""

    def rated_kw(self, charger_kw: float) -> float:
        """Power (DC) that all of them together can give, each ``charger_kw`` by itself."""
        return self.count * charger_kw


class Failures(SourcedSpec):
    """How often a charger fails and how long it stays out of service; both times are exponential, drawn per charger."""

    per_year: FailuresPerYear
    """Mean number of failures of one charger a year."""
    repair_h: OutageH
    """Mean time until a failed charger works again."""


class Cabinet(SourcedSpec):
    """A charger with several guns, or a stack with its terminals: what its guns share."""

    guns: Count
    """Guns that share its power: 2 for a dual-gun charger."""
    power_kw: ChargerKw
    """Its power (DC), whatever the guns could carry."""
    module_kw: ChargerKw | None = None
    """Power of one of its modules, each of which serves one gun at a time; none where power is divided at will."""


class PlugGroup(ChargerGroup):
    """Chargers of one type where vehicles plug in; with cabinets, ``count`` and ``power_kw`` are those of the guns."""

    cabinet: Cabinet | None = None
    """What several guns share; none means that each charger has its power for itself."""

    failures: Failures | None = None
    """How often they fail, a cabinet with all its guns; none means never."""

    @property
    def cabinets(self) -> int:
        """How many cabinets the guns hang on."""
        return self.count // self.cabinet.guns if self.cabinet else 0

    def rated_kw(self, charger_kw: float) -> float:
        """See :meth:`ChargerGroup.rated_kw`."""
        guns_kw = super().rated_kw(charger_kw)
        return min(guns_kw, self.cabinets * self.cabinet.power_kw) if self.cabinet else guns_kw


class DepotGroup(PlugGroup):
    """Chargers of a depot, of which a bus with two inlets may take two guns."""

    both_guns: bool = False
    """Whether such a bus takes both guns of its cabinet, or two neighbouring chargers, if nobody needs the other."""
    bidirectional: bool = False
    """Whether vehicles that can feed back may do so here, where the strategy is ``bidirectional``."""


class StaffShift(SourcedSpec):
    """Hours in which staff move plugs, every day; the end may lie after midnight."""

    start: TimeOfDay
    """From."""
    end: TimeOfDay
    """To; equal to the start for the whole day."""


class PlugStaff(SourcedSpec):
    """Those who move plugs from vehicles that are done to vehicles that wait."""

    count: Count
    """How many are at work at a time."""
    move_min: MoveMin
    """Time of one move, vehicles driven about included."""
    shifts: tuple[StaffShift, ...] = Field(min_length=1)
    """When moves may begin."""


class Depot(SuppliedSite):
    """A site where vehicles live and charge."""

    kind: Literal["depot"]
    """``depot``"""
    chargers: tuple[DepotGroup, ...] = Field(min_length=1)
    """Its chargers."""
    staff: PlugStaff | None = None
    """Who moves plugs to vehicles that wait; none means that it happens by itself, at once and at all hours."""
    strategy: StrategyName = "immediate"
    """When sessions may draw."""
    peak_kw: ConnectionKw | None = None
    """Power under which ``peak_shaving`` plans the whole site, none meaning the lowest that still serves; for
    ``bidirectional``, the power above which vehicles feed back, in place of the tariff's peaks."""
    sharing: SharingName = "proportional"
    """Who gives way when the connection binds."""

    @property
    def feeds_back(self) -> bool:
        """Whether its strategy may let vehicles feed back, and a charger allows it."""
        return self.strategy in FEEDING and any(group.bidirectional for group in self.chargers)


class PublicStation(SuppliedSite):
    """Fast chargers for whoever comes: a vehicle queues, charges and goes."""

    kind: Literal["public_station"]
    """``public_station``"""
    chargers: tuple[PlugGroup, ...] = Field(min_length=1)
    """Its chargers."""
    sharing: SharingName = "proportional"
    """Who gives way when the connection binds."""

    @property
    def strategy(self) -> StrategyName:
        """Customers wait beside their vehicles, so charging is never put off."""
        return "immediate"


class Terminal(SuppliedSite):
    """Chargers at the end of a line: buses of fleets that name it plug in for the time of a layover."""

    kind: Literal["terminal"]
    """``terminal``"""
    chargers: tuple[PlugGroup, ...] = Field(min_length=1)
    """Its chargers, by plug or by pantograph."""
    plug_in_min: DurationMin
    """Time between a bus's taking a gun and its first power: plugging in or docking, and the handshake."""
    sharing: SharingName = "proportional"
    """Who gives way when the connection binds."""

    @property
    def strategy(self) -> StrategyName:
        """A layover is short, so charging is never put off."""
        return "immediate"


class SwapStation(SuppliedSite):
    """A station that exchanges empty packs for full ones and charges them in its slots."""

    kind: Literal["swap_station"]
    """``swap_station``"""
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
    strategy: PackStrategyName = "immediate"
    """When packs may draw, as far as the stock of ready packs allows; nobody knows when a pack will leave."""
    stock_share: Share = 0.5
    """Share of the packs that is kept ready or charging at full power whatever the strategy; waiting vehicles count
    on top."""

    @property
    def chargers(self) -> tuple[ChargerGroup, ...]:
        """The slots, as what draws power at any site."""
        return (self.slots,)


PlugSite = Depot | PublicStation | Terminal
"""Sites where vehicles plug in."""
Site = Annotated[PlugSite | SwapStation | HydrogenStation, Field(discriminator="kind")]
"""Any site."""

"""What a scenario file may say of hydrogen stations and of fleets that fill up there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints
from typing_extensions import Doc

from fleetsim.scenario.local_supply import SuppliedSite
from fleetsim.spec import Name, SourcedSpec, Text
from fleetsim.units import (
    ChargerKw,
    ConsumptionKwhPerKm,
    Count,
    DispenseKgPerMin,
    DurationMin,
    Efficiency,
    ElectrolysisKwhPerKg,
    EmissionKgPerKg,
    Factor,
    HydrogenKg,
    LiftKgPerH,
    OutageH,
    PositiveShare,
    PressureMpa,
    Share,
    StorageKg,
)
from fleetsim.work.spec import BusWork, TimeOfDay


def _real_moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a moment that the calendar has, like 2026-03-11 06:00") from None
    return text


Moment = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d$"),
    AfterValidator(_real_moment),
    Doc("a moment like 2026-03-11 06:00"),
]
"""Civil time of Asia/Shanghai."""

RESTART_SHARE = 0.95
"""Share of a storage or bank at which it is filled again after it was full."""

ProductionName = Literal["constant", "valley"]
"""When an electrolyser runs: always until the storage is full, or in the tariff's valley if the storage lasts."""


class Electrolyser(SourcedSpec):
    """Makes hydrogen from electricity."""

    rated_kw: ChargerKw
    """Rated power, AC, with its auxiliaries."""
    kwh_per_kg: ElectrolysisKwhPerKg
    """Electricity per kilogram at rated power."""
    min_load_share: PositiveShare
    """Lowest load at which it runs, as a share of the rated power."""
    load_share: PositiveShare = 1.0
    """Load at which it runs when hydrogen is wanted, as a share of the rated power."""
    strategy: ProductionName = "constant"
    """``constant``: at ``load_share`` until the storage is full; ``valley``: so in the tariff's valley or when the
    storage is low, and at the lowest load otherwise."""
    low_share: Share = 0.3
    """Share of the storage below which ``valley`` no longer waits for the valley."""
    vent_share: Share = 0.0
    """Share of the product lost by purging and venting."""


class Compressor(SourcedSpec):
    """Brings the electrolyser's hydrogen to the pressure of the storage."""

    suction_mpa: PressureMpa
    """Pressure behind the electrolyser."""
    discharge_mpa: PressureMpa
    """Pressure of the storage."""
    stages: Count = 3
    """Stages with cooling between them."""
    isentropic_efficiency: Efficiency = 0.65
    """Isentropic work over work at the shaft."""
    motor_efficiency: Efficiency = 0.92
    """Work at the shaft over electricity."""
    lift_kg_per_h: LiftKgPerH | None = None
    """Hydrogen that it lifts from a lower bank into a higher one while the electrolyser gives none; none: it never
    does. Stations that live on trucks need it."""


class Bank(SourcedSpec):
    """A part of the storage with a pressure of its own, outdoors and as warm as the day."""

    capacity_kg: StorageKg
    """Hydrogen that it holds at its highest pressure and 15 °C, what is left at the lowest included."""
    max_mpa: PressureMpa
    """Pressure to which the compressor fills it."""
    min_mpa: PressureMpa = 5.0
    """Pressure below which nothing is drawn from it."""
    margin_mpa: PressureMpa = 1.0
    """Pressure above that of a tank down to which it fills it."""


class Delivery(SourcedSpec):
    """Hydrogen that a truck brings every day; it is made elsewhere, so it counts as not clean."""

    at: TimeOfDay
    """When it comes."""
    hydrogen_kg: HydrogenKg
    """How much it brings; what the storage has no room for stays on the truck."""
    emission_kg_per_kg: EmissionKgPerKg
    """Emission of making and bringing it, kg CO2 per kg of hydrogen."""
    pressure_mpa: PressureMpa | None = None
    """Pressure of the truck, up to which it fills banks, the lowest first; none: it fills any storage."""


class Outage(SourcedSpec):
    """A time in which the electrolyser stands still, or the whole station."""

    of: Literal["electrolyser", "station"] = "electrolyser"
    """What is out of service; at a station that is, nobody fills and nothing is made."""
    start: Moment
    """From."""
    hours: OutageH
    """For how long."""


class HydrogenStation(SuppliedSite):
    """A site where fuel-cell vehicles fill their tanks."""

    kind: Literal["hydrogen_station"]
    """``hydrogen_station``"""
    electrolyser: Electrolyser | None = None
    """Its electrolyser, if it makes hydrogen."""
    compressor: Compressor | None = None
    """Compressor behind the electrolyser; none means that the electrolyser delivers at storage pressure."""
    storage_kg: StorageKg | None = None
    """Usable hydrogen of the full storage, where it has no banks: then pressure never keeps a vehicle waiting."""
    banks: tuple[Bank, ...] = ()
    """Banks in place of one storage, lowest pressure first. A tank is filled from the lowest bank whose pressure is
    above its own by the margin, then from the next; the compressor fills the highest bank that is not full."""
    initial_share: Share = 0.5
    """Share of the storage that is full at the start of the warm-up."""
    dispensers: Count
    """How many vehicles fill at a time."""
    dispense_kg_per_min: DispenseKgPerMin
    """Mean speed of a fill."""
    dispense_vent_share: Share = 0.0
    """Hydrogen lost at hose and dispenser, as a share of what is filled into tanks."""
    deliveries: tuple[Delivery, ...] = ()
    """Hydrogen that trucks bring every day."""
    outages: tuple[Outage, ...] = ()
    """Times in which the electrolyser stands still, or the whole station."""

    @property
    def capacity_kg(self) -> float:
        """Hydrogen of the full storage, or of all banks."""
        return sum(bank.capacity_kg for bank in self.banks) if self.banks else self.storage_kg or 0.0

    @property
    def chargers(self) -> tuple[()]:
        """It has none."""
        return ()


class HydrogenBusFleet(SourcedSpec):
    """Fuel-cell buses of one model with one kind of work, which fill up at one station."""

    kind: Literal["hydrogen_bus"]
    """``hydrogen_bus``"""
    title: Text | None = None
    """Name for the report."""
    model: Name
    """Vehicle sheet of ``profiles/vehicles.yaml`` that has a ``hydrogen`` block."""
    count: Count
    """Number of vehicles."""
    home: Name
    """Hydrogen station where they fill their tanks."""
    parking: Name | None = None
    """Place of ``profiles/places.yaml`` where they stand between blocks; by default the station's own."""
    detour: Factor = 1.35
    """Road distance over the straight line between parking and station."""
    work: BusWork
    """What they do."""
    fill_target: PositiveShare = 1.0
    """Share of the tank at which a fill ends."""
    reserve: Share = 0.10
    """Share of the tank below which no block is planned to end."""
    initial_share: Share = 0.80
    """Share of the tank that is full at the start of the warm-up."""
    patience_min: DurationMin = 30.0
    """How long a block waits for hydrogen before it is cut short or cancelled."""
    consumption_kwh_per_km: ConsumptionKwhPerKm | None = None
    """Fixed electric consumption in place of the trip formula (no regeneration then)."""

    @property
    def meets_at(self) -> tuple[str, ...]:
        """Sites that its vehicles may use: where they meet other fleets."""
        return (self.home,)

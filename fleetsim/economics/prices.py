"""Prices: what vehicles, fuel and equipment cost, as ``profiles/prices.yaml`` says."""

from __future__ import annotations

from pathlib import Path

from fleetsim.documents import Document, one_of, parse, read_yaml
from fleetsim.errors import InputError, Problem
from fleetsim.spec import Name, SourcedSpec, Text
from fleetsim.units import (
    EmissionKgPerL,
    FuelLPer100Km,
    LifeYears,
    PackPriceCnyPerKwh,
    PriceCny,
    PriceCnyPerKm,
    PriceCnyPerKw,
    PriceCnyPerKwh,
    PriceCnyPerL,
    Share,
    YearDays,
)

PRICES_FILE = "profiles/prices.yaml"


class Fuel(SourcedSpec):
    """What a vehicle with an engine burns."""

    name: Text
    """Name for the report."""
    price_cny_per_l: PriceCnyPerL
    """Price at the pump."""
    emission_kg_per_l: EmissionKgPerL
    """Carbon dioxide of burning it, at the tail pipe."""


class VehicleCost(SourcedSpec):
    """A vehicle sheet's cost, and the vehicle with an engine whose place it takes."""

    purchase_cny: PriceCny
    """Price of the vehicle."""
    maintenance_cny_per_km: PriceCnyPerKm
    """Maintenance and tyres, energy apart."""
    fuel: Name
    """Fuel of the vehicle that it replaces."""
    fuel_l_per_100km: FuelLPer100Km
    """Fuel that the replaced vehicle burns."""
    fuel_purchase_cny: PriceCny
    """Price of the replaced vehicle."""
    fuel_maintenance_cny_per_km: PriceCnyPerKm
    """Maintenance and tyres of the replaced vehicle."""


class Equipment(SourcedSpec):
    """What sites cost to build and to keep."""

    charger_cny_per_kw: PriceCnyPerKw
    """Chargers with their installation, for each kW of nameplate power (DC output)."""
    connection_cny_per_kw: PriceCnyPerKw
    """Transformer, switchgear and cable, for each kW of the connection."""
    swap_lane_cny: PriceCny
    """A lane of a swap station with robot and building, packs and chargers apart."""
    pack_cny_per_kwh: PackPriceCnyPerKwh
    """Swap packs, for each kWh of capacity."""
    solar_cny_per_kwp: PriceCnyPerKw
    """Panels with inverters and works, for each kWp."""
    storage_cny_per_kwh: PackPriceCnyPerKwh
    """Stationary batteries with inverter and works, for each kWh."""
    electrolyser_cny_per_kw: PriceCnyPerKw
    """Electrolysers with compressor and works, for each kW of rated power."""
    hydrogen_storage_cny_per_kg: PriceCny
    """Banks of a hydrogen station, for each usable kilogram."""
    dispenser_cny: PriceCny
    """A hydrogen dispenser with its cooling."""
    life_years: LifeYears
    """Years over which what was paid is spread; nothing is discounted."""
    upkeep_share: Share
    """Upkeep in a year, as a share of what was paid."""


class Charging(SourcedSpec):
    """What energy is sold for."""

    service_fee_cny_per_kwh: PriceCnyPerKwh
    """What customers pay on top of the price of electricity, for each kWh at the meter; of a depot, what it saves
    against charging elsewhere."""
    feed_in_cny_per_kwh: PriceCnyPerKwh
    """What the grid pays for each kWh that a site feeds in."""


class Prices(SourcedSpec):
    """All prices of a statement."""

    year_days: YearDays
    """Days of a year in which the fleets do what they do in the run."""
    vehicle_life_years: LifeYears
    """Years over which the purchase of vehicles is spread, batteries included; nothing is discounted."""
    fuels: dict[Name, Fuel]
    """Fuels by name."""
    vehicles: dict[Name, VehicleCost]
    """Costs by vehicle sheet."""
    equipment: Equipment
    """Cost of sites."""
    charging: Charging
    """Revenue."""


def load_prices(path: Path, root: Path) -> Prices:
    """The prices of a file, checked. Raises ``InputError`` with every problem."""
    document = read_yaml(path, root)
    problems: list[Problem] = []
    prices = parse(Prices, document, document.data, (), problems)
    if prices is not None:
        problems += _unknown_fuels(prices, document)
    if problems or prices is None:
        raise InputError(problems)
    return prices


def _unknown_fuels(prices: Prices, document: Document) -> list[Problem]:
    return [
        document.problem(("vehicles", name, "fuel"), repr(cost.fuel), one_of(cost.fuel, sorted(prices.fuels), "fuels"))
        for name, cost in prices.vehicles.items()
        if cost.fuel not in prices.fuels
    ]

"""The specification of the block ``water`` of ``grid/yunnan.yaml``: reservoirs, inflow, coal and export by price."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from fleetsim.grid.shapes import SHAPE_TOLERANCE, Monthly, MonthShape
from fleetsim.spec import Name, SourcedSpec, Spec
from fleetsim.units import CapacityGw, EmissionKgPerKwh, EnergyTwh, Factor, PriceCnyPerKwh, Share


class Plant(SourcedSpec):
    """A hydro plant, or several of a river, with the province's part of them."""

    name: Name
    """Name."""
    capacity_gw: CapacityGw
    """The province's part of the capacity."""
    storage_twh: EnergyTwh
    """Energy that its full storage gives, in the plants downstream too."""
    since: Annotated[int, Field(ge=1900, le=2100)]
    """First year that counts it."""


class Store(SourcedSpec):
    """A class of hydro whose reservoirs carry water from day to day."""

    lowest_share: Share
    """Part of a day's inflow that is released the same day: minimum flow, and reservoirs that cannot wait."""
    plants: tuple[Plant, ...] = Field(min_length=1)
    """Plants."""


class Stores(Spec):
    """The classes with storage; what is left of the province's capacity runs with the river."""

    pondage: Store
    """Days to a week."""
    seasonal: Store
    """A season."""
    multi_year: Store
    """More than a year."""


class Water(SourcedSpec):
    """The water of a kind of year."""

    quantile: Annotated[float, Field(gt=0, lt=1)]
    """Part of the years that have less inflow."""
    start_share: Share | None = None
    """Level of the stores on 1 January; without one the year ends at the level, of its own finding, where it began."""


class Waters(Spec):
    """The kinds of year."""

    dry: Water
    normal: Water
    wet: Water


class Inflow(SourcedSpec):
    """Inflow as the energy that it gives."""

    shape: MonthShape
    """How the inflow of a year falls on the months."""
    spread: Factor
    """Standard deviation of a year's inflow over its mean."""
    day_to_day: Factor
    """Standard deviation of the logarithm of a day's inflow."""
    persistence: Share
    """Correlation of one day with the next."""
    kinds: Waters
    """Kinds of year."""


class KnownWater(SourcedSpec):
    """The stores of a year that its months tell something of."""

    year: Annotated[int, Field(ge=1990, le=2100)]
    """Calendar year."""
    start_share: Share
    """Level of the stores on 1 January; that of the next year is the end of this one."""
    inflow_wet_share: Share | None = None
    """Part of the inflow in June to October; the shape is bent to meet it."""


class PriceTier(SourcedSpec):
    """A block that comes in evenly as the price of a kWh rises from one end to the other."""

    share: Share
    """Size: of the coal offered, or of the contracted export of the month."""
    from_cny_per_kwh: PriceCnyPerKwh
    """Price at which the block begins."""
    to_cny_per_kwh: PriceCnyPerKwh
    """Price at which all of it is in."""


def _rising(tiers: tuple[PriceTier, ...]) -> tuple[PriceTier, ...]:
    for tier in tiers:
        if tier.from_cny_per_kwh >= tier.to_cny_per_kwh:
            raise ValueError("from_cny_per_kwh must be below to_cny_per_kwh in each tier")
    return tiers


def _whole(tiers: tuple[PriceTier, ...]) -> tuple[PriceTier, ...]:
    total = sum(tier.share for tier in tiers)
    if abs(total - 1.0) > SHAPE_TOLERANCE:
        raise ValueError(f"the shares of the tiers must add up to 1, they add up to {total:.4f}")
    return tiers


def _falling(values: tuple[float, ...]) -> tuple[float, ...]:
    if any(after > before for before, after in pairwise(values)):
        raise ValueError("the fuller a store the less more of it is worth: the values must not rise")
    return values


Tiers = Annotated[tuple[PriceTier, ...], Field(min_length=1), AfterValidator(_rising)]


class Coal(SourcedSpec):
    """Coal above the floor of the year."""

    must_run_above_floor: Monthly
    """Output by month that runs for heat, voltage and security beside the floor, over the year's mean consumption."""
    available: Monthly
    """Part of the coal above must-run that can be had by month; overhauls fall in the flood season."""
    offered_share: Factor
    """Coal offered above must-run, over the mean consumption of the year; never more than there is capacity for."""
    tiers: Annotated[Tiers, AfterValidator(_whole)]
    """Blocks of what is offered; together all of it."""


class WaterExport(SourcedSpec):
    """Export: contracted by month, firm in part, the rest bought up to a price."""

    shape: MonthShape
    """How the contract of a year falls on the months."""
    corridor_gw: CapacityGw
    """What the lines carry."""
    surplus_share: Share
    """What is bought beyond the contract when it is cheap, as a share of the contract."""
    tiers: Tiers
    """Blocks that are given up as the price rises, the surplus first; what they leave of the contract is firm."""
    firm_cny_per_kwh: PriceCnyPerKwh
    """Price at which even the firm part is cut."""
    lost_emission_kg_per_kwh: EmissionKgPerKwh
    """Emission of a kWh in the provinces that must make up for a lost export."""

    @model_validator(mode="after")
    def _firm_part(self) -> WaterExport:
        given_up = sum(tier.share for tier in self.tiers)
        if given_up > 1.0 + self.surplus_share:
            raise ValueError(f"the tiers give up {given_up:.2f} of the contract, more than 1 + surplus_share")
        return self


class Industry(SourcedSpec):
    """Load that can be told to stop."""

    share: Share
    """Part of consumption."""
    price_cny_per_kwh: PriceCnyPerKwh
    """Price of a kWh not served."""
    shedding_cny_per_kwh: PriceCnyPerKwh
    """Price of a kWh that any other customer goes without."""


class WaterModel(SourcedSpec):
    """Everything of the level ``water``."""

    stores: Stores
    """Hydro with storage."""
    inflow: Inflow
    """Inflow."""
    years: tuple[KnownWater, ...] = Field(min_length=1)
    """Years in order, the last for the end of the one before; other years end at the level where they began."""
    terminal_cny_per_kwh: Annotated[tuple[PriceCnyPerKwh, ...], Field(min_length=1), AfterValidator(_falling)]
    """What stored energy is worth at the end of a dry or wet year, by equal parts of the store from empty to full."""
    coal: Coal
    """Coal."""
    export: WaterExport
    """Export."""
    industry: Industry
    """Industry."""

"""The specification of ``grid/yunnan.yaml``: a province's power system by year and month."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleetsim.grid.shapes import HourShape, Monthly, MonthShape
from fleetsim.grid.water_spec import WaterModel
from fleetsim.spec import Name, SourcedSpec, Spec, Text
from fleetsim.units import CapacityGw, EmissionKgPerKwh, EnergyTwh, Factor, FullLoadHours, Share

HydrologyName = Literal["dry", "normal", "wet"]


class CapacityBySource(Spec):
    """Capacity at the end of a year, GW."""

    hydro: CapacityGw
    wind: CapacityGw
    solar: CapacityGw
    thermal: Annotated[CapacityGw, Field(gt=0)]


class EnergyBySource(Spec):
    """Generation of a year, TWh."""

    hydro: EnergyTwh
    wind: EnergyTwh
    solar: EnergyTwh
    thermal: EnergyTwh


class PublishedYear(SourcedSpec):
    """What the statistics say of one year."""

    year: Annotated[int, Field(ge=1990, le=2100)]
    """Calendar year."""
    capacity_gw: CapacityBySource
    """Capacity at the end of the year."""
    energy_twh: EnergyBySource
    """Generation."""
    consumption_twh: EnergyTwh
    """Consumption of the province as the statistics count it, line losses included."""
    hydro_shape: HydrologyName
    """Shape that spreads the year's hydro over the months."""
    hydro_wet_share: Share | None = None
    """Share of the year's hydro in June to October; the shape is bent to meet it."""
    thermal_floor_share: Share
    """Thermal output that runs in the wettest month, as a share of capacity."""
    clean_share_by_month: Monthly | None = None
    """Clean share of generation by month; thermal then follows from it."""
    official_emission_kg_per_kwh: EmissionKgPerKwh | None = None
    """Official average factor of generation."""


class LaterYears(SourcedSpec):
    """Full-load hours of years without statistics."""

    wind_hours: FullLoadHours
    """Hours of wind on the capacity at year end."""
    solar_hours: FullLoadHours
    """Hours of solar on the capacity at year end."""


class Hydrology(SourcedSpec):
    """The water of a kind of year."""

    full_load_hours: FullLoadHours
    """Hours of hydro on the capacity at year end."""
    shape: MonthShape
    """How the year's hydro falls on the months."""


class Hydrologies(Spec):
    """The kinds of year."""

    dry: Hydrology
    normal: Hydrology
    wet: Hydrology


class Hydro(SourcedSpec):
    """How far hydro can follow within a month."""

    lowest_share: Share
    """Lowest output as a share of the month's mean."""
    highest_share: Share
    """Highest output as a share of capacity."""


class Wind(SourcedSpec):
    """Wind by month and day."""

    shape: MonthShape
    """How the year's wind falls on the months."""
    day_to_day: Factor
    """Standard deviation of the logarithm of a day's energy."""
    persistence: Share
    """Correlation of one day with the next."""
    highest_share: Share
    """Highest output as a share of capacity."""


class Solar(SourcedSpec):
    """Solar by month."""

    shape: MonthShape
    """How the year's solar falls on the months."""


class Thermal(SourcedSpec):
    """Coal, with a few per cent of gas and waste."""

    shape: MonthShape
    """How the thermal energy above the floor falls on the months where no clean share is published."""
    highest_share: Share
    """Highest monthly mean as a share of capacity."""
    follow_share: Share
    """How far thermal follows demand less wind and solar within a month."""
    emission_kg_per_kwh: EmissionKgPerKwh
    """Emission of a kWh generated."""


class Consumption(SourcedSpec):
    """Consumption by month and hour."""

    shape: MonthShape
    """How the year's consumption falls on the months."""
    hours: HourShape
    """Consumption by hour of the day over the day's mean."""


class Export(SourcedSpec):
    """What leaves the province, and what would come in."""

    elasticity: Share
    """Share of a change of clean generation or of demand that exports absorb; thermal takes the rest."""
    import_emission_kg_per_kwh: EmissionKgPerKwh
    """Emission of a kWh imported."""


class Zone(SourcedSpec):
    """A province's power system."""

    zone: Name
    """Name; the tables carry it."""
    name: Text
    """Name for the report."""
    years: tuple[PublishedYear, ...] = Field(min_length=1)
    """Published years in order, without a gap."""
    later_years: LaterYears
    """Years after the last published one."""
    hydrology: Hydrologies
    """Kinds of year."""
    hydro: Hydro
    """Limits of hydro."""
    wind: Wind
    """Wind."""
    solar: Solar
    """Solar."""
    thermal: Thermal
    """Thermal."""
    consumption: Consumption
    """Consumption."""
    export: Export
    """Export."""
    water: WaterModel
    """The level ``water``."""

"""The specification of ``grid/yunnan.yaml``: a province's power system by year and month."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from fleetsim.grid.shapes import HourShape, Monthly, MonthShape
from fleetsim.grid.spec import CapacityBySource
from fleetsim.grid.water_spec import WaterModel
from fleetsim.profiles.spec import Season
from fleetsim.spec import Name, SourcedSpec, Spec, Text
from fleetsim.units import EmissionKgPerKwh, EnergyTwh, Factor, FullLoadHours, PositiveShare, Share

HydrologyName = Literal["dry", "normal", "wet"]


class EnergyBySource(Spec):
    """Generation of a year, TWh; what is not given follows from ``by_rule``, hydro from the kind of year."""

    hydro: EnergyTwh | None = None
    wind: EnergyTwh | None = None
    solar: EnergyTwh | None = None
    thermal: EnergyTwh | None = None


class YearFigures(SourcedSpec):
    """What is known of one year: capacity and consumption at least."""

    year: Annotated[int, Field(ge=1990, le=2100)]
    """Calendar year."""
    capacity_gw: CapacityBySource
    """Capacity at the end of the year."""
    energy_twh: EnergyBySource = EnergyBySource()
    """Generation, as far as it is known."""
    consumption_twh: EnergyTwh
    """Consumption of the province as the statistics count it, line losses included."""
    hydro_shape: HydrologyName = "normal"
    """Shape that spreads the year's hydro over the months."""
    hydro_wet_share: Share | None = None
    """Share of the year's hydro in June to October; the shape is bent to meet it."""
    clean_share_by_month: Monthly | None = None
    """Clean share of generation by month; thermal then follows from it."""
    official_emission_kg_per_kwh: EmissionKgPerKwh | None = None
    """Official average factor of generation."""


class ByRule(SourcedSpec):
    """What a year is that only capacity, hydro and consumption are known of. Everything scales with consumption.

    With r = (hydro + wind + solar) / consumption, net export over consumption is
    ``balance_share`` + ``balance_slope`` x (r - 1), and thermal closes the balance. The contract, likewise, is what
    buyers count on before anything is given up for its price: the level ``water`` begins with it and finds the rest.
    """

    built_share: PositiveShare
    """Part of the year that what is built within it runs, in the mean; most of it comes late."""
    wind_hours: FullLoadHours
    """Hours of wind on the capacity that ran in the mean of the year, as the statistics count its energy."""
    solar_hours: FullLoadHours
    """The same of solar; the statistics leave rooftops and small plants out."""
    balance_share: Factor
    """Net export over consumption where clean generation just equals consumption."""
    balance_slope: Share
    """Part of a surplus of clean generation that is exported; thermal gives way to the rest."""
    contract_share: Factor
    """The same of the export contract."""
    contract_slope: Share
    """The same of the export contract."""


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
    floor_share: Share
    """Output that always runs, over the mean consumption of the year."""
    highest_share: Share
    """Highest monthly mean as a share of capacity."""
    follow_share: Share
    """How far thermal follows demand less wind and solar within a month."""
    emission_kg_per_kwh: EmissionKgPerKwh
    """Emission of a kWh generated."""


class Consumption(SourcedSpec):
    """Consumption by month, day and hour."""

    shape: MonthShape
    """How the year's consumption falls on the months."""
    hours: HourShape
    """Consumption by hour of the day over the day's mean, on a day of the year's mean."""
    weekdays: tuple[Factor, ...] = Field(min_length=7, max_length=7)
    """Monday to Sunday: consumption over that of a working day."""
    seasons: tuple[Season, ...] = ()
    """Holidays, whose factor stands in place of the weekday's; the first that covers a day counts."""

    def factor(self, day: date) -> float:
        """Consumption of a date over that of a working day of its month."""
        return next((season.factor for season in self.seasons if season.covers(day)), self.weekdays[day.weekday()])


class Export(SourcedSpec):
    """What leaves the province, and what would come in."""

    elasticity: Share
    """Share of a change of clean generation or of demand that exports absorb; thermal takes the rest."""
    import_emission_kg_per_kwh: EmissionKgPerKwh
    """Emission of a kWh imported."""


Band = Annotated[tuple[EmissionKgPerKwh, ...], Field(min_length=2, max_length=2)]
"""A lower and an upper end."""


class ObservedMarginal(SourcedSpec):
    """What a regression on published months says of the marginal emission within the province."""

    year: Band
    """All months."""
    wet: Band
    """June to October."""
    dry: Band
    """The other months."""


class Zone(SourcedSpec):
    """A province's power system."""

    zone: Name
    """Name; the tables carry it."""
    name: Text
    """Name for the report."""
    years: tuple[YearFigures, ...] = Field(min_length=1)
    """Known years in order, without a gap."""
    by_rule: ByRule
    """What is not known of a year."""
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
    observed_marginal: ObservedMarginal
    """Marginal emission in the published months."""
    water: WaterModel
    """The level ``water``."""

"""The balance of a year: mean power by source and month, with what is consumed and what leaves.

Generation = consumption + balance. The statistics count line losses as consumption; whatever of them they
leave out lies in the balance, which is otherwise net export.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.grid.filling import fill
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.zone import CapacityBySource, Hydrology, PublishedYear, Zone

MW_PER_GW = 1e3
MWH_PER_TWH = 1e6
WET_MONTHS = slice(5, 10)
"""June to October, the flood season."""

Months = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class YearBalance:
    """Mean power of each month in MW, January to December; every array has shape ``(12,)``."""

    hours: Months
    capacity_gw: CapacityBySource
    floor_mw: float
    """Thermal output that always runs."""
    hydro_mw: Months
    wind_mw: Months
    solar_mw: Months
    thermal_mw: Months
    demand_mw: Months

    @property
    def clean_mw(self) -> Months:
        """Hydro, wind and solar."""
        return self.hydro_mw + self.wind_mw + self.solar_mw

    @property
    def generation_mw(self) -> Months:
        """All sources."""
        return self.clean_mw + self.thermal_mw

    @property
    def export_mw(self) -> Months:
        """Generation less consumption; negative would be import."""
        return self.generation_mw - self.demand_mw

    @property
    def clean_share(self) -> Months:
        """Clean share of generation by month."""
        return self.clean_mw / self.generation_mw

    def mean(self, monthly_mw: Months) -> float:
        """Mean over the year of a monthly power."""
        return float(np.average(monthly_mw, weights=self.hours))

    def energy_twh(self, monthly_mw: Months) -> float:
        """Energy of the year of a monthly power."""
        return float(monthly_mw @ self.hours) / MWH_PER_TWH


def year_balance(inputs: GridInputs, year: int, hydrology: str) -> YearBalance:
    """The balance of ``year`` with the water of ``hydrology`` (``published``, ``dry``, ``normal`` or ``wet``).

    Years after the last published one have its capacities and consumption. There, ``published`` means
    ``normal``. Where clean generation differs from the published balance, exports take
    ``export.elasticity`` of the difference and thermal the rest, within its limits.
    """
    zone, statistics = inputs.zone, inputs.statistics(year)
    published = _published(zone, statistics)
    later = year > statistics.year
    if hydrology == "published" and not later:
        return published
    kind: Hydrology = getattr(zone.hydrology, "normal" if hydrology == "published" else hydrology)
    capacity, hours = statistics.capacity_gw, published.hours
    hydro = _spread(capacity.hydro * kind.full_load_hours / 1e3, np.array(kind.shape), hours)
    wind, solar = published.wind_mw, published.solar_mw
    if later:
        wind = _spread(capacity.wind * zone.later_years.wind_hours / 1e3, np.array(zone.wind.shape), hours)
        solar = _spread(capacity.solar * zone.later_years.solar_hours / 1e3, np.array(zone.solar.shape), hours)
    change = hydro + wind + solar - published.clean_mw
    wanted = published.thermal_mw - (1.0 - zone.export.elasticity) * change
    lowest = np.minimum(published.floor_mw, published.thermal_mw)
    highest = np.maximum(zone.thermal.highest_share * capacity.thermal * MW_PER_GW, published.thermal_mw)
    return YearBalance(
        hours, capacity, published.floor_mw, hydro, wind, solar, np.clip(wanted, lowest, highest), published.demand_mw
    )


def _published(zone: Zone, statistics: PublishedYear) -> YearBalance:
    hours = np.array([monthrange(statistics.year, month)[1] * 24.0 for month in range(1, 13)])
    energy, capacity = statistics.energy_twh, statistics.capacity_gw
    kind: Hydrology = getattr(zone.hydrology, statistics.hydro_shape)
    hydro = _spread(energy.hydro, bent(np.array(kind.shape), statistics.hydro_wet_share), hours)
    wind = _spread(energy.wind, np.array(zone.wind.shape), hours)
    solar = _spread(energy.solar, np.array(zone.solar.shape), hours)
    clean = hydro + wind + solar
    floor_mw = statistics.thermal_floor_share * capacity.thermal * MW_PER_GW
    if statistics.clean_share_by_month is None:
        thermal = _thermal(zone, energy.thermal, capacity.thermal * MW_PER_GW, floor_mw, hours)
    else:
        share = np.array(statistics.clean_share_by_month)
        thermal = clean * (1.0 - share) / share
    demand = _spread(statistics.consumption_twh, np.array(zone.consumption.shape), hours)
    return YearBalance(hours, capacity, floor_mw, hydro, wind, solar, thermal, demand)


def _thermal(zone: Zone, energy_twh: float, capacity_mw: float, floor_mw: float, hours: Months) -> Months:
    """Thermal by month: its floor, and what is left of the year's energy by the shape above it."""
    mean_mw = energy_twh * MWH_PER_TWH / hours.sum()
    floor_mw = min(floor_mw, mean_mw)
    above = np.array(zone.thermal.shape) * (mean_mw - floor_mw) * hours.sum() / hours
    return fill(floor_mw + above, mean_mw, floor_mw, zone.thermal.highest_share * capacity_mw, weights=hours)


def _spread(energy_twh: float, shape: Months, hours: Months) -> Months:
    """Mean power by month of a year's energy, MW."""
    power_mw: Months = energy_twh * MWH_PER_TWH * shape / hours
    return power_mw


def bent(shape: Months, wet_share: float | None) -> Months:
    """A shape with June to October scaled to a given share of the year, the other months to the rest."""
    if wet_share is None:
        return shape
    wet = np.zeros(12, dtype=bool)
    wet[WET_MONTHS] = True
    share = shape[wet].sum()
    scaled: Months = np.where(wet, shape * wet_share / share, shape * (1.0 - wet_share) / (1.0 - share))
    return scaled

"""The balance of a year: mean power by source and month, with what is consumed and what leaves.

Generation = consumption + balance. The statistics count line losses as consumption; whatever of them they
leave out lies in the balance, which is otherwise net export.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fleetsim.grid.filling import fill
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.spec import CapacityBySource
from fleetsim.grid.zone import ByRule, Hydrology, YearFigures, Zone

MW_PER_GW = 1e3
MWH_PER_TWH = 1e6
WET_MONTHS = slice(5, 10)
"""June to October, the flood season."""
HIGHEST_WET_SHARE = 0.9
"""However little water a year has, some of it comes in the dry season."""

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


@dataclass(frozen=True, slots=True)
class YearEnergy:
    """Energies of a year in TWh: what is known of them, and the rest by rule."""

    hydro: float
    wind: float
    solar: float
    thermal: float
    contract: float
    """What buyers outside count on before they give up any of it for its price."""


def year_energy(inputs: GridInputs, year: int) -> YearEnergy:
    """The energies of a year; without hydro of its own it has that of a normal one."""
    zone, figures, before = inputs.zone, inputs.statistics(year), year_end_before(inputs, year)
    known, capacity, rule = figures.energy_twh, figures.capacity_gw, zone.by_rule
    hydro, wind, solar = known.hydro, known.wind, known.solar
    if hydro is None:
        hydro = capacity.hydro * zone.hydrology.normal.full_load_hours / 1e3
    if wind is None:
        wind = _ran_gw(rule, before.wind, capacity.wind) * rule.wind_hours / 1e3
    if solar is None:
        solar = _ran_gw(rule, before.solar, capacity.solar) * rule.solar_hours / 1e3
    surplus = hydro + wind + solar - figures.consumption_twh
    contract = max(rule.contract_share * figures.consumption_twh + rule.contract_slope * surplus, 0.0)
    exported = max(rule.balance_share * figures.consumption_twh + rule.balance_slope * surplus, 0.0)
    thermal = max(exported - surplus, 0.0) if known.thermal is None else known.thermal
    return YearEnergy(hydro, wind, solar, thermal, contract)


def _ran_gw(rule: ByRule, before_gw: float, after_gw: float) -> float:
    """Capacity that ran in the mean of a year, from those of its two ends."""
    return before_gw + (after_gw - before_gw) * rule.built_share


def year_end_before(inputs: GridInputs, year: int) -> CapacityBySource:
    """Capacity at the beginning of a year; that of its end where the year before is not known."""
    known = inputs.known(year) and inputs.known(year - 1)
    return inputs.statistics(year - 1 if known else year).capacity_gw


def year_balance(inputs: GridInputs, year: int, hydrology: str) -> YearBalance:
    """The balance of ``year`` with the water of ``hydrology`` (``published``, ``dry``, ``normal`` or ``wet``).

    A year without hydro of its own is ``normal`` where ``published`` is asked for. Where the water of a kind of
    year differs from the year's own, exports take ``export.elasticity`` of the difference and thermal the
    rest, within its limits.
    """
    zone, figures = inputs.zone, inputs.statistics(year)
    own = _own(inputs, figures, year_energy(inputs, year))
    if hydrology == "published":
        return own
    kind: Hydrology = getattr(zone.hydrology, hydrology)
    hydro = _spread(own.capacity_gw.hydro * kind.full_load_hours / 1e3, np.array(kind.shape), own.hours)
    wanted = own.thermal_mw - (1.0 - zone.export.elasticity) * (hydro - own.hydro_mw)
    lowest = np.minimum(own.floor_mw, own.thermal_mw)
    highest = np.maximum(zone.thermal.highest_share * own.capacity_gw.thermal * MW_PER_GW, own.thermal_mw)
    return replace(own, hydro_mw=hydro, thermal_mw=np.clip(wanted, lowest, highest))


def _own(inputs: GridInputs, figures: YearFigures, energy: YearEnergy) -> YearBalance:
    """The year with its own water."""
    zone, capacity = inputs.zone, figures.capacity_gw
    hours = np.array([monthrange(figures.year, month)[1] * 24.0 for month in range(1, 13)])
    kind: Hydrology = getattr(zone.hydrology, figures.hydro_shape)
    hydro = _spread(energy.hydro, bent(np.array(kind.shape), figures.hydro_wet_share), hours)
    before = year_end_before(inputs, figures.year)
    late = zone.by_rule.built_share
    wind = _spread(energy.wind, grown(np.array(zone.wind.shape), before.wind, capacity.wind, late), hours)
    solar = _spread(energy.solar, grown(np.array(zone.solar.shape), before.solar, capacity.solar, late), hours)
    clean = hydro + wind + solar
    demand = _spread(figures.consumption_twh, np.array(zone.consumption.shape), hours)
    floor_mw = zone.thermal.floor_share * figures.consumption_twh * MWH_PER_TWH / float(hours.sum())
    if figures.clean_share_by_month is None:
        thermal = _thermal(zone, energy.thermal, capacity.thermal * MW_PER_GW, floor_mw, hours)
    else:
        share = np.array(figures.clean_share_by_month)
        thermal = clean * (1.0 - share) / share
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


def grown(shape: Months, before_gw: float, after_gw: float, built_share: float) -> Months:
    """A shape of steady capacity as that of a capacity that grows from one year end to the next.

    At the part t of the year t^(1 / built_share - 1) of what it builds is there: ``built_share`` in the mean.
    """
    if before_gw == after_gw:
        return shape
    there = ((np.arange(12) + 0.5) / 12.0) ** (1.0 / built_share - 1.0)
    monthly: Months = shape * (before_gw + (after_gw - before_gw) * there)
    monthly /= monthly.sum()
    return monthly


def bent(shape: Months, wet_share: float | None) -> Months:
    """A shape with June to October scaled to a given share of the year, the other months to the rest."""
    if wet_share is None:
        return shape
    wet = np.zeros(12, dtype=bool)
    wet[WET_MONTHS] = True
    share = shape[wet].sum()
    scaled: Months = np.where(wet, shape * wet_share / share, shape * (1.0 - wet_share) / (1.0 - share))
    return scaled


def flood_kept(shape: Months, size: float) -> Months:
    """The shape of a year that has ``size`` times the usual water: what it has more or less, its dry season has.

    From June to October turbines and lines bind rather than water, so these months stay what they usually are.
    """
    return bent(shape, min(float(shape[WET_MONTHS].sum()) / size, HIGHEST_WET_SHARE))

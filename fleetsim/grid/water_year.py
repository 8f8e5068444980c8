"""The year as a problem of water: what the figures of a year say of demand, inflow, stores and prices by day."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import SLOTS_PER_DAY
from fleetsim.grid.balance import (
    MW_PER_GW,
    MWH_PER_TWH,
    YearBalance,
    bent,
    flood_kept,
    grown,
    year_balance,
    year_end_before,
    year_energy,
)
from fleetsim.grid.demand import demand_slots
from fleetsim.grid.dispatch import renewables
from fleetsim.grid.inflow import smooth_profile, spells, year_factor
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.ladder import Ladder, ladder
from fleetsim.grid.solar import fleet_profile
from fleetsim.grid.water import WaterProblem
from fleetsim.grid.water_spec import KnownWater, Water, WaterModel
from fleetsim.grid.wind import wind_profile

GWD_PER_TWH = 1e3 / 24.0

Series = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WaterYear:
    """A calendar year before it is solved."""

    month: NDArray[np.int64]
    """Month of each period, 0 to 11."""
    demand_mw: Series
    """Demand without the fleets, ``(periods, slots of a period)``."""
    wind_mw: Series
    """``(periods, slots of a period)``."""
    solar_mw: Series
    """``(periods, slots of a period)``."""
    thermal_highest_mw: float
    ladder: Ladder
    problem: WaterProblem


@dataclass(frozen=True, slots=True, eq=False)
class Stores:
    """The classes of hydro in a year: those with storage in the order of ``water_spec.Stores``, and the river."""

    capacity_gw: Series
    full_gwd: Series
    lowest_share: Series
    river_gw: float

    @property
    def hydro_gw(self) -> float:
        """All hydro."""
        return float(self.capacity_gw.sum()) + self.river_gw


def water_year(
    inputs: GridInputs,
    year: int,
    hydrology: str,
    calendar_year: int,
    seed: int,
    fleet_mw: Series | None = None,
    periods_per_day: int = 1,
) -> WaterYear:
    """The figures of ``year`` on the days of ``calendar_year``; ``fleet_mw`` by period comes on top of demand."""
    zone = inputs.zone
    balance = year_balance(inputs, year, hydrology)
    lengths = np.array([monthrange(calendar_year, month)[1] for month in range(1, 13)])
    month = np.repeat(np.arange(12), lengths)
    by_slot = (month.size * periods_per_day, SLOTS_PER_DAY // periods_per_day)
    mean_mw = balance.mean(balance.demand_mw)
    demand = demand_slots(zone.consumption, balance.demand_mw, mean_mw, calendar_year).reshape(by_slot)
    wind, solar = (power.reshape(by_slot) for power in _renewables(inputs, balance, calendar_year, lengths, seed))
    stores = _stores(zone.water, balance.capacity_gw.hydro, year)
    inflow, start, end = _inflow(inputs, stores, year, hydrology, calendar_year, seed)
    steps = _ladder(inputs, balance, year)
    month, inflow = np.repeat(month, periods_per_day), np.repeat(inflow, periods_per_day)

    reach = zone.hydro.highest_share
    store_inflow = stores.capacity_gw[:, None] / stores.hydro_gw * inflow
    river = stores.river_gw / stores.hydro_gw * inflow
    renewable = (wind.mean(axis=1) + solar.mean(axis=1)) / MW_PER_GW
    load = demand.mean(axis=1) if fleet_mw is None else demand.mean(axis=1) + fleet_mw
    problem = WaterProblem(
        period_d=1.0 / periods_per_day,
        need_gw=(load + (steps.top_export_mw - steps.floor_mw)[month]) / MW_PER_GW - renewable - river,
        renewable_gw=renewable,
        river_gw=river,
        river_highest_gw=reach * stores.river_gw,
        inflow_gw=store_inflow,
        lowest_gw=np.minimum(stores.lowest_share[:, None] * store_inflow, reach * stores.capacity_gw[:, None]),
        highest_gw=reach * stores.capacity_gw,
        level_highest_gwd=stores.full_gwd,
        start_gwd=start,
        end_gwd=end,
        end_cny_per_mwh=np.array(zone.water.terminal_cny_per_kwh) * 1e3,
        step_gw=steps.relief_mw[month] / MW_PER_GW,
        step_cny_per_mwh=steps.price_cny_per_kwh * 1e3,
    )
    return WaterYear(month, demand, wind, solar, balance.capacity_gw.thermal * MW_PER_GW, steps, problem)


def anchored(inputs: GridInputs, year: int, hydrology: str) -> bool:
    """Whether the year has its own water, as much as gives its hydro energy."""
    return hydrology == "published" and inputs.statistics(year).energy_twh.hydro is not None


def _known(inputs: GridInputs, year: int) -> KnownWater | None:
    """What is known of the stores of a year, if anything is."""
    return next((one for one in inputs.zone.water.years if one.year == year), None)


def _renewables(
    inputs: GridInputs, balance: YearBalance, calendar_year: int, lengths: NDArray[np.int64], seed: int
) -> tuple[Series, Series]:
    """Wind and solar by day and slot; each month has its energy."""
    first, days = date(calendar_year, 1, 1), int(lengths.sum())
    cuts = np.cumsum(lengths)[:-1] * SLOTS_PER_DAY
    winds = np.split(wind_profile(inputs.zone.wind, inputs.zone.zone, seed, first, days), cuts)
    skies = np.split(fleet_profile(inputs.sky, seed, first, days), cuts)
    parts = [renewables(inputs.zone, balance, at + 1, winds[at], skies[at]) for at in range(12)]
    wind, solar = (np.concatenate(series).reshape(days, SLOTS_PER_DAY) for series in zip(*parts, strict=True))
    return wind, solar


def _stores(model: WaterModel, hydro_gw: float, year: int) -> Stores:
    classes = (model.stores.pondage, model.stores.seasonal, model.stores.multi_year)
    plants = [[plant for plant in store.plants if plant.since <= year] for store in classes]
    capacity = np.array([sum(plant.capacity_gw for plant in some) for some in plants])
    full_twh = np.array([sum(plant.storage_twh for plant in some) for some in plants])
    lowest = np.array([store.lowest_share for store in classes])
    return Stores(capacity, full_twh * GWD_PER_TWH, lowest, max(hydro_gw - float(capacity.sum()), 0.0))


def _inflow(
    inputs: GridInputs, stores: Stores, year: int, hydrology: str, calendar_year: int, seed: int
) -> tuple[Series, Series | None, Series | None]:
    """Inflow of all hydro by day in GW, and the levels before the first and after the last day, where they are set.

    A year with its own water has the inflow that gives its generation, evenly by the profile, between its two levels;
    one whose levels are not known ends where it began. The kinds of year have wet and dry spells; one without a
    given level ends at the level where it began. Unless it is known, June to October have the inflow of every year,
    for the capacity that is there by then; the dry season has the rest.
    """
    model, energy = inputs.zone.water.inflow, year_energy(inputs, year)
    hours = year_balance(inputs, year, hydrology).hours.sum()
    usual_hours = inputs.zone.hydrology.normal.full_load_hours
    shape = np.array(model.shape)
    if anchored(inputs, year, hydrology):
        now, later = _known(inputs, year), _known(inputs, year + 1)
        mean_gw = energy.hydro * MWH_PER_TWH / MW_PER_GW / hours
        if now is not None and later is not None:
            start, end = now.start_share * stores.full_gwd, later.start_share * stores.full_gwd
            profile = smooth_profile(bent(shape, now.inflow_wet_share), calendar_year)
            return profile * (mean_gw + float((end - start).sum()) / profile.size), start, end
        before_gw, capacity_gw = year_end_before(inputs, year).hydro, inputs.statistics(year).capacity_gw.hydro
        shape = flood_kept(shape, energy.hydro * 1e3 / capacity_gw / usual_hours)
        shape = grown(shape, before_gw, capacity_gw, inputs.zone.by_rule.built_share)
        return smooth_profile(shape, calendar_year) * mean_gw, None, None
    kind: Water = getattr(model.kinds, "normal" if hydrology == "published" else hydrology)
    size = year_factor(model.spread, kind.quantile)
    days = smooth_profile(flood_kept(shape, size), calendar_year)
    profile = days * spells(model, inputs.zone.zone, seed, calendar_year)
    inflow = profile / profile.mean() * stores.hydro_gw * usual_hours * size / hours
    return inflow, None if kind.start_share is None else kind.start_share * stores.full_gwd, None


def _ladder(inputs: GridInputs, balance: YearBalance, year: int) -> Ladder:
    """Coal from its floor and must-run to the highest monthly mean; the contract of the year by its rule."""
    zone = inputs.zone
    coal_mw = balance.capacity_gw.thermal * MW_PER_GW
    mean_mw = balance.mean(balance.demand_mw)
    floor = balance.floor_mw + np.array(zone.water.coal.must_run_above_floor) * mean_mw
    contract_twh = year_energy(inputs, year).contract
    contract = contract_twh * MWH_PER_TWH * np.array(zone.water.export.shape) / balance.hours
    offered_mw = zone.water.coal.offered_share * mean_mw
    return ladder(zone.water, floor, zone.thermal.highest_share * coal_mw, offered_mw, contract, balance.demand_mw)

"""The grid models: from inputs to the mix of every slot."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np

from fleetsim.clock import Clock
from fleetsim.grid.balance import MW_PER_GW, YearBalance, year_balance
from fleetsim.grid.demand import demand_slots
from fleetsim.grid.dispatch import Dispatch, dispatch
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.mix import GridSlots, Series
from fleetsim.grid.solar import fleet_profile
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.tariff import PriceSlots
from fleetsim.grid.water_slots import PERIODS_PER_DAY, water_slots
from fleetsim.grid.wind import wind_profile
from fleetsim.grid.zone import Zone
from fleetsim.grid.zones import zone_slots
from fleetsim.results.schema import CLEAN_SOURCES, SOURCES
from fleetsim.signals import Signals

METHODS = {
    "clean_share": "average of production: clean generation over generation within the province",
    "clean_share_consumption": "average of consumption: exports carry the mix, imports count as not clean",
    "clean_share_dedicated": "average of consumption: exports are contracted hydro, as far as there is hydro",
    "clean_share_zone": "average of consumption in the zone of the city, by flow tracing between cities, the rest of "
    "the province and its neighbours; the cities' parts of demand and generation are constant",
    "clean_share_contractual": "market-based: certificates held over the reported energy of the fleets, the residual "
    "mix (dedicated) for the rest; empty without certificates",
    "emission_kg_per_kwh": "average of production and imports, at the meter: divided by 1 - loss_share",
    "emission_marginal": "not computed by this level",
    "balance": "generation = demand + export; demand is consumption as the statistics count it, line losses "
    "included, and the fleets' load where it is given; what losses they leave out lies in export",
}

CITY_SOLAR = (
    "panels on the networks of cities are a part of the province's solar, at most all of it in a slot; they stand in "
    "the zone of their city, solar_share divides the rest; batteries there move no energy between zones"
)
KWH_PER_MWH = 1e3
THERMAL_FACTOR = "thermal generation times its emission, over generation"


def grid_slots(
    spec: GridSpec,
    inputs: GridInputs,
    clock: Clock,
    seed: int,
    fleet_mw: Series | None = None,
    city_solar_mw: Mapping[str, Series] | None = None,
) -> GridSlots:
    """The mix of every slot of ``clock``, at the level and with the year and water that ``spec`` asks for.

    Months and days are those of ``clock``, capacities and energies those of ``spec.year``. With ``fleet_mw``
    (one value a slot) the fleets' load is added to demand: ``water`` solves the year again, elsewhere exports
    give way by ``export.elasticity`` and thermal rises by the rest as far as it can. ``city_solar_mw`` is the part of
    the province's solar that stands on the networks of cities; it moves between zones alone.
    """
    inputs = inputs.planned(spec)
    found = _of_level(spec, inputs, clock, seed, fleet_mw)
    kg_per_kwh = inputs.zone.thermal.emission_kg_per_kwh
    parts = (inputs.zones, found.demand_mw, found.generation_mw, kg_per_kwh, spec.loss_share)
    zones = zone_slots(*parts, city_solar_mw)
    held = np.nan if spec.certificates_mwh is None else spec.certificates_mwh * KWH_PER_MWH
    notes = {**found.notes, "city_solar": CITY_SOLAR} if city_solar_mw else found.notes
    return replace(found, zones=zones, certificates_kwh=held, notes=notes)


def _of_level(spec: GridSpec, inputs: GridInputs, clock: Clock, seed: int, fleet_mw: Series | None) -> GridSlots:
    if spec.level in PERIODS_PER_DAY:
        return _water(spec, inputs, clock, seed, fleet_mw)
    balance = year_balance(inputs, spec.year, spec.hydrology)
    if spec.level == "constant":
        slots = _constant(balance, clock)
        factor, factor_note = _official_factor(inputs, spec.year)
    else:
        slots = _month_hour(inputs, balance, clock, seed)
        factor, factor_note = None, THERMAL_FACTOR
    if fleet_mw is not None:
        slots = _with_fleet(slots, fleet_mw, inputs.zone, balance)
    notes = {**_notes(spec, inputs), **METHODS, "emission_factor": factor_note}
    return _mix(slots, spec, inputs.zone, factor, notes)


def signals(grid: GridSlots, prices: PriceSlots) -> Signals:
    """What charging may follow: the whole price, valleys and peaks of the tariff, the clean share of production."""
    return Signals(prices.price_cny_per_kwh, prices.valley, prices.peak, grid.clean_share)


def _water(spec: GridSpec, inputs: GridInputs, clock: Clock, seed: int, fleet_mw: Series | None) -> GridSlots:
    found = water_slots(spec, inputs, clock, seed, fleet_mw)
    notes = {**_notes(spec, inputs), **METHODS, "emission_factor": THERMAL_FACTOR, **found.notes}
    mixed = _mix(found.dispatch, spec, inputs.zone, None, notes)
    at_meter = 1.0 - spec.loss_share
    return replace(
        mixed,
        emission_marginal_province_kg_per_kwh=found.province_kg_per_kwh / at_meter,
        emission_marginal_southern_kg_per_kwh=found.southern_kg_per_kwh / at_meter,
    )


def _constant(balance: YearBalance, clock: Clock) -> Dispatch:
    """Every slot as the year's mean."""
    monthly = (balance.demand_mw, balance.hydro_mw, balance.wind_mw, balance.solar_mw, balance.thermal_mw)
    return Dispatch(*(np.full(clock.slots, balance.mean(power)) for power in monthly))


def _month_hour(inputs: GridInputs, balance: YearBalance, clock: Clock, seed: int) -> Dispatch:
    """Whole calendar months, put together and cut: no slot depends on where the horizon ends."""
    days = clock.dates
    months = sorted({(day.year, day.month) for day in days})
    mean_mw = balance.mean(balance.demand_mw)
    demands = {
        year: demand_slots(inputs.zone.consumption, balance.demand_mw, mean_mw, year)
        for year in {year for year, _ in months}
    }
    parts = []
    for year, month in months:
        first, length = date(year, month, 1), monthrange(year, month)[1]
        begun = (first - date(year, 1, 1)).days
        demand = demands[year][begun : begun + length].ravel()
        wind = wind_profile(inputs.zone.wind, inputs.zone.zone, seed, first, length)
        solar = fleet_profile(inputs.sky, seed, first, length)
        parts.append(dispatch(inputs.zone, balance, month, demand, wind, solar))
    skipped = (days[0] - date(*months[0], 1)).days * (clock.slots // clock.total_days)
    kept = slice(skipped, skipped + clock.slots)
    return Dispatch(
        *(
            np.concatenate([getattr(part, name) for part in parts])[kept]
            for name in ("demand_mw", "hydro_mw", "wind_mw", "solar_mw", "thermal_mw")
        )
    )


def _with_fleet(slots: Dispatch, fleet_mw: Series, zone: Zone, balance: YearBalance) -> Dispatch:
    wanted = slots.thermal_mw + (1.0 - zone.export.elasticity) * fleet_mw
    highest = np.maximum(slots.thermal_mw, balance.capacity_gw.thermal * MW_PER_GW)
    thermal = np.clip(wanted, 0.0, highest)
    return Dispatch(slots.demand_mw + fleet_mw, slots.hydro_mw, slots.wind_mw, slots.solar_mw, thermal)


def _official_factor(inputs: GridInputs, year: int) -> tuple[float | None, str]:
    """The official factor of the year, or of the nearest year that has one."""
    known = {
        statistics.year: statistics.official_emission_kg_per_kwh
        for statistics in inputs.zone.years
        if statistics.official_emission_kg_per_kwh is not None
    }
    if not known:
        return None, "no official factor in the inputs: thermal generation times its emission, over generation"
    nearest = min(known, key=lambda candidate: (abs(candidate - year), candidate))
    return known[nearest], f"official average of {nearest}"


def _mix(slots: Dispatch, spec: GridSpec, zone: Zone, factor: float | None, notes: dict[str, str]) -> GridSlots:
    net_export = slots.hydro_mw + slots.wind_mw + slots.solar_mw + slots.thermal_mw - slots.demand_mw
    export, imported = np.maximum(net_export, 0.0), np.maximum(-net_export, 0.0)
    powers = {
        "hydro": slots.hydro_mw,
        "wind": slots.wind_mw,
        "solar": slots.solar_mw,
        "thermal": slots.thermal_mw,
        "import": imported,
    }
    zero = np.zeros_like(export)
    generation = np.stack([powers.get(source, zero) for source in SOURCES], axis=1)
    clean = generation[:, [SOURCES.index(source) for source in CLEAN_SOURCES]].sum(axis=1)
    supply = generation.sum(axis=1)
    produced = supply - imported
    contracted = np.minimum(export, slots.hydro_mw)
    emission = slots.thermal_mw * zone.thermal.emission_kg_per_kwh + imported * zone.export.import_emission_kg_per_kwh
    at_station = emission / supply if factor is None else np.full_like(supply, factor)
    unknown = np.full_like(supply, np.nan)
    return GridSlots(
        zone=zone.zone,
        demand_mw=slots.demand_mw,
        generation_mw=generation,
        export_mw=export,
        clean_share=clean / produced,
        clean_share_consumption=clean / supply,
        clean_share_dedicated=(clean - contracted) / (supply - contracted),
        emission_kg_per_kwh=at_station / (1.0 - spec.loss_share),
        emission_marginal_province_kg_per_kwh=unknown,
        emission_marginal_southern_kg_per_kwh=unknown.copy(),
        notes=notes,
    )


def _notes(spec: GridSpec, inputs: GridInputs) -> dict[str, str]:
    figures = inputs.statistics(spec.year)
    notes = {"level": spec.level, "year": str(spec.year), "hydrology": spec.hydrology}
    if not inputs.known(spec.year):
        notes["year_figures"] = f"assumed: capacities and consumption as in {inputs.zone.years[-1].year}"
    elif spec.plan is not None:
        notes["year_figures"] = "the scenario's plan"
    missing = [name for name in ("wind", "solar", "thermal") if getattr(figures.energy_twh, name) is None]
    if missing:
        notes["by_rule"] = f"{', '.join(missing)} from capacity, hydro and consumption"
    if spec.hydrology == "published" and figures.energy_twh.hydro is None:
        notes["hydrology"] = "published (no figures for the year: normal)"
    elif spec.hydrology == "published" and figures.clean_share_by_month is None:
        notes["hydrology"] = "published (annual figures; months by shape)"
    return notes

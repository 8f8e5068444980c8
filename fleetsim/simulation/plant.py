"""From the specification of a site to what its agent needs: chargers or slots, limits, charge steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from math import ceil

import numpy as np
from numpy.typing import NDArray

from fleetsim.charging.cabinets import Cabinet
from fleetsim.charging.sharing import NEVER
from fleetsim.charging.strategies import FEEDING
from fleetsim.clock import DAY_S, HOUR_S, SLOT_S, Clock
from fleetsim.energy.battery import battery_temperatures_c, charge_share, rounded_share
from fleetsim.energy.charger import LoadCurve
from fleetsim.energy.curve import ChargeSteps, FeedBack, charge_steps
from fleetsim.profiles import ChargerType, FeedBackSheet
from fleetsim.scenario.fleets import AnyFleet
from fleetsim.scenario.hydrogen import HydrogenBusFleet, HydrogenStation
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import ChargerGroup, Depot, DepotGroup, PlugSite, Site, SwapStation
from fleetsim.signals import SiteSupply
from fleetsim.simulation.failures import charger_outages
from fleetsim.simulation.names import capacity_kwh, charger_powers_kw, first_packs
from fleetsim.sites.depot_plant import DepotPlant
from fleetsim.sites.swap_station import SwapPlant

Plant = DepotPlant | SwapPlant


def plant_of(
    name: str,
    scenario: Scenario,
    site_code: int,
    fleets: Mapping[str, AnyFleet],
    steps: list[ChargeSteps],
    supply: SiteSupply | None = None,
) -> Plant:
    """The plant of a site and what supplies it. Charge steps that it needs are added to ``steps``."""
    site = scenario.spec.sites[name]
    if isinstance(site, SwapStation):
        fleet = next(fleet for fleet in fleets.values() if name in fleet.meets_at)
        return swap_plant(name, site, scenario, site_code, fleet, steps, supply)
    assert not isinstance(site, HydrogenStation)
    return depot_plant(name, site, scenario, site_code, fleets, steps, supply)


def depot_plant(
    name: str,
    site: PlugSite,
    scenario: Scenario,
    site_code: int,
    fleets: Mapping[str, AnyFleet],
    steps: list[ChargeSteps],
    supply: SiteSupply | None,
) -> DepotPlant:
    """The plant of a depot or public station: charge steps of its fleets behind its chargers."""
    powers = charger_powers_kw(site, scenario)
    by_power = sorted(range(len(powers)), key=lambda group: -powers[group])
    groups = tuple(group for group in by_power for _ in range(site.chargers[group].count))
    cabinets, cabinet_of = _cabinets(site, by_power, scenario)
    partners = _partners(site, by_power)
    rows, rows_of_two, cold = [], [], []
    for fleet in fleets.values():
        assert not isinstance(fleet, HydrogenBusFleet)
        shares, by_hour = _cold(fleet, site, scenario)
        rows.append(
            tuple(zip(*(_fleet_rows(steps, fleet, site, powers, each, scenario) for each in shares), strict=True))
        )
        if partners:
            rows_of_two.append(_rows_of_two(steps, fleet, site, powers, shares, scenario))
        cold.append(by_hour)
    return DepotPlant(
        site=site_code,
        charger_groups=groups,
        steps=tuple(rows),
        cold=tuple(cold),
        limits=_limits(site, powers, scenario, supply),
        strategy=site.strategy,
        sharing=site.sharing,
        cabinets=cabinets,
        cabinet_of=cabinet_of,
        partners=partners,
        steps_of_two=tuple(rows_of_two),
        own_kw=tuple(standby_kw(site, scenario) + kw for kw in base_load_kw(site)),
        cap_kw=(site.peak_kw if isinstance(site, Depot) else None) or NEVER,
        outages=charger_outages(name, site, groups, scenario),
        solar_kw=None if supply is None else supply.solar_kw,
        net_own_kw=_net_own_kw(site, scenario, supply) if site.strategy in FEEDING else (),
    )


def _net_own_kw(site: PlugSite, scenario: Scenario, supply: SiteSupply | None) -> tuple[tuple[float, float], ...]:
    """What buildings and standby draw less what the panels give, ``(at_s, power_kw)`` from a moment on, in order."""
    own_kw = base_by_slot_kw(site, scenario.spec.clock) + standby_kw(site, scenario)
    return _changes(own_kw if supply is None else own_kw - supply.solar_kw)


def _changes(power_kw: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """When a power by slot changes, and to what."""
    changes = np.flatnonzero(np.concatenate(([True], power_kw[1:] != power_kw[:-1])))
    return tuple(zip((changes * float(SLOT_S)).tolist(), power_kw[changes].tolist(), strict=True))


def _cabinets(
    site: PlugSite, by_power: Sequence[int], scenario: Scenario
) -> tuple[tuple[Cabinet, ...], tuple[int, ...]]:
    """The cabinets of a site, and that of each charger; first guns come first, so that vehicles spread out."""
    cabinets: list[Cabinet] = []
    cabinet_of: list[int] = []
    for number in by_power:
        group = site.chargers[number]
        if group.cabinet is None:
            cabinet_of += [-1] * group.count
            continue
        cabinet_of += [len(cabinets) + gun % group.cabinets for gun in range(group.count)]
        efficiency = scenario.profiles.chargers[group.type].efficiency
        module_kw = group.cabinet.module_kw
        each = Cabinet(group.cabinet.power_kw / efficiency, None if module_kw is None else module_kw / efficiency)
        cabinets += [each] * group.cabinets
    return tuple(cabinets), tuple(cabinet_of)


def _partners(site: PlugSite, by_power: Sequence[int]) -> tuple[int, ...]:
    """The gun beside each that one vehicle may take with it, -1 for none: of the same cabinet, else its neighbour."""
    partners: list[int] = []
    for number in by_power:
        group, first = site.chargers[number], len(partners)
        if isinstance(group, DepotGroup) and group.both_guns:
            apart = group.cabinets or 1
            pairs = (gun + apart if gun // apart % 2 == 0 else gun - apart for gun in range(group.count))
            partners += [first + gun for gun in pairs]
        else:
            partners += [-1] * group.count
    return tuple(partners) if max(partners) >= 0 else ()


def _rows_of_two(
    steps: list[ChargeSteps],
    fleet: AnyFleet,
    site: PlugSite,
    powers_kw: tuple[float, ...],
    shares: Sequence[float],
    scenario: Scenario,
) -> tuple[tuple[int, ...], ...]:
    """Rows of the table of charge steps behind two guns, by group and cold; nothing where the second adds no power."""
    model = scenario.profiles.vehicles[fleet.model]
    rows: list[tuple[int, ...]] = []
    for group, kw in zip(site.chargers, powers_kw, strict=True):
        two = isinstance(group, DepotGroup) and group.both_guns and model.two_guns and model.charge_limit_kw > kw
        both = (_steps(fleet, group, 2.0 * kw, scenario, each, model.charge_limit_kw) for each in shares)
        rows.append(tuple(_row(steps, each) for each in both) if two else ())
    return tuple(rows)


def swap_plant(
    name: str,
    site: SwapStation,
    scenario: Scenario,
    site_code: int,
    fleet: AnyFleet,
    steps: list[ChargeSteps],
    supply: SiteSupply | None,
) -> SwapPlant:
    """The plant of a swap station for the packs of a fleet; a slot keeps a pack warm, and no inlet limits its power."""
    powers = charger_powers_kw(site, scenario)
    battery_kwh = capacity_kwh(fleet, scenario)
    first = first_packs(scenario)[name]
    return SwapPlant(
        site=site_code,
        lanes=site.lanes,
        swap_s=repeat(site.swap_s),
        mean_swap_s=site.swap_s,
        slots=site.slots.count,
        packs=tuple((first + number, battery_kwh * site.initial_soc) for number in range(site.packs)),
        ready_kwh=battery_kwh * site.ready_soc,
        stock=ceil(site.packs * site.stock_share),
        steps_id=_row(steps, _steps(fleet, site.slots, powers[0], scenario)),
        limits=_limits(site, powers, scenario, supply),
        strategy=site.strategy,
        own_kw=tuple(standby_kw(site, scenario) + kw for kw in base_load_kw(site)),
        solar_kw=None if supply is None else supply.solar_kw,
    )


def counted_steps(
    fleet: AnyFleet, site: PlugSite, scenario: Scenario
) -> tuple[tuple[ChargeSteps, ...], tuple[int, ...]]:
    """What a dispatcher counts on at a site: its weakest gun with all in use, by cold, and how cold it is by hour.

    Each gun then has its part of what the cabinet, the connection and the transformer leave.
    """
    powers, types = charger_powers_kw(site, scenario), scenario.profiles.chargers
    group, kw = min(zip(site.chargers, powers, strict=True), key=lambda pair: pair[0].rated_kw(pair[1]) / pair[0].count)
    most_kw = min(limit_kw for _, limit_kw in _limits(site, powers, scenario, None))
    most_kw /= sum(each.count for each in site.chargers)
    share_kw = group.rated_kw(kw) / group.count
    most_kw = min(most_kw, share_kw / _efficiency(types[group.type], kw, share_kw))
    inlet_kw = scenario.profiles.vehicles[fleet.model].charge_limit_kw
    shares, by_hour = _cold(fleet, site, scenario)
    return tuple(_steps(fleet, group, kw, scenario, share, inlet_kw).capped(most_kw) for share in shares), by_hour


def standby_kw(site: Site, scenario: Scenario) -> float:
    """Power that the electronics of all chargers draw at all times."""
    return sum(group.count * scenario.profiles.chargers[group.type].standby_kw for group in site.chargers)


def base_load_kw(site: Site) -> tuple[float, ...]:
    """Load of the buildings: one value if it is constant, else one for each hour of the day."""
    load = site.base_load_kw
    return load if isinstance(load, tuple) else (load,)


def base_by_slot_kw(site: Site, clock: Clock) -> NDArray[np.float64]:
    """Load of the buildings in each slot of the run."""
    by_hour = np.resize(base_load_kw(site), DAY_S // HOUR_S)
    return np.tile(np.repeat(by_hour, HOUR_S // SLOT_S), clock.total_days)


def _cold(fleet: AnyFleet, site: PlugSite, scenario: Scenario) -> tuple[list[float], tuple[int, ...]]:
    """Shares of charge power that the cold leaves to a fleet's batteries, from all of it down, and which holds by hour.

    A session keeps the share with which it begins: a pack takes longer to warm up than to charge.
    """
    spec, profiles = scenario.spec, scenario.profiles
    city = profiles.places[site.place].city
    standing_c = battery_temperatures_c(city, profiles.cities[city], spec.seed, spec.clock)
    share = rounded_share(charge_share(standing_c + profiles.vehicles[fleet.model].battery_warmth_k))
    levels = sorted({1.0, *share.tolist()}, reverse=True)
    if len(levels) == 1:
        return levels, ()
    return levels, tuple(levels.index(each) for each in share.tolist())


def _fleet_rows(
    steps: list[ChargeSteps],
    fleet: AnyFleet,
    site: PlugSite,
    powers_kw: tuple[float, ...],
    share: float,
    scenario: Scenario,
) -> list[int]:
    """Rows of the table of charge steps for a fleet at each charger group of a site."""
    inlet_kw = scenario.profiles.vehicles[fleet.model].charge_limit_kw
    return [
        _row(steps, _steps(fleet, group, power_kw, scenario, share, inlet_kw))
        for group, power_kw in zip(site.chargers, powers_kw, strict=True)
    ]


def _steps(
    fleet: AnyFleet,
    group: ChargerGroup,
    rated_kw: float,
    scenario: Scenario,
    share: float = 1.0,
    inlet_kw: float = NEVER,
) -> ChargeSteps:
    """The batteries of a fleet behind a charger, with a share of the power that they accept when warm."""
    model, sheet = scenario.profiles.vehicles[fleet.model], scenario.profiles.chargers[group.type]
    battery_kwh = capacity_kwh(fleet, scenario)
    return charge_steps(
        [(point.soc, point.c_rate * share) for point in model.charge_curve],
        battery_kwh=battery_kwh,
        limit_kw=min(rated_kw, inlet_kw),
        charger_efficiency=sheet.efficiency,
        battery_efficiency=model.battery_efficiency,
        load_curve=_load_curve(sheet, rated_kw),
        feed_back=_feed_back(model.feed_back, group, rated_kw, battery_kwh),
    )


def _feed_back(
    sheet: FeedBackSheet | None, group: ChargerGroup, rated_kw: float, battery_kwh: float
) -> FeedBack | None:
    """What batteries may give back at chargers of a group, each no more than its own part of a cabinet."""
    if sheet is None or not isinstance(group, DepotGroup) or not group.bidirectional:
        return None
    most_kw = rated_kw if group.cabinet is None else min(rated_kw, group.cabinet.power_kw / group.cabinet.guns)
    power_kw = min(sheet.power_kw, most_kw * sheet.efficiency)
    return FeedBack(power_kw, sheet.floor_soc * battery_kwh, 1.0 / sheet.efficiency)


def _load_curve(sheet: ChargerType, rated_kw: float) -> LoadCurve | None:
    """The efficiency by load of chargers of a type and a rated power; none where it is one number."""
    corners = tuple((point.load_share, point.efficiency) for point in sheet.efficiency_curve)
    return LoadCurve(rated_kw, corners) if corners else None


def _efficiency(sheet: ChargerType, rated_kw: float, output_kw: float) -> float:
    """The efficiency at an output."""
    curve = _load_curve(sheet, rated_kw)
    return sheet.efficiency if curve is None else curve.of_output(output_kw)


def _poorest(sheet: ChargerType) -> float:
    """The poorest efficiency: guns that share a cabinet may all be at a poor load."""
    return min((point.efficiency for point in sheet.efficiency_curve), default=sheet.efficiency)


def _row(steps: list[ChargeSteps], wanted: ChargeSteps) -> int:
    """Row of a staircase in the table, added if it is not there."""
    if wanted not in steps:
        steps.append(wanted)
    return steps.index(wanted)


def _limits(
    site: Site, powers_kw: tuple[float, ...], scenario: Scenario, supply: SiteSupply | None
) -> tuple[tuple[float, float], ...]:
    """What connection, transformer, panels and battery leave for charging, by moment; none where it can never bind."""
    limit_kw = site.limit_kw(scenario.profiles.places[site.place].elevation_m)
    if limit_kw is None:
        return ((0.0, NEVER),)
    left = limit_kw - standby_kw(site, scenario)
    chargers = scenario.profiles.chargers
    most_kw = sum(
        group.rated_kw(power_kw) / _poorest(chargers[group.type])
        for group, power_kw in zip(site.chargers, powers_kw, strict=True)
    )
    base = base_load_kw(site)
    least_kw = 0.0 if supply is None else float(supply.raise_kw.min())
    if most_kw <= left - max(base) + least_kw:
        return ((0.0, NEVER),)
    clock: Clock = scenario.spec.clock
    if supply is not None:
        left_kw = np.maximum(0.0, left - base_by_slot_kw(site, clock) + supply.raise_kw)
        return _changes(left_kw)
    if len(base) == 1:
        return ((0.0, max(0.0, left - base[0])),)
    return tuple(
        (float(day * DAY_S + hour * HOUR_S), max(0.0, left - base[hour]))
        for day in range(clock.total_days)
        for hour in range(len(base))
        if hour == 0 or base[hour] != base[hour - 1]
    )

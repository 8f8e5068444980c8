"""Hosting capacity: how much further load, and how many further panels, fit at each asset."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fleetsim.network.state import flow_state, state
from fleetsim.network.sweep import Complex, Floats
from fleetsim.network.tree import Tree, tangent

BISECTIONS = 16


def hosting_kw(net: Tree, base_kva: Complex, busbar_kva: Complex, site_kw: Floats, lowest_pu: float) -> Floats:
    """How much more power fits at each asset at all times, kW, nothing above it overloaded and no voltage too low.

    Bisection of all assets at once, in the slot that leaves least room above each: that of the highest loading of each
    asset on its path. Taken at the power factor 0.95.
    """
    found = state(net, base_kva, busbar_kva, site_kw)
    # Where power flows up, further load takes it off.
    loading = np.where(found.load_kva.real < 0.0, -found.loading, found.loading)
    worst = np.nanargmax(np.nan_to_num(loading, nan=np.inf), axis=1)
    columns, times = [], []
    for asset in range(len(net.names)):
        slots = {int(worst[step]) for step in net.path(asset)} | {int(worst[len(net.names) + net.station[asset]])}
        columns += [asset] * len(slots)
        times += sorted(slots)
    asset_of, time_of = np.array(columns), np.array(times)
    low, high = np.zeros(len(asset_of)), np.full(len(asset_of), net.limit_kva[asset_of])
    base, busbar, sites = base_kva[:, time_of], busbar_kva[:, time_of], site_kw[:, time_of]
    rows = np.arange(len(asset_of))
    on_path = np.zeros((len(net.names) + len(net.stations), len(rows)), dtype=bool)
    for row, asset in enumerate(asset_of):
        on_path[net.path(int(asset)), row] = True
        on_path[len(net.names) + net.station[asset], row] = True
    below_voltage = net.station[:, np.newaxis] == net.station[asset_of][np.newaxis, :]

    def fits(extra_kw: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        loaded = base.copy()
        loaded[asset_of, rows] += extra_kw * complex(1, tangent(0.95))
        tried = flow_state(net, loaded, busbar, sites)
        heavy = np.where(on_path, tried.loading, 0.0).max(axis=0)
        voltage = np.where(below_voltage & on_path[: len(net.names)], tried.voltage_pu[: len(net.names)], 1.0)
        return np.asarray((heavy <= 1.0) & (voltage.min(axis=0) >= lowest_pu))

    high = np.where(fits(low), high, 0.0)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        good = fits(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    out = np.full(len(net.names), np.inf)
    np.minimum.at(out, asset_of, low)
    return out


def hosting_solar_kwp(
    net: Tree,
    base_kva: Complex,
    busbar_kva: Complex,
    site_kw: Floats,
    per_kwp: Mapping[str, Floats],
    highest_pu: float,
) -> Floats:
    """How many further kWp fit at each asset at all times, nothing above it overloaded upwards, no voltage too high.

    Bisection of all assets at once, in the slots that leave least room: those in which the least sun fits within the
    limit of an asset on the path, and below the highest voltage of the asset, if each kWp had its whole effect there.
    A voltage that is too high already is no reason against panels that do not raise it.
    """
    found, assets = state(net, base_kva, busbar_kva, site_kw), len(net.names)
    nothing = np.zeros(base_kva.shape[1])
    of_station = np.array([per_kwp.get(city, nothing) for city in net.cities])
    sun = of_station[net.station]
    limit = np.concatenate([net.limit_kva, net.station_unit_kva * net.station_units])
    with np.errstate(divide="ignore", invalid="ignore"):
        sun_above = np.concatenate([sun, of_station])
        least = np.where(sun_above > 0.0, (limit[:, np.newaxis] + found.load_kva.real) / sun_above, np.inf)
        rise = np.where(sun > 0.0, (highest_pu - found.voltage_pu[:assets]) / sun, np.inf)
    tightest, highest = least.argmin(axis=1), rise.argmin(axis=1)
    columns, times = [], []
    for asset in range(assets):
        above = [*net.path(asset), assets + int(net.station[asset])]
        slots = {int(tightest[step]) for step in above} | {int(highest[asset])}
        columns += [asset] * len(slots)
        times += sorted(slots)
    asset_of, time_of = np.array(columns), np.array(times)
    rows = np.arange(len(asset_of))
    shines = sun[asset_of, time_of]
    base, busbar, sites = base_kva[:, time_of], busbar_kva[:, time_of], site_kw[:, time_of]
    on_path = np.zeros((assets + len(net.stations), len(rows)), dtype=bool)
    for row, asset in enumerate(asset_of):
        on_path[net.path(int(asset)), row] = True
        on_path[assets + net.station[asset], row] = True
    near = net.station[:, np.newaxis] == net.station[asset_of][np.newaxis, :]
    allowed = np.maximum(highest_pu, found.voltage_pu[:assets, time_of])

    def fits(kwp: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        lit = base.copy()
        lit[asset_of, rows] -= kwp * shines
        tried = flow_state(net, lit, busbar, sites)
        upwards = on_path & (tried.load_kva.real < 0.0)
        heavy = np.where(upwards, tried.loading, 0.0).max(axis=0)
        too_high = near & (tried.voltage_pu[:assets] > allowed + 1e-12)
        return np.asarray((heavy <= 1.0) & ~too_high.any(axis=0))

    low = np.zeros(len(rows))
    with np.errstate(divide="ignore"):
        high = np.where(shines > 0.0, 2.0 * limit[asset_of] / shines, 0.0)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        good = fits(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    out = np.full(assets, np.inf)
    np.minimum.at(out, asset_of, np.where(shines > 0.0, low, np.inf))
    return out

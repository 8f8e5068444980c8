"""The tables ``assets`` and ``asset_slots`` of a run: what the sites and the city's load do to the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from fleetsim.clock import HOUR_S, SLOT_S, Clock
from fleetsim.network.ageing import hot_spot_c
from fleetsim.network.city_supply import CitySupply, Stored
from fleetsim.network.hosting import hosting_kw, hosting_solar_kwp
from fleetsim.network.reading import NetworkInputs
from fleetsim.network.rules import Rules
from fleetsim.network.state import State, above_sites, n_1_loading, state
from fleetsim.network.sweep import Complex, Floats
from fleetsim.network.tree import SiteNode, Tree, base_kva, tree
from fleetsim.results.records import Records
from fleetsim.results.schema import ASSET_KINDS, Frame, complete

FEEDER, TRANSFORMER, SUBSTATION = (ASSET_KINDS.index(kind) for kind in ("feeder", "transformer", "substation"))


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """A network and all that it carries in the reported slots."""

    net: Tree
    base_kva: Complex
    busbar_kva: Complex
    site_kw: Floats
    supply: CitySupply | None = None
    """Panels and batteries that stand on it, behind no site's meter."""

    def stored(self) -> Stored | None:
        """What those batteries do under these loads."""
        if self.supply is None:
            return None
        return self.supply.stored(self.net, self.base_kva, self.busbar_kva, self.site_kw)

    def left_kva(self) -> tuple[Complex, Complex]:
        """What panels and batteries leave of the base loads of assets and busbars."""
        stored, assets = self.stored(), len(self.net.names)
        if self.supply is None or stored is None:
            return self.base_kva, self.busbar_kva
        own_kw = stored.power_kw - self.supply.solar_kw
        return self.base_kva + own_kw[:assets], self.busbar_kva + own_kw[assets:]

    def state(self) -> State:
        """What every asset carries."""
        return state(self.net, *self.left_kva(), self.site_kw)

    def without_sites(self) -> State:
        """What every asset would carry without the sites."""
        return replace(self, site_kw=np.zeros_like(self.site_kw)).state()


def loads(
    inputs: NetworkInputs,
    rules: Rules,
    records: Records,
    city_share: Mapping[str, float],
    unknown_mw: float,
    hints: Mapping[str, tuple[str | None, float | None]],
) -> Loads:
    """The network under the sites of a run and the load of their cities.

    ``city_share`` is each city's share of the province's demand, ``unknown_mw`` what stands for that demand where the
    grid model does not know it. ``hints`` give what a site says of itself: where it hangs, and its transformer's kVA.
    """
    sites, slots = records.tables["sites"], records.tables["site_slots"]
    names, cities = records.entities["sites"], records.entities["cities"]
    demand_mw = records.tables["grid_slots"]["demand_mw"]
    demand_kw = np.where(np.isnan(demand_mw), unknown_mw, demand_mw) * 1e3
    by_site = slots["grid_kw"].reshape(len(sites["site"]), -1) if len(sites["site"]) else np.zeros((0, len(demand_kw)))
    nodes = [
        SiteNode(
            name=names[code],
            city=cities[sites["city"][row]],
            lat=float(sites["lat"][row]),
            lon=float(sites["lon"][row]),
            needed_kva=_needed_kw(sites, row, float(by_site[row].max(initial=1.0))) / _factor(sites, row),
            power_factor=_factor(sites, row),
            at=hints.get(names[code], (None, None))[0],
            rated_kva=hints.get(names[code], (None, None))[1],
        )
        for row, code in enumerate(sites["site"])
    ]
    net = tree(inputs, rules, nodes)
    kept = {site.name for site in net.sites}
    rows = [row for row, node in enumerate(nodes) if node.name in kept]
    city_kw = {row.city: city_share.get(row.city, 0.0) * demand_kw for row in inputs.substations.values()}
    return Loads(net, *base_kva(inputs, net, city_kw), by_site[rows])


def _factor(sites: Frame, row: int) -> float:
    return max(0.1, float(sites["power_factor"][row]))


def _needed_kw(sites: Frame, row: int, peak_kw: float) -> float:
    """What a site may draw: its connection, else its highest power."""
    limit = float(sites["connection_kw"][row])
    return peak_kw if np.isnan(limit) else limit


def network_tables(
    carried: Loads, rules: Rules, clock: Clock, air_c: Mapping[str, tuple[float, ...]]
) -> dict[str, Frame]:
    """``assets`` with what each can still take, and ``asset_slots`` of those that carry a site.

    Where panels or batteries stand on the network, ``node_supply`` and ``node_supply_slots`` too.
    """
    net, found = carried.net, carried.state()
    shown = above_sites(net)
    slot = np.arange(clock.report_from_s // SLOT_S, clock.slots)
    names = np.array([*net.names, *net.stations], dtype=object)
    of_transformer = (shown >= net.feeders) & (shown < len(net.names))
    hot = np.full((len(shown), len(slot)), np.nan)
    warm = shown[of_transformer]
    if len(warm):
        ambient = np.array([_ambient_c(net.cities[net.station[number]], clock, air_c) for number in warm])
        hot[of_transformer] = hot_spot_c(found.loading[warm], ambient)

    def rows(values: Floats) -> Floats:
        return values[shown].ravel()

    asset_slots = complete(
        "asset_slots",
        {
            "asset": np.repeat(names[shown], len(slot)),
            "slot_at": np.tile(slot * float(SLOT_S), len(shown)),
            "load_kw": rows(found.load_kva.real),
            "load_kvar": rows(found.load_kva.imag),
            "loading": rows(found.loading),
            "voltage_pu": rows(found.voltage_pu),
            "loss_kw": rows(found.loss_kw),
            "hot_spot_c": hot.ravel(),
        },
    )
    supply = _supply_tables(carried, found, rules, names, (slot * float(SLOT_S)).astype(np.float64))
    return {"assets": _assets(carried, found, rules, names), "asset_slots": asset_slots, **supply}


def _supply_tables(
    carried: Loads, found: State, rules: Rules, names: np.ndarray[tuple[int], np.dtype[np.object_]], slot_at: Floats
) -> dict[str, Frame]:
    """Every asset with its panels and battery and what further panels fit; and what those did that are there."""
    net, supply, stored = carried.net, carried.supply, carried.stored()
    if supply is None or stored is None:
        return {}
    battery = np.full((3, len(names)), np.nan)
    for one in supply.batteries:
        battery[:, one.number] = one.battery.capacity_kwh, one.battery.power_kw, one.battery.round_trip_efficiency
    load_kw, nan = found.load_kva.real, np.full(len(net.stations), np.nan)
    fits = hosting_solar_kwp(net, *carried.left_kva(), carried.site_kw, supply.per_kwp, rules.limits.highest_pu)
    cities = np.array([*(net.cities[station] for station in net.station), *net.cities], dtype=object)
    node_supply = complete(
        "node_supply",
        {
            "asset": names,
            "city": cities,
            "solar_kwp": supply.solar_kwp,
            "storage_kwh": battery[0],
            "storage_kw": battery[1],
            "round_trip_efficiency": battery[2],
            "lowest_kw": load_kw.min(axis=1),
            "reverse_h": (load_kw < 0.0).sum(axis=1) * SLOT_S / HOUR_S,
            "highest_pu": found.voltage_pu.max(axis=1),
            "hosting_solar_kwp": np.concatenate([fits, nan]),
            "synthetic": np.isin(np.arange(len(names)), supply.synthetic),
        },
    )
    here = np.flatnonzero((supply.solar_kwp > 0.0) | np.isfinite(battery[0]))
    level_kwh = np.where(np.isfinite(battery[0])[:, np.newaxis], stored.level_kwh, np.nan)
    node_supply_slots = complete(
        "node_supply_slots",
        {
            "asset": np.repeat(names[here], len(slot_at)),
            "slot_at": np.tile(slot_at, len(here)),
            "solar_kw": supply.solar_kw[here].ravel(),
            "storage_kw": stored.power_kw[here].ravel(),
            "storage_kwh": level_kwh[here].ravel(),
        },
    )
    return {"node_supply": node_supply, "node_supply_slots": node_supply_slots}


def _ambient_c(city: str, clock: Clock, air_c: Mapping[str, tuple[float, ...]]) -> Floats:
    """Air temperature of each reported slot: the mean of its month; 20 degC where the city has none."""
    days = [clock.start_date + timedelta(days=day) for day in range(clock.days)]
    return np.repeat([air_c[city][day.month - 1] if city in air_c else 20.0 for day in days], 96)


def _assets(carried: Loads, found: State, rules: Rules, names: np.ndarray[tuple[int], np.dtype[np.object_]]) -> Frame:
    net = carried.net
    nodes, stations = len(net.names), len(net.stations)
    kind = np.full(nodes + stations, SUBSTATION)
    kind[:nodes] = TRANSFORMER
    kind[: net.feeders] = FEEDER
    upstream = [names[above] if above >= 0 else net.stations[net.station[row]] for row, above in enumerate(net.parent)]
    at = {int(asset): "" for asset in net.site_at}
    for site, asset in zip(net.sites, net.site_at, strict=True):
        at[int(asset)] = f"{at[int(asset)]} {site.name}".strip()
    fits = hosting_kw(net, *carried.left_kva(), carried.site_kw, rules.limits.lowest_pu)
    limits = np.concatenate([net.limit_kva, net.station_unit_kva * net.station_units])
    cities = [net.cities[station] for station in net.station]
    return complete(
        "assets",
        {
            "asset": names,
            "kind": kind,
            "city": np.array([*cities, *net.cities], dtype=object),
            "upstream": np.array([*upstream, *[""] * stations], dtype=object),
            "sites": np.array([at.get(row, "") for row in range(nodes + stations)], dtype=object),
            "limit_kva": limits,
            "n_1_loading": n_1_loading(net, found),
            "hosting_kw": np.concatenate([fits, np.full(stations, np.nan)]),
            "synthetic": np.array(net.synthetic),
        },
    )

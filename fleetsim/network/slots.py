"""The tables ``assets`` and ``asset_slots`` of a run: what the sites and the city's load do to the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from fleetsim.clock import SLOT_S, Clock
from fleetsim.network.ageing import hot_spot_c
from fleetsim.network.reading import NetworkInputs
from fleetsim.network.rules import Rules
from fleetsim.network.state import State, above_sites, hosting_kw, n_1_loading, state
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

    def state(self) -> State:
        """What every asset carries."""
        return state(self.net, self.base_kva, self.busbar_kva, self.site_kw)

    def without_sites(self) -> State:
        """What every asset would carry without the sites."""
        return state(self.net, self.base_kva, self.busbar_kva, np.zeros_like(self.site_kw))


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
    """``assets`` with what each can still take, and ``asset_slots`` of those that carry a site."""
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
    return {"assets": _assets(carried, found, rules, names), "asset_slots": asset_slots}


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
    fits = hosting_kw(net, carried.base_kva, carried.busbar_kva, carried.site_kw, rules.limits.lowest_pu)
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

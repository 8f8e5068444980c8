"""Panels and batteries on the network of a city, behind no site's meter: what they give, node by node.

All panels of a city stand under one sky, so that they give together what single roofs give at different moments: a sure
bound of reverse flow. A battery sees the active power that passes its node, losses aside: that of all loads, panels and
batteries below. Inverters work at a power factor of 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fleetsim.clock import SLOT_S, Clock
from fleetsim.energy.storage import Battery, Flags, Wishes, by_strategy, follow, promise
from fleetsim.grid.sky import SkyInputs
from fleetsim.grid.solar import power_per_kwp
from fleetsim.network.reading import NetworkInputs
from fleetsim.network.sweep import Complex, Floats
from fleetsim.network.tree import Tree
from fleetsim.spec import Name

SolarByNode = Mapping[Name, Floats]


def solar_by_node(inputs: NetworkInputs, sky: SkyInputs, seed: int, clock: Clock, factor: float) -> dict[Name, Floats]:
    """Power of the panels at each node that has any, by slot of the whole run, kW; ``factor`` times the table's."""
    seen: dict[tuple[object, ...], Floats] = {}
    out: dict[Name, Floats] = {}
    for row in inputs.solar if factor > 0.0 else ():
        panel, city = row.panel(sky.panel), inputs.city_of(row.node)
        key = (city, panel.tilt_deg, panel.azimuth_deg, panel.loss_share, row.horizon_deg)
        if key not in seen:
            seen[key] = power_per_kwp(sky, city, seed, clock, panel, row.horizon_deg)
        out[row.node] = out.get(row.node, 0.0) + factor * row.peak_kw * seen[key]
    return out


def solar_by_city_mw(inputs: NetworkInputs, by_node: SolarByNode) -> dict[Name, Floats]:
    """The same by city, MW."""
    out: dict[Name, Floats] = {}
    for node, kw in by_node.items():
        city = inputs.city_of(node)
        out[city] = out.get(city, 0.0) + kw / 1e3
    return out


@dataclass(frozen=True, slots=True, eq=False)
class NodeBattery:
    """A battery at a node of the network."""

    number: int
    """Of its asset, or behind the assets that of its substation."""
    battery: Battery
    initial_kwh: float
    strategy: str
    target_kw: float
    """Power through its node that peak shaving keeps below."""


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What the batteries did, shape ``(assets + substations, times)``."""

    power_kw: Floats
    """Charging positive."""
    level_kwh: Floats
    """At the end of each slot."""


@dataclass(frozen=True, slots=True, eq=False)
class CitySupply:
    """Panels and batteries on a network in the reported slots."""

    solar_kw: Floats
    """Shape ``(assets + substations, times)``."""
    solar_kwp: Floats
    """Nameplate by asset and substation."""
    per_kwp: Mapping[Name, Floats]
    """What a further panel as ``grid/solar.yaml`` has it would give in each city, kW per kWp."""
    batteries: tuple[NodeBattery, ...]
    valley: Flags
    """Slots in which the tariff has its valleys."""
    peak: Flags
    """Slots in which it has its peaks."""
    synthetic: tuple[int, ...] = ()
    """Assets and substations whose panels or battery are made up."""

    def dark_and_empty(self) -> CitySupply:
        """No sun, and nothing in the batteries."""
        return replace(self, solar_kw=np.zeros_like(self.solar_kw), batteries=())

    def with_battery(self, one: NodeBattery) -> CitySupply:
        """With a further battery."""
        return replace(self, batteries=(*self.batteries, one))

    def stored(self, net: Tree, base_kva: Complex, busbar_kva: Complex, site_kw: Floats) -> Stored:
        """The batteries under the loads of assets, busbars and sites; those below come first."""
        own_kw = own_power_kw(net, base_kva, busbar_kva, site_kw) - self.solar_kw
        power_kw, level_kwh = np.zeros_like(own_kw), np.zeros_like(own_kw)
        limit_kva = np.concatenate([net.limit_kva, net.station_unit_kva * net.station_units])
        assets = len(net.names)
        for one in sorted(self.batteries, key=lambda each: -each.number if each.number < assets else 1):
            net_kw = own_kw[_below(net, one.number)].sum(axis=0)
            kw, levels = self._followed(one, net_kw, float(limit_kva[one.number]))
            own_kw[one.number] += kw
            power_kw[one.number] += kw
            level_kwh[one.number] += levels
        return Stored(power_kw, level_kwh)

    def _followed(self, one: NodeBattery, net_kw: Floats, limit_kva: float) -> tuple[Floats, Floats]:
        """Mean power and level at the end of each slot of a battery whose node carries ``net_kw`` without it."""
        promised = np.zeros(len(net_kw))
        if one.strategy == "valley_to_peak":
            room_kw, surplus_kw = np.maximum(limit_kva - net_kw, 0.0), np.maximum(-net_kw, 0.0)
            promised = promise(one.battery, one.initial_kwh, self.valley, self.peak, room_kw, surplus_kw)
        take_kw, give_kw = by_strategy(one.strategy, net_kw, promised, self.peak, one.target_kw)
        most_kw, length_s = one.battery.power_kw, np.full(len(net_kw), float(SLOT_S))
        wishes = Wishes(length_s, np.minimum(take_kw, most_kw), np.minimum(give_kw, most_kw), promised)
        kept_kwh = one.initial_kwh if one.strategy == "valley_to_peak" else 0.0
        lengths_s, powers_kw, levels_kwh, of = follow(one.battery, one.initial_kwh, kept_kwh, wishes)
        mean_kw = np.bincount(of, powers_kw * lengths_s, minlength=len(net_kw)) / SLOT_S
        last = np.searchsorted(of, np.arange(len(net_kw)), side="right")
        return mean_kw, levels_kwh[last]


def nothing(net: Tree, times: int) -> CitySupply:
    """Neither panels nor batteries."""
    nodes, never = len(net.names) + len(net.stations), np.zeros(times, dtype=bool)
    return CitySupply(np.zeros((nodes, times)), np.zeros(nodes), {}, (), never, never)


def city_supply(
    inputs: NetworkInputs,
    net: Tree,
    by_node: SolarByNode,
    per_kwp: Mapping[Name, Floats],
    multiples: tuple[float, float],
    tariff: tuple[Flags, Flags],
) -> CitySupply | None:
    """What stands on a network in its slots, if there is anything.

    Series, valleys and peaks are those of the slots; ``multiples`` of the tables' panels and batteries stand there.
    """
    of_solar, of_storage = multiples
    number = {name: place for place, name in enumerate([*net.names, *net.stations])}
    times = len(tariff[0])
    solar_kw, solar_kwp = np.zeros((len(number), times)), np.zeros(len(number))
    for node, kw in by_node.items():
        solar_kw[number[node]] = kw
    for row in inputs.solar:
        solar_kwp[number[row.node]] += of_solar * row.peak_kw
    batteries = tuple(
        NodeBattery(
            number[row.node],
            Battery(of_storage * row.battery_kwh, of_storage * row.power_kw, row.round_trip_efficiency),
            of_storage * row.battery_kwh * row.initial_share,
            row.strategy,
            row.target_kw or 0.0,
        )
        for row in inputs.storage
        if of_storage > 0.0
    )
    if not batteries and not by_node:
        return None
    made_up = {row.node for row in inputs.solar if by_node and row.synthetic}
    made_up |= {row.node for row in inputs.storage if batteries and row.synthetic}
    synthetic = tuple(sorted(number[node] for node in made_up))
    return CitySupply(solar_kw, solar_kwp, per_kwp, batteries, *tariff, synthetic)


def own_power_kw(net: Tree, base_kva: Complex, busbar_kva: Complex, site_kw: Floats) -> Floats:
    """Active power of what hangs on each asset and substation itself, losses in the iron included."""
    own_kw = np.concatenate([base_kva.real + net.no_load_kw[:, np.newaxis], busbar_kva.real])
    np.add.at(own_kw, net.site_at, site_kw)
    return own_kw


def seen_kw(net: Tree, base_kva: Complex, busbar_kva: Complex, site_kw: Floats, number: int) -> Floats:
    """What a battery at an asset or substation sees: the active power of all below, losses in conductors aside."""
    return np.asarray(own_power_kw(net, base_kva, busbar_kva, site_kw)[_below(net, number)].sum(axis=0))


def _below(net: Tree, number: int) -> list[int]:
    """An asset or substation and all that hangs below it."""
    if number >= len(net.names):
        station = number - len(net.names)
        return [number, *np.flatnonzero(net.station == station).tolist()]
    found, members = {number}, [number]
    for asset in range(number + 1, len(net.names)):
        if int(net.parent[asset]) in found:
            found.add(asset)
            members.append(asset)
    return members

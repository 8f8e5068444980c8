"""The network with the sites of a run on it: assets in the order in which power reaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, radians

import numpy as np

from fleetsim.network.reading import NetworkInputs
from fleetsim.network.rules import Rules
from fleetsim.network.spec import FeederRow
from fleetsim.network.sweep import Complex, Floats, Ints

BASE_KVA = 1_000.0
BUSBAR_KV = 10.0
BASE_OHM = BUSBAR_KV**2 / (BASE_KVA / 1_000)
KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True)
class SiteNode:
    """A site as the network sees it."""

    name: str
    city: str
    lat: float
    lon: float
    needed_kva: float
    """Apparent power that it may draw."""
    power_factor: float
    rated_kva: float | None = None
    """Rating of its transformer, where it is known."""
    at: str | None = None
    """Feeder or transformer on which it hangs, where it is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Assets below the busbars, feeders first; and the substations above them.

    A value for each asset unless said otherwise; impedances are per unit of ``BASE_KVA`` at ``BUSBAR_KV``.
    """

    names: tuple[str, ...]
    parent: Ints
    impedance_pu: Complex
    limit_kva: Floats
    """What it may carry for ever, at its elevation."""
    no_load_kw: Floats
    feeders: int
    """The first so many assets are feeders, the rest transformers."""
    station: Ints
    """Substation of each asset."""
    tie: Ints
    """Asset to which a feeder may be switched, -1 for none."""
    stations: tuple[str, ...]
    station_units: Ints
    station_unit_kva: Floats
    """Limit of one unit at its elevation."""
    busbar_pu: Floats
    sites: tuple[SiteNode, ...]
    site_at: Ints
    """Transformer of each site."""
    cities: tuple[str, ...]
    """City of each substation."""
    synthetic: tuple[bool, ...]
    """Whether an asset, then a substation, is made up."""

    def path(self, asset: int) -> list[int]:
        """An asset and those above it."""
        found = []
        while asset >= 0:
            found.append(asset)
            asset = int(self.parent[asset])
        return found


def tree(inputs: NetworkInputs, rules: Rules, sites: Sequence[SiteNode]) -> Tree:
    """The network with ``sites`` on it; those of a city without a feeder are left out.

    A site hangs on what it names; else on a transformer of its own at the end of the nearest feeder of its city, of
    the smallest usual size that carries what it may draw.
    """
    kept = [site for site in sites if site.at is not None or site.city in inputs.cities]
    stations = [name for name, row in inputs.substations.items() if row.units]
    number = {name: position for position, name in enumerate([*inputs.feeders, *inputs.transformers])}
    feeder_station = [stations.index(inputs.substation_of(name)) for name in inputs.feeders]
    sizes = rules.site_transformers

    def elevation_m(station: int) -> float:
        return inputs.substations[stations[station]].elevation_m

    names, parent, impedance, limit, no_load, synthetic = list(number), [], [], [], [], []
    for row in inputs.feeders.values():
        parent.append(number.get(row.upstream, -1))
        impedance.append(row.length_km * complex(row.r_ohm_per_km, row.x_ohm_per_km) / BASE_OHM)
        limit.append(np.sqrt(3) * BUSBAR_KV * row.ampacity_a)
        no_load.append(0.0)
        synthetic.append(row.synthetic)

    def add(feeder: int, rated: float, short: float, load_loss: float, iron: float, made_up: bool) -> None:
        resistance = load_loss / rated
        parent.append(feeder)
        impedance.append(complex(resistance, np.sqrt(short**2 - resistance**2)) * BASE_KVA / rated)
        limit.append(sizes.limit_kva(rated, elevation_m(feeder_station[feeder])))
        no_load.append(iron)
        synthetic.append(made_up)

    for one in inputs.transformers.values():
        add(
            number[one.feeder], one.rated_kva, one.short_circuit_share, one.load_loss_kw, one.no_load_loss_kw,
            one.synthetic,
        )  # fmt: skip
    site_at = []
    for site in kept:
        if site.at in inputs.transformers:
            site_at.append(number[str(site.at)])
            continue
        feeder = number[site.at] if site.at is not None else number[nearest_feeder(site, inputs)]
        rated = site.rated_kva or sizes.rated_kva(site.needed_kva, elevation_m(feeder_station[feeder]))
        site_at.append(len(names))
        names.append(f"{site.name}_transformer")
        add(
            feeder, rated, sizes.short_circuit_share, sizes.load_loss_share * rated, sizes.no_load_loss_share * rated,
            site.rated_kva is None,
        )  # fmt: skip
    of_feeder = np.array(feeder_station)
    above = np.array(parent, dtype=np.int64)
    rows = [inputs.substations[name] for name in stations]
    ties = [number[row.tie] if row.tie else -1 for row in inputs.feeders.values()]
    return Tree(
        names=tuple(names),
        parent=above,
        impedance_pu=np.array(impedance),
        limit_kva=np.array(limit),
        no_load_kw=np.array(no_load),
        feeders=len(inputs.feeders),
        station=np.concatenate([of_feeder, of_feeder[above[len(inputs.feeders) :]]]),
        tie=np.array([*ties, *[-1] * (len(names) - len(ties))]),
        stations=tuple(stations),
        station_units=np.array([row.units for row in rows]),
        station_unit_kva=np.array([sizes.limit_kva(row.unit_kva, row.elevation_m) for row in rows]),
        busbar_pu=np.array([row.busbar_pu for row in rows]),
        sites=tuple(kept),
        site_at=np.array(site_at, dtype=np.int64),
        cities=tuple(row.city for row in rows),
        synthetic=(*synthetic, *(row.synthetic for row in rows)),
    )


def nearest_feeder(site: SiteNode, inputs: NetworkInputs) -> str:
    """The feeder of the site's city that ends nearest to it."""

    def distance_km(row: FeederRow) -> float:
        north, east = row.lat - site.lat, (row.lon - site.lon) * cos(radians(site.lat))
        return float(np.hypot(north, east)) * KM_PER_DEGREE

    in_city = {
        name: row
        for name, row in inputs.feeders.items()
        if inputs.substations[inputs.substation_of(name)].city == site.city
    }
    return min(in_city, key=lambda name: (distance_km(in_city[name]), name))


def base_kva(inputs: NetworkInputs, net: Tree, city_kw: Mapping[str, Floats]) -> tuple[Complex, Complex]:
    """Base load of each asset and of each busbar, kVA by time: together the city's load times the shares.

    What a transformer carries of others is taken from its feeder.
    """
    times = len(next(iter(city_kw.values())))
    asset, busbar = (
        np.zeros((len(net.names), times), dtype=complex),
        np.zeros((len(net.stations), times), dtype=complex),
    )
    position = {name: number for number, name in enumerate(net.names)}
    for station, name in enumerate(net.stations):
        row = inputs.substations[name]
        busbar[station] = row.city_share * city_kw[row.city] * complex(1, tangent(row.power_factor))
    rest = busbar.copy()
    for name, feeder in inputs.feeders.items():
        number = position[name]
        asset[number] = feeder.substation_share * busbar[net.station[number]]
        rest[net.station[number]] -= asset[number]
    for name, transformer in inputs.transformers.items():
        number = position[name]
        city = city_kw[net.cities[net.station[number]]]
        shape = city / city.mean() * transformer.base_kw
        tan = tangent(inputs.substations[net.stations[net.station[number]]].power_factor)
        asset[number] += shape * complex(1, tan)
        asset[position[transformer.feeder]] -= asset[number]
    return asset, rest


def tangent(power_factor: float) -> float:
    """Reactive over active power.

    >>> round(tangent(0.95), 4)
    0.3287
    """
    return float(np.sqrt(1 / power_factor**2 - 1))


def rerated(net: Tree, limit_kva: Floats) -> Tree:
    """The same network with other limits."""
    return replace(net, limit_kva=limit_kva)

"""What every asset carries: loads in, loading, voltage and losses out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.network.sweep import Complex, Floats, Ints, sweep
from fleetsim.network.tree import BASE_KVA, Tree, tangent

TIMES_AT_ONCE = 2_688
"""Four weeks of slots: what bounds the memory of a year."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Assets first, then substations; shape ``(assets + substations, times)``."""

    load_kva: Complex
    """Power that enters it."""
    loading: Floats
    """Apparent power over limit; of a feeder, current over ampacity."""
    voltage_pu: Floats
    """Voltage at its lower end."""
    loss_kw: Floats
    """Its loss; unknown of substations, whose voltage is held by their tap changers."""


def state(net: Tree, base_kva: Complex, busbar_kva: Complex, site_kw: Floats) -> State:
    """The network under base loads of assets and busbars, and the power of the sites, by time."""
    times = base_kva.shape[1]
    parts = []
    for first in range(0, times, TIMES_AT_ONCE):
        part = slice(first, first + TIMES_AT_ONCE)
        parts.append(flow_state(net, base_kva[:, part], busbar_kva[:, part], site_kw[:, part]))
    if len(parts) == 1:
        return parts[0]
    joined = (np.concatenate([getattr(part, name) for part in parts], axis=1) for name in State.__slots__)
    return State(*joined)


def with_sites(net: Tree, base_kva: Complex, site_kw: Floats) -> Complex:
    """Load at each asset with that of the sites."""
    tan = np.array([tangent(site.power_factor) for site in net.sites])
    load = base_kva + net.no_load_kw[:, np.newaxis]
    np.add.at(load, net.site_at, site_kw * (1 + 1j * tan[:, np.newaxis]))
    return load


def flow_state(net: Tree, base_kva: Complex, busbar_kva: Complex, site_kw: Floats) -> State:
    """The same, all times at once."""
    load = with_sites(net, base_kva, site_kw)
    flow = sweep(net.parent, net.impedance_pu, load / BASE_KVA, net.busbar_pu[net.station])
    sent = flow.sent_pu * BASE_KVA
    current = np.abs(flow.current_pu)
    loss = net.impedance_pu.real[:, np.newaxis] * current**2 * BASE_KVA + net.no_load_kw[:, np.newaxis]
    feeder = np.arange(len(net.names)) < net.feeders
    carried = np.where(feeder[:, np.newaxis], current * BASE_KVA, np.abs(sent))
    station_kva = busbar_kva.astype(complex)
    first = np.flatnonzero(net.parent < 0)
    np.add.at(station_kva, net.station[first], sent[first])
    limit = net.station_unit_kva * net.station_units
    return State(
        np.concatenate([sent, station_kva]),
        np.concatenate([carried / net.limit_kva[:, np.newaxis], np.abs(station_kva) / limit[:, np.newaxis]]),
        np.concatenate([np.abs(flow.voltage_pu), np.repeat(net.busbar_pu[:, np.newaxis], load.shape[1], axis=1)]),
        np.concatenate([loss, np.full(station_kva.shape, np.nan)]),
    )


def above_sites(net: Tree) -> Ints:
    """Assets and substations that carry a site, in order."""
    found: set[int] = set()
    for asset in net.site_at:
        found.update(net.path(int(asset)))
        found.add(len(net.names) + int(net.station[asset]))
    return np.array(sorted(found), dtype=np.int64)


def sites_below(net: Tree, number: int) -> list[int]:
    """Sites whose power passes an asset or substation."""
    if number >= len(net.names):
        return [site for site, at in enumerate(net.site_at) if net.station[at] == number - len(net.names)]
    return [site for site, at in enumerate(net.site_at) if number in net.path(int(at))]


def n_1_loading(net: Tree, found: State) -> Floats:
    """Highest loading with one unit or line out, by asset and substation; infinite where nothing takes over.

    A substation loses one of its units; a feeder hands its load to its tie, whose loading counts.
    """
    out = np.full(len(found.loading), np.inf)
    kva = np.abs(found.load_kva)
    for number in range(net.feeders):
        tie = int(net.tie[number])
        if tie >= 0:
            together = np.abs(found.load_kva[number] + found.load_kva[tie])
            out[number] = together.max() / net.limit_kva[tie]
    for station, units in enumerate(net.station_units):
        number = len(net.names) + station
        if units > 1:
            out[number] = kva[number].max() / ((units - 1) * net.station_unit_kva[station])
    return out

"""The network at one moment as a network of pandapower (extra ``powerflow``), panels and batteries with it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from fleetsim.errors import InputError, Problem
from fleetsim.network.reading import NetworkInputs
from fleetsim.network.slots import Loads
from fleetsim.network.tree import BASE_KVA, BASE_OHM, BUSBAR_KV, Tree, tangent

GRID_KV, LOW_KV = 110.0, 0.4
HELD_SHARE = 1e-4
"""Short-circuit voltage of the transformers of substations, whose tap changers hold the busbar: next to none."""
KW_PER_MW = 1e3


def pandapower_net(carried: Loads, slot: int, inputs: NetworkInputs) -> Any:
    """A pandapower network that carries what ``carried`` does in a reported slot.

    Ratings are what assets may carry at their elevation. Base load, sites, panels (``sgen``) and batteries
    (``storage``, charging positive) stand apart, so that each can be changed.
    """
    pandapower, net = pandapower_itself(), carried.net
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = pandapower.create_empty_network(name="fleetsim", sn_mva=BASE_KVA / KW_PER_MW)
        busbar = [_station(pandapower, out, net, station, inputs) for station in range(len(net.stations))]
        ends = _assets(pandapower, out, net, busbar, inputs)
        _elements(pandapower, out, carried, slot, [*ends, *busbar])
    return out


def write_pandapower(carried: Loads, slot: int, inputs: NetworkInputs, path: Path) -> None:
    """The same as a JSON file that pandapower reads."""
    pandapower_itself().to_json(pandapower_net(carried, slot, inputs), str(path))


def pandapower_itself() -> Any:
    """The extra, or an ``InputError`` that says how to get it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pandapower
    except ImportError as missing:
        allowed = "needs the extra powerflow, in an environment with pandas 2: pip install 'fleetsim[powerflow]'"
        raise InputError([Problem("pandapower", None, "", str(missing), allowed)]) from missing
    return pandapower


def _station(pandapower: Any, out: Any, net: Tree, station: int, inputs: NetworkInputs) -> int:
    """A substation under the grid; its busbar."""
    name, row = net.stations[station], inputs.substations[net.stations[station]]
    above = pandapower.create_bus(out, GRID_KV, name=f"{name}_grid", geodata=(row.lon, row.lat))
    busbar = pandapower.create_bus(out, BUSBAR_KV, name=name, geodata=(row.lon, row.lat))
    pandapower.create_ext_grid(out, above, vm_pu=float(net.busbar_pu[station]), name=name)
    pandapower.create_transformer_from_parameters(
        out, above, busbar, float(net.station_unit_kva[station]) / KW_PER_MW, GRID_KV, BUSBAR_KV, 0.0,
        100 * HELD_SHARE, 0.0, 0.0, name=name, parallel=int(net.station_units[station]),
    )  # fmt: skip
    return int(busbar)


def _assets(pandapower: Any, out: Any, net: Tree, busbar: list[int], inputs: NetworkInputs) -> list[int]:
    """Feeders and transformers; the bus at the lower end of each."""
    ends: list[int] = []
    places: dict[int, tuple[float, float]] = {
        int(at): (site.lon, site.lat) for site, at in zip(net.sites, net.site_at, strict=True)
    }
    for number, name in enumerate(net.names):
        parent = int(net.parent[number])
        upper = ends[parent] if parent >= 0 else busbar[int(net.station[number])]
        if number < net.feeders:
            row, ohm = inputs.feeders[name], net.impedance_pu[number] * BASE_OHM
            ends.append(int(pandapower.create_bus(out, BUSBAR_KV, name=name, geodata=(row.lon, row.lat))))
            most_ka = float(net.limit_kva[number]) / (np.sqrt(3) * BUSBAR_KV) / 1e3
            pandapower.create_line_from_parameters(
                out, upper, ends[-1], row.length_km, ohm.real / row.length_km, ohm.imag / row.length_km, 0.0, most_ka,
                name=name,
            )  # fmt: skip
            places.setdefault(number, (row.lon, row.lat))
        else:
            place = places.get(number) or places[parent]
            ends.append(int(pandapower.create_bus(out, LOW_KV, name=name, geodata=place)))
            kva = float(net.limit_kva[number])
            percent, iron_kw = 100 * net.impedance_pu[number] * kva / BASE_KVA, float(net.no_load_kw[number])
            pandapower.create_transformer_from_parameters(
                out, upper, ends[-1], kva / KW_PER_MW, BUSBAR_KV, LOW_KV, percent.real, abs(percent), iron_kw,
                100 * iron_kw / kva, name=name,
            )  # fmt: skip
    return ends


def _elements(pandapower: Any, out: Any, carried: Loads, slot: int, buses: list[int]) -> None:
    """Loads, panels and batteries at the buses."""
    net, supply, stored = carried.net, carried.supply, carried.stored()
    names = [*net.names, *net.stations]
    base_kva = np.concatenate([carried.base_kva[:, slot], carried.busbar_kva[:, slot]])
    for number in np.flatnonzero(base_kva):
        mva = base_kva[number] / KW_PER_MW
        pandapower.create_load(out, buses[number], float(mva.real), float(mva.imag), name=f"base_{names[number]}")
    for site, at, kw in zip(net.sites, net.site_at, carried.site_kw[:, slot], strict=True):
        mw = float(kw) / KW_PER_MW
        pandapower.create_load(out, buses[int(at)], mw, mw * tangent(site.power_factor), name=site.name)
    if supply is None or stored is None:
        return
    for number in np.flatnonzero(supply.solar_kwp):
        pandapower.create_sgen(
            out, buses[number], float(supply.solar_kw[number, slot]) / KW_PER_MW, name=f"solar_{names[number]}",
            sn_mva=float(supply.solar_kwp[number]) / KW_PER_MW, type="PV",
        )  # fmt: skip
    for one in supply.batteries:
        battery, level_kwh = one.battery, float(stored.level_kwh[one.number, slot])
        pandapower.create_storage(
            out, buses[one.number], float(stored.power_kw[one.number, slot]) / KW_PER_MW,
            battery.capacity_kwh / KW_PER_MW, soc_percent=100 * level_kwh / battery.capacity_kwh,
            sn_mva=battery.power_kw / KW_PER_MW, name=f"battery_{names[one.number]}", type=one.strategy,
        )  # fmt: skip


def peak_slot(carried: Loads) -> int:
    """The reported slot in which the substations carry most together."""
    stations = slice(len(carried.net.names), None)
    return int(np.argmax(np.abs(carried.state().load_kva[stations]).sum(axis=0)))

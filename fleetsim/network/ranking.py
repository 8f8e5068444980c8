"""Which assets bind: each by its margin, how long it is loaded too much, and the fleets that cause it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.network.rules import Limits
from fleetsim.network.slots import Loads
from fleetsim.network.state import above_sites, sites_below
from fleetsim.network.sweep import Floats
from fleetsim.results.records import Records

SLOT_H = SLOT_S / HOUR_S


@dataclass(frozen=True, slots=True)
class Binding:
    """An asset in a case."""

    case: str
    asset: str
    kind: str
    peak_loading: float
    margin_kva: float
    """What is left at its highest load; negative is missing."""
    heavy_h: float
    overload_h: float
    overload_kvah: float
    lowest_pu: float
    slot: int
    """The worst reported slot."""
    fleets: tuple[tuple[str, float], ...]
    """Fleets whose sessions draw then below the asset, and their power, largest first, kW."""
    synthetic: bool


def limits_kva(carried: Loads) -> Floats:
    """Limit of each asset, then of each substation."""
    net = carried.net
    return np.concatenate([net.limit_kva, net.station_unit_kva * net.station_units])


def overload_kvah(carried: Loads, limits: Limits, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """Energy beyond the overload threshold in the kept slots, by asset and substation that carries a site."""
    loading = carried.state().loading[:, kept]
    over = np.maximum(0.0, np.where(np.isnan(loading), limits.overload, loading) - limits.overload)
    total = over.sum(axis=1) * limits_kva(carried) * SLOT_H
    shown = np.zeros(len(total), dtype=bool)
    shown[above_sites(carried.net)] = True
    return np.where(shown, total, 0.0)


def ranking(
    case: str,
    carried: Loads,
    records: Records,
    limits: Limits,
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> list[Binding]:
    """The assets that carry a site, least margin first, in the kept slots of a case."""
    net, found, limit = carried.net, carried.state(), limits_kva(carried)
    names, slots = [*net.names, *net.stations], np.flatnonzero(kept)
    rows = []
    for number in above_sites(net):
        loading = found.loading[number, slots]
        worst = int(slots[np.argmax(np.nan_to_num(loading, nan=np.inf))])
        peak = float(loading.max())
        rows.append(
            Binding(
                case=case,
                asset=names[number],
                kind="substation" if number >= len(net.names) else "feeder" if number < net.feeders else "transformer",
                peak_loading=peak,
                margin_kva=float(limit[number]) * (limits.overload - peak),
                heavy_h=float((loading > limits.heavy).sum()) * SLOT_H,
                overload_h=float((loading > limits.overload).sum()) * SLOT_H,
                overload_kvah=float(np.maximum(0, loading - limits.overload).sum() * limit[number] * SLOT_H),
                lowest_pu=float(found.voltage_pu[number, slots].min()),
                slot=worst,
                fleets=_fleets(records, {net.sites[site].name for site in sites_below(net, int(number))}, worst),
                synthetic=net.synthetic[number],
            )
        )
    return sorted(rows, key=lambda row: (row.margin_kva / limit[names.index(row.asset)], row.asset))


def _fleets(records: Records, sites: set[str], slot: int) -> tuple[tuple[str, float], ...]:
    """Mean power of each fleet's sessions at some sites in a reported slot; packs count for who is charged there."""
    sessions, vehicles = records.tables["sessions"], records.tables["vehicles"]
    start = records.clock.report_from_s + slot * float(SLOT_S)
    codes = [code for code, name in enumerate(records.entities["sites"]) if name in sites]
    overlap = np.minimum(sessions["end_at"], start + SLOT_S) - np.maximum(sessions["start_at"], start)
    mine = np.isin(sessions["site"], codes) & (overlap > 0)
    lasts = np.maximum(sessions["end_at"] - sessions["start_at"], 1.0)
    kw = np.where(mine, sessions["energy_kwh"] * overlap / lasts, 0.0) / SLOT_H
    fleet_of = dict(zip(vehicles["vehicle"].tolist(), vehicles["fleet"].tolist(), strict=True))
    by_fleet: dict[str, float] = {}
    for row in np.flatnonzero(mine):
        code = fleet_of.get(int(sessions["vehicle"][row]), -1)
        name = records.entities["fleets"][code] if code >= 0 else "packs"
        by_fleet[name] = by_fleet.get(name, 0.0) + float(kw[row])
    return tuple(sorted(by_fleet.items(), key=lambda item: -item[1]))

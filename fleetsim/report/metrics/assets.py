"""Metrics of the network: how heavily each transformer, feeder and substation that carries a site was loaded."""

from __future__ import annotations

import numpy as np

from fleetsim.accounting.sums import Floats, ratio
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.network.ageing import ageing_rate
from fleetsim.results.records import Records

SLOT_H = SLOT_S / HOUR_S
HEAVY, OVERLOAD = 0.8, 1.0


def assets(records: Records) -> tuple[tuple[str, ...], dict[str, Floats]]:
    """Names of the assets, and each metric by asset."""
    slots = records.tables["asset_slots"]
    times = max(1, len(np.unique(slots["slot_at"])))
    names = tuple(str(name) for name in slots["asset"][::times])
    loading, voltage, loss, hot, load = (
        slots[name].reshape(-1, times) for name in ("loading", "voltage_pu", "loss_kw", "hot_spot_c", "load_kw")
    )
    return names, {
        "peak_loading": loading.max(axis=1, initial=0.0),
        "heavy_h": (loading > HEAVY).sum(axis=1) * SLOT_H,
        "overload_h": (loading > OVERLOAD).sum(axis=1) * SLOT_H,
        "lowest_voltage_pu": voltage.min(axis=1, initial=np.inf),
        "highest_voltage_pu": voltage.max(axis=1, initial=-np.inf),
        "reverse_h": (load < 0.0).sum(axis=1) * SLOT_H,
        "load_factor": ratio(load.mean(axis=1), load.max(axis=1, initial=0.0)) if names else np.zeros(0),
        "loss_kwh": loss.sum(axis=1) * SLOT_H,
        "hot_spot_c": hot.max(axis=1, initial=-np.inf),
        "ageing": ageing_rate(hot).mean(axis=1) if names else np.zeros(0),
        "coincidence": _coincidence(records, names),
    }


def _coincidence(records: Records, names: tuple[str, ...]) -> Floats:
    """Highest power of the sites below an asset together over the sum of their own highest."""
    table, slots, sites = (records.tables[name] for name in ("assets", "site_slots", "sites"))
    if not names:
        return np.zeros(0)
    by_site = slots["grid_kw"].reshape(len(sites["site"]), -1)
    row_of = {records.entities["sites"][code]: row for row, code in enumerate(sites["site"])}
    upstream = dict(zip(table["asset"], table["upstream"], strict=True))
    below: dict[str, list[int]] = {name: [] for name in names}
    for asset, held in zip(table["asset"], table["sites"], strict=True):
        at = str(asset)
        while at and held:
            below[at] += [row_of[site] for site in held.split()]
            at = str(upstream.get(at, ""))
    together = np.array([by_site[below[name]].sum(axis=0).max() for name in names])
    apart = np.array([by_site[below[name]].max(axis=1).sum() for name in names])
    return ratio(together, apart)

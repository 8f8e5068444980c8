"""Load series of a run as planning tools take them: a row for each site or asset and step, in one CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import SLOT_S, UTC_OFFSET_H, Clock
from fleetsim.network.tree import tangent
from fleetsim.results.records import Records
from fleetsim.results.schema import ASSET_KINDS

Floats = NDArray[np.float64]

COLUMNS = ("node", "kind", "city", "voltage_kv", "begins_at", "load_kw", "load_kvar", "peak_kw", "peak_at")
SITE_KV, ASSET_KV = "0.4", "10"
"""Level at which the network sees a load: sites below their transformer, assets at the upper end."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadSeries:
    """The load of a site or an asset in each slot of the reported time."""

    node: str
    kind: str
    city: str
    voltage_kv: str
    """Empty for a site that hangs on no network."""
    load_kw: Floats
    load_kvar: Floats


def load_series(records: Records) -> Iterator[LoadSeries]:
    """Sites, then the assets that carry them, in the order of their tables."""
    sites, entities = records.tables["sites"], records.entities
    by_site = records.tables["site_slots"]["grid_kw"].reshape(len(sites["site"]), -1)
    assets, slots = records.tables["assets"], records.tables["asset_slots"]
    hanging = {site for held in assets["sites"] for site in str(held).split()}
    for row, code in enumerate(sites["site"]):
        name, factor = entities["sites"][code], max(0.1, float(sites["power_factor"][row]))
        yield LoadSeries(
            name,
            "site",
            entities["cities"][sites["city"][row]],
            SITE_KV if name in hanging else "",
            by_site[row],
            by_site[row] * tangent(factor),
        )
    times = max(1, by_site.shape[1])
    row_of = {str(name): row for row, name in enumerate(assets["asset"])}
    load_kw, load_kvar = (slots[name].reshape(-1, times) for name in ("load_kw", "load_kvar"))
    for number, name in enumerate(str(each) for each in slots["asset"][::times]):
        row = row_of[name]
        kind, city = ASSET_KINDS[assets["kind"][row]], str(assets["city"][row])
        yield LoadSeries(name, kind, city, ASSET_KV, load_kw[number], load_kvar[number])
    yield from _on_network(records, times)


def _on_network(records: Records, times: int) -> Iterator[LoadSeries]:
    """Panels, whose load is negative, and batteries that hang on nodes of the network."""
    nodes, slots = records.tables["node_supply"], records.tables["node_supply_slots"]
    city_of = dict(zip(nodes["asset"].tolist(), nodes["city"].tolist(), strict=True))
    for number, name in enumerate(str(each) for each in slots["asset"][::times]):
        mine = slice(number * times, (number + 1) * times)
        for kind, load_kw in (("panels", -slots["solar_kw"][mine]), ("battery", slots["storage_kw"][mine])):
            if load_kw.any():
                yield LoadSeries(name, kind, str(city_of[name]), ASSET_KV, load_kw, np.zeros(times))


def write_load(records: Records, path: Path, step_min: int) -> int:
    """Write the means over steps of ``step_min`` minutes, with the peak of each series; returns the number of rows."""
    together, rows = step_min * 60 // SLOT_S, 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        begins: list[str] = []
        for each in load_series(records):
            kw, kvar = (values.reshape(-1, together).mean(axis=1) for values in (each.load_kw, each.load_kvar))
            begins = begins or _times(records.clock, len(kw), step_min)
            # A peak that rounding repeats is told at its first time.
            peak = int(np.argmax(np.round(kw, 3)))
            for time, power, reactive in zip(begins, kw, kvar, strict=True):
                writer.writerow(
                    (each.node, each.kind, each.city, each.voltage_kv, time, f"{power:.3f}", f"{reactive:.3f}",
                     f"{kw[peak]:.3f}", begins[peak])
                )  # fmt: skip
            rows += len(kw)
    return rows


def _times(clock: Clock, count: int, step_min: int) -> list[str]:
    """Beginning of each step in civil time."""
    first = clock.origin + timedelta(seconds=clock.report_from_s)
    steps = (first + timedelta(minutes=step_min * number) for number in range(count))
    return [f"{time.isoformat(timespec='minutes')}+{UTC_OFFSET_H:02d}:00" for time in steps]

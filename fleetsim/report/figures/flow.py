"""Energy from its sources to the road: how the kilowatt-hours at the connections were made, spent and lost."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.report.balance import balance_lines
from fleetsim.report.figures.drawing import Figure, layout, words
from fleetsim.report.view import ReportView
from fleetsim.results.schema import SOURCES

NOTICEABLE = 1e-4
"""Share of the whole below which a flow is too thin to be drawn."""
COLOURS = {
    "balance.connection": "var(--series-7)",
    "balance.loads": "var(--series-7)",
    "balance.meter": "var(--series-1)",
    "balance.delivered": "var(--series-1)",
    "balance.battery": "var(--series-5)",
    "balance.driven": "var(--series-3)",
    "balance.hydrogen": "var(--series-3)",
    "balance.base": "var(--base)",
    "balance.standby": "var(--standby)",
    "balance.conversion": "var(--limit)",
    "balance.battery_loss": "var(--limit)",
    "balance.left": "var(--series-7)",
    "balance.fed_back": "var(--series-4)",
    "balance.feed_loss": "var(--limit)",
}
OF_SITES = {"source.site_solar": "var(--solar)", "source.initial": "var(--base)"}
"""Colours of what does not come from the grid."""
STEPS = {"balance.vehicles": "balance.meter", "balance.out": "balance.delivered", "balance.stored": "balance.battery"}
"""Parts of a line of the balance that the next line divides further."""


def flow(view: ReportView) -> Figure | None:
    """From the sources of the grid to distance driven, with what is lost on the way."""
    links = [*_sources(view), *_spent(view)]
    whole = sum(kwh for _, target, kwh in links if target in ("balance.connection", "balance.loads"))
    links = [link for link in links if link[2] > NOTICEABLE * whole]
    if not whole > 0 or not links:
        return None
    nodes = list(dict.fromkeys(node for source, target, _ in links for node in (source, target)))
    number = {node: place for place, node in enumerate(nodes)}
    sankey: dict[str, Any] = {
        "type": "sankey",
        "arrangement": "snap",
        "valueformat": ",.0f",
        "valuesuffix": " kWh",
        "node": {
            "label": [words(node) for node in nodes],
            "color": [_colour(node) for node in nodes],
            "pad": 16,
            "thickness": 14,
            "line": {"width": 0},
        },
        "link": {
            "source": [number[source] for source, _, _ in links],
            "target": [number[target] for _, target, _ in links],
            "value": [round(kwh, 3) for _, _, kwh in links],
            "color": ["var(--flow)"] * len(links),
        },
    }
    return {"data": [sankey], "layout": layout(420, hovermode="closest", margin={"l": 12, "r": 12, "t": 12, "b": 12})}


def _sources(view: ReportView) -> list[tuple[str, str, float]]:
    """Energy that came to the sites by the source that generated it, as the average of production.

    What vehicles fed back stands beside the sources, as it came to a site before.
    """
    grid, sites = view.records.tables["grid_slots"], view.records.tables["site_slots"]
    if not len(grid["slot_at"]) or not len(sites["slot_at"]):
        return []
    slot_s, row = np.unique(grid["slot_at"], return_inverse=True)
    made_mw = np.stack(
        [np.bincount(row, np.nan_to_num(grid[f"{source}_mw"]), len(slot_s)) for source in SOURCES], axis=1
    )
    whole_mw = made_mw.sum(axis=1, keepdims=True)
    shares = np.divide(made_mw, whole_mw, out=np.zeros_like(made_mw), where=whole_mw > 0)
    supply, load_kw = view.records.tables["supply_slots"], np.nan_to_num(sites["load_kw"])
    alone = ~np.isin(sites["site"], supply["site"])
    drawn_kw = np.bincount(np.searchsorted(slot_s, sites["slot_at"][alone]), load_kw[alone], len(slot_s))
    kwh = dict(zip(SOURCES, ((SLOT_S / HOUR_S) * drawn_kw @ shares).tolist(), strict=True))
    if not len(supply["site"]):
        return [(f"source.{source}", "balance.connection", each) for source, each in kwh.items()]
    mixed_kw = load_kw[~alone][np.lexsort((sites["slot_at"][~alone], sites["site"][~alone]))]
    order = np.lexsort((supply["slot_at"], supply["site"]))
    feeds = view.records.tables["feed_slots"]
    fed_kw = np.where(feeds["slot_at"] >= slot_s[0], feeds["fed_back_kw"], 0.0)
    for source in (*SOURCES, "site_solar", "initial"):
        taken_kw = float(mixed_kw @ supply[f"{source}_share"][order]) - float(fed_kw @ feeds[f"{source}_share"])
        kwh[source] = kwh.get(source, 0.0) + taken_kw * SLOT_S / HOUR_S
    fed_back = ("balance.fed_back", "balance.loads", float(fed_kw.sum()) * SLOT_S / HOUR_S)
    return [*((f"source.{source}", "balance.loads", each) for source, each in kwh.items()), fed_back]


def _spent(view: ReportView) -> list[tuple[str, str, float]]:
    """The balance, line by line; what was in the batteries at the start comes in beside what was stored."""
    links = []
    for line in balance_lines(view):
        links += [(line.key, STEPS.get(part, part), kwh) for part, kwh in line.parts_kwh]
    initial_kwh = view.run("initial_kwh")
    if math.isfinite(initial_kwh):
        links.append(("balance.initial", "balance.battery", initial_kwh))
    return links


def _colour(node: str) -> str:
    if node in OF_SITES:
        return OF_SITES[node]
    return f"var(--{node.removeprefix('source.')})" if node.startswith("source.") else COLOURS.get(node, "var(--base)")

"""Swap packs over time: how many stand ready at all stations together, at the emptiest one, and who waits for them."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetsim.report.figures.drawing import Figure, layout, packed, time_axis, timed, value_axis, words
from fleetsim.report.series import Series, step, thin
from fleetsim.report.view import ReportView
from fleetsim.results.schema import select


def packs(view: ReportView) -> Figure | None:
    """Ready packs and waiting vehicles; ``None`` without a swap station."""
    sites, slots = view.records.tables["sites"], view.records.tables["site_slots"]
    stations = sites["site"][sites["packs"] > 0]
    rows = select(slots, np.isin(slots["site"], stations))
    if not len(rows["slot_at"]):
        return None
    rows = select(rows, np.lexsort((rows["slot_at"], rows["site"])))
    slot_s = np.unique(rows["slot_at"])
    ready, queued = (rows[name].reshape(-1, len(slot_s)) for name in ("packs_ready", "queued"))
    data = [
        _line(view, "packs.ready", "var(--series-1)", "solid", slot_s, ready.sum(axis=0)),
        _line(view, "packs.queued", "var(--series-2)", "solid", slot_s, queued.sum(axis=0)),
    ]
    if len(stations) > 1:
        data.insert(1, _line(view, "packs.fewest", "var(--series-3)", "dot", slot_s, ready.min(axis=0)))
    return {"data": data, "layout": layout(300, xaxis=time_axis(view), yaxis=value_axis("axis.packs"))}


def _line(view: ReportView, key: str, colour: str, dash: str, slot_s: Series, count: Series) -> dict[str, Any]:
    size = step(len(slot_s))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words(key),
        "showlegend": True,
        "line": {"width": 2, "color": colour, "dash": dash},
        "hovertemplate": "%{y:,.0f}",
        **timed(view, slot_s, size),
        "y": packed(thin(count, size)),
    }

"""The state of charge of a fleet over time: its median, and how far the batteries spread around it."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetsim.accounting.slots import reported_slots
from fleetsim.clock import SLOT_S
from fleetsim.report.charge_levels import charge_levels
from fleetsim.report.figures.drawing import Figure, Variant, layout, packed, time_axis, timed, value_axis, words
from fleetsim.report.series import Series, step
from fleetsim.report.view import ReportView

MOST_FLEETS = 8
"""Fleets to choose from: those with most vehicles."""


def levels(view: ReportView) -> list[Variant]:
    """A figure for each of the largest fleets with batteries."""
    records = view.records
    fleets = records.tables["vehicles"]["fleet"]
    size_of = np.bincount(fleets, minlength=len(records.entities["fleets"])) if len(fleets) else np.empty(0)
    slots = reported_slots(records.clock)
    size = step(len(slots))
    slot_s: Series = slots[::size].astype(np.float64) * SLOT_S
    variants = []
    for fleet in np.argsort(-size_of, kind="stable"):
        quantiles = charge_levels(records, int(fleet), np.add(slot_s, size * SLOT_S / 2)) if size_of[fleet] else None
        if quantiles is not None:
            name = view.name(records.entities["fleets"][fleet])
            variants.append(Variant(name.model_dump(), _fan(view, slot_s, quantiles, size)))
        if len(variants) == MOST_FLEETS:
            break
    return variants


def _fan(view: ReportView, slot_s: Series, quantiles: Series, size: int) -> Figure:
    """Two bands and the median: 90 and 50 of 100 batteries lie within them."""
    p5, p25, p50, p75, p95 = (100 * each for each in quantiles)
    place = timed(view, slot_s, size)
    data = [
        _edge(place, p5, None, None),
        _edge(place, p95, "level.most", "var(--band-wide)"),
        _edge(place, p25, None, None),
        _edge(place, p75, "level.half", "var(--band-narrow)"),
        {
            "type": "scatter",
            "mode": "lines",
            "name": words("level.median"),
            "line": {"width": 2, "color": "var(--series-1)"},
            "hovertemplate": "%{y:.0f} %",
            **place,
            "y": packed(p50),
        },
    ]
    axis = value_axis("axis.soc", range=[0, 100], fixedrange=True)
    return {"data": data, "layout": layout(300, xaxis=time_axis(view), yaxis=axis)}


def _edge(place: dict[str, Any], percent: Series, key: str | None, colour: str | None) -> dict[str, Any]:
    """An edge of a band; the upper one fills down to the edge before."""
    edge: dict[str, Any] = {"type": "scatter", "mode": "lines", "line": {"width": 0}, **place, "y": packed(percent)}
    if key is None:
        return {**edge, "showlegend": False, "hoverinfo": "skip"}
    return {**edge, "name": words(key), "fill": "tonexty", "fillcolor": colour, "hovertemplate": "%{y:.0f} %"}

"""Hydrogen in the storage of each station over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetsim.report.figures.drawing import (
    SITE_COLOURS,
    Figure,
    label,
    layout,
    packed,
    time_axis,
    timed,
    value_axis,
)
from fleetsim.report.series import Series, step, thin
from fleetsim.report.view import ReportView
from fleetsim.results.schema import select

DASHES = ("solid", "dash", "dot", "dashdot")
"""Stations are told apart by dash where colour fails."""


def hydrogen(view: ReportView) -> Figure | None:
    """Storage of each station; ``None`` without a station."""
    slots = view.records.tables["site_slots"]
    slots = select(slots, np.isfinite(slots["hydrogen_kg"]))
    lines = []
    for number, code in enumerate(np.unique(slots["site"])):
        rows = select(slots, slots["site"] == code)
        rows = select(rows, np.argsort(rows["slot_at"], kind="stable"))
        site = view.records.entities["sites"][code]
        lines.append(_line(view, site, number, rows["slot_at"], rows["hydrogen_kg"]))
    if not lines:
        return None
    frame = layout(300, xaxis=time_axis(view), yaxis=value_axis("axis.hydrogen_kg"))
    return {"data": lines, "layout": frame}


def _line(view: ReportView, site: str, number: int, slot_s: Series, kg: Series) -> dict[str, Any]:
    size = step(len(slot_s))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label(view.name(site)),
        "showlegend": True,
        "line": {
            "width": 2,
            "color": SITE_COLOURS[number % len(SITE_COLOURS)],
            "dash": DASHES[number // len(SITE_COLOURS) % len(DASHES)],
        },
        "hovertemplate": "%{y:,.1f} kg",
        **timed(view, slot_s, size),
        "y": packed(thin(kg, size)),
    }

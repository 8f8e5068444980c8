"""What became of the timetabled trips of each fleet."""

from __future__ import annotations

import math
from typing import Any

from fleetsim.report.figures.drawing import Figure, joined, label, layout, names_axis, value_axis, words
from fleetsim.report.numerals import COUNT, number
from fleetsim.report.view import ReportView

OUTCOMES = (
    ("done", "var(--series-1)", ""),
    ("late", "var(--series-2)", "/"),
    ("cancelled", "var(--series-4)", "x"),
)
"""Outcome, colour and pattern of its bar."""


def service(view: ReportView) -> Figure | None:
    """Shares of the timetabled trips by outcome, the counts beside them; fleets without a timetable are left out."""
    fleets = [fleet for fleet in view.subjects("fleet") if view.metric("fleet", fleet, "trips_planned") > 0]
    if not fleets:
        return None
    bars = [_bars(view, fleets, *outcome) for outcome in OUTCOMES]
    axes = {
        "xaxis": value_axis("axis.trips", tickformat=".0%", range=[0, 1], fixedrange=True),
        "yaxis": {**names_axis([label(view.name(fleet)) for fleet in fleets]), "type": "linear", "zeroline": False},
    }
    frame = layout(104 + 34 * max(len(fleets), 2), **axes, barmode="stack")
    return {"data": bars, "layout": {**frame, "hovermode": "closest"}}


def _bars(view: ReportView, fleets: list[str], outcome: str, colour: str, pattern: str) -> dict[str, Any]:
    counts = [view.metric("fleet", fleet, f"trips_{outcome}") for fleet in fleets]
    planned = [view.metric("fleet", fleet, "trips_planned") for fleet in fleets]
    shares = [count / whole if math.isfinite(count) else 0.0 for count, whole in zip(counts, planned, strict=True)]
    total = {lang: number(sum(filter(math.isfinite, counts)), COUNT, lang) for lang in ("en", "zh")}
    return {
        "type": "bar",
        "orientation": "h",
        "name": joined(words(f"status.{outcome}"), " (", total, ")"),
        "x": shares,
        "y": list(range(len(fleets))),
        "customdata": counts,
        "text": [number(count, COUNT, "en") for count in counts],
        "textposition": "inside" if outcome == "done" else "none",
        "insidetextanchor": "start",
        "textfont": {"color": "var(--on-series)"},
        "marker": {
            "color": colour,
            "pattern": {"shape": pattern, "fgcolor": "var(--surface)", "solidity": 0.3, "size": 6},
        },
        "hovertemplate": "%{customdata:,.0f} (%{x:.1%})",
    }

"""Charger utilisation of each site by its three definitions, one mark each on a common scale."""

from __future__ import annotations

import math
from typing import Any

from fleetsim.report.figures.drawing import MOST_ROWS, Figure, label, layout, names_axis, value_axis, words
from fleetsim.report.view import ReportView

DEFINITIONS = (
    ("plugged", "diamond-open", "var(--series-3)"),
    ("charging", "square-open", "var(--series-4)"),
    ("energy", "circle", "var(--series-1)"),
)
"""Definition, symbol and colour: told apart by shape where colour fails; the last is drawn on top."""


def utilisation(view: ReportView) -> Figure | None:
    """Sites from the best to the least used by energy; sites without chargers are left out.

    Of many sites, the most and the least used.
    """
    values = {site: view.metric("site", site, "utilisation_energy") for site in view.subjects("site")}
    sites = sorted((site for site, value in values.items() if math.isfinite(value)), key=lambda site: -values[site])
    if not sites:
        return None
    if len(sites) > MOST_ROWS:
        sites = [*sites[: MOST_ROWS // 2], *sites[-MOST_ROWS // 2 :]]
    names = [label(view.name(site)) for site in sites]
    rows = list(range(len(sites)))
    marks = [_marks(view, sites, names, *definition) for definition in DEFINITIONS]
    spans: dict[str, Any] = {"x": [], "y": []}
    for row in rows:
        reach = [trace["x"][row] for trace in marks if math.isfinite(trace["x"][row])]
        spans["x"] += [min(reach), max(reach), None]
        spans["y"] += [row, row, None]
    line = {
        "type": "scatter",
        "mode": "lines",
        "line": {"width": 2, "color": "var(--grid)"},
        "hoverinfo": "skip",
        "showlegend": False,
        **spans,
    }
    axes = {
        "xaxis": value_axis("axis.share", tickformat=".0%"),
        "yaxis": names_axis(names),
    }
    height = 96 + 30 * max(len(sites), 2)
    return {"data": [line, *marks], "layout": layout(height, **axes, hovermode="closest")}


def _marks(
    view: ReportView, sites: list[str], names: list[Any], definition: str, symbol: str, colour: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words(f"by.{definition}"),
        "x": [view.metric("site", site, f"utilisation_{definition}") for site in sites],
        "y": list(range(len(sites))),
        "text": names,
        "marker": {"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
        "hovertemplate": "%{text}: %{x:.1%}",
    }

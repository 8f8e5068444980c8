"""Generation of the grid by source, and the clean share by its methods, over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetsim.report.figures.drawing import Figure, layout, packed, time_axis, timed, value_axis, words
from fleetsim.report.series import step, thin
from fleetsim.report.view import ReportView
from fleetsim.results.schema import SOURCES

METHODS = (
    ("production", "clean_share", "solid"),
    ("consumption", "clean_share_consumption", "dot"),
    ("dedicated", "clean_share_dedicated", "dashdot"),
)
"""Method, column and dash of each clean share: told apart by the dash where colour fails."""


def generation(view: ReportView) -> Figure | None:
    """Above, generation by source, stacked, thermal at the bottom; below, the clean shares."""
    slots = view.records.tables["grid_slots"]
    if not len(slots["slot_at"]):
        return None
    order = np.argsort(slots["slot_at"], kind="stable")
    slot_s = slots["slot_at"][order]
    size = step(len(slot_s))
    data: list[dict[str, Any]] = []
    for source in ("thermal", *(name for name in SOURCES if name != "thermal")):
        made_mw = np.nan_to_num(slots[f"{source}_mw"][order])
        if made_mw.any():
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": words(f"source.{source}"),
                    "stackgroup": "generation",
                    "line": {"width": 0.5, "color": "var(--surface)"},
                    "fillcolor": f"var(--{source})",
                    "legend": "legend",
                    "hovertemplate": "%{y:,.0f} MW",
                    **timed(view, slot_s, size),
                    "y": packed(thin(made_mw, size)),
                }
            )
    for number, (method, column, dash) in enumerate(METHODS, 1):
        shares = slots[column][order]
        if np.isfinite(shares).any():
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": words(f"share.{method}"),
                    "yaxis": "y2",
                    "legend": "legend2",
                    "line": {"width": 2, "dash": dash, "color": f"var(--share-{number})"},
                    "hovertemplate": "%{y:.1%}",
                    **timed(view, slot_s, size),
                    "y": packed(thin(shares, size)),
                }
            )
    if not data:
        return None
    axes = {
        "xaxis": {**time_axis(view), "anchor": "y2"},
        "yaxis": value_axis("axis.power_mw", domain=[0.54, 1]),
        "yaxis2": value_axis("axis.clean_share", domain=[0, 0.36], tickformat=".0%", rangemode="normal"),
        "legend2": {"orientation": "h", "x": 0, "xanchor": "left", "y": 0.37, "yanchor": "bottom"},
    }
    return {"data": data, "layout": layout(520, **axes)}

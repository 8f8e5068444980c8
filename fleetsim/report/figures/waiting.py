"""Where vehicles waited for a charger and where energy asked for was not charged."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetsim.report.answers import NOTICEABLE_KWH
from fleetsim.report.figures.drawing import Figure, foremost, joined, label, layout, names_axis, unit, value_axis, words
from fleetsim.report.view import ReportView


def waiting(view: ReportView) -> Figure | None:
    """Sites with waits or unmet energy, of many those that lost most time; ``None`` where there was neither."""
    sites = [
        site
        for site in view.subjects("site")
        if view.metric("site", site, "waits") > 0 or view.metric("site", site, "unmet_kwh") >= NOTICEABLE_KWH
    ]
    if not sites:
        return None
    sites = foremost(sites, lambda site: np.nan_to_num(view.metric("site", site, "waited_h")))
    rows = list(range(len(sites)))
    names = [label(view.name(site)) for site in sites]
    waits = [view.metric("site", site, "waits") for site in sites]
    means, longs, unmet = (
        [view.metric("site", site, name) for site in sites] for name in ("wait_mean_min", "wait_p95_min", "unmet_kwh")
    )
    data: list[dict[str, Any]] = [
        {
            **_bars(rows, means, "var(--series-1)"),
            "name": words("wait.mean"),
            "customdata": waits,
            "hovertemplate": words("hover.waits", mean="%{x:.1f}", waits="%{customdata:,.0f}"),
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": words("wait.p95"),
            "x": longs,
            "y": rows,
            "marker": {"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": "var(--mark)"}},
            "hovertemplate": joined("%{x:.1f} ", unit("min")),
        },
        {
            **_bars(rows, unmet, "var(--series-4)"),
            "name": words("wait.unmet"),
            "xaxis": "x2",
            "marker": {
                "color": "var(--series-4)",
                "pattern": {"shape": "/", "fillmode": "overlay", "fgcolor": "var(--surface)", "size": 7},
            },
            "hovertemplate": "%{x:,.1f} kWh",
        },
    ]
    axes = {
        "xaxis": value_axis("axis.wait_min", domain=[0, 0.47]),
        "xaxis2": value_axis("axis.unmet_kwh", domain=[0.53, 1], anchor="y"),
        "yaxis": names_axis(names),
    }
    return {"data": data, "layout": layout(104 + 34 * max(len(sites), 2), **axes, hovermode="closest")}


def _bars(rows: list[int], values: list[float], colour: str) -> dict[str, Any]:
    return {"type": "bar", "orientation": "h", "x": values, "y": rows, "marker": {"color": colour}}

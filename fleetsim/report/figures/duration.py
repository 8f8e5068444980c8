"""The load of all sites in order of size, and its worst day hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fleetsim.clock import SLOTS_PER_DAY
from fleetsim.report.figures.drawing import Figure, layout, packed, value_axis, words
from fleetsim.report.series import Series, SitePower, total_kw

POINTS = 400


def duration(powers: Sequence[SitePower]) -> Figure | None:
    """Load duration on the left; on the right, the day of the highest load beside the mean of all days."""
    if not powers:
        return None
    total = total_kw(powers)[1]
    share = np.linspace(0.0, 1.0, min(POINTS, len(total)))
    ordered: Series = np.quantile(total, 1.0 - share)
    days = total.reshape(-1, SLOTS_PER_DAY)
    worst = days[int(np.argmax(days.max(axis=1)))]
    hours = (np.arange(SLOTS_PER_DAY) + 0.5) / 4
    data = [
        {**_line("duration.all", "var(--series-1)", "solid", share, ordered), "fill": "tozeroy",
         "fillcolor": "var(--flow)", "hovertemplate": "%{x:.0%}: %{y:,.0f} kW<extra></extra>", "showlegend": False},
        {**_line("duration.worst", "var(--series-4)", "solid", hours, worst), "xaxis": "x2", "yaxis": "y2",
         "hovertemplate": "%{x:.1f} h: %{y:,.0f} kW"},
        {**_line("duration.mean", "var(--series-1)", "dash", hours, days.mean(axis=0)), "xaxis": "x2", "yaxis": "y2",
         "hovertemplate": "%{x:.1f} h: %{y:,.0f} kW"},
    ]  # fmt: skip
    ticks = list(range(0, 25, 6))
    axes = {
        "xaxis": {"domain": [0, 0.45], "tickformat": ".0%", "title": {"text": words("axis.time_share"), "standoff": 8}},
        "yaxis": value_axis("axis.power_kw"),
        "xaxis2": {"domain": [0.55, 1], "anchor": "y2", "tickvals": ticks, "range": [0, 24], "showgrid": False,
                   "ticktext": [f"{hour:02}:00" for hour in ticks]},
        "yaxis2": value_axis("axis.power_kw", anchor="x2"),
    }  # fmt: skip
    return {"data": data, "layout": layout(320, hovermode="closest", **axes)}


def _line(key: str, colour: str, dash: str, x: Series, y: Series) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words(key),
        "line": {"width": 2, "color": colour, "dash": dash},
        "x": packed(x),
        "y": packed(y),
    }

"""Transformers, feeders and substations by margin: the highest loading of each, beside what it may carry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fleetsim.report.figures.drawing import MOST_ROWS, Figure, amount, joined, layout, names_axis, value_axis, words
from fleetsim.report.metrics.assets import HEAVY, OVERLOAD
from fleetsim.report.view import ReportView
from fleetsim.results.schema import ASSET_KINDS

MARKS = {"substation": ("square", 1), "feeder": ("circle", 3), "transformer": ("triangle-up", 4)}
"""Symbol and colour of each kind: told apart by shape where colour fails."""


def by_margin(view: ReportView) -> list[str]:
    """The assets that carry a site, least margin first."""
    loading = {asset: view.metric("asset", asset, "peak_loading") for asset in view.subjects("asset")}
    return sorted(
        (asset for asset, value in loading.items() if math.isfinite(value)), key=lambda asset: -loading[asset]
    )


def assets(view: ReportView) -> Figure | None:
    """A mark for each asset at its highest loading, from the least margin to the most; of many, the first."""
    shown = by_margin(view)[:MOST_ROWS]
    if not shown:
        return None
    table = view.records.tables["assets"]
    row_of = {str(name): row for row, name in enumerate(table["asset"])}
    kinds = {asset: ASSET_KINDS[table["kind"][row_of[asset]]] for asset in shown}
    names = [_name(asset, bool(table["synthetic"][row_of[asset]])) for asset in shown]
    data = []
    for kind, (symbol, colour) in MARKS.items():
        rows = [row for row, asset in enumerate(shown) if kinds[asset] == kind]
        if not rows:
            continue
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words(f"asset_kind.{kind}"),
                "x": [round(view.metric("asset", shown[row], "peak_loading"), 4) for row in rows],
                "y": rows,
                "text": [
                    _said(view, shown[row], names[row], float(table["limit_kva"][row_of[shown[row]]])) for row in rows
                ],
                "marker": {"symbol": symbol, "size": 12, "color": f"var(--series-{colour})"},
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    axes = {"xaxis": value_axis("axis.loading", tickformat=".0%"), "yaxis": names_axis(names)}
    limits = [_limit(HEAVY, "dot"), _limit(OVERLOAD, "solid")]
    height = 96 + 26 * max(len(shown), 2)
    return {"data": data, "layout": layout(height, **axes, shapes=limits, hovermode="closest")}


def _name(asset: str, synthetic: bool) -> dict[str, Any]:
    text = f"* {asset}" if synthetic else asset
    return {"en": text, "zh": text}


def _said(view: ReportView, asset: str, name: dict[str, Any], limit_kva: float) -> dict[str, Any]:
    """Loading, margin and the hours of heavy load and overload of an asset."""
    loading = view.metric("asset", asset, "peak_loading")
    said = words(
        "asset_said",
        loading=amount(loading, "share"),
        margin=f"{limit_kva * (OVERLOAD - loading):,.0f}",
        heavy=f"{np.nan_to_num(view.metric('asset', asset, 'heavy_h')):g}",
        overload=f"{np.nan_to_num(view.metric('asset', asset, 'overload_h')):g}",
    )
    return joined(name, ": ", said)


def _limit(loading: float, dash: str) -> dict[str, Any]:
    return {
        "type": "line", "x0": loading, "x1": loading, "yref": "paper", "y0": 0, "y1": 1,
        "line": {"width": 2, "dash": dash, "color": "var(--limit)"},
    }  # fmt: skip

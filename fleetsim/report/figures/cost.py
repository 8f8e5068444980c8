"""How much energy was bought at each price of the tariff."""

from __future__ import annotations

import numpy as np

from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.report.figures.drawing import Figure, amount, layout, value_axis, words
from fleetsim.report.view import ReportView
from fleetsim.results.schema import select

MOST_PRICES = 12
"""Prices shown one by one; more of them (a year of monthly prices) are gathered to this many steps."""


def cost(view: ReportView) -> Figure | None:
    """Energy through the connections by the price in force, the cheapest first."""
    slots = view.records.tables["site_slots"]
    known = select(slots, np.isfinite(slots["price_cny_per_kwh"]) & np.isfinite(slots["grid_kw"]))
    prices = np.round(known["price_cny_per_kwh"], 4)
    if not len(prices):
        return None
    energy_kwh = np.maximum(known["grid_kw"], 0.0) * SLOT_S / HOUR_S
    steps = np.unique(prices)
    if len(steps) > MOST_PRICES:
        steps = np.linspace(steps[0], steps[-1], MOST_PRICES)
    nearest = np.abs(prices[:, None] - steps[None, :]).argmin(axis=1)
    by_price_kwh = np.bincount(nearest, weights=energy_kwh, minlength=len(steps))
    share = by_price_kwh / by_price_kwh.sum() if by_price_kwh.sum() else by_price_kwh
    bars = {
        "type": "bar",
        "x": [f"{price:.4f}" for price in steps],
        "y": by_price_kwh.tolist(),
        "text": [amount(float(part), "share") for part in share],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": "var(--series-1)"},
        "hovertemplate": "%{y:,.0f} kWh",
        "showlegend": False,
    }
    axes = {
        "xaxis": {
            "type": "category",
            "title": {"text": words("axis.price")},
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
        },
        "yaxis": value_axis("axis.energy_kwh"),
    }
    return {"data": [bars], "layout": layout(280, **axes, hovermode="closest")}

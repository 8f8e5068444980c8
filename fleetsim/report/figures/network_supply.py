"""Panels and batteries on the networks of cities, over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetsim.report.figures.drawing import Figure, joined, label, layout, packed, time_axis, timed, value_axis, words
from fleetsim.report.figures.places import CITIES
from fleetsim.report.series import step, thin
from fleetsim.report.view import ReportView

SERIES = (("solar_kw", "network.solar", "solid"), ("storage_kw", "network.storage", "dash"))
"""Column, word and dash of each line: told apart by the dash where colour fails."""


def network_supply(view: ReportView) -> Figure | None:
    """For each city the power of all its panels, and of all its batteries, charging upwards."""
    nodes, slots = view.records.tables["node_supply"], view.records.tables["node_supply_slots"]
    if not len(slots["asset"]):
        return None
    city_of = dict(zip(nodes["asset"].tolist(), nodes["city"].tolist(), strict=True))
    city = np.array([city_of[asset] for asset in slots["asset"].tolist()], dtype=object)
    slot_s = np.unique(slots["slot_at"])
    size, data = step(len(slot_s)), list[dict[str, Any]]()
    for number, name in enumerate(sorted(set(city.tolist())), 1):
        called = words(f"city.{name}") if name in CITIES else label(view.name(name))
        for column, word, dash in SERIES:
            kw = slots[column][city == name].reshape(-1, len(slot_s)).sum(axis=0)
            if kw.any():
                data.append(
                    {
                        "type": "scatter",
                        "mode": "lines",
                        "name": joined(called, ": ", words(word)),
                        "line": {"width": 2, "dash": dash, "color": f"var(--series-{number})"},
                        "hovertemplate": "%{y:,.0f} kW",
                        **timed(view, slot_s, size),
                        "y": packed(thin(kw, size)),
                    }
                )
    axes = {"xaxis": time_axis(view), "yaxis": value_axis("axis.power_kw")}
    return {"data": data, "layout": layout(320, **axes)}

"""Where the sites are and how much they draw: a map without tiles, which needs no network."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fleetsim.report.figures.drawing import Figure, Variant, amount, joined, label, layout, shortened, words
from fleetsim.report.view import ReportView
from fleetsim.results.schema import Frame, select

SMALLEST_PX, LARGEST_PX = 8.0, 26.0
NAMED = 12
"""Most sites whose names stand on the map; of more, the names come with a touch of the mark."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "hexagon", "star")
"""Kinds of site, told apart by shape where colour fails."""


def places(view: ReportView) -> list[Variant]:
    """A map of each city that has sites, the one with most sites first."""
    sites = view.records.tables["sites"]
    known = select(sites, np.isfinite(sites["lat"]) & np.isfinite(sites["lon"]))
    if not len(known["site"]):
        return []
    counts = np.bincount(known["city"])
    cities = [int(city) for city in np.argsort(-counts, kind="stable") if counts[city]]
    names = view.records.entities["cities"]
    return [
        Variant(words(f"city.{names[city]}") if names[city] in CITIES else {"en": names[city], "zh": names[city]},
                _map(view, select(known, known["city"] == city)))
        for city in cities
    ]  # fmt: skip


CITIES = ("kunming", "lijiang")
"""Cities with a name in the word list."""


def _map(view: ReportView, sites: Frame) -> Figure:
    """Lines of routes below, sites above: the area of a mark is the energy drawn at the connection."""
    entities = view.records.entities
    names = [entities["sites"][code] for code in sites["site"]]
    energy = np.array([view.metric("site", name, "grid_kwh") for name in names])
    energy = np.nan_to_num(energy)
    size = SMALLEST_PX + (LARGEST_PX - SMALLEST_PX) * np.sqrt(energy / max(float(energy.max()), 1.0))
    kinds = list(dict.fromkeys(sites["kind"].tolist()))
    data: list[dict[str, Any]] = _routes(view, sites)
    for number, kind in enumerate(kinds):
        rows = np.flatnonzero(sites["kind"] == kind)
        data.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": words(f"site_kind.{entities['site_kinds'][kind]}"),
                "x": np.round(sites["lon"][rows], 5).tolist(),
                "y": np.round(sites["lat"][rows], 5).tolist(),
                "text": [_short(view, names[row]) if len(names) <= NAMED else "" for row in rows.tolist()],
                "textposition": "top center",
                "customdata": [_said(view, names[row]) for row in rows.tolist()],
                "hovertemplate": "%{customdata}<extra></extra>",
                "marker": {
                    "symbol": SYMBOLS[number % len(SYMBOLS)],
                    "size": np.round(size[rows], 1).tolist(),
                    "color": f"var(--series-{1 + number % 7})",
                    "opacity": 0.75,
                    "line": {"width": 1, "color": "var(--surface)"},
                },
            }
        )
    aspect = 1.0 / math.cos(math.radians(float(sites["lat"].mean())))
    axes = {
        "xaxis": _degrees("axis.lon"),
        "yaxis": {**_degrees("axis.lat"), "scaleanchor": "x", "scaleratio": round(aspect, 4)},
    }
    return {"data": data, "layout": layout(560, hovermode="closest", **axes)}


def _routes(view: ReportView, sites: Frame) -> list[dict[str, Any]]:
    """The routes near the sites as one line with gaps."""
    routes = view.records.tables["routes"]
    margin = 0.3
    near = (np.abs(routes["lat"] - sites["lat"].mean()) < np.ptp(sites["lat"]) + margin) & (
        np.abs(routes["lon"] - sites["lon"].mean()) < np.ptp(sites["lon"]) + margin
    )
    rows = select(routes, near)
    if not len(rows["route"]):
        return []
    x: list[float | None] = []
    y: list[float | None] = []
    for route in np.unique(rows["route"]):
        mine = rows["route"] == route
        x += [*np.round(rows["lon"][mine], 5).tolist(), None]
        y += [*np.round(rows["lat"][mine], 5).tolist(), None]
    line = {"width": 2, "color": "var(--grid)"}
    return [
        {"type": "scatter", "mode": "lines", "name": words("routes"), "x": x, "y": y, "line": line, "hoverinfo": "skip"}
    ]


def _short(view: ReportView, site: str) -> Any:
    return shortened(label(view.name(site)), 22)


def _said(view: ReportView, site: str) -> Any:
    """Name, energy and highest power."""
    energy = amount(view.metric("site", site, "grid_kwh"), "kWh")
    peak = amount(view.metric("site", site, "peak_kw"), "kW")
    return joined(label(view.name(site)), "<br>", energy, "<br>", peak)


def _degrees(title: str) -> dict[str, Any]:
    return {"title": {"text": words(title), "standoff": 8}, "showgrid": True, "zeroline": False, "ticksuffix": "°"}

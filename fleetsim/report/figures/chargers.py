"""The chargers of a site: who stood at each of them on the busiest day, and how used each is by hour of the day."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.report.figures.drawing import Figure, Variant, layout, packed, value_axis, words
from fleetsim.report.metrics.utilisation import by_gun
from fleetsim.report.view import ReportView
from fleetsim.results.schema import Frame, select

MOST_SITES = 8
"""Sites to choose from: first those where vehicles waited longest, then those that delivered most."""
MOST_CHARGERS = 48
"""Chargers that are drawn; those used longest."""
HOURS = 24


def chosen_sites(view: ReportView) -> list[str]:
    """Sites with chargers for vehicles, the ones that deserve a look first."""

    def urgency(site: str) -> tuple[float, float]:
        waited, energy = view.metric("site", site, "waited_h"), view.metric("site", site, "energy_kwh")
        return -(waited if math.isfinite(waited) else 0.0), -(energy if math.isfinite(energy) else 0.0)

    sessions = view.records.tables["sessions"]
    plugged = (sessions["charger"] >= 0) & (sessions["vehicle"] >= 0)
    used = {view.records.entities["sites"][code] for code in np.unique(sessions["site"][plugged])}
    return sorted((site for site in view.subjects("site") if site in used), key=urgency)[:MOST_SITES]


def occupancy(view: ReportView) -> list[Variant]:
    """For each of the chosen sites, the stays at its chargers on the day with the longest stays in all."""
    return [Variant(view.name(site).model_dump(), _occupancy(view, site)) for site in chosen_sites(view)]


def heat(view: ReportView) -> list[Variant]:
    """For each of the chosen sites, the share of each hour of the day in which each charger had a vehicle."""
    return [Variant(view.name(site).model_dump(), _heat(view, site)) for site in chosen_sites(view)]


def _stays(view: ReportView, site: str) -> Frame:
    """Sessions at the chargers that are drawn, which are numbered anew: the longest used first."""
    sessions, code = by_gun(view.records.tables["sessions"]), view.records.entities["sites"].index(site)
    mine = (sessions["site"] == code) & (sessions["charger"] >= 0) & np.isfinite(sessions["plug_at"])
    stays = select(sessions, mine & np.isfinite(sessions["unplug_at"]))
    plugged_s = np.bincount(stays["charger"], stays["unplug_at"] - stays["plug_at"])
    rank = np.empty(len(plugged_s), dtype=np.int64)
    rank[np.argsort(-plugged_s, kind="stable")] = np.arange(len(plugged_s))
    stays = {**stays, "charger": rank[stays["charger"]]}
    return select(stays, stays["charger"] < MOST_CHARGERS)


def _occupancy(view: ReportView, site: str) -> Figure:
    stays, clock = _stays(view, site), view.records.clock
    from_s = float(clock.report_from_s)
    plugged_s = [_overlap(stays, from_s + day * DAY_S, from_s + (day + 1) * DAY_S).sum() for day in range(clock.days)]
    day_s = from_s + int(np.argmax(plugged_s)) * DAY_S
    day = clock.civil(np.array([day_s]))[0].item()
    data = [
        _bars(stays, "plug_at", "unplug_at", day_s, "occupancy.plugged", "var(--base)", 7),
        _bars(stays, "start_at", "end_at", day_s, "occupancy.charging", "var(--vehicles)", 7),
    ]
    feeding = _feeding(view, stays)
    if len(feeding["charger"]):
        data.append(_bars(feeding, "start_at", "end_at", day_s, "occupancy.feeding", "var(--series-4)", 7))
    title = dict.fromkeys(("en", "zh"), f"{day:%Y-%m-%d}")
    rows = int(stays["charger"].max(initial=0)) + 1
    axes = {"xaxis": {**_hours_axis(), "title": {"text": title, "standoff": 8}}, "yaxis": _chargers_axis(rows)}
    return {"data": data, "layout": layout(110 + 11 * max(rows, 4), hovermode="closest", **axes)}


def _feeding(view: ReportView, stays: Frame) -> Frame:
    """Draws by which vehicles feed back, each at the charger of its stay."""
    draws = view.records.tables["draws"]
    charger = np.full(int(max(stays["session"].max(initial=-1), draws["session"].max(initial=-1))) + 2, -1)
    charger[stays["session"]] = stays["charger"]
    fed = select(draws, (draws["offered_kw"] < 0.0) & (charger[draws["session"]] >= 0))
    return {**fed, "charger": charger[fed["session"]]}


def _bars(stays: Frame, start: str, end: str, day_s: float, key: str, colour: str, width: int) -> dict[str, Any]:
    """Stretches of one day as thick lines with gaps between them."""
    start_h, end_h = ((np.clip(stays[name], day_s, day_s + DAY_S) - day_s) / HOUR_S for name in (start, end))
    there = np.flatnonzero(end_h > start_h)
    gap = np.full(len(there), np.nan)
    charger = stays["charger"][there] + 1.0
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words(key),
        "connectgaps": False,
        "line": {"width": width, "color": colour},
        "hovertemplate": "%{x:.1f} h",
        "x": packed(np.stack((start_h[there], end_h[there], gap), axis=1).ravel()),
        "y": packed(np.stack((charger, charger, gap), axis=1).ravel()),
    }


def _heat(view: ReportView, site: str) -> Figure:
    stays, clock = _stays(view, site), view.records.clock
    rows = int(stays["charger"].max(initial=0)) + 1
    share = np.zeros((rows, HOURS))
    for hour in range(clock.days * HOURS):
        start_s = clock.report_from_s + hour * HOUR_S
        share[:, hour % HOURS] += np.bincount(stays["charger"], _overlap(stays, start_s, start_s + HOUR_S), rows)
    share /= clock.days * HOUR_S
    data = {
        "type": "heatmap",
        "z": [[round(float(each), 3) for each in row] for row in np.minimum(share, 1.0)],
        "x0": 0.5,
        "dx": 1,
        "y0": 1,
        "dy": 1,
        "zmin": 0,
        "zmax": 1,
        "xgap": 1,
        "ygap": 1,
        "colorscale": [[0, "var(--heat-low)"], [1, "var(--heat-high)"]],
        "colorbar": {"tickformat": ".0%", "thickness": 12, "outlinewidth": 0},
        "hovertemplate": "%{y}, %{x:.0f} h: %{z:.0%}<extra></extra>",
    }
    axes = {"xaxis": _hours_axis(), "yaxis": _chargers_axis(rows)}
    return {"data": [data], "layout": layout(110 + 11 * max(rows, 4), hovermode="closest", showlegend=False, **axes)}


def _overlap(stays: Frame, start_s: float, end_s: float) -> NDArray[np.float64]:
    """Seconds of each stay that lie between two moments."""
    there: NDArray[np.float64] = np.minimum(stays["unplug_at"], end_s) - np.maximum(stays["plug_at"], start_s)
    return np.maximum(there, 0.0)


def _hours_axis() -> dict[str, Any]:
    ticks = list(range(0, HOURS + 1, 3))
    return {
        "type": "linear",
        "range": [0, HOURS],
        "tickvals": ticks,
        "ticktext": [f"{hour:02}:00" for hour in ticks],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def _chargers_axis(rows: int) -> dict[str, Any]:
    return value_axis(
        "axis.charger", range=[rows + 0.5, 0.5], dtick=1 if rows <= 12 else 6, tick0=1, showgrid=False, zeroline=False,
        fixedrange=True,
    )  # fmt: skip

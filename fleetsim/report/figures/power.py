"""Power over time: all sites together by fleet, and each site with what draws it and its limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fleetsim.clock import SLOT_S
from fleetsim.report.figures.drawing import (
    Figure,
    amount,
    label,
    layout,
    packed,
    time_axis,
    timed,
    value_axis,
    words,
)
from fleetsim.report.series import Series, SitePower, civil, first_highest, step, thin, total_kw
from fleetsim.report.view import ReportView

FLEET_COLOURS = tuple(f"var(--series-{number})" for number in (1, 4, 5, 6))
NOTICEABLE_KW = 0.1
LOADS = (
    ("base", "var(--base)"),
    ("standby", "var(--standby)"),
    ("hydrogen", "var(--series-3)"),
    ("vehicles", "var(--vehicles)"),
    ("storage", "var(--series-5)"),
)
"""From the bottom of the stack: what is always there, then the vehicles."""


def total_power(view: ReportView, powers: Sequence[SitePower], fleets_kw: Mapping[str, Series]) -> Figure | None:
    """Mean power of all sites, stacked: what is always there, then the fleets; beyond four, the smaller ones together.

    Needs two sites or two fleets; with limits everywhere, their sum stands above.
    """
    if len(powers) < 2 and not (powers and len(fleets_kw) > 1):
        return None
    (slot_s, total), (_, at_connections) = total_kw(powers, loads=True), total_kw(powers)
    size = step(len(slot_s))
    areas = [
        (words(f"load.{load}"), colour, np.sum([_placed(power, slot_s, series) for power, series in each], axis=0))
        for load, colour, each in (
            ("base", "var(--base)", [(power, power.base_kw) for power in powers]),
            ("standby", "var(--standby)", [(power, power.standby_kw) for power in powers]),
            ("hydrogen", "var(--series-3)", [(power, power.hydrogen_kw) for power in powers]),
        )
    ]
    areas = [area for area in areas if area[2].any()]
    largest = sorted(fleets_kw, key=lambda fleet: -float(fleets_kw[fleet].sum()))
    own = largest if len(largest) <= len(FLEET_COLOURS) else largest[: len(FLEET_COLOURS) - 1]
    areas += [
        (label(view.name(fleet)), colour, fleets_kw[fleet]) for fleet, colour in zip(own, FLEET_COLOURS, strict=False)
    ]
    rest = total - np.sum([series for _, _, series in areas], axis=0)
    if np.any(rest > NOTICEABLE_KW):
        areas.append((words("other_fleets" if own else "load.vehicles"), "var(--series-7)", np.maximum(rest, 0.0)))
    data = [_area(view, name, colour, slot_s, series, size) for name, colour, series in areas]
    if any(has_supply(power) for power in powers):
        data.append(_line(view, "load.connection", "var(--mark)", slot_s, at_connections, size))
    limit_kw = np.sum([power.limit_kw[0] for power in powers])
    if np.isfinite(limit_kw):
        data.append(_level(view, slot_s, float(limit_kw)))
    top = first_highest(at_connections)
    highest = float(at_connections[top])
    data.append(_marker(view, slot_s[top], highest, words("peak_slot", peak=amount(highest, "kW"))))
    return {"data": data, "layout": layout(360, xaxis=time_axis(view), yaxis=value_axis("axis.power_kw"))}


def site_power(view: ReportView, power: SitePower, height: int) -> Figure:
    """What drew power at one site, with the limit of its connection and the highest power."""
    size = step(len(power.slot_s))
    series = {
        "vehicles": power.vehicles_kw,
        "base": power.base_kw,
        "standby": power.standby_kw,
        "hydrogen": power.hydrogen_kw,
        "storage": np.maximum(power.storage_kw, 0.0),
    }
    data = [
        _area(view, words(f"load.{load}"), colour, power.slot_s, series[load], size)
        for load, colour in LOADS
        if load == "vehicles" or series[load].any()
    ]
    if has_supply(power):
        data.append(_line(view, "load.connection", "var(--mark)", power.slot_s, power.grid_kw, size))
    for key, colour, given_kw in (
        ("load.solar", "var(--solar)", power.solar_kw),
        ("load.fed_back", "var(--series-4)", power.fed_back_kw),
    ):
        if given_kw.any():
            data.append(_line(view, key, colour, power.slot_s, given_kw, size))
    limit = _limit(view, power, size)
    if limit is not None:
        data.append(limit)
    if np.isfinite(power.peak_kw).any():
        top = first_highest(power.peak_kw)
        highest = float(power.peak_kw[top])
        data.append(_marker(view, power.slot_s[top], highest, words("peak", peak=amount(highest, "kW"))))
    frame = layout(height, xaxis=time_axis(view), yaxis=value_axis("axis.power_kw"), showlegend=False)
    return {"data": data, "layout": frame}


def has_supply(power: SitePower) -> bool:
    """Whether anything but the grid gave power to a site."""
    return bool(power.solar_kw.any() or power.storage_kw.any() or power.fed_back_kw.any())


def _placed(power: SitePower, slot_s: Series, kw: Series) -> Series:
    """A site's series on the slots of all sites."""
    series = np.zeros(len(slot_s))
    series[np.searchsorted(slot_s, power.slot_s)] = np.nan_to_num(kw)
    return series


def _area(view: ReportView, name: Any, colour: str, slot_s: Series, kw: Series, size: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "stackgroup": "power",
        "line": {"width": 0, "shape": "linear", "color": colour},
        "fillcolor": colour,
        "hovertemplate": "%{y:,.0f} kW",
        **timed(view, slot_s, size),
        "y": packed(thin(kw, size)),
    }


def _line(view: ReportView, key: str, colour: str, slot_s: Series, kw: Series, size: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words(key),
        "line": {"width": 1.6, "color": colour},
        "hovertemplate": "%{y:,.0f} kW",
        **timed(view, slot_s, size),
        "y": packed(thin(kw, size)),
    }


def _limit(view: ReportView, power: SitePower, size: int) -> dict[str, Any] | None:
    """The limit as a line; a constant one needs two points."""
    limits = power.limit_kw
    if not np.isfinite(limits).any():
        return None
    if np.ptp(limits) == 0:
        return _level(view, power.slot_s, float(limits[0]))
    return {**_limit_line(), **timed(view, power.slot_s, size), "y": packed(thin(limits, size))}


def _level(view: ReportView, slot_s: Series, kw: float) -> dict[str, Any]:
    """A constant limit."""
    ends = [slot_s[0], slot_s[-1] + SLOT_S]
    return {**_limit_line(), "x": [civil(view, end).isoformat(sep=" ") for end in ends], "y": [kw] * 2}


def _limit_line() -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": words("limit"),
        "line": {"width": 1.6, "dash": "dash", "color": "var(--limit)"},
        "hovertemplate": "%{y:,.0f} kW",
    }


def _marker(view: ReportView, slot_s: float, kw: float, name: Any) -> dict[str, Any]:
    """The highest value, marked in the middle of its slot."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [civil(view, slot_s + SLOT_S / 2).isoformat(sep=" ")],
        "y": [kw],
        "marker": {
            "symbol": "diamond",
            "size": 10,
            "color": "var(--mark)",
            "line": {"width": 1.5, "color": "var(--surface)"},
        },
        "hoverinfo": "name",
        "hovertemplate": "%{y:,.0f} kW",
    }

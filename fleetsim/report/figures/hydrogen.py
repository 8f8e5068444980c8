"""Hydrogen in the storage of each station over time, and in each of its banks."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetsim.clock import SLOT_S
from fleetsim.report.figures.drawing import (
    SITE_COLOURS,
    Figure,
    Words,
    joined,
    label,
    layout,
    packed,
    time_axis,
    timed,
    value_axis,
    words,
)
from fleetsim.report.series import Series, step, thin
from fleetsim.report.view import ReportView
from fleetsim.results.schema import Frame, select

DASHES = ("solid", "dash", "dot", "dashdot")
"""Stations are told apart by dash where colour fails."""


def hydrogen(view: ReportView) -> Figure | None:
    """Storage of each station and below it, thinner, its banks; ``None`` without a station."""
    slots = view.records.tables["site_slots"]
    slots = select(slots, np.isfinite(slots["hydrogen_kg"]))
    lines = []
    for number, code in enumerate(np.unique(slots["site"])):
        rows = select(slots, slots["site"] == code)
        rows = select(rows, np.argsort(rows["slot_at"], kind="stable"))
        site = view.records.entities["sites"][code]
        name, colour = label(view.name(site)), SITE_COLOURS[number % len(SITE_COLOURS)]
        whole = {"width": 2, "color": colour, "dash": DASHES[number // len(SITE_COLOURS) % len(DASHES)]}
        lines.append(_line(view, name, rows["slot_at"], rows["hydrogen_kg"], whole))
        for bank, (kg, mpa) in enumerate(_banks(view, int(code), rows["slot_at"] + SLOT_S)):
            name = words("figure.bank", bank=str(bank + 1))
            name = joined(label(view.name(site)), ", ", name) if len(np.unique(slots["site"])) > 1 else name
            line = {"width": 1, "color": colour, "dash": DASHES[(bank + 1) % len(DASHES)]}
            lines.append(_line(view, name, rows["slot_at"], kg, line) | _pressures(mpa, len(kg)))
    if not lines:
        return None
    frame = layout(300, xaxis=time_axis(view), yaxis=value_axis("axis.hydrogen_kg"))
    return {"data": lines, "layout": frame}


def _banks(view: ReportView, site: int, at_s: Series) -> list[tuple[Series, Series]]:
    """Content and pressure of each bank of a station at some moments."""
    rows = view.records.tables["banks"]
    rows = select(rows, rows["site"] == site)
    return [
        (_at(one, "kg", at_s), _at(one, "mpa", at_s))
        for one in (select(rows, rows["bank"] == bank) for bank in np.unique(rows["bank"]))
    ]


def _at(rows: Frame, unit_name: str, at_s: Series) -> Series:
    """What goes evenly within each row, at some moments."""
    edges_s = np.column_stack((rows["start_at"], rows["end_at"])).ravel()
    values = np.column_stack((rows[f"start_{unit_name}"], rows[f"end_{unit_name}"])).ravel()
    return np.asarray(np.interp(at_s, edges_s, values))


def _pressures(mpa: Series, slots: int) -> dict[str, Any]:
    """The pressure of a bank beside its content."""
    shown = thin(mpa, step(slots)).round(1).tolist()
    return {"customdata": shown, "hovertemplate": "%{y:,.1f} kg, %{customdata:.1f} MPa"}


def _line(view: ReportView, name: Words, slot_s: Series, kg: Series, line: dict[str, Any]) -> dict[str, Any]:
    size = step(len(slot_s))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "showlegend": True,
        "line": line,
        "hovertemplate": "%{y:,.1f} kg",
        **timed(view, slot_s, size),
        "y": packed(thin(kg, size)),
    }

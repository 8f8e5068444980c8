"""What became of the timetabled trips and the rounds of each fleet."""

from __future__ import annotations

import math
from typing import Any

from fleetsim.report.figures.drawing import (
    Figure,
    amount,
    foremost,
    joined,
    label,
    layout,
    names_axis,
    value_axis,
    words,
)
from fleetsim.report.numerals import COUNT, NO_BREAK, number
from fleetsim.report.view import ReportView

TRIPS = (("late", "var(--series-2)", "/"), ("cancelled", "var(--series-4)", "x"))
"""What a trip on time is not, with the colour and pattern of its bar."""
ROUNDS = (("unfinished", "var(--series-6)", "\\"),)
"""What a round finished within its shift is not."""
LEAST_SPAN = 0.01
"""Share of duties that the axis spans at least, so that a single late trip does not look like a disaster."""
ROOM = 2.2
"""Length of the axis over the longest bar: what follows it is room for words."""


def service(view: ReportView) -> Figure | None:
    """Late and cancelled trips and unfinished rounds as bars, the service level in words; idle fleets left out.

    Of many fleets, those that missed most.
    """
    fleets = [fleet for fleet in view.subjects("fleet") if _planned(view, fleet) > 0]
    if not fleets:
        return None
    outcomes = [
        *(TRIPS if any(view.metric("fleet", fleet, "trips_planned") > 0 for fleet in fleets) else ()),
        *(ROUNDS if any(view.metric("fleet", fleet, "rounds_planned") > 0 for fleet in fleets) else ()),
    ]

    def missing(fleet: str) -> float:
        return sum(_share(view, fleet, outcome) for outcome, *_ in outcomes)

    fleets = foremost(fleets, missing)
    missed = [missing(fleet) for fleet in fleets]
    sentence = {
        "type": "scatter",
        "mode": "text",
        "x": missed,
        "y": list(range(len(fleets))),
        "text": [_sentence(view, fleet) for fleet in fleets],
        "textposition": "middle right",
        "textfont": {"color": "var(--ink)"},
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }
    span = max(LEAST_SPAN, *missed) * ROOM
    axes = {
        "xaxis": value_axis("axis.trips", tickformat=".1~%", range=[0, span], fixedrange=True),
        "yaxis": names_axis([label(view.name(fleet)) for fleet in fleets]),
    }
    frame = layout(104 + 32 * max(len(fleets), 2), **axes, barmode="stack", hovermode="closest")
    return {"data": [*(_bars(view, fleets, *outcome) for outcome in outcomes), sentence], "layout": frame}


def _share(view: ReportView, fleet: str, outcome: str) -> float:
    return _number(view, fleet, outcome) / _planned(view, fleet)


def _planned(view: ReportView, fleet: str) -> float:
    return _known(view.metric("fleet", fleet, "trips_planned")) + _known(view.metric("fleet", fleet, "rounds_planned"))


def _number(view: ReportView, fleet: str, outcome: str) -> float:
    """Trips late or cancelled, or rounds unfinished."""
    if outcome == "unfinished":
        planned, finished = (view.metric("fleet", fleet, f"rounds_{name}") for name in ("planned", "finished"))
        return _known(planned - finished)
    return _known(view.metric("fleet", fleet, f"trips_{outcome}"))


def _known(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _sentence(view: ReportView, fleet: str) -> Any:
    planned = number(_planned(view, fleet), COUNT, "en")
    trips, rounds = (view.metric("fleet", fleet, f"{duty}_planned") > 0 for duty in ("trips", "rounds"))
    key = "duties_in_time" if trips and rounds else "rounds_in_shift" if rounds else "trips_on_time"
    level = view.metric("fleet", fleet, "service_level")
    return joined(NO_BREAK, words(key, share=amount(level, "share"), planned=planned))


def _bars(view: ReportView, fleets: list[str], outcome: str, colour: str, pattern: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": words(f"status.{outcome}"),
        "x": [_share(view, fleet, outcome) for fleet in fleets],
        "y": list(range(len(fleets))),
        "customdata": [_number(view, fleet, outcome) for fleet in fleets],
        "marker": {
            "color": colour,
            "pattern": {"shape": pattern, "fillmode": "overlay", "fgcolor": "var(--surface)", "size": 7},
        },
        "hovertemplate": "%{customdata:,.0f} (%{x:.2%})",
    }

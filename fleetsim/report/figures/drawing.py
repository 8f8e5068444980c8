"""What all figures share: colours, axes, and how series and words are written into a plotly description.

A description is plain data for ``plotly.js``. Two things in it are filled in by the page, so that neither
language nor colour scheme needs a second copy: ``{"en": ..., "zh": ...}`` stands for the text of the chosen
language, ``var(--name)`` for a colour of the style sheet.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from fleetsim.clock import SLOT_S
from fleetsim.report.numerals import quantity
from fleetsim.report.series import Series, civil
from fleetsim.report.view import ReportView
from fleetsim.report.words import LANGUAGES, Language, in_language, unit_label, word
from fleetsim.spec import Text

Figure = dict[str, Any]
"""``data`` and ``layout`` as plotly.js takes them."""
Words = dict[str, Any]
"""The same text in both languages."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several figures that take turns in the same place: what it is called in the list, and what to draw."""

    name: Words
    figure: Figure


SITE_COLOURS = tuple(f"var(--series-{number})" for number in range(1, 8))
MOST_ROWS = 24
"""Sites or fleets that a figure draws one by one; the tables have all."""
DAY_MS = 86_400_000
NARROW = {"daily": {"en": "%a", "zh": "%-m/%-d"}, "dated": {"en": "%-d %b", "zh": "%-m/%-d"}}
"""How the page writes dates where there is little room: with a tick for each day, and otherwise."""


def words(key: str, **values: str | Words) -> Words:
    """A word of the list in both languages; a value may differ between them."""
    return {lang: word(key, lang, **{name: _one(value, lang) for name, value in values.items()}) for lang in LANGUAGES}


def label(text: Text) -> Words:
    """A name from the inputs, made harmless for plotly, which reads markup in its texts."""
    return {lang: escape(in_language(text, lang), quote=False) for lang in LANGUAGES}


def unit(name: str) -> Words:
    """A unit in both languages."""
    return {lang: unit_label(name, lang) for lang in LANGUAGES}


def amount(value: float, unit_name: str) -> Words:
    """A value with its unit in both languages."""
    return {lang: quantity(value, unit_name, lang) for lang in LANGUAGES}


def joined(*parts: str | Words) -> Words:
    """Parts one behind the other."""
    return {lang: "".join(_one(part, lang) for part in parts) for lang in LANGUAGES}


def _one(part: str | Words, lang: Language) -> str:
    return part if isinstance(part, str) else str(part[lang])


def packed(values: Series) -> dict[str, str]:
    """A series as plotly's typed array: four bytes a point."""
    return {"dtype": "f4", "bdata": base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode("ascii")}


def unpacked(series: Mapping[str, str]) -> Series:
    """The values behind a packed series."""
    return np.frombuffer(base64.b64decode(series["bdata"]), dtype="<f4").astype(float)


def timed(view: ReportView, slot_s: Series, size: int) -> dict[str, Any]:
    """Places on the time axis for means over ``size`` slots, each at the middle of its time."""
    middle = civil(view, float(slot_s[0]) + size * SLOT_S / 2)
    return {"x0": middle.isoformat(sep=" "), "dx": size * SLOT_S * 1_000}


def time_axis(view: ReportView) -> dict[str, Any]:
    """The reported days, a tick at midnight while they are few."""
    clock = view.records.clock
    axis: dict[str, Any] = {
        "type": "date",
        "range": [civil(view, clock.report_from_s).isoformat(sep=" "), civil(view, clock.end_s).isoformat(sep=" ")],
        "tickformat": {"en": "%a %-d %b", "zh": "%-m月%-d日"},
        "hoverformat": {"en": "%a %-d %b %H:%M", "zh": "%-m月%-d日 %H:%M"},
        "showgrid": False,
        "fixedrange": False,
    }
    if clock.days == 1:
        return {**axis, "tickformat": "%H:%M", "dtick": DAY_MS // 8}
    return {**axis, "dtick": DAY_MS} if clock.days <= 8 else axis


def layout(height: int, **settings: Any) -> dict[str, Any]:
    """A quiet frame; colours of text and grid come from the page."""
    return {
        "height": height,
        "margin": {"l": 56, "r": 14, "t": 12, "b": 36},
        "hovermode": "x unified",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        "bargap": 0.35,
        "meta": NARROW,
        **settings,
    }


def value_axis(title: str, **settings: Any) -> dict[str, Any]:
    """An axis of values from zero on."""
    return {
        "title": {"text": words(title), "standoff": 8},
        "rangemode": "tozero",
        "exponentformat": "none",
        "separatethousands": True,
        "automargin": True,
        **settings,
    }


def names_axis(names: list[Words]) -> dict[str, Any]:
    """An axis of names, first on top."""
    return {
        "type": "linear",
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [shortened(name) for name in names],
        "range": [len(names) - 0.5, -0.5],
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def foremost(subjects: list[str], weight: Callable[[str], float]) -> list[str]:
    """Of many subjects the ``MOST_ROWS`` that weigh most, in the order they came.

    >>> foremost(["a", "b"], len)
    ['a', 'b']
    """
    heaviest = set(sorted(subjects, key=weight, reverse=True)[:MOST_ROWS])
    return [subject for subject in subjects if subject in heaviest]


def shortened(name: Words, most: int = 26) -> Words:
    """A name short enough to stand beside a bar."""
    return {lang: text if len(text) <= most else f"{text[: most - 1]}…" for lang, text in name.items()}

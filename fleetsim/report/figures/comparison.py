"""Differences between configurations with their intervals, metrics along what a study varies, and what moves them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from fleetsim.comparison.alternatives import short_keys
from fleetsim.comparison.differences import Comparison, Difference, half_width
from fleetsim.comparison.indices import Index
from fleetsim.report.figures.drawing import MOST_ROWS, Figure, Words, label, layout, shortened, unit, words
from fleetsim.report.words import LANGUAGES, metric_words
from fleetsim.spec import Text

SERIES = (
    ("circle", "var(--series-1)"), ("square", "var(--series-4)"), ("diamond", "var(--series-3)"),
    ("triangle-up", "var(--series-2)"), ("triangle-down", "var(--series-6)"), ("x", "var(--series-7)"),
)  # fmt: skip
"""Symbol and colour of each series: told apart by shape where colour fails."""


def metric_differences(every: Sequence[Difference]) -> Figure:
    """The difference of each configuration from the baseline with its interval, and of every seed as a small mark.

    Of many configurations those that differ most.
    """
    furthest = sorted(every, key=lambda one: -abs(one.difference))[:MOST_ROWS]
    shown = [one for one in every if one in furthest]
    scale = 100.0 if shown[0].unit == "share" else 1.0
    names = [_plain(one.label) for one in shown]
    seeds = [(scale * each, name) for one, name in zip(shown, names, strict=True) for each in one.differences]
    marks = {
        "type": "scatter",
        "mode": "markers",
        "name": words("compare.by_seed"),
        "x": [value for value, _ in seeds],
        "y": [name for _, name in seeds],
        "marker": {"symbol": "line-ns-open", "size": 9, "color": "var(--series-7)"},
        "hoverinfo": "x",
    }
    means = {
        "type": "scatter",
        "mode": "markers",
        "name": words("compare.with_interval"),
        "x": [scale * one.difference for one in shown],
        "y": names,
        "error_x": _bars([scale * one.half_width for one in shown], "var(--series-1)"),
        "marker": {"symbol": "circle", "size": 9, "color": "var(--series-1)"},
        "hovertemplate": "%{x:,.4~g}<extra></extra>",
    }
    axes = {
        "xaxis": _difference_axis(_difference_title(shown[0].unit)),
        "yaxis": _labels_axis(names),
    }
    height = 130 + 30 * max(len(shown), 2)
    return {"data": [marks, means], "layout": layout(height, **axes, **_zero(), hovermode="closest")}


def overview(comparison: Comparison) -> Figure | None:
    """All metrics beside each other, each difference in per cent of the baseline; needs few configurations."""
    if len(comparison.alternatives) - 1 > len(SERIES):
        return None
    data: list[dict[str, Any]] = []
    for one, (symbol, colour) in zip(comparison.alternatives[1:], SERIES, strict=False):
        mine = [each for each in comparison.differences if each.label == one.label and each.baseline_mean]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": _plain(one.label),
                "x": [100 * each.difference / abs(each.baseline_mean) for each in mine],
                "y": [_metric_name(each) for each in mine],
                "error_x": _bars([100 * each.half_width / abs(each.baseline_mean) for each in mine], colour),
                "marker": {"symbol": symbol, "size": 9, "color": colour},
                "hovertemplate": "%{x:+.3~g} %",
            }
        )
    names = {name["en"]: name for trace in data for name in trace["y"]}
    if len(names) < 2:
        return None
    axes = {
        "xaxis": _difference_axis(words("axis.difference_relative")),
        "yaxis": _labels_axis(list(names.values())),
    }
    frame = layout(130 + 34 * len(names), **axes, **_zero(), hovermode="closest")
    return {"data": data, "layout": frame}


def along(comparison: Comparison, subject: str, metric: str) -> Figure | None:
    """The metric over the one number that a study varies, a line for each variant, with the interval of each mean.

    ``None`` where several things are varied, or something that is no number.
    """
    points = [one.point for one in comparison.alternatives]
    keys = list(dict.fromkeys(key for point in points for key in point))
    varied = [key for key in keys if len({str(point.get(key)) for point in points}) > 1]
    if len(varied) != 1 or not all(_numeric(point.get(varied[0])) for point in points):
        return None
    (key,) = varied
    found = [one for one in comparison.differences if (one.subject, one.metric) == (subject, metric)]
    if not found:
        return None
    scale = 100.0 if found[0].unit == "share" else 1.0
    values: dict[str, Sequence[float]] = {one.label: one.values for one in found}
    values[comparison.baseline.label] = max((one.baseline for one in found), key=len)
    data = []
    variants = list(dict.fromkeys(one.name for one in comparison.alternatives))
    if len(variants) > len(SERIES):
        return None
    for variant, (symbol, colour) in zip(variants, SERIES, strict=False):
        mine = [one for one in comparison.alternatives if one.name == variant and one.label in values]
        mine.sort(key=lambda one: float(one.point[key]))
        of_seeds = [values[one.label] for one in mine]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": _plain(variant),
                "x": [float(one.point[key]) for one in mine],
                "y": [scale * math.fsum(each) / len(each) for each in of_seeds],
                "error_y": _bars([scale * half_width(each, comparison.confidence) for each in of_seeds], colour),
                "line": {"width": 2, "color": colour},
                "marker": {"symbol": symbol, "size": 8, "color": colour},
                "hovertemplate": "%{x:,.5~g}: %{y:,.5~g}",
            }
        )
    axes = {
        "xaxis": {"title": {"text": _plain(key), "standoff": 8}, "automargin": True, "showgrid": False},
        "yaxis": {"title": {"text": _titled(found[0])}, "automargin": True, "separatethousands": True},
    }
    frame = layout(320, **axes, hovermode="closest")
    frame["showlegend"] = len(variants) > 1
    return {"data": data, "layout": frame}


def indices(every: Sequence[Index]) -> Figure:
    """First-order and total index of each input with their intervals, the largest on top."""
    shown = sorted(every, key=lambda one: -one.total)[:MOST_ROWS]
    short = short_keys(one.key for one in every)
    names = [_plain(short[one.key]) for one in shown]
    data: list[dict[str, Any]] = []
    for index, (symbol, colour) in zip(("first", "total"), SERIES, strict=False):
        values = [getattr(one, index) for one in shown]
        above = [getattr(one, f"{index}_high") - value for one, value in zip(shown, values, strict=True)]
        below = [value - getattr(one, f"{index}_low") for one, value in zip(shown, values, strict=True)]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words("sensitivity.first" if index == "first" else "sensitivity.total"),
                "x": values,
                "y": names,
                "error_x": {**_bars(above, colour), "symmetric": False, "arrayminus": below},
                "marker": {"symbol": symbol, "size": 10, "color": colour},
                "hovertemplate": "%{x:.3f}",
            }
        )
    axes = {"xaxis": _difference_axis(words("axis.variance_share")), "yaxis": _labels_axis(names)}
    return {"data": data, "layout": layout(130 + 34 * max(len(shown), 2), **axes, **_zero(), hovermode="closest")}


def _bars(half_widths: Sequence[float], colour: str) -> dict[str, Any]:
    """Intervals as bars; none where there is no interval."""
    known = [width if math.isfinite(width) else 0.0 for width in half_widths]
    return {"type": "data", "array": known, "color": colour, "thickness": 2, "width": 6}


def _difference_axis(title: Words) -> dict[str, Any]:
    return {"title": {"text": title, "standoff": 8}, "automargin": True, "separatethousands": True, "zeroline": False}


def _zero() -> dict[str, Any]:
    """A line where the baseline is."""
    line = {"color": "var(--limit)", "width": 1.6, "dash": "dash"}
    return {"shapes": [{"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line}]}


def _labels_axis(names: Sequence[Words]) -> dict[str, Any]:
    """An axis of labels, first on top; their text is short where they are long."""
    return {
        "type": "category",
        "autorange": "reversed",
        "tickmode": "array",
        "tickvals": list(names),
        "ticktext": [shortened(name, 30) for name in names],
        "automargin": True,
        "showgrid": False,
        "fixedrange": True,
    }


def _plain(text: str) -> Words:
    return label(Text(en=text, zh=text))


def _metric_name(one: Difference) -> Words:
    known = metric_words(one.metric)
    name = known.name if known else Text(en=one.metric, zh=one.metric)
    prefix = "" if one.scope == "run" else f"{one.subject}: "
    return label(Text(en=prefix + name.en, zh=prefix + name.zh))


def _titled(one: Difference) -> Words:
    """The metric with its unit."""
    name, units = _metric_name(one), unit(one.unit)
    return {lang: f"{name[lang]}, {units[lang]}" if units[lang] else name[lang] for lang in LANGUAGES}


def _difference_title(name: str) -> Words:
    if name == "1":
        return words("axis.difference_plain")
    return words("axis.difference", unit=words("points") if name == "share" else unit(name))


def _numeric(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)

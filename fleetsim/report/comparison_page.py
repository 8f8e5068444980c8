"""The page of a comparison or a study: sentences first, then differences with their intervals, then every figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fleetsim.comparison.differences import BETTER, Comparison, Difference
from fleetsim.report.comparison import (
    Finding,
    bare_mean,
    change,
    findings,
    heading,
    left_out,
    mean,
    metric_heading,
    remarks,
    rows,
    sentence,
)
from fleetsim.report.figures.comparison import along, metric_differences, overview
from fleetsim.report.figures.drawing import MOST_ROWS, Figure
from fleetsim.report.html import each_language, render_template, script_json
from fleetsim.report.numerals import percent
from fleetsim.report.page import Panel
from fleetsim.report.tables import unit_text
from fleetsim.report.words import Language, both, metric_words, word
from fleetsim.results.files import written_aside
from fleetsim.spec import Text

MOST_DRAWN = 16
"""Metrics, or metrics of subjects, that have a figure of their own; the tables have all."""


def write_comparison_page(comparison: Comparison, path: Path, lang: Language) -> None:
    """Write the page; it appears whole or not at all."""
    with written_aside(path, "--page") as aside:
        aside.write_text(comparison_page(comparison, lang), encoding="utf-8")


def comparison_page(comparison: Comparison, lang: Language) -> str:
    """The page as text; it opens in ``lang`` and carries both languages."""
    by_metric = comparison.by_metric()
    panels = _panels(comparison, by_metric)
    drawn: dict[str, list[Figure]] = {panel.key: [panel.figure] for panel in panels if panel.figure is not None}
    return render_template(
        "comparison.html.j2",
        lang,
        name=f"comparison-{comparison.study or len(comparison.alternatives)}",
        kind=both("compare.title"),
        title=comparison.title or _heading(comparison),
        head=[*([_heading(comparison)] if comparison.title else []), *_head(comparison)],
        answers=_answers(comparison),
        panels=panels,
        tables=[_table(comparison, every) for every in by_metric.values()],
        runs=[(one.label, [(m.seed, m.row.run_id) for m in one.members]) for one in comparison.alternatives],
        remarks=_paired(remarks(comparison, "en"), remarks(comparison, "zh")),
        left_out=_paired(left_out(comparison, "en"), left_out(comparison, "zh")),
        figures=script_json(drawn),
    )


def _paired(english: Sequence[str], chinese: Sequence[str]) -> list[Text]:
    return [Text(en=en, zh=zh) for en, zh in zip(english, chinese, strict=True)]


def _heading(comparison: Comparison) -> Text:
    return each_language(lambda lang: heading(comparison, lang))


def _head(comparison: Comparison) -> list[Text]:
    row = comparison.baseline.members[0].row
    count = sum(len(one.members) for one in comparison.alternatives)
    return [
        both("compare.seed_count", count=str(count)),
        both("compare.horizon", first=(row.start_at or "")[:10], days=str(row.days)),
    ]


def _answers(comparison: Comparison) -> list[dict[str, Any]]:
    """A card for each metric: the difference that is worth telling, in a sentence with its interval."""
    return [_card(finding, comparison.confidence) for finding in findings(comparison)[:MOST_DRAWN]]


def _card(finding: Finding, confidence: float) -> dict[str, Any]:
    """The difference that the sentence tells; where all are the same, the value."""
    one, words = finding.foremost, metric_words(finding.metric)
    same = finding.key == "same"
    printed, value = (mean, one.mean) if same else (change, one.difference)
    return {
        "metric": finding.metric,
        "question": _named(one),
        "figure": each_language(lambda lang: printed(value, one.unit, lang)),
        "label": "" if same else one.label,
        "lead": each_language(lambda lang: sentence(finding, confidence, lang)),
        "definition": words.definition if words else Text(en=finding.metric, zh=finding.metric),
    }


def _panels(comparison: Comparison, by_metric: dict[tuple[str, str], list[Difference]]) -> list[Panel]:
    """What is beside each other, then metric by metric: along what is varied, and the differences."""
    values = {"baseline": comparison.baseline.label, "confidence": percent(comparison.confidence, "zh")}
    caption = both("compare.overview_caption", **values)
    panels = [Panel("overview", both("compare.overview"), caption, overview(comparison))]
    changed = [item for item in by_metric.items() if any(any(one.differences) for one in item[1])]
    changed.sort(key=lambda item: BETTER.get(item[0][1], 0) == 0)
    for number, ((subject, metric), every) in enumerate(changed[:MOST_DRAWN]):
        caption = both("compare.metric_caption", **values)
        if len(every) > MOST_ROWS:
            more = both("compare.furthest", count=str(len(every)))
            caption = Text(en=f"{caption.en} {more.en}", zh=f"{caption.zh}{more.zh}")
        line = along(comparison, subject, metric)
        if line is not None:
            name = _named(every[0])
            told = Text(en=word("compare.along", "en", metric=name.en), zh=word("compare.along", "zh", metric=name.zh))
            said = both("compare.along_caption", confidence=values["confidence"])
            panels.append(Panel(f"along_{number}", told, said, line))
        panels.append(Panel(f"difference_{number}", _named(every[0]), caption, metric_differences(every)))
    return [panel for panel in panels if panel.figure is not None]


def _table(comparison: Comparison, every: Sequence[Difference]) -> dict[str, Any]:
    """Every configuration of a metric under the baseline."""
    first = every[0]
    base = [bare_mean(first.baseline_mean, first.unit, "en"), "", "", "", str(len(first.seeds))]
    told = [(one.label, row) for one, row in zip(every, rows(every, "en"), strict=True)]
    return {
        "metric": first.metric,
        "name": _named(first),
        "unit": unit_text(first.unit),
        "first": both("compare.configuration"),
        "heads": [both(f"compare.{key}") for key in ("mean", "difference", "low", "high", "seeds")],
        "rows": [
            (both("compare.baseline", label=comparison.baseline.label), base),
            *((Text(en=label, zh=label), row) for label, row in told),
        ],
    }


def _named(one: Difference) -> Text:
    return each_language(lambda lang: metric_heading(one.subject, one.metric, one.scope, lang))

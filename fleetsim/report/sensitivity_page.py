"""The page of a study of sensitivity: what moves each metric in a sentence, the indices as a chart and in a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fleetsim.comparison.alternatives import short_keys
from fleetsim.comparison.indices import Index, Sensitivity
from fleetsim.report.figures.comparison import indices
from fleetsim.report.html import each_language, render_template, script_json
from fleetsim.report.page import Panel
from fleetsim.report.sensitivity import (
    by_metric,
    heading,
    remarks,
    rows,
    sentence,
    several_variants,
    share_text,
    titled,
)
from fleetsim.report.words import Language, both, metric_words
from fleetsim.results.files import written_aside
from fleetsim.spec import Text


def write_sensitivity_page(found: Sensitivity, path: Path, lang: Language) -> None:
    """Write the page; it appears whole or not at all."""
    with written_aside(path, "--page") as aside:
        aside.write_text(sensitivity_page(found, lang), encoding="utf-8")


def sensitivity_page(found: Sensitivity, lang: Language) -> str:
    """The page as text; it opens in ``lang`` and carries both languages."""
    several, metrics = several_variants(found), by_metric(found)
    panels = [
        Panel(f"indices_{number}", _title(every, several), both("sensitivity.caption"), indices(every))
        for number, every in enumerate(metrics)
    ]
    english, chinese = remarks(found, "en"), remarks(found, "zh")
    return render_template(
        "comparison.html.j2",
        lang,
        name=f"sensitivity-{found.study}",
        kind=both("sensitivity.kind"),
        title=each_language(lambda each: heading(found, each)),
        head=[],
        answers=[_card(every, several) for every in metrics],
        panels=panels,
        tables=[_table(every, several) for every in metrics],
        runs=[],
        remarks=[Text(en=en, zh=zh) for en, zh in zip(english, chinese, strict=True)],
        left_out=[],
        figures=script_json({panel.key: [panel.figure] for panel in panels}),
    )


def _card(every: list[Index], several: bool) -> dict[str, Any]:
    most, words = max(every, key=lambda one: one.total), metric_words(every[0].metric)
    return {
        "metric": most.metric,
        "question": _title(every, several),
        "figure": each_language(lambda lang: share_text(most.total, lang)),
        "label": short_keys(one.key for one in every)[most.key],
        "lead": each_language(lambda lang: sentence(every, several, lang)),
        "definition": words.definition if words else Text(en=most.metric, zh=most.metric),
    }


def _table(every: list[Index], several: bool) -> dict[str, Any]:
    interval = [both("compare.low"), both("compare.high")]
    return {
        "metric": every[0].metric,
        "name": _title(every, several),
        "unit": Text(en="", zh=""),
        "first": both("sensitivity.input"),
        "heads": [both("sensitivity.first"), *interval, both("sensitivity.total"), *interval],
        "rows": [(Text(en=key, zh=key), shares) for key, *shares in rows(every)],
    }


def _title(every: list[Index], several: bool) -> Text:
    return each_language(lambda lang: titled(every[0], several, lang))

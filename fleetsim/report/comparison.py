"""A comparison in words: what differs in sentences, then a table for each metric, then what was left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fleetsim.comparison.differences import BETTER, Comparison, Difference
from fleetsim.report.columns import table, wrap
from fleetsim.report.numerals import COUNT, NO_BREAK, number, percent, quantity, signed
from fleetsim.report.words import Language, in_language, metric_words, unit_label, word


@dataclass(frozen=True, slots=True)
class Finding:
    """What a comparison says about one metric."""

    subject: str
    metric: str
    unit: str
    key: str
    """``best``, ``worse``, ``most``, ``unclear``, ``unclear_one`` or ``same``."""
    foremost: Difference
    """The difference that the sentence tells."""


def findings(comparison: Comparison) -> list[Finding]:
    """For each metric the configuration that is worth telling."""
    return [
        Finding(subject, metric, every[0].unit, *_foremost(every, BETTER.get(metric, 0)))
        for (subject, metric), every in comparison.by_metric().items()
    ]


def sentence(finding: Finding, confidence: float, lang: Language) -> str:
    """The finding as a sentence with its numbers."""
    one = finding.foremost
    return word(
        f"compare.{finding.key}",
        lang,
        label=one.label,
        value=mean(one.mean, one.unit, lang),
        base=mean(one.baseline_mean, one.unit, lang),
        difference=change(one.difference, one.unit, lang),
        interval=interval(one, confidence, lang),
    )


def heading(comparison: Comparison, lang: Language) -> str:
    """What is compared with what."""
    count = len(comparison.alternatives) - 1
    values = {"count": str(count), "baseline": comparison.baseline.label}
    if comparison.study is None:
        return word("compare.of_runs_one" if count == 1 else "compare.of_runs", lang, **values)
    values["study"] = comparison.study
    return word("compare.of_study_one" if count == 1 else "compare.of_study", lang, **values)


def metric_heading(subject: str, metric: str, scope: str, lang: Language) -> str:
    """Name of a metric, and of the subject where there are several."""
    words = metric_words(metric)
    name = in_language(words.name, lang) if words else metric
    return name if scope == "run" else f"{subject}: {name}"


def comparison_text(comparison: Comparison, lang: Language, width: int = 100) -> str:
    """The comparison as plain text of at most ``width`` cells a line."""
    told = []
    for finding in findings(comparison):
        name = metric_heading(finding.subject, finding.metric, finding.foremost.scope, lang)
        colon = ": " if lang == "en" else "："
        told += wrap(f"{name}{colon}{sentence(finding, comparison.confidence, lang)}", width, indent="  ")
    blocks = [
        wrap(heading(comparison, lang), width),
        told,
        *(_table(comparison, every, lang, width) for every in comparison.by_metric().values()),
        [line for remark in remarks(comparison, lang) for line in wrap(remark, width, indent="  ")],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def remarks(comparison: Comparison, lang: Language) -> list[str]:
    """What has to be known of the intervals, and every run that was left out with the reason."""
    said = [word("compare.note", lang, confidence=percent(comparison.confidence, lang))]
    if any(len(one.seeds) == 1 for one in comparison.differences):
        said.append(word("compare.one_seed", lang))
    return said + left_out(comparison, lang)


def left_out(comparison: Comparison, lang: Language) -> list[str]:
    """Every run that was not compared, with the reason."""
    said = [
        word(f"compare.left.{one.reason}", lang, run=one.run_id, label=one.label, found=one.found)
        for one in comparison.left_out
    ]
    return [word("compare.left", lang, run=text) for text in said]


def mean(value: float, unit: str, lang: Language) -> str:
    """A mean with its unit; that of counts may be a fraction."""
    return bare_mean(value, unit, lang) if unit == COUNT else quantity(value, unit, lang)


def bare_mean(value: float, unit: str, lang: Language) -> str:
    """A mean without its unit."""
    if unit == COUNT and not float(value).is_integer():
        return number(value, "h", lang)
    return number(value, unit, lang)


def change(value: float, unit: str, lang: Language) -> str:
    """A difference with its unit; of shares in percentage points."""
    label = word("points", lang) if unit == "share" else unit_label(unit, lang)
    printed = signed(value, unit, lang)
    return f"{printed}{NO_BREAK}{label}" if label and math.isfinite(value) else printed


def interval(one: Difference, confidence: float, lang: Language) -> str:
    """The interval of a difference, with the number of seeds behind it."""
    if len(one.seeds) == 1:
        return word("compare.no_interval", lang)
    return word(
        "compare.interval",
        lang,
        confidence=percent(confidence, lang),
        low=signed(one.low, one.unit, lang),
        high=signed(one.high, one.unit, lang),
        seeds=str(len(one.seeds)),
    )


def rows(every: Sequence[Difference], lang: Language) -> list[list[str]]:
    """The rows of the table of a metric behind the label: mean, difference, ends of the interval, seeds."""
    return [
        [
            bare_mean(one.mean, one.unit, lang),
            signed(one.difference, one.unit, lang),
            signed(one.low, one.unit, lang),
            signed(one.high, one.unit, lang),
            str(len(one.seeds)),
        ]
        for one in every
    ]


def _foremost(every: Sequence[Difference], sense: int) -> tuple[str, Difference]:
    """The most telling difference of a metric: the best clear one, or for one that has no better side the largest."""
    changed = [one for one in every if any(one.differences)]
    largest = max(every, key=lambda one: abs(one.difference))
    if not changed:
        return "same", largest
    telling = [one for one in changed if one.clear or len(one.seeds) == 1]
    if sense == 0:
        return ("most", max(telling, key=lambda one: abs(one.difference))) if telling else ("unclear_one", largest)
    best = max(telling or every, key=lambda one: sense * float(f"{one.difference:.9g}"))  # of equals the first
    if telling and sense * best.difference > 0:
        return "best", best
    if len(every) == 1:
        return ("worse" if telling else "unclear_one"), every[0]
    return "unclear", largest


def _table(comparison: Comparison, every: Sequence[Difference], lang: Language, width: int) -> list[str]:
    first = every[0]
    unit = unit_label(first.unit, lang)
    name = metric_heading(first.subject, first.metric, first.scope, lang)
    heads = [(name, ""), *((word(f"compare.{key}", lang), unit) for key in ("mean", "difference", "low", "high"))]
    base = [word("compare.baseline", lang, label=comparison.baseline.label)]
    base += [bare_mean(first.baseline_mean, first.unit, lang), "", "", "", str(len(first.seeds))]
    named = [[one.label, *row] for one, row in zip(every, rows(every, lang), strict=True)]
    return table([*heads, (word("compare.seeds", lang), "")], [base, *named], width)

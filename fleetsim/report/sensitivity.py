"""Indices of sensitivity in words: what moves each metric most, then a table of all inputs."""

from __future__ import annotations

from fleetsim.comparison.alternatives import short_keys
from fleetsim.comparison.indices import Index, Sensitivity
from fleetsim.report.columns import table, wrap
from fleetsim.report.numerals import percent
from fleetsim.report.words import Language, in_language, metric_words, word


def sensitivity_text(found: Sensitivity, lang: Language, width: int = 100) -> str:
    """The indices as plain text of at most ``width`` cells a line."""
    by_metric: dict[tuple[str, str], list[Index]] = {}
    for one in found.indices:
        by_metric.setdefault((one.variant, one.metric), []).append(one)
    several = len({one.variant for one in found.indices}) > 1
    values = {"study": found.study, "runs": str(found.runs), "samples": str(found.samples)}
    blocks = [wrap(word("sensitivity.title", lang, **values), width)]
    told = []
    for every in by_metric.values():
        told += wrap(_sentence(every, several, lang), width, indent="  ")
    if found.unmoved:
        separator = ", " if lang == "en" else "、"
        told += wrap(
            word("sensitivity.unmoved", lang, metrics=separator.join(_name(one, lang) for one in found.unmoved)), width
        )
    blocks += [told, *(_table(every, several, lang, width) for every in by_metric.values())]
    blocks.append(wrap(word("sensitivity.note", lang, confidence=percent(found.confidence, lang)), width))
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _sentence(every: list[Index], several: bool, lang: Language) -> str:
    most = max(every, key=lambda one: one.total)
    return word(
        "sensitivity.most",
        lang,
        metric=_titled(most, several, lang),
        input=most.key,
        total=_share(most.total, lang),
        low=_share(most.total_low, lang),
        high=_share(most.total_high, lang),
        first=_share(most.first, lang),
    )


def _table(every: list[Index], several: bool, lang: Language, width: int) -> list[str]:
    first, total = word("sensitivity.first", lang), word("sensitivity.total", lang)
    low, high = word("compare.low", lang), word("compare.high", lang)
    heads = [(_titled(every[0], several, lang), word("sensitivity.input", lang))]
    heads += [(first, ""), (low, ""), (high, ""), (total, ""), (low, ""), (high, "")]
    short = short_keys(one.key for one in every)
    rows = [
        [short[one.key], *(f"{share:.3f}" for share in (one.first, one.first_low, one.first_high))]
        + [f"{share:.3f}" for share in (one.total, one.total_low, one.total_high)]
        for one in sorted(every, key=lambda one: -one.total)
    ]
    return table(heads, rows, width)


def _titled(one: Index, several: bool, lang: Language) -> str:
    return f"{_name(one.metric, lang)} ({one.variant})" if several else _name(one.metric, lang)


def _name(metric: str, lang: Language) -> str:
    words = metric_words(metric)
    return in_language(words.name, lang) if words else metric


def _share(value: float, lang: Language) -> str:
    return percent(round(value, 2), lang)

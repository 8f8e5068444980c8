"""Indices of sensitivity in words: what moves each metric most, then a table of all inputs."""

from __future__ import annotations

from fleetsim.comparison.alternatives import short_keys
from fleetsim.comparison.indices import Index, Sensitivity
from fleetsim.report.columns import table, wrap
from fleetsim.report.numerals import percent
from fleetsim.report.words import Language, in_language, metric_words, word

ENOUGH = 64
"""Samples below which the indices are said to be rough."""


def sensitivity_text(found: Sensitivity, lang: Language, width: int = 100) -> str:
    """The indices as plain text of at most ``width`` cells a line."""
    every_metric = by_metric(found)
    several = several_variants(found)
    blocks = [wrap(heading(found, lang), width)]
    told = []
    for every in every_metric:
        told += wrap(sentence(every, several, lang), width, indent="  ")
    for remark in remarks(found, lang)[:-1]:
        told += wrap(remark, width)
    blocks += [told, *(_table(every, several, lang, width) for every in every_metric)]
    blocks.append(wrap(remarks(found, lang)[-1], width))
    return "\n\n".join("\n".join(block) for block in blocks if block)


def by_metric(found: Sensitivity) -> list[list[Index]]:
    """The indices metric by metric, those of a variant together."""
    every: dict[tuple[str, str], list[Index]] = {}
    for one in found.indices:
        every.setdefault((one.variant, one.metric), []).append(one)
    return list(every.values())


def several_variants(found: Sensitivity) -> bool:
    """Whether a metric has to be told with its variant."""
    return len({one.variant for one in found.indices}) > 1


def heading(found: Sensitivity, lang: Language) -> str:
    """What the indices are of."""
    values = {"study": found.study, "runs": str(found.runs), "samples": str(found.samples)}
    return word("sensitivity.title", lang, **values)


def remarks(found: Sensitivity, lang: Language) -> list[str]:
    """Metrics that nothing moves, if any, and last how the indices are meant."""
    separator = ", " if lang == "en" else "、"
    same = separator.join(_name(one, lang) for one in found.unmoved)
    said = [word("sensitivity.unmoved", lang, metrics=same)] if same else []
    if found.samples < ENOUGH:
        said.append(word("sensitivity.few", lang, samples=str(found.samples), enough=str(ENOUGH)))
    return [*said, word("sensitivity.note", lang, confidence=percent(found.confidence, lang))]


def rows(every: list[Index]) -> list[list[str]]:
    """The rows of the table of a metric: input, both indices with the ends of their intervals."""
    short = short_keys(one.key for one in every)
    return [
        [short[one.key], *(f"{share:.3f}" for share in (one.first, one.first_low, one.first_high))]
        + [f"{share:.3f}" for share in (one.total, one.total_low, one.total_high)]
        for one in sorted(every, key=lambda one: -one.total)
    ]


def sentence(every: list[Index], several: bool, lang: Language) -> str:
    """Which input moves the metric most."""
    most = max(every, key=lambda one: one.total)
    return word(
        "sensitivity.most",
        lang,
        metric=titled(most, several, lang),
        input=most.key,
        total=share_text(most.total, lang),
        low=share_text(most.total_low, lang),
        high=share_text(most.total_high, lang),
        first=share_text(most.first, lang),
    )


def _table(every: list[Index], several: bool, lang: Language, width: int) -> list[str]:
    first, total = word("sensitivity.first", lang), word("sensitivity.total", lang)
    low, high = word("compare.low", lang), word("compare.high", lang)
    heads = [(titled(every[0], several, lang), word("sensitivity.input", lang))]
    heads += [(first, ""), (low, ""), (high, ""), (total, ""), (low, ""), (high, "")]
    return table(heads, rows(every), width)


def titled(one: Index, several: bool, lang: Language) -> str:
    """Name of the metric, and of the variant where there are several."""
    return f"{_name(one.metric, lang)} ({one.variant})" if several else _name(one.metric, lang)


def _name(metric: str, lang: Language) -> str:
    words = metric_words(metric)
    return in_language(words.name, lang) if words else metric


def share_text(value: float, lang: Language) -> str:
    """A share in whole per cent."""
    return percent(round(value, 2), lang)

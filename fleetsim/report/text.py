"""The summary of a run for a terminal: the answer first, then tables, the balance, and what is assumed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from fleetsim.report.answers import answers
from fleetsim.report.assumed import GROUPS, counted, grouped
from fleetsim.report.balance import balance_lines
from fleetsim.report.columns import table, wrap
from fleetsim.report.numerals import number, period, quantity
from fleetsim.report.tables import FLEET_COLUMNS, SITE_COLUMNS, cell, columns
from fleetsim.report.view import ReportView
from fleetsim.report.words import Language, in_language, unit_label, word
from fleetsim.scenario.remarks import shortened

MOST_SUBJECTS = 12
"""Sites or fleets in a table, those that are worst off; the page has all."""
MOST_KEYS = 8
"""Assumed keys of a group that are named."""


def summary(view: ReportView, lang: Language, width: int = 100, page: Path | None = None) -> str:
    """The summary as plain text of at most ``width`` cells a line; ``page`` is where the page lies."""
    blocks = [
        _heading(view, lang, width),
        *([answer.question, *_wrapped(answer.sentences, lang, width)] for answer in answers(view, lang)),
        _subjects(view, lang, width, "site", SITE_COLUMNS),
        _subjects(view, lang, width, "fleet", FLEET_COLUMNS),
        _balance(view, lang, width),
        _assumptions(view, lang, width),
        _remarks(view, lang, width),
        [] if page is None else [word("page_at", lang, path=str(page))],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _heading(view: ReportView, lang: Language, width: int) -> list[str]:
    days = view.records.clock.days
    dates = period(view.first_day, view.last_day, lang)
    count = word("day_count_one" if days == 1 else "day_count", lang, days=str(days))
    return [*wrap(in_language(view.title, lang), width), *wrap(f"{dates} · {count} · {view.run_id}", width)]


def _wrapped(sentences: Iterable[str], lang: Language, width: int) -> list[str]:
    """Sentences as one indented paragraph."""
    text = (" " if lang == "en" else "").join(sentences)
    return [f"  {line}" for line in wrap(text, width - 2)]


def _subjects(view: ReportView, lang: Language, width: int, scope: str, every: tuple[str, ...]) -> list[str]:
    """One row per site or fleet, under heads with the unit on their second line."""
    every_subject = view.subjects(scope)
    if not every_subject:
        return []
    worst = set(sorted(every_subject, key=lambda subject: _trouble(view, scope, subject))[:MOST_SUBJECTS])
    subjects = [subject for subject in every_subject if subject in worst]
    names = columns(view, scope, every)
    heads = [(word(f"column.{scope}", lang), "")]
    heads += [(word(f"short.{name}", lang), unit_label(view.unit(name), lang)) for name in names]
    rows = [[view.called(subject, lang), *(cell(view, scope, subject, name) for name in names)] for subject in subjects]
    left = len(every_subject) - len(subjects)
    more = wrap(word(f"more.{scope}", lang, count=str(left)), width) if left else []
    return [*table(heads, rows, width), *more]


def _trouble(view: ReportView, scope: str, subject: str) -> tuple[float, ...]:
    """Sorts first what is worst off: fleets by service, sites by time lost and how far their limit is used."""
    if scope == "fleet":
        level = view.metric(scope, subject, "service_level")
        return (level if math.isfinite(level) else math.inf,)
    lost, use = (view.metric(scope, subject, name) for name in ("waited_h", "connection_use"))
    return tuple(-value if math.isfinite(value) else 0.0 for value in (lost, use))


def _balance(view: ReportView, lang: Language, width: int) -> list[str]:
    lines = balance_lines(view)
    if not lines:
        return []
    block = wrap(word("balance_line", lang, error=quantity(view.run("balance_error"), "share", lang)), width)
    for line in lines:
        whole = _part(line.key, line.whole_kwh, lang)
        parts = " + ".join(_part(key, value, lang) for key, value in line.parts_kwh)
        block += wrap("  " + word("balance_equation", lang, whole=whole, parts=parts), width, indent="    ")
    return block


def _part(key: str, kwh: float, lang: Language) -> str:
    return word("balance_part", lang, value=number(kwh, "kWh", lang), name=word(key, lang))


def _assumptions(view: ReportView, lang: Language, width: int) -> list[str]:
    """How many inputs are assumed, and which, by the last word of their keys: sites and fleets share most of them."""
    count, _ = counted(view.assumptions, GROUPS, lang)
    if count == 0:
        return wrap(word("assumptions_none", lang), width)
    block = wrap(word("assumptions_lead_one" if count == 1 else "assumptions_lead", lang, count=str(count)), width)
    for group, entries in grouped(view.assumptions).items():
        _, name = counted(entries, [group], lang)
        keys = list(dict.fromkeys(key.rsplit(".", 1)[-1] for _, key, _, _ in entries))
        more = [word("more.keys", lang, count=str(len(keys) - MOST_KEYS))] if len(keys) > MOST_KEYS else []
        block += wrap(f"  {name}: {', '.join([*keys[:MOST_KEYS], *more])}", width, indent="    ")
    return block


def _remarks(view: ReportView, lang: Language, width: int) -> list[str]:
    if not view.remarks:
        return []
    lines = [line for remark in view.remarks for line in wrap(f"  {shortened(remark)}", width, "    ")]
    return [*wrap(word("remarks", lang), width), *lines]

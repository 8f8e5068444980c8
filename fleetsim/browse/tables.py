"""The tables that the application shows: runs in a list, the metrics of one, and several side by side."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleetsim.report.numerals import number, quantity, signed
from fleetsim.report.words import Language, in_language, metric_words, unit_label
from fleetsim.results.catalogue import MetricRow, RunRow, StudyRun

HEADLINES = ("service_level", "peak_kw", "utilisation_energy", "clean_share", "cost_cny_per_km")
"""Metrics of a whole run that stand in the list."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in the list."""

    row: RunRow
    headlines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A run of a study in the list."""

    run: StudyRun
    status: str
    settings: str
    headlines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A metric of a subject: its values by run, and what each differs from the first."""

    subject: str
    name: str
    definition: str
    unit: str
    values: tuple[str, ...]
    differences: tuple[str, ...]


def listed(rows: Sequence[RunRow], metrics: Mapping[str, Sequence[MetricRow]], lang: Language) -> list[Listed]:
    """Runs with their headline metrics."""
    return [Listed(row, _headlines(metrics.get(row.run_id, ()), lang)) for row in rows]


def members_listed(
    members: Sequence[tuple[StudyRun, str]], metrics: Mapping[str, Sequence[MetricRow]], lang: Language
) -> list[Member]:
    """Runs of a study with what its axes set and their headline metrics."""
    lines = []
    for run, status in members:
        settings = ", ".join(f"{key} = {value}" for key, value in json.loads(run.settings).items())
        lines.append(Member(run, status, settings, _headlines(metrics.get(run.run_id, ()), lang)))
    return lines


def _headlines(rows: Sequence[MetricRow], lang: Language) -> tuple[str, ...]:
    values = {name: (value, unit) for _, _, name, value, unit, _ in rows}
    known = (values.get(name, (None, "")) for name in HEADLINES)
    return tuple(quantity(_real(value), unit, lang) for value, unit in known)


def matching(rows: Sequence[RunRow], *, text: str, status: str) -> list[RunRow]:
    """Runs whose name or number holds a text, and whose status is the one asked for, if any is."""
    wanted = text.casefold().split()
    return [
        row
        for row in rows
        if (not status or row.status == status)
        and all(part in f"{row.run_id} {row.scenario} {row.start_at or ''}".casefold() for part in wanted)
    ]


def side_by_side(run_ids: Sequence[str], metrics: Mapping[str, Sequence[MetricRow]], lang: Language) -> list[Line]:
    """One line for each subject and metric that any of the runs has, in the order of the first that has it."""
    by_run = [{(subject, name): value for _, subject, name, value, _, _ in metrics.get(run, ())} for run in run_ids]
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for run in run_ids:
        for _, subject, name, _, unit, definition in metrics.get(run, ()):
            known.setdefault((subject, name), (unit, definition))
    lines = []
    for (subject, name), (unit, definition) in known.items():
        values = [_real(of_run.get((subject, name))) for of_run in by_run]
        if not any(map(math.isfinite, values)):
            continue
        words = metric_words(name)
        lines.append(
            Line(
                subject=subject,
                name=in_language(words.name, lang) if words else name,
                definition=in_language(words.definition, lang) if words else definition,
                unit=unit_label(unit, lang),
                values=tuple(number(value, unit, lang) for value in values),
                differences=tuple(_difference(value - values[0], unit, lang) for value in values),
            )
        )
    return lines


def _difference(value: float, unit: str, lang: Language) -> str:
    if not math.isfinite(value) or value == 0.0:
        return ""
    return signed(value, unit, lang)


def _real(value: float | None) -> float:
    return float("nan") if value is None else value

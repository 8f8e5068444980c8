"""The tables of a report: which metrics stand in which columns, and all metrics by scope."""

from __future__ import annotations

from dataclasses import dataclass

from fleetsim.report.numerals import number
from fleetsim.report.view import ReportView
from fleetsim.report.words import metric_words, unit_label
from fleetsim.results.schema import SCOPES
from fleetsim.spec import Text

SITE_COLUMNS = (
    "chargers", "energy_kwh", "utilisation_energy", "utilisation_plugged", "utilisation_charging", "peak_kw",
    "connection_use", "waits", "unmet_kwh",
)  # fmt: skip
FLEET_COLUMNS = (
    "vehicles", "trips_planned", "service_level", "trips_late", "trips_cancelled", "consumption_kwh_per_km",
    "soc_min", "clean_share_driven",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric with its value for each subject of a scope."""

    metric: str
    name: Text
    unit: Text
    definition: Text
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScopeTable:
    """All metrics of a scope, a column for each subject."""

    scope: str
    subjects: tuple[str, ...]
    rows: tuple[MetricRow, ...]


def printed(view: ReportView, scope: str, subject: str, name: str) -> str:
    """A metric as a table shows it: without its unit, the same in both languages."""
    return number(view.metric(scope, subject, name), view.unit(name), "en")


def unit_text(unit: str) -> Text:
    """A unit in both languages."""
    return Text(en=unit_label(unit, "en"), zh=unit_label(unit, "zh"))


def scope_tables(view: ReportView) -> tuple[ScopeTable, ...]:
    """A table for each scope that has metrics."""
    tables = []
    for scope in SCOPES:
        subjects = view.subjects(scope)
        if subjects:
            rows = tuple(_row(view, scope, subjects, name) for name in view.metric_names(scope))
            tables.append(ScopeTable(scope, subjects, rows))
    return tuple(tables)


def _row(view: ReportView, scope: str, subjects: tuple[str, ...], name: str) -> MetricRow:
    words = metric_words(name)
    unknown = Text(en=name, zh=name)
    return MetricRow(
        metric=name,
        name=words.name if words else unknown,
        unit=unit_text(view.unit(name)),
        definition=words.definition if words else unknown,
        values=tuple(printed(view, scope, subject, name) for subject in subjects),
    )

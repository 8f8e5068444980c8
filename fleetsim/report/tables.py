"""The tables of a report: which metrics stand in which columns, and all metrics by scope."""

from __future__ import annotations

from dataclasses import dataclass

from fleetsim.report.numerals import number
from fleetsim.report.view import ReportView
from fleetsim.report.words import metric_words, unit_label, word
from fleetsim.results.schema import SCOPES
from fleetsim.spec import Text

SITE_COLUMNS = (
    "chargers", "energy_kwh", "utilisation_energy", "utilisation_plugged", "utilisation_charging", "hydrogen_kg",
    "electrolyser_kwh", "solar_kwh", "self_consumption", "storage_cycles", "peak_kw", "connection_use", "waits",
    "unmet_kwh",
)  # fmt: skip
FLEET_COLUMNS = (
    "vehicles", "trips_planned", "rounds_planned", "rounds_finished", "service_level", "trips_late", "trips_cancelled",
    "passengers", "consumption_kwh_per_km", "hydrogen_kg_per_100km", "soc_min", "clean_share_driven",
)  # fmt: skip
DEPENDS_ON = {
    **dict.fromkeys(("trips_planned", "trips_late", "trips_cancelled"), "trips_planned"),
    **dict.fromkeys(("rounds_planned", "rounds_finished"), "rounds_planned"),
    "passengers": "passengers",
    **dict.fromkeys(
        ("chargers", "energy_kwh", "utilisation_energy", "utilisation_plugged", "utilisation_charging", "unmet_kwh"),
        "chargers",
    ),
    **dict.fromkeys(("hydrogen_kg", "electrolyser_kwh"), "hydrogen_kg"),
    "hydrogen_kg_per_100km": "hydrogen_kg_per_100km",
    **dict.fromkeys(("solar_kwh", "self_consumption"), "solar_kwh"),
    "storage_cycles": "storage_cycles",
}
"""Metrics that mean nothing for a subject without the other: trips for rounds, chargers for a hydrogen station."""


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


def columns(view: ReportView, scope: str, every: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that say something about at least one subject of the scope."""
    subjects = view.subjects(scope)
    return tuple(name for name in every if any(_applies(view, scope, subject, name) for subject in subjects))


def cell(view: ReportView, scope: str, subject: str, name: str) -> str:
    """A metric in a table of sites or fleets; a dash where it does not apply."""
    applies = _applies(view, scope, subject, name)
    return printed(view, scope, subject, name) if applies else word("nothing", "en")


def _applies(view: ReportView, scope: str, subject: str, name: str) -> bool:
    return name not in DEPENDS_ON or view.metric(scope, subject, DEPENDS_ON[name]) > 0


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

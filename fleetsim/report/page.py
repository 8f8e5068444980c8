"""The page of a run: one HTML file that opens offline, in English and Chinese, the answer first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fleetsim.report.answers import Answer, answers
from fleetsim.report.assumed import grouped
from fleetsim.report.balance import BalanceLine, balance_lines
from fleetsim.report.captions import captions, site_caption
from fleetsim.report.figures.assets import assets
from fleetsim.report.figures.chargers import heat, occupancy
from fleetsim.report.figures.cost import cost
from fleetsim.report.figures.drawing import MOST_ROWS, Figure, Variant
from fleetsim.report.figures.duration import duration
from fleetsim.report.figures.flow import flow
from fleetsim.report.figures.generation import generation
from fleetsim.report.figures.hydrogen import hydrogen
from fleetsim.report.figures.levels import levels
from fleetsim.report.figures.network_supply import network_supply
from fleetsim.report.figures.packs import packs
from fleetsim.report.figures.places import places
from fleetsim.report.figures.power import site_power, total_power
from fleetsim.report.figures.service import service
from fleetsim.report.figures.utilisation import utilisation
from fleetsim.report.figures.waiting import waiting
from fleetsim.report.fleet_power import fleet_powers
from fleetsim.report.html import each_language, render_template, script_json
from fleetsim.report.numerals import COUNT, number, period, quantity
from fleetsim.report.series import SitePower, site_powers
from fleetsim.report.tables import FLEET_COLUMNS, SITE_COLUMNS, cell, columns, scope_tables, unit_text
from fleetsim.report.view import ReportView
from fleetsim.report.words import Language, both, metric_words
from fleetsim.scenario.remarks import shortened
from fleetsim.spec import Text


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure in its place: what it is called, what it says, and what to draw."""

    key: str
    heading: Text
    caption: Text
    figure: Figure | None
    variants: tuple[Variant, ...] = ()
    """Figures that take turns in this place, if there are several; the first is ``figure``."""


def write_page(view: ReportView, path: Path, lang: Language) -> None:
    """Write the page; it opens in ``lang`` and carries both languages."""
    path.write_text(render(view, lang), encoding="utf-8")


def render(view: ReportView, lang: Language) -> str:
    """The page as text."""
    powers = site_powers(view.records)
    said = captions(view, powers)
    panels = {panel.key: panel for panel in _panels(view, powers, said)}
    sites = _site_panels(view, powers)
    drawn = {
        panel.key: [each.figure for each in panel.variants] or [panel.figure]
        for panel in (*panels.values(), *sites)
        if panel.figure is not None
    }
    return render_template(
        "page.html.j2",
        lang,
        view=view,
        name=view.run_id,
        shortened=shortened,
        head=_head(view),
        answers=_paired_answers(view),
        panels=panels,
        site_panels=sites,
        sites_caption=said["power_sites"],
        balance=[_segments(line) for line in balance_lines(view)],
        subject_tables=[_subject_table(view, "site", SITE_COLUMNS), _subject_table(view, "fleet", FLEET_COLUMNS)],
        scope_tables=scope_tables(view),
        assumptions=grouped(view.assumptions),
        notes=_notes(view.notes),
        figures=script_json(drawn),
        balance_error=quantity(view.run("balance_error"), "share", "en"),
        assumptions_lead=both(
            "assumptions_lead_one" if len(view.assumptions) == 1 else "assumptions_lead",
            count=str(len(view.assumptions)),
        ),
    )


def _head(view: ReportView) -> dict[str, Text]:
    """The lines under the title."""
    days = view.records.clock.days
    counts = {
        "vehicles": number(view.run("vehicles"), COUNT, "en"),
        "fleets": str(len(view.subjects("fleet"))),
        "sites": str(len(view.subjects("site"))),
    }
    return {
        "period": each_language(lambda lang: period(view.first_day, view.last_day, lang)),
        "days": both("day_count_one" if days == 1 else "day_count", days=str(days)),
        "counts": both("fleet_count", **counts),
    }


def _paired_answers(view: ReportView) -> list[dict[str, Any]]:
    """Each answer in both languages, with the definitions behind it."""

    def joined(answer: Answer, lang: Language) -> str:
        return (" " if lang == "en" else "").join(answer.sentences[1:])

    return [
        {
            "topic": en.topic,
            "question": Text(en=en.question, zh=zh.question),
            "figure": Text(en=en.figure, zh=zh.figure),
            "label": _name(en.metrics[0]),
            "lead": Text(en=en.sentences[0], zh=zh.sentences[0]),
            "rest": Text(en=joined(en, "en"), zh=joined(zh, "zh")),
            "inputs": Text(en=en.inputs, zh=zh.inputs),
            "certainty": Text(en=en.certainty, zh=zh.certainty),
            "definitions": [(_name(metric), _definition(metric)) for metric in en.metrics],
        }
        for en, zh in zip(answers(view, "en"), answers(view, "zh"), strict=True)
    ]


def _name(metric: str) -> Text:
    words = metric_words(metric)
    return words.name if words else Text(en=metric, zh=metric)


def _definition(metric: str) -> Text:
    words = metric_words(metric)
    return words.definition if words else Text(en=metric, zh=metric)


def _panels(view: ReportView, powers: tuple[SitePower, ...], said: Mapping[str, Text]) -> list[Panel]:
    figures: dict[str, Figure | None] = {
        "power_total": total_power(view, powers, fleet_powers(view.records)[1]),
        "duration": duration(powers),
        "assets": assets(view),
        "network_supply": network_supply(view),
        "utilisation": utilisation(view),
        "service": service(view),
        "hydrogen": hydrogen(view),
        "packs": packs(view),
        "waiting": waiting(view),
        "generation": generation(view),
        "flow": flow(view),
        "cost": cost(view),
    }
    chosen = {"occupancy": occupancy(view), "heat": heat(view), "levels": levels(view), "places": places(view)}
    return [
        *(Panel(key, both(f"figure.{key}"), said[key], figure) for key, figure in figures.items()),
        *(
            Panel(key, both(f"figure.{key}"), said[key], variants[0].figure if variants else None, tuple(variants))
            for key, variants in chosen.items()
        ),
    ]


def _site_panels(view: ReportView, powers: tuple[SitePower, ...]) -> list[Panel]:
    """A small figure for each site, of many for those that took most energy; a lone one is drawn larger."""
    height = 340 if len(powers) == 1 else 210
    taken = sorted(powers, key=lambda power: -float(np.nansum(power.grid_kw)))[:MOST_ROWS]
    return [
        Panel(
            key=f"power_{power.site}",
            heading=view.name(power.site),
            caption=site_caption(view, power.site),
            figure=site_power(view, power, height),
        )
        for power in powers
        if power in taken
    ]


def _segments(line: BalanceLine) -> dict[str, Any]:
    """A line of the balance as a bar: the width of each part in per cent of all that is positive."""
    whole = sum(max(value, 0.0) for _, value in line.parts_kwh) or 1.0
    return {
        "name": both(line.key),
        "whole": number(line.whole_kwh, "kWh", "en"),
        "parts": [
            {
                "name": both(key),
                "value": number(value, "kWh", "en"),
                "share": number(max(value, 0.0) / whole, "share", "en"),
                "width": f"{100 * max(value, 0.0) / whole:.3f}",
            }
            for key, value in line.parts_kwh
        ],
    }


def _subject_table(view: ReportView, scope: str, every: tuple[str, ...]) -> dict[str, Any]:
    names = columns(view, scope, every)
    return {
        "scope": scope,
        "heading": both(f"table.{scope}s"),
        "first": both(f"column.{scope}"),
        "heads": [
            {"name": both(f"short.{name}"), "unit": unit_text(view.unit(name)), "full": _name(name)} for name in names
        ],
        "rows": [
            {"name": view.name(subject), "values": [cell(view, scope, subject, name) for name in names]}
            for subject in view.subjects(scope)
        ],
    }


NOTES = (
    "level", "year", "hydrology", "year_figures", "clean_share", "clean_share_consumption",
    "clean_share_dedicated", "emission_kg_per_kwh", "emission_factor", "emission_marginal", "balance",
)  # fmt: skip
"""Notes with a name in the word list; others go by their own."""


def _notes(notes: Mapping[str, str]) -> list[tuple[Text, str]]:
    return [(both(f"note.{key}") if key in NOTES else Text(en=key, zh=key), text) for key, text in notes.items()]

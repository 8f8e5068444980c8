"""The terminal summary: the answer first, in either language, within its width."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fleetsim.report.columns import cells
from fleetsim.report.text import MOST_SUBJECTS, summary
from fleetsim.report.view import ReportView
from fleetsim.report.words import LANGUAGES, Language
from fleetsim.results.schema import TABLES, complete
from tests.report.synthetic import synthetic_view


def changed(view: ReportView, scope: str, name: str, value: float) -> ReportView:
    """The view with another value for a metric of every subject of a scope."""
    subjects = set(view.subjects(scope))
    frame = view.metrics
    rows = (frame["metric"] == name) & np.isin(frame["subject"].astype(str), list(subjects))
    return replace(view, metrics={**frame, "value": np.where(rows, value, frame["value"])})


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("sites", [1, 14])
def test_every_line_fits(lang: Language, width: int, sites: int) -> None:
    text = summary(synthetic_view(sites=sites), lang, width)
    assert max(map(cells, text.splitlines())) <= width


def test_the_answer_stands_before_the_tables() -> None:
    text = summary(synthetic_view(), "en", 100)
    assert text.index("The timetable holds: 99.8 % of 3,360") < text.index("Chargers  Energy")


def test_a_service_below_the_threshold_is_said_to_fall_short() -> None:
    view = changed(synthetic_view(), "run", "trips_done", 0.97 * synthetic_view().run("trips_planned"))
    assert "falls short: only 97.0 %" in summary(view, "en", 100)
    assert "保障不足" in summary(view, "zh", 100)


def test_numbers_of_the_tables_are_those_of_the_metrics() -> None:
    view = synthetic_view()
    text = summary(view, "en", 100)
    for site in view.subjects("site"):
        row = next(line for line in text.splitlines() if line.startswith(view.name(site).en))
        assert f"{view.metric('site', site, 'energy_kwh'):,.0f}" in row
        assert f"{100 * view.metric('site', site, 'utilisation_energy'):.1f}" in row


def test_waits_and_unmet_energy_are_said_only_where_there_are_any() -> None:
    assert "Vehicles waited for a charger 36 times" in summary(synthetic_view(), "en", 200)
    calm = summary(synthetic_view(queue=False), "en", 200)
    assert "No vehicle waited" in calm
    assert "All the energy asked for was charged" in calm


def test_sites_without_a_limit_are_said_to_have_none() -> None:
    assert "No site has a limit" in summary(synthetic_view(limited=False), "en", 100)


def test_assumptions_are_counted_and_the_page_is_named() -> None:
    text = summary(synthetic_view(), "en", 100, Path("results/x/report.html"))
    assert "5 inputs are assumed" in text
    assert "sites and chargers (3): connection_kw, base_load_kw, standby_kw" in text
    assert text.endswith("Page: results/x/report.html")


def test_assumptions_shared_by_sites_and_fleets_are_named_once() -> None:
    entries = [("configs/a.yaml", f"fleets.f{number}.charge_target", "0.9", "rule") for number in range(40)]
    text = summary(replace(synthetic_view(), assumptions=entries), "en", 100)
    assert "40 inputs are assumed" in text
    assert "  vehicles and their work (40): charge_target\n" in text


def test_a_run_without_any_metric_still_has_a_summary() -> None:
    view = replace(synthetic_view(), metrics=complete("metrics", {}), assumptions=(), remarks=())
    empty = replace(view, records=replace(view.records, tables={name: complete(name, {}) for name in TABLES}))
    for lang in LANGUAGES:
        assert summary(empty, lang, 80)


def test_plain_text_has_no_control_characters() -> None:
    assert "\x1b" not in summary(synthetic_view(), "en", 100)


def test_of_many_sites_the_worst_off_are_listed_and_the_others_counted() -> None:
    view = synthetic_view(sites=14)
    text = summary(view, "en", 100)
    listed = [site for site in view.subjects("site") if f"\n{view.name(site).en} " in text]
    assert len(listed) == MOST_SUBJECTS
    assert "2 more sites" in text
    left_out = set(view.subjects("site")) - set(listed)
    assert max(view.metric("site", site, "waited_h") for site in left_out) <= min(
        view.metric("site", site, "waited_h") for site in listed
    )

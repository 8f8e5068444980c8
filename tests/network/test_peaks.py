"""The stress study on a small scenario, and its remedies."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fleetsim.errors import Problem
from fleetsim.network.remedies import battery_for as remedy_battery
from fleetsim.network.remedies import capped, remedied
from fleetsim.network.rules import load_rules
from fleetsim.network.shifting import lowest_first, shifted
from fleetsim.network.state import sites_below
from fleetsim.report.peaks import write_peaks_page
from fleetsim.report.words import word
from fleetsim.stress import CASES, StressStudy, stress
from fleetsim.workspace import packaged_inputs


@pytest.fixture(scope="module")
def study() -> StressStudy:
    path = packaged_inputs() / "configs" / "lijiang_buses.yaml"
    return stress(path, ["days=1", "warmup_days=0"])


def test_every_case_says_what_every_asset_does(study: StressStudy) -> None:
    assets = {row.asset for row in study.bindings}
    assert {(row.case, row.asset) for row in study.bindings} == {(case, asset) for case in CASES for asset in assets}


def test_assets_come_by_margin_each_in_its_worst_case(study: StressStudy) -> None:
    loadings = [row.peak_loading for row in study.worst]
    assert loadings == sorted(loadings, reverse=True)
    assert all(
        row.peak_loading >= other.peak_loading
        for row in study.worst
        for other in study.bindings
        if other.asset == row.asset
    )


def test_the_binding_asset_is_overloaded_by_fleets_that_are_named(study: StressStudy) -> None:
    first = study.worst[0]
    assert first.peak_loading > 1
    assert first.margin_kva < 0 < first.overload_h <= first.heavy_h
    assert first.fleets
    assert first.synthetic


def test_a_lost_unit_and_growth_only_make_it_worse_and_orderly_use_never_raises_the_peak(study: StressStudy) -> None:
    by_case = {case.name: case for case in study.cases}
    base = by_case["dry_evening"].carried.state().loading.max(axis=1)
    assert np.all(by_case["transformer_out"].carried.state().loading.max(axis=1) >= base - 1e-9)
    assert np.all(by_case["plan_year"].carried.state().loading.max(axis=1) > base)
    cut, before = by_case["orderly_use"].carried.site_kw, by_case["dry_evening"].carried.site_kw
    assert np.all(cut.max(axis=1) <= before.max(axis=1) + 1e-9)


def test_the_first_remedy_removes_most_for_the_money(study: StressStudy) -> None:
    worth = [one.removed_per_million for one in study.remedies]
    assert worth
    assert worth == sorted(worth, reverse=True)


def test_moved_charging_keeps_energy_stays_below_each_sites_peak_and_lowers_the_overload(study: StressStudy) -> None:
    case = next(case for case in study.cases if case.name == "plan_year")
    number = case.carried.net.names.index(study.worst[0].asset)
    now = case.carried.state()
    loading = now.loading[number]
    after = shifted(case.carried, case.movable, number, now.load_kva[number].real, loading > 1.0)
    before, below = case.carried.site_kw, sites_below(case.carried.net, number)
    assert after.sum(axis=1) == pytest.approx(before.sum(axis=1))
    assert np.all(after.max(axis=1) <= before.max(axis=1) + 1e-6)
    others = [site for site in range(len(before)) if site not in below]
    assert np.array_equal(after[others], before[others])
    moved = replace(case.carried, site_kw=after).state().loading[number]
    assert np.maximum(moved - 1, 0).sum() < np.maximum(loading - 1, 0).sum()
    assert moved.max() <= loading.max() + 1e-9


def test_sessions_draw_in_the_run_no_more_than_they_could(study: StressStudy) -> None:
    """So a schedule that moves nothing is one of those that are looked at."""
    for case in study.cases:
        movable, drawn = case.movable, np.zeros_like(case.carried.site_kw)
        assert np.all(movable.drawn_kw <= movable.most_kw + 1e-9)
        site = np.repeat(movable.site, np.diff(movable.begins))
        np.add.at(drawn, (site, movable.slot), movable.drawn_kw)
        assert np.all(drawn <= case.uncut.site_kw + 1e-6)
        assert drawn.sum() > 0.5 * case.uncut.site_kw.sum()


def test_where_nothing_is_overloaded_nothing_moves(study: StressStudy) -> None:
    case = study.cases[0]
    nowhere = np.zeros(case.carried.site_kw.shape[1], dtype=bool)
    unchanged = shifted(case.carried, case.movable, 0, case.carried.state().load_kva[0].real, nowhere)
    assert np.array_equal(unchanged, case.carried.site_kw)


def test_power_is_poured_where_the_load_is_lowest() -> None:
    poured = lowest_first(np.array([3.0, 0.0, 1.0, 9.0]), np.array([5.0, 2.0, 5.0, 5.0]), 6.0)
    assert poured.sum() == pytest.approx(6.0)
    assert poured.tolist() == [1.0, 2.0, 3.0, 0.0]


def test_a_case_counts_as_often_as_it_is_in_a_year(study: StressStudy) -> None:
    best = study.remedies[0]
    assert 0 < best.removed_kvah <= best.before_kvah
    case = study.cases[0]
    rules = load_rules(packaged_inputs(), [])
    assert rules is not None
    once = case.overload_kvah(case.carried, rules)
    assert replace(case, hours_a_year=2 * case.hours_a_year).overload_kvah(case.carried, rules) == pytest.approx(
        2 * once
    )


def test_what_orderly_use_cuts_is_caught_up_with() -> None:
    kw = np.zeros(96)
    kw[40:48] = 100.0
    after = capped(kw, range(40, 44), 0.5)
    assert after[40:44].tolist() == [50.0] * 4
    assert after.sum() == pytest.approx(kw.sum())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_stands_alone_and_says_that_the_network_is_made_up(
    study: StressStudy, tmp_path: Path, lang: str
) -> None:
    page = tmp_path / "peaks.html"
    language = "zh" if lang == "zh" else "en"
    write_peaks_page(page, "x", study.worst, study.bindings, study.remedies, study.cases, study.heavy, language)
    text = page.read_text(encoding="utf-8")
    assert study.worst[0].asset in text
    assert ("SYNTHETIC" if lang == "en" else "虚构") in text
    assert 'src="http' not in text
    assert all(word(f"peaks.case.{case}", language) in _drawn(text) for case in CASES)


def _drawn(text: str) -> str:
    """What the page hands to plotly, with its escapes undone."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text.partition("<h2>")[2])


def test_orderly_use_holds_in_the_hours_and_at_the_share_of_the_rules(tmp_path: Path) -> None:
    for name in ("configs", "grid", "profiles"):
        shutil.copytree(packaged_inputs() / name, tmp_path / name)
    path = tmp_path / "grid" / "network" / "rules.yaml"
    text = path.read_text(encoding="utf-8")
    changed = text.replace("hours: [17, 18, 19, 20, 21, 22]", "hours: [9, 10]").replace(
        "site_share: 0.5", "site_share: 0.2"
    )
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    found = stress(tmp_path / "configs" / "lijiang_buses.yaml", ["days=1", "warmup_days=0"])
    before, cut = (next(case for case in found.cases if case.name == name) for name in ("dry_evening", "orderly_use"))
    most = before.carried.site_kw.max(axis=1)
    assert np.all(cut.carried.site_kw[:, 36:44].max(axis=1) <= 0.2 * most + 1e-9)
    assert np.any(before.carried.site_kw[:, 36:44].max(axis=1) > 0.2 * most)


@pytest.mark.parametrize(
    ("old", "new", "key"), [("21, 22]", "21, 24]", "hours"), ("site_share: 0.5", "site_share: 0", "site_share")]
)
def test_orderly_use_that_cannot_be_is_told_with_its_line(workspace: Path, old: str, new: str, key: str) -> None:
    path = workspace / "grid" / "network" / "rules.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    problems: list[Problem] = []
    assert load_rules(workspace, problems) is None
    assert any(key in problem.key and problem.line for problem in problems), problems


def test_a_battery_is_offered_at_its_price_and_takes_overload_off_its_asset(study: StressStudy) -> None:
    offered = [one for one in study.remedies if one.kind == "battery"]
    assert offered
    for one in offered:
        assert 0 < one.removed_kvah <= one.before_kvah
        assert one.sites == 0
    assert word("peaks.remedy.battery", "zh") != word("peaks.remedy.battery", "en")


def test_a_battery_that_lasts_as_long_as_the_overload_removes_it_at_its_asset(study: StressStudy) -> None:
    problems: list[Problem] = []
    rules = load_rules(packaged_inputs(), problems)
    assert rules is not None
    assert rules.remedies.battery is not None
    case = next(one for one in study.cases if one.name == "holiday")
    states = [case.carried.state()]
    loading = states[0].loading.max(axis=1)
    number = int(loading.argmax())
    long = rules.remedies.battery.model_copy(update={"most_hours": 24.0, "round_trip_efficiency": 1.0})
    rules = rules.model_copy(update={"remedies": rules.remedies.model_copy(update={"battery": long})})
    battery = remedy_battery([case], states, number, rules)
    assert battery is not None
    eased = remedied(case, number, "battery", battery, rules, states[0]).state()
    assert loading[number] > 1.0
    assert eased.loading[number].max() <= 1.0 + 2e-3
    assert eased.load_kva[number].real.sum() < states[0].load_kva[number].real.sum() + battery.capacity_kwh * 4

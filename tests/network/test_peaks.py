"""The stress study on a small scenario, and its remedies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fleetsim.network.remedies import capped, spread
from fleetsim.report.peaks import write_peaks_page
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


def test_spreading_keeps_the_energy_of_a_day() -> None:
    kw, plugged = np.tile([10.0, 0.0, 2.0, 0.0], 48), np.tile([1.0, 2.0, 1.0, 0.0], 48)
    after = spread(kw, plugged)
    assert after.reshape(2, 96).sum(axis=1) == pytest.approx(kw.reshape(2, 96).sum(axis=1))
    assert after.max() < kw.max()


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
    write_peaks_page(page, "x", study.worst, study.remedies, study.cases, study.heavy, "zh" if lang == "zh" else "en")
    text = page.read_text(encoding="utf-8")
    assert study.worst[0].asset in text
    assert ("SYNTHETIC" if lang == "en" else "虚构") in text
    assert 'src="http' not in text

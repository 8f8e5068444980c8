"""Tariffs: the right rule on the right day, ratios on the energy part only, bad files told in full."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fleetsim.clock import SLOTS_PER_DAY, Clock
from fleetsim.errors import Problem
from fleetsim.grid.tariff import Tariff, load_tariffs
from fleetsim.grid.tariff_spec import BANDS, span_slots

DAY_924 = Clock(date(2025, 7, 1), 1, 0)


def hours_of(mask: np.ndarray) -> set[int]:
    return {int(slot) // 4 for slot in np.flatnonzero(mask)}


def test_valleys_of_no_924_are_night_and_early_afternoon(tariff: Tariff) -> None:
    assert hours_of(tariff.prices(DAY_924).valley) == {2, 3, 4, 5, 12, 13, 14, 15}


def test_cheapest_four_hours_of_a_depot_open_all_day_lie_in_a_valley(tariff: Tariff) -> None:
    prices = tariff.prices(DAY_924)
    round_the_clock = np.concatenate((prices.price_cny_per_kwh, prices.price_cny_per_kwh))
    windows = np.lib.stride_tricks.sliding_window_view(round_the_clock, 16)[:SLOTS_PER_DAY].mean(axis=1)
    cheapest = np.flatnonzero(windows == windows.min())
    assert {int(slot) / 4 for slot in cheapest} == {2.0, 12.0}
    for start in cheapest:
        assert prices.valley[start : start + 16].all()


def test_before_no_924_the_valley_was_the_night(tariff: Tariff) -> None:
    assert hours_of(tariff.prices(Clock(date(2023, 7, 1), 1, 0)).valley) == {23, 0, 1, 2, 3, 4, 5, 6}


def test_the_date_chooses_the_rule(tariff: Tariff) -> None:
    turn = tariff.prices(Clock(date(2024, 12, 31), 2, 0))
    assert hours_of(turn.valley[:SLOTS_PER_DAY]) != hours_of(turn.valley[SLOTS_PER_DAY:])


def test_ratios_apply_to_the_energy_part_only(tariff: Tariff) -> None:
    prices = tariff.prices(DAY_924)
    peak, flat, valley = (prices.energy_cny_per_kwh[prices.band == BANDS.index(b)] for b in ("peak", "flat", "valley"))
    assert peak == pytest.approx(1.5 * flat[0])
    assert valley == pytest.approx(0.5 * flat[0])
    assert np.ptp(prices.other_cny_per_kwh) == 0.0
    assert prices.price_cny_per_kwh == pytest.approx(prices.energy_cny_per_kwh + prices.other_cny_per_kwh)


def test_energy_is_cheaper_in_the_wet_season(tariff: Tariff) -> None:
    wet, dry = (tariff.prices(Clock(date(2025, month, 10), 1, 0)) for month in (8, 3))
    assert wet.energy_cny_per_kwh.mean() < dry.energy_cny_per_kwh.mean()
    assert wet.other_cny_per_kwh.mean() == dry.other_cny_per_kwh.mean()


def test_a_date_without_a_rule_is_named_with_what_is_allowed(tariff: Tariff) -> None:
    clock = Clock(date(2018, 1, 1), 1, 2)
    (text,) = tariff.problems_for(clock)
    assert "yunnan_general" in text
    assert "2017-12-30" in text
    assert "2018-01-01 to 2024-12-31" in text
    with pytest.raises(ValueError, match="2017-12-30"):
        tariff.prices(clock)
    assert tariff.problems_for(Clock(date(2026, 3, 9), 7, 2)) == []


def test_demand_is_charged_only_when_switched_on(tariff: Tariff) -> None:
    assert tariff.demand_cny_per_kw_month == 0.0
    charged = Tariff("x", tariff.spec.model_copy(update={"demand_charged": True}))
    assert charged.demand_cny_per_kw_month == tariff.spec.demand_cny_per_kw_month > 0


@pytest.mark.parametrize(
    "span", ["7-9", "07:00", "07:10-09:00", "09:00-09:00", "24:00-02:00", "00:00-25:00", "a:00-b:00"]
)
def test_a_span_that_is_none_is_refused(span: str) -> None:
    with pytest.raises(ValueError, match="must"):
        span_slots(span)


def test_a_span_may_pass_midnight() -> None:
    assert len(span_slots("23:00-07:00")) == 32
    assert len(span_slots("00:00-24:00")) == SLOTS_PER_DAY


def spoil(workspace: Path, *changes: tuple[str, str]) -> tuple[list[Problem], dict[str, Tariff], list[str]]:
    path = workspace / "grid" / "tariffs.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    problems: list[Problem] = []
    return problems, load_tariffs(workspace, problems), text.splitlines()


def test_gap_overlap_missing_ratio_and_wrong_order_are_told_together_with_their_lines(workspace: Path) -> None:
    problems, tariffs, lines = spoil(
        workspace,
        ('flat: ["07:00-09:00", "12:00-18:00"]', 'flat: ["07:00-09:00", "12:00-17:30"]'),
        ('peak: ["07:00-09:00", "18:00-24:00"]', 'peak: ["06:30-09:00", "18:00-24:00"]'),
        ("ratios: {peak: 1.5, flat: 1.0, valley: 0.5}", "ratios: {peak: 1.5, flat: 1.0}"),
        ("valid_from: 2026-03-01", "valid_from: 2026-02-15"),
    )
    assert tariffs == {}
    assert len(problems) == 4
    told = "\n".join(map(str, problems))
    assert "no band from 17:30 to 18:00" in told
    assert "06:30 is in" in told
    assert "no ratio for valley" in told
    assert "2026-02-15" in told
    assert "2026-02-28" in told
    for problem in problems:
        assert problem.file == "grid/tariffs.yaml"
        assert problem.line is not None
        assert problem.key.split(".")[-1] in lines[problem.line - 1] or problem.key.split(".")[-1].isdecimal()


def test_faults_of_the_form_are_told_together(workspace: Path) -> None:
    problems, tariffs, _ = spoil(
        workspace,
        ("other_cny_per_kwh: 0.25", "other_cny_per_kwh: 0,25"),
        ('"18:00-23:00"', '"18:00-23:05"'),
        ("demand_charged: false", "demand_chargd: false"),
    )
    assert tariffs == {}
    keys = {problem.key.split(".")[-1] for problem in problems}
    assert {"other_cny_per_kwh", "demand_chargd"} <= keys
    assert any("quarters of an hour" in str(problem) for problem in problems)
    assert all(problem.line for problem in problems)


def test_a_missing_file_is_one_problem(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert load_tariffs(tmp_path, problems) == {}
    assert [problem.file for problem in problems] == ["grid/tariffs.yaml"]

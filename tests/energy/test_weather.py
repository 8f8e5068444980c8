"""Temperatures: reproducible by the calendar, and true to the climate."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from fleetsim.clock import Clock
from fleetsim.documents import parse_mapping, read_yaml
from fleetsim.energy.weather import day_deviations_k, over_the_year, temperatures_c
from fleetsim.profiles import Climate

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def kunming() -> Climate:
    document = read_yaml(ROOT / "profiles" / "climates.yaml", ROOT)
    return parse_mapping(Climate, document, document.data, (), [])["kunming"]


def test_there_is_one_temperature_for_each_hour_of_the_run(kunming: Climate) -> None:
    assert temperatures_c("kunming", kunming, 1, Clock(date(2026, 3, 9), 7, 2)).shape == (9 * 24,)


@pytest.mark.parametrize("days", [1, 7, 60])
@pytest.mark.parametrize("warmup_days", [0, 2, 9])
def test_neither_a_longer_run_nor_another_start_moves_a_day(kunming: Climate, days: int, warmup_days: int) -> None:
    reference = temperatures_c("kunming", kunming, 1, Clock(date(2026, 3, 9), 100, 20))[20 * 24 :]
    run = temperatures_c("kunming", kunming, 1, Clock(date(2026, 3, 9), days, warmup_days))[warmup_days * 24 :]
    assert np.array_equal(run, reference[: days * 24])


def test_seeds_and_cities_have_weather_of_their_own(kunming: Climate) -> None:
    clock = Clock(date(2026, 3, 9), 7, 0)
    base = temperatures_c("kunming", kunming, 1, clock)
    assert not np.array_equal(base, temperatures_c("kunming", kunming, 2, clock))
    assert not np.array_equal(base, temperatures_c("lijiang", kunming, 1, clock))


def test_months_keep_their_means_but_for_what_straight_lines_cut_off(kunming: Climate) -> None:
    clock = Clock(date(2024, 1, 1), 366, 0)
    undisturbed = kunming.model_copy(update={"day_to_day_k": 0.0})
    daily = temperatures_c("kunming", undisturbed, 1, clock).reshape(-1, 24).mean(axis=1)
    months = np.array([day.month for day in clock.dates])
    for number, month in enumerate(kunming.months, start=1):
        assert daily[months == number].mean() == pytest.approx(month.mean_c, abs=0.4)


def test_days_are_coldest_at_six_and_warmest_at_three_in_the_afternoon(kunming: Climate) -> None:
    days = temperatures_c("kunming", kunming, 1, Clock(date(2026, 3, 1), 31, 0)).reshape(-1, 24)
    assert set(days.argmin(axis=1)) <= {5, 6}
    assert set(days.argmax(axis=1)) <= {14, 15}
    assert (days.max(axis=1) - days.min(axis=1)).mean() == pytest.approx(13.0, abs=0.6)


def test_days_deviate_and_persist_as_the_climate_says(kunming: Climate) -> None:
    days = tuple(date(2000, 1, 1) + timedelta(days=day) for day in range(9_000))
    deviations = day_deviations_k("kunming", kunming, 1, days)
    assert deviations.mean() == pytest.approx(0.0, abs=0.2)
    assert deviations.std() == pytest.approx(kunming.day_to_day_k, rel=0.05)
    assert np.corrcoef(deviations[:-1], deviations[1:])[0, 1] == pytest.approx(kunming.persistence, abs=0.03)


@pytest.mark.parametrize("persistence", [0.0, 1.0])
def test_no_and_full_persistence_keep_the_spread(kunming: Climate, persistence: float) -> None:
    climate = kunming.model_copy(update={"persistence": persistence})
    days = tuple(date(2000, 1, 1) + timedelta(days=day) for day in range(9_000))
    assert day_deviations_k("kunming", climate, 1, days).std() == pytest.approx(climate.day_to_day_k, rel=0.1)


def test_the_year_has_no_step_at_the_edge_of_a_month_or_of_the_year(kunming: Climate) -> None:
    year = over_the_year([month.mean_c for month in kunming.months], np.arange(0.0, 2 * 365.25, 0.25))
    assert np.abs(np.diff(year)).max() < 0.05

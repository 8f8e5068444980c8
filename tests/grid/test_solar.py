"""Sun and solar power against measurements and computed yields."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.solar import clearness_by_day, fleet_profile, solar_series

YEAR = date(2023, 1, 1)
SEEDS = range(8)
month_of_day = np.array(
    [day.month for day in np.arange("2023-01-01", "2024-01-01", dtype="datetime64[D]").astype(object)]
)
MEGAJOULE_PER_DAY = 900.0 / 1e6


@pytest.fixture(scope="module")
def years(inputs: GridInputs) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Mean over some years of weather: daily irradiation in MJ/m2 and daily yield in kWh/kWp, by city."""
    means = {}
    for city in ("kunming", "lijiang"):
        series = [solar_series(inputs.sky, city, seed, YEAR, 365) for seed in SEEDS]
        means[city] = (
            np.mean([one.ghi_w_m2.reshape(365, 96).sum(axis=1) for one in series], axis=0) * MEGAJOULE_PER_DAY,
            np.mean([one.pv_kw_per_kwp.reshape(365, 96).sum(axis=1) for one in series], axis=0) / 4.0,
        )
    return means


Years = dict[str, tuple[np.ndarray, np.ndarray]]


def test_irradiation_of_kunming_is_near_the_measured_one(years: Years) -> None:
    """Measured 1993-2016: 5598 MJ/m2 a year, November-April 2825, May-October 2774."""
    ghi = years["kunming"][0]
    assert ghi.sum() == pytest.approx(5598, rel=0.05)
    dry = np.isin(month_of_day, (11, 12, 1, 2, 3, 4))
    assert ghi[dry].sum() == pytest.approx(2825, rel=0.08)
    assert ghi[~dry].sum() == pytest.approx(2774, rel=0.08)


@pytest.mark.parametrize(("city", "kwh_m2"), [("kunming", 1589), ("lijiang", 1621)])
def test_irradiation_is_near_that_of_the_data_set(years: Years, city: str, kwh_m2: float) -> None:
    """Not an input: the clearness is."""
    assert years[city][0].sum() / 3.6 == pytest.approx(kwh_m2, rel=0.04)


@pytest.mark.parametrize(("city", "kwh_per_kwp"), [("kunming", 1353), ("lijiang", 1416)])
def test_yield_of_a_plant_is_near_the_computed_one(years: Years, city: str, kwh_per_kwp: float) -> None:
    assert years[city][1].sum() == pytest.approx(kwh_per_kwp, rel=0.05)


def test_monthly_yield_of_kunming(years: Years) -> None:
    published = [124, 129, 138, 136, 127, 100, 94, 101, 92, 96, 111, 103]
    monthly = [years["kunming"][1][month_of_day == month].sum() for month in range(1, 13)]
    assert monthly == pytest.approx(published, rel=0.15)


def test_clearness_has_the_mean_of_its_month_and_persists(inputs: GridInputs) -> None:
    for city, site in inputs.sky.sites.items():
        drawn = np.array([clearness_by_day(inputs.sky, city, seed, YEAR, 365) for seed in range(100)])
        for month in range(1, 13):
            days = drawn[:, month_of_day == month]
            assert days.mean() == pytest.approx(site.clearness[month - 1], rel=0.04)
        january = drawn[:, month_of_day == 1]
        assert 0.35 <= np.corrcoef(january[:, 1:].ravel(), january[:, :-1].ravel())[0, 1] <= 0.62


def test_a_city_keeps_its_weather_when_another_is_asked_for_or_the_horizon_grows(inputs: GridInputs) -> None:
    short = solar_series(inputs.sky, "kunming", 1, date(2026, 3, 2), 7)
    fleet_profile(inputs.sky, 1, date(2026, 3, 2), 7)
    longer = solar_series(inputs.sky, "kunming", 1, date(2026, 3, 2), 28)
    assert np.array_equal(short.pv_kw_per_kwp, longer.pv_kw_per_kwp[: short.pv_kw_per_kwp.size])
    other = solar_series(inputs.sky, "lijiang", 1, date(2026, 3, 2), 7)
    assert not np.allclose(short.pv_kw_per_kwp, other.pv_kw_per_kwp)


def test_power_is_within_the_plant_and_dark_at_night(inputs: GridInputs) -> None:
    day = solar_series(inputs.sky, "lijiang", 1, date(2026, 6, 21), 1)
    assert day.pv_kw_per_kwp.min() >= 0.0
    assert day.pv_kw_per_kwp.max() < 1.0
    assert day.ghi_w_m2[:20].max() == 0.0


@pytest.mark.skipif("FLEETSIM_REFERENCE_DATA" not in os.environ, reason="needs a folder of reference data")
def test_spread_of_the_days_is_that_of_ten_years_of_data(inputs: GridInputs) -> None:
    table = np.genfromtxt(
        Path(os.environ["FLEETSIM_REFERENCE_DATA"]) / "kunming_lijiang_daily_ghi_2008_2017.csv",
        delimiter=",", names=True, dtype=None, encoding="utf-8",
    )  # fmt: skip
    month = np.array([int(day[5:7]) for day in table["date"]])
    drawn = [solar_series(inputs.sky, "kunming", seed, YEAR, 365).ghi_w_m2 for seed in SEEDS]
    daily = np.concatenate([series.reshape(365, 96).sum(axis=1) * MEGAJOULE_PER_DAY for series in drawn])
    month_of_drawn = np.tile(month_of_day, len(SEEDS))
    for season in ((7, 8), (1, 2)):
        seen = table["kunming_ghi_MJ"][np.isin(month, season)]
        seen = seen[np.isfinite(seen)]
        made = daily[np.isin(month_of_drawn, season)]
        assert made.mean() == pytest.approx(seen.mean(), rel=0.10)
        assert made.std() == pytest.approx(seen.std(), rel=0.30)

"""Wind: windy springs, calm Augusts, and days that resemble the day before."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from fleetsim.grid.balance import year_balance
from fleetsim.grid.days import daily, persistent
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.wind import wind_profile


def test_monthly_hours_follow_the_seasons(inputs: GridInputs) -> None:
    """Published: about 300 h a month in January-April; August 106 h in 2020; 2837 h in that year."""
    balance = year_balance(inputs, 2020, "published")
    hours = balance.wind_mw * balance.hours / (balance.capacity_gw.wind * 1e3)
    assert hours.sum() == pytest.approx(2837, rel=0.08)
    assert hours[:4].mean() == pytest.approx(300, rel=0.10)
    assert hours.argmin() == 7
    assert 50 <= hours[7] <= 106


def test_profile_varies_around_one(inputs: GridInputs) -> None:
    profiles = [wind_profile(inputs.zone.wind, "yunnan", seed, date(2026, 1, 1), 365) for seed in range(10)]
    assert np.mean(profiles) == pytest.approx(1.0, abs=0.03)
    assert np.min(profiles) > 0.0


def test_days_resemble_the_day_before(inputs: GridInputs) -> None:
    weeks = np.array(
        [daily(lambda rng: persistent(rng, 0.5), seed, date(2026, 3, 9), 7, "wind", "yunnan") for seed in range(2000)]
    )
    assert weeks.std(axis=0) == pytest.approx(np.ones(7), abs=0.08)
    assert np.corrcoef(weeks[:, 2], weeks[:, 3])[0, 1] == pytest.approx(0.5, abs=0.06)

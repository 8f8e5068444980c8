"""Inflow by day: months keep their share, spells are keyed to weeks."""

from __future__ import annotations

from calendar import monthrange

import numpy as np
import pytest

from fleetsim.grid.inflow import smooth_profile, spells, year_factor
from fleetsim.grid.inputs import GridInputs


@pytest.mark.parametrize("year", [2023, 2024])
def test_a_smooth_profile_keeps_the_share_of_each_month(inputs: GridInputs, year: int) -> None:
    shape = np.array(inputs.zone.water.inflow.shape)
    profile = smooth_profile(shape, year)
    month = np.repeat(np.arange(12), [monthrange(year, number)[1] for number in range(1, 13)])
    assert profile.mean() == pytest.approx(1.0)
    assert np.bincount(month, profile) / profile.size == pytest.approx(shape)


def test_the_middle_year_has_the_mean_inflow_and_the_others_lie_around_it() -> None:
    assert year_factor(0.06, 0.5) == 1.0
    assert year_factor(0.06, 0.1) + year_factor(0.06, 0.9) == pytest.approx(2.0)
    assert year_factor(0.06, 0.1) < 1.0


def test_spells_last_and_have_the_spread_of_the_inputs(inputs: GridInputs) -> None:
    inflow = inputs.zone.water.inflow
    normal = np.log(np.concatenate([spells(inflow, "yunnan", seed, 2026) for seed in range(60)]))
    assert normal.std() == pytest.approx(inflow.day_to_day, rel=0.1)
    assert np.corrcoef(normal[:-1], normal[1:])[0, 1] == pytest.approx(inflow.persistence, abs=0.03)


def test_spells_are_those_of_the_seed(inputs: GridInputs) -> None:
    first, again, other = (spells(inputs.zone.water.inflow, "yunnan", seed, 2024) for seed in (1, 1, 2))
    assert first.size == 366
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)

"""The merit order within a day: energies and power limits, day by day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.grid.merit import Days, merit_order

SLOTS = 96


def some_days(seed: int, days: int = 5) -> Days:
    rng = np.random.default_rng(seed)
    sun = np.maximum(np.sin((np.arange(SLOTS) - 24) / 48 * np.pi), 0.0)
    highest = np.array([10_000.0, 20_000.0, 12_000.0])
    lowest = highest[:, None] * rng.uniform(0.02, 0.2, (3, days))
    return Days(
        demand_mw=rng.uniform(20_000, 35_000, (days, 1)) * rng.uniform(0.8, 1.2, (days, SLOTS)),
        wind_mw=rng.uniform(0, 9_000, (days, SLOTS)),
        solar_mw=rng.uniform(0, 30_000, (days, 1)) * sun,
        coal_mw=rng.uniform(3_000, 9_000, days),
        coal_floor_mw=np.full(days, 2_500.0),
        coal_highest_mw=14_000.0,
        coal_follow_share=0.05,
        river_mw=rng.uniform(3_000, 20_000, days),
        release_mw=lowest + (highest[:, None] - lowest) * rng.uniform(0, 1, (3, days)),
        lowest_mw=lowest,
        highest_mw=highest,
        corridor_mw=44_500.0,
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000))
def test_every_day_gives_its_energies_within_the_limits_of_power(seed: int) -> None:
    days = some_days(seed)
    slots = merit_order(days)
    assert slots.release_mw.mean(axis=2) == pytest.approx(days.release_mw, rel=1e-9)
    assert slots.thermal_mw.mean(axis=1) == pytest.approx(days.coal_mw, rel=1e-9)
    assert np.all(slots.release_mw <= days.highest_mw[:, None, None] + 1e-6)
    assert np.all(slots.release_mw >= days.lowest_mw[:, :, None] - 1e-6)
    assert np.all(slots.thermal_mw >= days.coal_floor_mw[:, None] - 1e-6)


def test_a_day_does_not_depend_on_the_others() -> None:
    days = some_days(1)
    first = merit_order(
        replace(
            days,
            **{name: getattr(days, name)[:1] for name in ("demand_mw", "wind_mw", "solar_mw", "coal_mw")},
            coal_floor_mw=days.coal_floor_mw[:1],
            river_mw=days.river_mw[:1],
            release_mw=days.release_mw[:, :1],
            lowest_mw=days.lowest_mw[:, :1],
        )
    )
    assert np.array_equal(first.hydro_mw[0], merit_order(days).hydro_mw[0])


def test_hydro_flattens_the_export_where_it_can() -> None:
    days = some_days(2)
    calm = replace(
        days,
        wind_mw=0 * days.wind_mw,
        solar_mw=0 * days.solar_mw,
        release_mw=days.highest_mw[:, None] * np.full((3, 5), 0.5),
    )
    slots = merit_order(calm)
    export = slots.hydro_mw + slots.thermal_mw - calm.demand_mw
    assert np.ptp(export, axis=1).max() < 1.0


def test_full_lines_cut_wind_and_sun() -> None:
    days = replace(some_days(3), corridor_mw=10_000.0)
    slots = merit_order(days)
    export = slots.hydro_mw + slots.thermal_mw + slots.wind_mw + slots.solar_mw - days.demand_mw
    left = slots.wind_mw + slots.solar_mw
    assert slots.lines_full.any()
    assert np.all((export <= 10_000.0 + 1e-6) | (left <= 1e-6))
    assert np.array_equal(slots.wind_mw[~slots.lines_full], days.wind_mw[~slots.lines_full])

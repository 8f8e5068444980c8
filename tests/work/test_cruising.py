"""Work on demand: how far, when and where, and the energy that it takes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.clock import Clock
from fleetsim.work.cruising import Cruising, between, cruising, handover_times_s, road_of, spots, traits_of
from fleetsim.work.geography import Point, spread, straight_line_km
from tests.worlds import city

CLOCK = Clock(date(2026, 3, 12), days=7, warmup_days=1)


def work(
    taxis: int = 300, daily_km: float = 300, *, cv: float = 0.3, clock: Clock = CLOCK, **demand: object
) -> Cruising:
    world = city(**demand)
    shape = world.taxi_demand["even"]
    road = road_of(
        shape, world.vehicles["taxi"], elevation_m=1_900, temperature_c=np.full(clock.end_s // 3_600, 15.0),
        load_share=0.3, consumption_kwh_per_km=None, clock=clock,
    )  # fmt: skip
    return cruising(
        shape, spots(shape, world.places), road, traits_of(1, "cabs", taxis, 2), fleet="cabs", daily_km=daily_km,
        daily_cv=cv, hourly_cv=cv, consumption_cv=0.05, seed=1, clock=clock,
    )  # fmt: skip


def test_the_mean_day_is_that_of_the_fleet_and_the_shape_is_that_of_the_demand() -> None:
    shape = [1.0] * 12 + [3.0] * 12
    drawn = work(daily_km=150, workday=shape, weekend=shape)
    hourly = drawn.distance_km.reshape(300, -1, 24).mean(axis=(0, 1))
    assert hourly.sum() == pytest.approx(150, rel=0.02)
    assert hourly[12:].sum() / hourly[:12].sum() == pytest.approx(3, rel=0.02)


def test_days_follow_the_week() -> None:
    drawn = work(cv=0, weekdays=[1, 1, 1, 1, 2, 1, 0])
    daily = drawn.distance_km.reshape(300, -1, 24).sum(axis=2)[0]
    assert daily == pytest.approx([300, 300, 600, 300, 0, 300, 300, 300]), "from Wednesday to Wednesday"


def test_nobody_drives_further_in_an_hour_than_the_traffic_lets_him() -> None:
    assert work(daily_km=700).distance_km.max() == pytest.approx(30)


def test_taxis_are_where_the_demand_is() -> None:
    drawn = work(zones=[{"place": "gate", "share": 3, "radius_km": 2}, {"place": "top", "share": 1}])
    share = np.bincount(drawn.spot.ravel(), minlength=14) / drawn.spot.size
    assert share[13] == pytest.approx(0.25, abs=0.01)
    assert share[:13] == pytest.approx([0.75 / 13] * 13, abs=0.005)


def test_a_taxi_of_its_own_keeps_its_draws_when_others_come_and_days_are_added() -> None:
    few, many = work(3), work(9, clock=Clock(date(2026, 3, 12), days=20, warmup_days=1))
    hours = few.distance_km.shape[1]
    np.testing.assert_array_equal(few.distance_km, many.distance_km[:3, :hours])
    np.testing.assert_array_equal(few.spot, many.spot[:3, :hours])
    np.testing.assert_array_equal(few.thrift, many.thrift[:3])


@given(st.floats(0, 8 * 86_400), st.floats(0, 8 * 86_400))
def test_what_lies_between_two_moments_adds_up(one_s: float, other_s: float) -> None:
    summed = SUMMED
    whole = between(summed, np.array([1]), np.array([0.0]), np.array([8 * 86_400.0]))[0]
    cuts = np.array(sorted([0.0, one_s, other_s, 8 * 86_400.0]))
    parts = between(summed, np.ones(3, dtype=int), cuts[:-1], cuts[1:])
    assert parts.min() >= -1e-9
    assert parts.sum() == pytest.approx(whole)
    assert whole == pytest.approx(summed[1, -1])


SUMMED = work(2).summed()


def test_energy_is_the_trip_formula_times_the_distance() -> None:
    drawn = work(5)
    net = drawn.road.draw_kwh_per_km - drawn.road.regeneration_kwh_per_km
    expected = (drawn.distance_km * net).sum(axis=1) * drawn.thrift
    assert drawn.net_kwh[:, -1] == pytest.approx(expected)


def test_hand_overs_are_kept_and_in_order() -> None:
    traits = traits_of(1, "cabs", 50, 2)
    times_s = handover_times_s([59_400, 23_400], [7_200, 3_600], traits)
    assert (np.diff(times_s, axis=1) > 0).all()
    assert times_s[:, 0].min() >= 23_400
    assert times_s[:, 1].max() <= 66_600


@given(st.floats(0.1, 30))
def test_points_of_a_zone_stand_evenly_within_it(radius_km: float) -> None:
    centre = Point(25.0, 102.7)
    points = spread(centre, radius_km)
    away = [straight_line_km(centre, point) for point in points]
    assert max(away) <= radius_km
    assert np.mean(np.square(away)) == pytest.approx(radius_km**2 / 2, rel=0.08), "as of an even disc"
    assert np.mean([point.lat for point in points]) == pytest.approx(25.0, abs=1e-9)
    assert spread(centre, 0.0) == (centre,)

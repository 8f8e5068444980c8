"""Stationary batteries: bounds, balance, promises, and no dependence on how time is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.energy.storage import Battery, Floats, Wishes, follow, level_after, promise

BATTERY = Battery(capacity_kwh=100.0, power_kw=50.0, round_trip_efficiency=0.81)
SLOTS = 96


def wishes(seed: int, promised_kw: Floats | None = None) -> Wishes:
    """Random wishes of one day; whoever promised to draw wishes to draw as much, and nobody takes and gives at once."""
    generator = np.random.default_rng(seed)
    take, give = generator.uniform(0, 50, (2, SLOTS)) * (generator.integers(0, 3, SLOTS) == [[1], [2]])
    promised = np.zeros(SLOTS) if promised_kw is None else promised_kw
    take = np.where(promised < 0.0, 0.0, np.maximum(take, promised))
    return Wishes(np.full(SLOTS, 900.0), take, np.where(take > 0.0, 0.0, give), promised)


@given(seed=st.integers(0, 10_000), initial_kwh=st.floats(0, 100))
def test_a_battery_neither_makes_nor_loses_energy_beyond_its_efficiency(seed: int, initial_kwh: float) -> None:
    lengths_s, power_kw, level_kwh, of = follow(BATTERY, initial_kwh, 0.0, wishes(seed))
    assert np.bincount(of, lengths_s, SLOTS) == pytest.approx(900.0)
    stored_kw = np.where(power_kw > 0.0, power_kw * 0.9, power_kw / 0.9)
    assert np.diff(level_kwh) == pytest.approx(stored_kw * lengths_s / 3_600, abs=1e-8)
    assert level_kwh.min() >= 0.0
    assert level_kwh.max() <= 100.0


@given(seed=st.integers(0, 10_000), parts=st.integers(2, 5))
def test_cutting_time_finer_changes_no_level(seed: int, parts: int) -> None:
    whole = wishes(seed)
    cut = Wishes(
        np.repeat(whole.length_s / parts, parts),
        *(np.repeat(each, parts) for each in (whole.take_kw, whole.give_kw, whole.promised_kw)),
    )
    ends = []
    for asked in (whole, cut):
        lengths_s, _, level_kwh, _ = follow(BATTERY, 30.0, 0.0, asked)
        ends.append(np.interp(np.arange(SLOTS + 1) * 900.0, np.append(0.0, np.cumsum(lengths_s)), level_kwh))
    assert ends[0] == pytest.approx(ends[1], abs=1e-6)


@given(seed=st.integers(0, 10_000), initial_kwh=st.floats(0, 100))
def test_what_is_promised_is_given_to_whoever_asks_for_it(seed: int, initial_kwh: float) -> None:
    generator = np.random.default_rng(seed)
    kind = np.repeat(generator.integers(0, 3, SLOTS // 8), 8)
    plan_kw = promise(BATTERY, initial_kwh, kind == 1, kind == 2, generator.uniform(0, 80, SLOTS))
    assert np.all(np.abs(plan_kw) <= 50.0)
    assert -1e-9 <= level_after(BATTERY, initial_kwh, plan_kw) <= 100.0 + 1e-9
    asked = wishes(seed, plan_kw)
    lengths_s, power_kw, _, of = follow(BATTERY, initial_kwh, initial_kwh, asked)
    given_kw = np.bincount(of, np.maximum(-power_kw, 0.0) * lengths_s, SLOTS) / 900.0
    assert np.all(given_kw >= np.minimum(asked.give_kw, np.maximum(-plan_kw, 0.0)) - 1e-6)


def test_a_promise_fills_in_the_one_kind_of_slots_and_empties_in_the_other() -> None:
    charge, give = (np.arange(SLOTS) < 16), (np.arange(SLOTS) >= 80)
    plan_kw = promise(BATTERY, 10.0, charge, give, np.full(SLOTS, np.inf))
    assert plan_kw[:16] == pytest.approx(90.0 / 0.9 / 4.0)
    assert plan_kw[80:] == pytest.approx(-90.0 / 4.0)
    assert not plan_kw[16:80].any()
    assert level_after(BATTERY, 10.0, plan_kw) == pytest.approx(0.0, abs=1e-9)


def test_what_the_sun_will_bring_on_the_rest_of_the_day_is_left_room() -> None:
    """A valley from 12 to 16 and a peak from 18: the sun's 40 kWh stored are not drawn from the grid."""
    hour = np.arange(SLOTS) / 4
    charge, give, free = (hour >= 12) & (hour < 16), hour >= 18, np.full(SLOTS, np.inf)
    sun_kw = np.where((hour >= 9) & (hour < 17), 40.0 / 0.9 / 8.0, 0.0)
    plan_kw = promise(BATTERY, 10.0, charge, give, free, sun_kw)
    take = np.where(give, 0.0, np.maximum(plan_kw, sun_kw))
    asked = Wishes(np.full(SLOTS, 900.0), take, np.where(give, np.maximum(-plan_kw, 0.0), 0.0), plan_kw)
    lengths_s, power_kw, level_kwh, of = follow(BATTERY, 10.0, 10.0, asked)
    taken_kw = np.bincount(of, np.maximum(power_kw, 0.0) * lengths_s, SLOTS) / 900.0
    assert taken_kw == pytest.approx(take)
    assert level_kwh.max() == pytest.approx(100.0)
    full_kw = promise(BATTERY, 10.0, charge, give, free)
    before_peak = np.where(give, 0.0, np.maximum(full_kw, sun_kw))
    _, power_kw, _, of = follow(BATTERY, 10.0, 10.0, Wishes(asked.length_s, before_peak, asked.give_kw, full_kw))
    assert np.bincount(of[power_kw > 0], minlength=SLOTS)[hour == 16.5] == 0


def test_a_sun_that_fills_the_battery_leaves_nothing_to_be_drawn_or_promised_and_none_changes_nothing() -> None:
    hour = np.arange(SLOTS) / 4
    charge, give, free = (hour >= 12) & (hour < 16), hour >= 18, np.full(SLOTS, np.inf)
    sunny = promise(BATTERY, 0.0, charge, give, free, np.where((hour >= 8) & (hour < 17), 30.0, 0.0))
    assert not sunny.any()
    without = promise(BATTERY, 10.0, charge, give, free)
    assert np.array_equal(promise(BATTERY, 10.0, charge, give, free, np.zeros(SLOTS)), without)


@given(seed=st.integers(0, 10_000), initial_kwh=st.floats(0, 100))
def test_a_promise_beside_any_sun_is_kept_and_never_larger_than_without_it(seed: int, initial_kwh: float) -> None:
    generator = np.random.default_rng(seed)
    kind = np.repeat(generator.integers(0, 3, SLOTS // 8), 8)
    room_kw, sun_kw = generator.uniform(0, 80, (2, SLOTS))
    plan_kw = promise(BATTERY, initial_kwh, kind == 1, kind == 2, room_kw, sun_kw)
    assert np.all((np.abs(plan_kw) <= 50.0) & (plan_kw <= room_kw))
    assert -1e-9 <= level_after(BATTERY, initial_kwh, plan_kw) <= 100.0 + 1e-9
    without = promise(BATTERY, initial_kwh, kind == 1, kind == 2, room_kw)
    assert plan_kw[plan_kw < 0].sum() >= without[without < 0].sum() - 1e-6


def test_what_it_holds_beyond_its_promises_it_gives_freely_where_it_is_asked() -> None:
    plan_kw = np.full(4, -10.0)
    asked = Wishes(np.full(4, 900.0), np.zeros(4), np.full(4, 40.0), plan_kw)
    lengths_s, power_kw, level_kwh, _ = follow(BATTERY, 10.0 / 0.9 + 5.0 / 0.9, 10.0 / 0.9, asked)
    assert power_kw[0] == -40.0
    assert power_kw[-1] == -10.0
    assert (power_kw * lengths_s).sum() / 3_600 == pytest.approx(-15.0)
    assert level_kwh[-1] == pytest.approx(0.0, abs=1e-9)

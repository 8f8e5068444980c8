"""A site clock: scaled time, factors, and the highest factor of a span."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.accounting.clocks import ALWAYS_FULL, ClockAxis, draws_by_clock
from fleetsim.results.schema import complete

FACTORS = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40)


def axis_of(factors: list[float], row_s: float = 10.0) -> ClockAxis:
    starts_s = np.arange(len(factors)) * row_s
    return ClockAxis(starts_s, starts_s + row_s, np.array(factors))


@given(FACTORS, st.floats(0.0, 400.0))
def test_scaled_time_is_the_sum_of_factor_times_overlap(factors: list[float], until_s: float) -> None:
    by_hand = sum(f * max(min(until_s, (k + 1) * 10.0) - k * 10.0, 0.0) for k, f in enumerate(factors))
    assert axis_of(factors).scaled_s(np.array([until_s]))[0] == pytest.approx(by_hand, abs=1e-9)


@given(FACTORS, st.integers(0, 390), st.integers(1, 400))
def test_highest_factor_is_that_of_every_second_between(factors: list[float], start_s: int, last_s: int) -> None:
    end_s = max(start_s + 1, min(last_s, len(factors) * 10))
    seconds = np.arange(start_s, end_s) + 0.5
    row = np.minimum(seconds // 10.0, len(factors) - 1).astype(int)
    highest = axis_of(factors).highest(np.array([float(start_s)]), np.array([float(end_s)]))
    assert highest[0] == np.array(factors)[row].max()


def test_time_between_rows_does_not_count() -> None:
    clock = ClockAxis(np.array([0.0, 100.0]), np.array([50.0, 200.0]), np.array([1.0, 0.5]))
    assert clock.scaled_s(np.array([50.0, 75.0, 100.0, 120.0])).tolist() == [50.0, 50.0, 50.0, 60.0]
    assert clock.factor(np.array([-1.0, 49.0, 50.0, 100.0, 200.0])).tolist() == [0.0, 1.0, 0.0, 0.5, 0.0]


def test_a_change_at_the_last_instant_of_a_span_does_not_touch_it() -> None:
    clock = axis_of([0.5, 1.0])
    assert clock.highest(np.array([0.0, 0.0]), np.array([10.0, 10.0 + 1e-9])).tolist() == [0.5, 0.5]


def test_seconds_with_power_leave_out_factor_zero() -> None:
    assert axis_of([0.2, 0.0, 1.0]).active_s(np.array([5.0, 15.0, 30.0])).tolist() == [5.0, 10.0, 20.0]


def test_clock_minus_one_never_scales_and_needs_no_rows() -> None:
    draws = complete("draws", {"site": np.array([0, 1]), "clock": np.array([-1, -1])})
    found = list(draws_by_clock(draws, complete("clocks", {})))
    assert [rows.tolist() for rows, _ in found] == [[0], [1]]
    assert all(clock is ALWAYS_FULL for _, clock in found)


def test_a_draw_on_a_clock_without_rows_is_refused() -> None:
    draws = complete("draws", {"site": np.array([3]), "clock": np.array([2])})
    with pytest.raises(ValueError, match="clock 2 of site 3"):
        list(draws_by_clock(draws, complete("clocks", {})))

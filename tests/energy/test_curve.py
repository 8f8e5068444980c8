"""The charge curve as a staircase."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.energy.curve import ChargeSteps, charge_steps
from tests.worlds import FLAT, LFP


def stairs(corners: tuple[tuple[float, float], ...] = LFP, limit_kw: float = 120.0) -> ChargeSteps:
    return charge_steps(corners, battery_kwh=300, limit_kw=limit_kw, charger_efficiency=0.95, battery_efficiency=0.96)


def test_a_flat_curve_takes_energy_over_power() -> None:
    steps = stairs(FLAT)
    assert steps.draw_kw == pytest.approx([120 / 0.95])
    assert steps.time_at(300) == pytest.approx(300 / (120 * 0.96) * 3_600)


def test_power_never_exceeds_the_charger_nor_what_the_battery_accepts() -> None:
    steps = stairs()
    for low, high, draw_kw in zip(steps.level_kwh, steps.level_kwh[1:], steps.draw_kw, strict=False):
        middle = (low + high) / 2 / 300
        accepted = next(rate for (a, rate), (b, _) in pairwise(LFP) if a <= middle < b and b > a)
        assert draw_kw * 0.95 <= min(120, accepted * 300) * (1 + 1e-9)


def test_a_sloping_curve_takes_the_exact_time_of_its_integral() -> None:
    slope = ((0.0, 1.0), (1.0, 0.2))
    fine = 20_000
    exact_s = sum(3_600 * (1 / fine) / ((1.0 - 0.8 * (k + 0.5) / fine) * 0.95 * 0.96 / 0.95) for k in range(fine))
    assert stairs(slope, limit_kw=1_000).time_at(300) == pytest.approx(exact_s, rel=1e-6)


@given(level=st.floats(0, 300))
def test_time_and_level_are_each_other_s_inverse(level: float) -> None:
    steps = stairs()
    assert steps.level_at(steps.time_at(level)) == pytest.approx(level, abs=1e-9)


def test_the_peak_of_a_step_is_the_highest_power_still_to_come() -> None:
    steps = stairs(limit_kw=1_000)
    assert steps.peak_kw[0] == max(steps.draw_kw) > steps.draw_kw[0]
    assert steps.peak_kw[-1] == steps.draw_kw[-1]

"""Intervals of a service level: against SciPy, and by what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from fleetsim.study.intervals import share_interval


@pytest.mark.parametrize(("good", "due"), [([100, 100], [100, 100]), ([0, 0, 0], [10, 10, 10]), ([97], [100])])
def test_without_spread_between_weeks_the_bounds_are_those_of_clopper_and_pearson(
    good: list[int], due: list[int]
) -> None:
    found = share_interval(good, due, 0.95)
    exact = binomtest(sum(good), sum(due)).proportion_ci(confidence_level=0.90, method="exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=1e-12)


def test_weeks_that_differ_widen_the_bounds() -> None:
    even, uneven = share_interval([95] * 8, [100] * 8), share_interval([100, 90] * 4, [100] * 8)
    assert even.share == uneven.share == 0.95
    assert uneven.low < even.low < even.share < even.high < uneven.high


def test_the_lower_bound_holds_about_as_often_as_it_says_where_duties_hang_together() -> None:
    rng = np.random.default_rng(5)
    a, b = 95.0, 5.0
    weekly = rng.beta(a, b, (400, 32))
    held = [share_interval(rng.binomial(200, shares), np.full(32, 200), 0.95).low <= a / (a + b) for shares in weekly]
    assert 0.91 <= np.mean(held) <= 0.99


def test_more_weeks_and_less_confidence_bring_the_bounds_together() -> None:
    few, many = share_interval([100, 90] * 4, [100] * 8), share_interval([100, 90] * 16, [100] * 32)
    assert few.low < many.low
    assert many.low < share_interval([100, 90] * 16, [100] * 32, 0.8).low

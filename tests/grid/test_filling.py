"""Water filling keeps the mean and the bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.grid.filling import fill

profiles = st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=50)


@given(profiles, st.floats(0, 1))
def test_the_mean_is_met_and_the_bounds_hold(profile: list[float], share: float) -> None:
    mean = 10.0 + share * 80.0
    filled = fill(profile, mean, 10.0, 90.0)
    assert filled.mean() == pytest.approx(mean, rel=1e-6)
    assert filled.min() >= 10.0
    assert filled.max() <= 90.0


@given(profiles)
def test_the_order_of_the_profile_is_kept(profile: list[float]) -> None:
    filled = fill(profile, 50.0, 10.0, 90.0)
    assert np.all(np.diff(filled[np.argsort(profile)]) >= 0)


def test_weights_count() -> None:
    filled = fill([0.0, 10.0], 8.0, 0.0, 20.0, weights=[3.0, 1.0])
    assert filled == pytest.approx([5.5, 15.5])


@pytest.mark.parametrize(("mean", "bound"), [(-5.0, 0.0), (50.0, 20.0)])
def test_a_mean_out_of_reach_gives_the_nearest_bound(mean: float, bound: float) -> None:
    assert fill([1.0, 2.0], mean, 0.0, 20.0) == pytest.approx([bound, bound])

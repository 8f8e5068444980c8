"""Series for the figures: splitting and thinning keep the energy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fleetsim.clock import SLOT_S
from fleetsim.report.series import MOST_POINTS, constant_draw_kw, site_powers, step, thin, total_kw
from fleetsim.results.schema import LOADS, complete
from tests.report.synthetic import synthetic_view

POWERS = arrays(float, st.integers(1, 60), elements=st.floats(0, 500))


@given(POWERS, st.lists(st.integers(1, 20_000), min_size=60, max_size=60))
def test_the_mean_of_constant_draws_keeps_their_energy(kw: np.ndarray, lengths: list[int]) -> None:
    ends = np.cumsum(np.array(lengths[: len(kw)], dtype=float))
    starts = np.concatenate([[0.0], ends[:-1]])
    load = np.full(len(kw), LOADS.index("base"))
    draws = complete("draws", {"load": load, "start_at": starts, "end_at": ends, "offered_kw": kw})
    slot_s = SLOT_S * np.arange(np.ceil(ends[-1] / SLOT_S))
    mean_kw = constant_draw_kw(draws, "base", slot_s)
    assert mean_kw.sum() * SLOT_S == pytest.approx((kw * (ends - starts)).sum(), rel=1e-9, abs=1e-6)


def test_draws_of_other_loads_are_left_out() -> None:
    columns = {"load": np.array([LOADS.index("vehicle")]), "start_at": np.zeros(1), "end_at": np.full(1, 900.0)}
    draws = complete("draws", {**columns, "offered_kw": np.full(1, 60.0)})
    assert constant_draw_kw(draws, "base", np.zeros(1)).tolist() == [0.0]


@given(arrays(float, st.integers(1, 300), elements=st.floats(-1e3, 1e3)), st.sampled_from([1, 2, 4, 8, 96]))
def test_thinning_keeps_the_sum(values: np.ndarray, size: int) -> None:
    thinned = thin(values, size)
    counts = np.diff(np.append(np.arange(0, len(values), size), len(values)))
    assert len(thinned) == len(counts)
    assert (thinned * counts).sum() == pytest.approx(values.sum(), abs=1e-6)


@given(st.integers(1, 400_000))
def test_no_series_has_more_points_than_a_page_shows(slots: int) -> None:
    assert -(-slots // step(slots)) <= MOST_POINTS


def test_parts_of_a_site_make_up_its_power() -> None:
    for power in site_powers(synthetic_view().records):
        assert np.allclose(power.vehicles_kw + power.base_kw + power.standby_kw, power.grid_kw)


def test_the_power_of_all_sites_is_the_sum_of_each() -> None:
    powers = site_powers(synthetic_view(sites=3).records)
    assert np.allclose(total_kw(powers)[1], sum(power.grid_kw for power in powers))

"""Configurations are paired by seed, and the interval holds the true difference as often as it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import ttest_rel

import fleetsim
from fleetsim.comparison.differences import half_width, paired_differences
from fleetsim.errors import InputError

PEAKS = {
    "4": {1: {"peak_kw": 500.0}, 2: {"peak_kw": 520.0}, 3: {"peak_kw": 480.0}},
    "6": {1: {"peak_kw": 530.0}, 2: {"peak_kw": 552.0}, 3: {"peak_kw": 511.0}},
}


def test_differences_are_paired_by_seed(write_study):
    (one,) = fleetsim.compare(study="made", results=write_study(PEAKS)).differences
    assert one.seeds == (1, 2, 3)
    assert one.differences == (30.0, 32.0, 31.0)
    assert (one.baseline_mean, one.mean, one.difference) == (500.0, 531.0, 31.0)
    assert one.half_width == pytest.approx(4.302652729911275 * 1.0 / math.sqrt(3))  # t(0.975, 2), s = 1
    assert one.clear


def test_the_interval_is_that_of_the_paired_test(write_study):
    (one,) = fleetsim.compare(study="made", results=write_study(PEAKS), confidence=0.9).differences
    expected = ttest_rel(one.values, one.baseline).confidence_interval(0.9)
    assert (one.low, one.high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("seeds", [2, 4, 10])
def test_95_of_100_intervals_hold_the_true_difference(seeds):
    draws = np.random.default_rng(7).normal(3.0, 5.0, (4_000, seeds))
    held = [abs(draw.mean() - 3.0) <= half_width(draw.tolist(), 0.95) for draw in draws]
    assert np.mean(held) == pytest.approx(0.95, abs=0.012)  # 3.5 standard errors


def test_a_single_seed_gives_the_difference_without_an_interval(write_study):
    values = {count: {1: by_seed[1]} for count, by_seed in PEAKS.items()}
    (one,) = fleetsim.compare(study="made", results=write_study(values)).differences
    assert one.difference == 30.0
    assert math.isnan(one.half_width)
    assert not one.clear


def test_the_baseline_may_be_named_by_its_label_or_by_a_run(write_study):
    results = write_study(PEAKS)
    for name in ("count=6", "depot-6-2"):
        (one,) = fleetsim.compare(study="made", results=results, baseline=name).differences
        assert (one.label, one.difference) == ("count=4", -31.0)
    with pytest.raises(InputError, match="must be one of: count=4; count=6"):
        fleetsim.compare(study="made", results=results, baseline="count=5")


def test_a_value_that_one_run_lacks_leaves_its_pair_out(write_study):
    values = {**PEAKS, "6": {**PEAKS["6"], 2: {"service_level": 1.0}}}
    (one,) = fleetsim.compare(study="made", results=write_study(values), metrics=["peak_kw"]).differences
    assert one.seeds == (1, 3)


@pytest.mark.parametrize(
    ("changes", "reason", "found"),
    [
        ({"status": "failed", "error": "no disk\nleft"}, "failed", "no disk"),
        ({"days": 8}, "horizon", "2026-03-09, 8 d"),
        ({"version": "0.9"}, "program", "0.9"),
    ],
)
def test_a_run_that_cannot_be_compared_is_named_with_the_reason(write_study, changes, reason, found):
    comparison = fleetsim.compare(study="made", results=write_study(PEAKS, {"depot-6-2": changes}))
    (left,) = comparison.left_out
    assert (left.run_id, left.label, left.reason, left.found) == ("depot-6-2", "count=6", reason, found)
    assert comparison.differences[0].seeds == (1, 3)


def test_a_seed_that_the_baseline_lacks_is_named(write_study):
    values = {**PEAKS, "6": {**PEAKS["6"], 9: {"peak_kw": 1.0}}}
    comparison = fleetsim.compare(study="made", results=write_study(values))
    assert [(left.run_id, left.reason, left.found) for left in comparison.left_out] == [("depot-6-9", "seed", "9")]
    assert comparison.differences[0].seeds == (1, 2, 3)


def test_where_nothing_is_left_every_run_is_named(write_study):
    results = write_study(PEAKS, {f"depot-6-{seed}": {"days": 8} for seed in (1, 2, 3)})
    with pytest.raises(InputError, match=r"nothing is left.*depot-6-1: horizon.*depot-6-3: horizon"):
        fleetsim.compare(study="made", results=results)


def test_metrics_are_chosen_and_an_unknown_one_gets_advice(write_study):
    values = {count: {1: {"peak_kw": 1.0, "waits": 3.0}} for count in PEAKS}
    results = write_study(values)
    assert [one.metric for one in fleetsim.compare(study="made", results=results).differences] == ["peak_kw"]
    every = fleetsim.compare(study="made", results=results, metrics=["all"]).differences
    assert [one.metric for one in every] == ["peak_kw", "waits"]
    with pytest.raises(InputError, match="did you mean peak_kw"):
        fleetsim.compare(study="made", results=results, metrics=["peak_kwh"])


def test_a_study_that_is_not_there_is_bad_input_and_the_others_are_named(write_study):
    with pytest.raises(InputError, match="no such study with runs; there are: made"):
        fleetsim.compare(study="nowhere", results=write_study(PEAKS))


def test_what_is_within_rounding_is_no_difference():
    assert paired_differences([1e6 + 1e-6], [1e6]) == (0.0,)
    assert paired_differences([1e6 + 1.0], [1e6]) == (1.0,)


def test_the_table_has_a_row_for_each_difference(write_study):
    frame = fleetsim.compare(study="made", results=write_study(PEAKS)).frame()
    assert frame.loc[0, ["label", "metric", "difference", "seeds"]].tolist() == ["count=6", "peak_kw", 31.0, 3]
    assert frame.loc[0, "low"] < 31.0 < frame.loc[0, "high"]

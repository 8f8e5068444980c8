"""What a comparison says: the configuration that is best, how sure that is, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fleetsim.comparison.alternatives import Alternative, Member
from fleetsim.comparison.differences import Comparison, Difference, LeftOut, half_width, paired_differences
from fleetsim.report.comparison import comparison_text, findings, sentence
from tests.comparison.conftest import row


def difference(metric: str, unit: str, baseline: list[float], values: list[float], label: str = "b") -> Difference:
    width = half_width(paired_differences(values, baseline), 0.95)
    seeds = tuple(range(1, len(values) + 1))
    return Difference(label, "run", "run", metric, unit, seeds, tuple(baseline), tuple(values), width)


def alternative(label: str, count: int, seeds: Sequence[int]) -> Alternative:
    """A configuration that sets a number of chargers, with a run for each seed."""
    members = tuple(Member(row(f"depot-{count}-{seed}", seed), "1.0", seed) for seed in seeds)
    return Alternative(label, members, "base", {"sites.a.count": count})


def comparison(*differences: Difference, left_out: tuple[LeftOut, ...] = ()) -> Comparison:
    labels = dict.fromkeys(one.label for one in differences)
    return Comparison(
        "made", tuple(alternative(label, 0, [1]) for label in ("a", *labels)), differences, left_out, 0.95
    )


PEAK = ("peak_kw", "kW", [500.0, 520.0, 480.0])


@pytest.mark.parametrize(
    ("differences", "key", "label"),
    [
        ([difference(*PEAK, [400.0, 421.0, 379.0])], "best", "b"),
        ([difference(*PEAK, [600.0, 621.0, 579.0])], "worse", "b"),
        ([difference(*PEAK, [400.0, 621.0, 479.0])], "unclear_one", "b"),
        ([difference(*PEAK, [500.0, 520.0, 480.0])], "same", "b"),
        ([difference(*PEAK, [600.0, 621.0, 579.0]), difference(*PEAK, [490.0, 511.0, 469.0], "c")], "best", "c"),
        (
            [difference(*PEAK, [400.0, 421.0, 379.0]), difference(*PEAK, [400.0 - 1e-10, 421.0, 379.0], "c")],
            "best",
            "b",
        ),
        ([difference(*PEAK, [600.0, 621.0, 579.0]), difference(*PEAK, [601.0, 620.0, 579.0], "c")], "unclear", "b"),
        ([difference("service_level", "share", [0.8, 0.9], [0.9, 1.0])], "best", "b"),
        ([difference("energy_kwh", "kWh", [9.0, 8.0], [7.0, 6.1])], "most", "b"),
        ([difference("peak_kw", "kW", [500.0], [400.0])], "best", "b"),
    ],
)
def test_the_configuration_worth_telling_is_told(differences, key, label):
    (finding,) = findings(comparison(*differences))
    assert (finding.key, finding.foremost.label) == (key, label)
    for lang in ("en", "zh"):
        assert sentence(finding, 0.95, lang)


def test_a_sentence_has_the_numbers_the_interval_and_the_seeds():
    (finding,) = findings(comparison(difference(*PEAK, [400.0, 421.0, 379.0])))
    assert sentence(finding, 0.95, "en").replace("\u00a0", " ") == (
        "b is best: 400 kW against 500 kW, a difference of −100 kW (95 % interval −102 to −97.5, 3 seeds)."
    )
    assert "−100\u00a0kW（95% 置信区间 −102 至 −97.5，3 个随机种子）" in sentence(finding, 0.95, "zh")


def test_shares_differ_by_percentage_points():
    (finding,) = findings(comparison(difference("service_level", "share", [0.8, 0.9], [0.9, 1.0])))
    assert "+10.0\u00a0percentage points" in sentence(finding, 0.95, "en")


def test_a_single_seed_is_said_to_give_no_interval():
    said = comparison_text(comparison(difference("peak_kw", "kW", [500.0], [400.0])), "en")
    assert "(one seed, no interval)" in said
    assert "run more seeds" in said
    assert "run more seeds" not in comparison_text(comparison(difference(*PEAK, [400.0, 421.0, 379.0])), "en")


@pytest.mark.parametrize("reason", ["failed", "horizon", "program", "seed"])
def test_what_was_left_out_is_named_with_the_reason(reason):
    left = LeftOut("depot-1", "c", reason, "the reason found")
    said = comparison_text(comparison(difference(*PEAK, [1.0, 2.0, 3.0]), left_out=(left,)), "en", 200)
    (line,) = [line for line in said.splitlines() if "depot-1" in line]
    assert line.startswith("Not compared: depot-1 (c)")
    assert "the reason found" in line


def test_the_table_holds_every_configuration_under_the_baseline():
    every = [difference(*PEAK, [600.0, 620.0, 580.0]), difference(*PEAK, [500.0, 520.0, 480.0], "c")]
    lines = [line.split() for line in comparison_text(comparison(*every), "en").splitlines()]
    assert ["a", "(baseline)", "500", "3"] in lines
    assert ["b", "600", "+100", "+100", "+100", "3"] in lines
    assert ["c", "500", "0", "0", "0", "3"] in lines

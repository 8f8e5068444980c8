"""A study file becomes a list of configurations, or a list of what is wrong with it."""

from __future__ import annotations

import pytest

from fleetsim.errors import InputError
from fleetsim.study.plan import latin_points, load_plan
from fleetsim.study.spec import LatinHypercube


def counts(plan):
    return [one.point["sites.east.chargers.0.count"] for one in plan.configurations]


def test_axes_variants_and_seeds_are_combined_each_with_each(study):
    plan = load_plan(
        study(
            variants="{at_once: {sites.east.strategy: immediate}, valley: {sites.east.strategy: valley}}",
            axes="[{grid: {sites.east.chargers.0.count: [2, 3]}}, {list: [{sites.east.connection_kw: 500}]}]",
            seeds="[7, 9]",
        )
    )
    assert counts(plan) == [2, 2, 3, 3] * 2
    assert [one.seed for one in plan.configurations] == [7, 9] * 4
    assert plan.configurations[0].settings[-4:] == (
        'sites.east.strategy="immediate"', "sites.east.chargers.0.count=2", "sites.east.connection_kw=500", "seed=7"
    )  # fmt: skip
    assert len({one.key for one in plan.configurations}) == 8


def test_filters_keep_and_skip_configurations(study):
    plan = load_plan(
        study(
            keep="[{sites.east.chargers.0.count: {low: 3, high: 5}}]",
            skip="[{sites.east.chargers.0.count: [4], seed: 1}]",
        )
    )
    assert [(count, one.seed) for count, one in zip(counts(plan), plan.configurations, strict=True)] == [
        (3, 1), (3, 2), (4, 2), (5, 1), (5, 2)
    ]  # fmt: skip
    assert plan.left_out == 5


def test_a_latin_hypercube_has_one_sample_in_every_part_of_every_range():
    ranges = {"a": {"low": 0, "high": 10}, "b": {"low": 1, "high": 10, "whole": True}}
    points = latin_points(LatinHypercube.model_validate({"samples": 10, "ranges": ranges}))
    assert sorted(int(point["a"]) for point in points) == list(range(10))
    assert sorted(point["b"] for point in points) == list(range(1, 11))
    assert points == latin_points(LatinHypercube.model_validate({"samples": 10, "ranges": ranges}))


def test_the_key_of_a_configuration_follows_every_file_that_it_may_read(study, edited):
    before = load_plan(study())
    edited("count: 10", "count: 11")
    after = load_plan(study())
    assert not {one.key for one in before.configurations} & {one.key for one in after.configurations}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"axes": "[{grid: {a: [1]}, list: [{b: 1}]}]"}, "one of grid, list, latin and sobol"),
        ({"axes": "[{latin: {samples: 3, ranges: {a: {low: 2, high: 1}}}}]"}, "high must be above low"),
        ({"scenario": "nowhere.yaml"}, "must be a scenario file"),
        ({"skip": "[{seed: [1, 2]}]"}, "leave no configuration"),
        ({"seed": "3"}, "seed"),
    ],
)
def test_a_faulty_study_is_told_what_is_wrong_with_it(study, changes, said):
    with pytest.raises(InputError, match=said):
        load_plan(study(**changes))

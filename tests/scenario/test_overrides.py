"""Settings of the command line take the place of what the file says."""

from __future__ import annotations

from typing import Any

import pytest

from fleetsim.documents import Document
from fleetsim.errors import Problem
from fleetsim.scenario.overrides import override

SHARED = [{"type": "dc_60", "count": 4}]
DATA = {"seed": 1, "sites": {"a": {"chargers": SHARED}, "b": {"chargers": SHARED}}}


def overridden(*settings: str) -> tuple[Any, list[str]]:
    problems: list[Problem] = []
    document = override(Document("f.yaml", DATA, {("seed",): 1}), settings, problems)
    return document.data, [str(problem) for problem in problems]


def test_values_are_typed_as_yaml_types_them() -> None:
    data, problems = overridden("seed=2", "name=10:30", "sites.a.base=[1, 2.5]", "sites.a.connection_kw=")

    assert problems == []
    assert data["seed"] == 2
    assert data["name"] == "10:30"
    assert data["sites"]["a"]["base"] == [1, 2.5]
    assert data["sites"]["a"]["connection_kw"] is None


def test_the_last_of_several_settings_wins_and_the_file_stays_as_it_was() -> None:
    data, _ = overridden("seed=2", "seed=3")

    assert data["seed"] == 3
    assert DATA["seed"] == 1


def test_a_block_shared_by_an_alias_changes_only_where_it_was_set() -> None:
    data, _ = overridden("sites.a.chargers.0.count=9")

    assert data["sites"]["a"]["chargers"][0]["count"] == 9
    assert data["sites"]["b"]["chargers"][0]["count"] == 4


def test_an_equals_sign_may_stand_in_the_value() -> None:
    assert overridden("name=a=b")[0]["name"] == "a=b"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("seed", "--set: found 'seed'; must be KEY=VALUE, such as seed=2 or grid.year=2024"),
        ("=3", "--set: found '=3'; must be KEY=VALUE, such as seed=2 or grid.year=2024"),
        ("sites..a=3", "--set: found 'sites..a=3'; must be KEY=VALUE, such as seed=2 or grid.year=2024"),
        ("seed=[1", "--set: seed: found '[1'; must be a value as YAML writes it"),
        ("site.a.b=1", "--set: site.a.b: the scenario has no site (did you mean sites?); it has: seed, sites"),
        ("sites.c.kind=depot", "--set: sites.c.kind: sites has no c; it has: a, b"),
        (
            "sites.a.chargers.1.count=2",
            "--set: sites.a.chargers.1.count: sites.a.chargers is a list: it has the entries 0 to 0, not 1",
        ),
        (
            "sites.a.chargers.x=2",
            "--set: sites.a.chargers.x: sites.a.chargers is a list: it has the entries 0 to 0, not x",
        ),
        ("seed.value=2", "--set: seed.value: seed is a single value and has no value inside"),
    ],
)
def test_a_way_that_leads_nowhere_says_what_there_is(setting: str, message: str) -> None:
    data, problems = overridden(setting)

    assert problems == [message]
    assert data == DATA


def test_faults_of_an_overridden_value_point_to_the_command_line() -> None:
    document = override(Document("f.yaml", DATA, {("seed",): 1}), ["sites.a.chargers=[3]"], [])

    assert str(document.problem(("sites", "a", "chargers", 0), "3", "must be a block")).startswith("--set: sites.a")
    assert str(document.problem(("seed",), "x", "must be a number")).startswith("f.yaml:1: seed")

"""``fleetsim size``: the answer first, one object for programs, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SMALL = ("--set", "grid.level=constant", "--set", "days=1", "--set", "warmup_days=1", "--seeds", "4")
ASKED = ("--site", "east", "--service", "0.9", "--vary", "chargers=1:12:1", *SMALL)


@pytest.fixture
def depot(small_workspace: Path) -> Path:
    return small_workspace / "configs" / "depot.yaml"


def test_the_answer_comes_first_and_the_evidence_last(fleetsim, depot):
    done = fleetsim("size", depot, *ASKED)
    assert done.exit_code == 0, done.stderr
    first, *_, last = done.stdout.replace("\n", " ").split("  ")
    assert "the cheapest equipment that keeps a service of 90.00% is" in first
    assert "weeks simulated in all" in last
    assert "2026年3月9日" in fleetsim("size", depot, *ASKED, "--lang", "zh").stdout


def test_as_json_it_is_one_object_with_the_same_answer(fleetsim, depot):
    printed = json.loads(fleetsim("size", depot, *ASKED, "--json").stdout)
    chargers = printed["answer"]["values"]["chargers"]
    assert f"is {chargers:g} chargers" in fleetsim("size", depot, *ASKED).stdout
    assert printed["scenario"] == "depot"
    assert printed["answer"]["service"]["low"] >= printed["target"] == 0.9
    assert all(near["service"]["low"] < 0.9 for near in printed["cheaper"])
    assert printed["design"] == {"start_date": "2026-03-09", "out": 1, "state_of_health": 0.8}


def test_a_design_day_is_that_which_is_named(fleetsim, depot):
    options = ("--design-date", "2026-10-01", "--out", "0", "--health", "0.9", "--json")
    design = json.loads(fleetsim("size", depot, *ASKED, *options).stdout)["design"]
    assert design == {"start_date": "2026-10-01", "out": 0, "state_of_health": 0.9}
    said = ("--set", "design={start_date: 2026-05-01, out: 2, state_of_health: 0.7}", "--health", "0.75", "--json")
    design = json.loads(fleetsim("size", depot, *ASKED, *said).stdout)["design"]
    assert design == {"start_date": "2026-05-01", "out": 2, "state_of_health": 0.75}
    refused = fleetsim("size", depot, *ASKED, "--design-date", "1999-10-01")
    assert refused.exit_code == 2
    assert "--design-date" in refused.stderr


def test_where_nothing_is_enough_the_exit_code_is_1(fleetsim, depot):
    least = ("--site", "east", "--service", "0.99", "--vary", "connection_kw=10:10:10", *SMALL, "--days", "3")
    missed = fleetsim("size", depot, *least)
    assert missed.exit_code == 1
    assert "no combination keeps a service of 99.00%" in missed.stdout
    printed = json.loads(fleetsim("size", depot, *least, "--json").stdout)
    assert printed["answer"] is None
    assert printed["would_help"]["knob"] == "connection_kw"


def test_bad_input_is_listed_whole_with_exit_code_2(fleetsim, depot, tmp_path):
    refused = fleetsim("size", depot, "--site", "eats", "--service", "1.5", "--confidence", "95", "--health", "0")
    assert refused.exit_code == 2
    assert refused.stdout == ""
    for said in ("--site", "did you mean east", "--service", "--confidence", "--health", "4 problems found"):
        assert said in refused.stderr
    refused = fleetsim("size", depot, "--site", "east", "--service", "0.9", "--vary", "chargers,packs")
    assert refused.exit_code == 2
    assert "'packs'; must be one of: chargers, charger_kw, connection_kw" in refused.stderr
    assert fleetsim("size", depot, "--site", "east", "--service", "0.9", "--prices", tmp_path / "none").exit_code == 2

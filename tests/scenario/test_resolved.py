"""The resolved scenario says everything that was chosen, and equal choices give equal text."""

from __future__ import annotations

from pathlib import Path

import yaml

from fleetsim.scenario.loading import load
from fleetsim.scenario.resolved import dump
from fleetsim.scenario.schema import ScenarioSpec


def test_equal_scenarios_give_equal_text_and_others_do_not(small_workspace: Path) -> None:
    path = small_workspace / "configs" / "depot.yaml"

    assert dump(load(path)) == dump(load(path))
    assert dump(load(path)) == dump(load(path, overrides=["seed=1"]))
    assert dump(load(path)) != dump(load(path, overrides=["seed=2"]))


def test_a_changed_input_file_changes_the_text(small_workspace: Path) -> None:
    path = small_workspace / "configs" / "depot.yaml"
    before = dump(load(path))
    tariffs = small_workspace / "grid" / "tariffs.yaml"
    tariffs.write_text(tariffs.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")

    assert dump(load(path)) != before


def test_the_text_holds_defaults_overrides_and_the_profiles_in_use(small_workspace: Path) -> None:
    scenario = load(small_workspace / "configs" / "depot.yaml", overrides=["sites.east.chargers.0.count=12"])

    resolved = yaml.safe_load(dump(scenario))

    assert resolved["scenario"]["warmup_days"] == 2
    assert resolved["scenario"]["sites"]["east"]["chargers"][0]["count"] == 12
    assert set(resolved["profiles"]["chargers"]) == {"dc_120"}
    assert set(resolved["profiles"]["places"]) == {"depot_east", "station"}
    assert resolved["timetables"]["line_1_extra"][0]["depart_s"] == 21_600
    assert resolved["inputs"] == dict(scenario.inputs)
    assert ScenarioSpec.model_validate(resolved["scenario"]) == scenario.spec

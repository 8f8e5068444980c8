"""Departures by demand as a scenario file says them, and the passengers of ``profiles/passenger_demand.yaml``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fleetsim.errors import InputError
from fleetsim.scenario.loading import load
from fleetsim.scenario.resolved import dump
from fleetsim.workspace import packaged_inputs

SCENARIO = Path("configs") / "lijiang_buses.yaml"
DEMAND = Path("profiles") / "passenger_demand.yaml"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for folder in ("configs", "profiles", "grid"):
        shutil.copytree(packaged_inputs() / folder, tmp_path / folder)
    return tmp_path


def message(workspace: Path, *settings: str) -> str:
    with pytest.raises(InputError) as caught:
        load(workspace / SCENARIO, overrides=settings)
    return str(caught.value)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("demand=line_1001", "must be a name in profiles/passenger_demand.yaml: line_101 (did you mean line_101?)"),
        ("route=line_1001", "must be a name in profiles/routes.yaml"),
        ("seats=0", "fleets.line_101.work.seats: found 0; must be above 0 and at most 100000"),
        ("max_wait_min=-1", "fleets.line_101.work.max_wait_min: found -1; must be at least 0 and at most 2880 min"),
    ],
)
def test_each_fault_is_told(workspace: Path, setting: str, expected: str) -> None:
    assert expected in message(workspace, f"fleets.line_101.work.{setting}")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("weekdays: [0.95,", "weekdays: [", "line_101.weekdays: found a list of 6; must be a list of 7 entries"),
        ('last_day: "05-07"', "last_day: 05-7", "must be a day of the year like 05-01"),
        ("months:", "moths:", "line_101.moths: unknown key (did you mean months?)"),
    ],
)
def test_faults_of_passengers_are_told(workspace: Path, old: str, new: str, expected: str) -> None:
    text = (workspace / DEMAND).read_text(encoding="utf-8")
    assert old in text
    (workspace / DEMAND).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert expected in message(workspace)


def test_a_workspace_without_passengers_says_which_line_misses_them(workspace: Path) -> None:
    (workspace / DEMAND).unlink()
    assert "found 'line_101'; must be a name in profiles/passenger_demand.yaml: (there are none)" in message(workspace)
    load(workspace / "configs" / "first_depot.yaml")


def test_passengers_are_part_of_the_resolved_scenario_and_of_its_inputs(workspace: Path) -> None:
    scenario = load(workspace / SCENARIO)
    assert "profiles/passenger_demand.yaml" in scenario.inputs
    assert "out_per_hour" in dump(scenario)

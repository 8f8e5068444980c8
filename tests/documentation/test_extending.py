"""The files that docs/extending.md shows do what the page says."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fleetsim import pipeline
from fleetsim.charging import installed
from fleetsim.charging.strategies import STRATEGIES
from fleetsim.errors import InputError
from fleetsim.scenario import extensions
from fleetsim.scenario import kinds as table
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.strategies import allow_strategies
from fleetsim.workspace import init, packaged_inputs
from tests import laws


def shown(root: Path, heading: str) -> list[tuple[str, str]]:
    """Language and text of the blocks below a heading of the page."""
    page = (root / "docs" / "extending.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```(\w+)\n(.*?)```", section, flags=re.DOTALL)


@pytest.fixture
def kind_of_fleet(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the files of the page, and the kinds as they were after the test."""
    before = tuple(table.kinds().values())
    (_, module), (_, scenario), (_, script), _ = shown(root, "A new kind of fleet")
    (tmp_path / "school_bus.py").write_text(module, encoding="utf-8")
    (tmp_path / "school.yaml").write_text(scenario, encoding="utf-8")
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    for folder in ("profiles", "grid"):
        (tmp_path / folder).symlink_to(packaged_inputs() / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    table.set_kinds(before)
    sys.modules.pop("school_bus", None)


def test_a_kind_of_ones_own_is_one_short_file(kind_of_fleet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len((kind_of_fleet / "school_bus.py").read_text(encoding="utf-8").splitlines()) <= 25
    space: dict[str, object] = {}
    exec((kind_of_fleet / "script.py").read_text(encoding="utf-8"), space)
    assert "buses-0006" in capsys.readouterr().out
    import fleetsim

    results = fleetsim.simulate(fleetsim.load(kind_of_fleet / "school.yaml", workspace=kind_of_fleet))
    laws.check(results.records)
    assert results.records.entities["kinds"] == ("school_bus",)
    trips = results.tables["trips"]
    assert set(trips["planned_depart_at"].dt.day_of_week) == {0, 1, 2, 3, 4}
    assert (results.tables["vehicles"]["reserve_soc"] == 0.40).all()


def test_a_fault_in_it_is_told_as_in_any_other_kind(kind_of_fleet: Path) -> None:
    import fleetsim

    importlib.import_module("school_bus")
    file = kind_of_fleet / "school.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("count: 6", "cuont: 6"), encoding="utf-8")
    with pytest.raises(InputError, match=r"fleets\.buses\.cuont: unknown key \(did you mean count\?\)"):
        fleetsim.load(file, workspace=kind_of_fleet)


def test_an_installed_kind_is_there_when_a_scenario_is_loaded(
    kind_of_fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fleetsim

    def installed(group: str) -> list[SimpleNamespace]:
        assert group == "fleetsim.kinds"
        return [
            SimpleNamespace(
                name="school_bus",
                value="school_bus:SchoolBusFleet",
                load=lambda: importlib.import_module("school_bus").SchoolBusFleet,
            )
        ]

    monkeypatch.setattr(table, "entry_points", installed)
    monkeypatch.setattr(table, "installed_kinds", table.installed_kinds.__wrapped__)
    scenario = fleetsim.load(kind_of_fleet / "school.yaml", workspace=kind_of_fleet)
    assert scenario.spec.fleets["buses"].kind == "school_bus"


def test_an_installed_kind_that_cannot_be_read_is_told(kind_of_fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fleetsim

    def broken() -> None:
        raise ModuleNotFoundError("No module named 'gone'")

    point = SimpleNamespace(name="gone", value="gone:Fleet", load=broken)
    monkeypatch.setattr(table, "installed_kinds", lambda: (point,))
    with pytest.raises(InputError, match=r"gone:Fleet.*No module named 'gone'"):
        fleetsim.load(kind_of_fleet / "school.yaml", workspace=kind_of_fleet)


@pytest.fixture
def last_minute(root: Path, kind_of_fleet: Path) -> Iterator[Path]:
    """A scenario that names the strategy of the page, whose file lies beside it."""
    (_, module), _ = shown(root, "A new charging strategy")
    (kind_of_fleet / "last_minute.py").write_text(module, encoding="utf-8")
    importlib.import_module("school_bus")
    file = kind_of_fleet / "school.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("strategy: valley", "strategy: last_minute"), encoding="utf-8")
    yield file
    STRATEGIES.pop("last_minute", None)
    sys.modules.pop("last_minute", None)
    allow_strategies()


def test_a_strategy_of_ones_own_is_one_short_file(last_minute: Path) -> None:
    import fleetsim

    importlib.import_module("last_minute")
    late, at_once = (
        fleetsim.simulate(fleetsim.load(last_minute, workspace=last_minute.parent, overrides=overrides))
        for overrides in ([], ["sites.yard.strategy=immediate"])
    )
    laws.check(late.records)
    held_s = []
    for results in (late, at_once):
        sessions = results.records.tables["sessions"]
        held_s.append(np.nanmax(sessions["start_at"] - sessions["plug_at"]))
    assert held_s[0] > 3_600 > held_s[1] == 0
    assert (late.records.tables["trips"]["status"] == at_once.records.tables["trips"]["status"]).all()


def test_a_strategy_that_nobody_added_is_told(last_minute: Path) -> None:
    import fleetsim

    with pytest.raises(InputError, match=r"sites\.yard\.strategy: found 'last_minute'.*immediate.*cleanest"):
        fleetsim.load(last_minute, workspace=last_minute.parent)


def test_an_installed_strategy_is_there_and_a_broken_one_is_told(
    last_minute: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fleetsim

    def installed_as(function: str) -> None:
        load = lambda: getattr(importlib.import_module("last_minute"), function)  # noqa: E731
        point = SimpleNamespace(name="last_minute", value=f"last_minute:{function}", load=load)
        monkeypatch.setattr(installed, "installed_strategies", lambda: (point,))

    installed_as("last_minute")
    assert fleetsim.load(last_minute, workspace=last_minute.parent).spec.sites["yard"].strategy == "last_minute"
    installed_as("gone")
    with pytest.raises(InputError, match=r"last_minute:gone.*cannot be read"):
        fleetsim.load(last_minute, workspace=last_minute.parent)
    monkeypatch.setattr(installed, "installed_strategies", lambda: ())


def test_a_change_of_ones_own_file_makes_another_run(last_minute: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fleetsim

    def run_id(scenario: Scenario) -> str:
        return pipeline.identity_of(scenario).run_id

    importlib.import_module("last_minute")
    scenario = fleetsim.load(last_minute, workspace=last_minute.parent)
    found = pipeline.identity_of(scenario)
    assert list(found.extensions) == ["kind school_bus", "strategy last_minute"]
    assert found.extensions["strategy last_minute"].keys() == {"module", "sha256"}
    for name in ("last_minute.py", "school_bus.py"):
        file, before = last_minute.parent / name, run_id(scenario)
        file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assert run_id(scenario) != before
    dist = SimpleNamespace(name="depot-tools", version="1.0")
    point = SimpleNamespace(name="last_minute", value="last_minute:last_minute", dist=dist)
    monkeypatch.setattr(extensions, "installed_strategies", lambda: (point,))
    before = run_id(scenario)
    assert pipeline.identity_of(scenario).extensions["strategy last_minute"]["distribution"] == "depot-tools"
    dist.version = "1.1"
    assert run_id(scenario) != before
    at_once = fleetsim.load(last_minute, workspace=last_minute.parent, overrides=["sites.yard.strategy=immediate"])
    assert list(pipeline.identity_of(at_once).extensions) == ["kind school_bus"], "what is not used changes no run"


def test_a_list_of_chargers_may_name_a_strategy_of_ones_own(last_minute: Path, tmp_path: Path) -> None:
    import fleetsim

    init(tmp_path / "city", "depot")
    chargers = tmp_path / "city" / "profiles" / "my_depot" / "chargers.csv"
    chargers.write_text("site,place,strategy\ndepot,my_depot,last_minute\n", encoding="utf-8")
    scenario = tmp_path / "city" / "configs" / "my_depot.yaml"
    with pytest.raises(InputError, match=r"chargers\.csv:2: strategy: found 'last_minute'.*peak_shaving"):
        fleetsim.load(scenario)
    importlib.import_module("last_minute")
    assert fleetsim.load(scenario).spec.sites["depot"].strategy == "last_minute"

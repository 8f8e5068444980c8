"""The files that docs/extending.md shows do what the page says."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from fleetsim.errors import InputError
from fleetsim.scenario import kinds as table
from fleetsim.workspace import packaged_inputs
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

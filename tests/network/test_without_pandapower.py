"""What is said where the extra is not installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from fleetsim.cli import main
from fleetsim.errors import InputError
from fleetsim.network.pandapower_file import About, convert
from fleetsim.workspace import packaged_inputs


def test_the_extra_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandapower", None)
    with pytest.raises(InputError, match="fleetsim\\[powerflow\\]"):
        convert(tmp_path / "net.json", About("lijiang", 900.0, 700.0, 2400.0), ())


def test_writing_a_network_names_it_too_before_anything_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandapower", None)
    scenario = str(packaged_inputs() / "configs" / "first_depot.yaml")
    told = CliRunner().invoke(main, ["export", "pandapower", scenario, "--out", str(tmp_path / "net.json")])
    assert told.exit_code == 2
    assert "fleetsim[powerflow]" in told.output
    late = CliRunner().invoke(
        main, ["export", "pandapower", scenario, "--at", "25:00", "--out", str(tmp_path / "n.json")]
    )
    assert late.exit_code == 2
    assert "12:00" in late.output

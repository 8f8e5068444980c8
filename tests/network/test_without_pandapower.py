"""What is said where the extra is not installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fleetsim.errors import InputError
from fleetsim.network.pandapower_file import About, convert


def test_the_extra_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandapower", None)
    with pytest.raises(InputError, match="fleetsim\\[powerflow\\]"):
        convert(tmp_path / "net.json", About("lijiang", 900.0, 700.0, 2400.0), ())

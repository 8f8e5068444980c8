"""What the tests of the grid share: the inputs of this repository."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fleetsim.errors import Problem
from fleetsim.grid.inputs import GridInputs, load_grid
from fleetsim.grid.tariff import Tariff, load_tariffs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def inputs() -> GridInputs:
    problems: list[Problem] = []
    loaded = load_grid(ROOT, problems)
    assert loaded is not None, problems
    return loaded


@pytest.fixture(scope="session")
def tariff() -> Tariff:
    problems: list[Problem] = []
    loaded = load_tariffs(ROOT, problems)
    assert not problems
    return loaded["yunnan_general"]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the grid's inputs that a test may spoil."""
    shutil.copytree(ROOT / "grid", tmp_path / "grid")
    return tmp_path

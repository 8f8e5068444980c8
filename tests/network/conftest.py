"""The shipped network, and one that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fleetsim.errors import Problem
from fleetsim.network.reading import NetworkInputs, load_network
from fleetsim.network.rules import Rules, load_rules

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def inputs() -> NetworkInputs:
    problems: list[Problem] = []
    found = load_network(ROOT, problems)
    assert found is not None, problems
    return found


@pytest.fixture(scope="session")
def rules() -> Rules:
    problems: list[Problem] = []
    found = load_rules(ROOT, problems)
    assert found is not None, problems
    return found


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "grid", tmp_path / "grid")
    return tmp_path

"""The profiles of the workspace, as specifications and as they stand in the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from fleetsim.documents import parse_mapping, read_yaml
from fleetsim.errors import Problem
from fleetsim.profiles import ChargerType, Climate, Place, Profiles, Route, VehicleModel

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def profiles() -> Profiles:
    """Everything in ``profiles/``; a fault of any entry fails the tests."""
    problems: list[Problem] = []
    documents = {
        name: read_yaml(ROOT / "profiles" / f"{name}.yaml", ROOT)
        for name in ("vehicles", "chargers", "places", "routes", "climates")
    }
    loaded = Profiles(
        vehicles=parse_mapping(VehicleModel, documents["vehicles"], documents["vehicles"].data, (), problems),
        chargers=parse_mapping(ChargerType, documents["chargers"], documents["chargers"].data, (), problems),
        places=parse_mapping(Place, documents["places"], documents["places"].data, (), problems),
        routes=parse_mapping(Route, documents["routes"], documents["routes"].data, (), problems),
        cities=parse_mapping(Climate, documents["climates"], documents["climates"].data, (), problems),
    )
    assert problems == []
    return loaded


@pytest.fixture(scope="session")
def scenarios() -> dict[str, dict[str, Any]]:
    """The scenarios of ``configs/`` as plain YAML."""
    files = sorted((ROOT / "configs").glob("*.yaml"))
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}

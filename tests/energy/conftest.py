"""The vehicle sheets that the formulas are tried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetsim.documents import parse_mapping, read_yaml
from fleetsim.profiles import VehicleModel

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def vehicles() -> dict[str, VehicleModel]:
    """The sheets of ``profiles/vehicles.yaml``."""
    document = read_yaml(ROOT / "profiles" / "vehicles.yaml", ROOT)
    return parse_mapping(VehicleModel, document, document.data, (), [])

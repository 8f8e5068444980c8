"""A kind of a few lines: scenic shuttles keep to the figures of their class."""

from __future__ import annotations

import numpy as np

from fleetsim.scenario.loading import load
from fleetsim.workspace import packaged_inputs
from tests import laws
from tests.worlds import run


def test_shuttles_run_and_use_what_their_class_does() -> None:
    """40-80 km a day and 0.15-0.22 kWh/km."""
    records = run(load(packaged_inputs() / "configs" / "lijiang_shuttles.yaml"))
    trips = records.tables["trips"]
    assert records.entities["kinds"] == ("shuttle",)
    assert 40 <= trips["distance_km"].sum() / 20 / 7 <= 80
    assert 0.145 <= trips["used_kwh"].sum() / trips["distance_km"].sum() <= 0.22
    assert np.isfinite(trips["used_kwh"]).all()
    laws.check(records)

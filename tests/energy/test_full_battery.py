"""Line 101 from the top: a full battery loses what braking would bring, an emptier one loses nothing."""

from __future__ import annotations

import runpy

import numpy as np
import pytest

from tests.energy.conftest import ROOT

LINE_101 = runpy.run_path(str(ROOT / "docs" / "_validation" / "line_101.py"))
CAPACITY_KWH = LINE_101["profiles"]().vehicles[LINE_101["MODEL"]].battery_kwh


def test_energy_is_conserved_on_the_way_down_whatever_was_in_the_battery() -> None:
    for each in LINE_101["descents"]():
        gained_kwh = (each.soc_bottom - each.soc_top) * CAPACITY_KWH
        assert gained_kwh == pytest.approx(each.offered_kwh - each.lost_kwh - each.drawn_kwh, abs=1e-9)
        assert each.soc_bottom <= 1.0


def test_the_fuller_the_battery_at_the_top_the_more_is_lost_and_below_95_per_cent_nothing_is() -> None:
    descents = sorted(LINE_101["descents"](), key=lambda each: each.soc_top)
    lost = np.array([each.lost_kwh for each in descents])
    assert (np.diff(lost) >= 0.0).all()
    assert lost[-1] > 5.0
    assert all(each.lost_kwh == 0.0 for each in descents if each.soc_top <= 0.95)
    assert descents[0].net_kwh_per_km < 0.0 < descents[-1].net_kwh_per_km

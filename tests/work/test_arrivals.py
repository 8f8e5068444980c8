"""Arrivals at public chargers: as many as said, when said, and drawn by names."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from fleetsim.clock import Clock
from fleetsim.work.arrivals import Arrivals, arrivals

HOURS = [0.0] * 12 + [3.0] + [1.0] * 2 + [0.0] * 9


def drawn(days: int = 70, **changes: Any) -> Arrivals:
    clock = Clock(date(2026, 3, 9), days, 0)
    base = {"fleet": "others", "station": "a", "per_day": 100.0, "hours": HOURS, "day_factor": lambda _: 1.0}
    return arrivals(**base | {"energy_cv": 0.4, "seed": 1, "clock": clock} | changes)


def test_the_mean_number_the_hours_and_the_energy_are_those_asked_for() -> None:
    found = drawn()
    assert len(found.at_s) == pytest.approx(7_000, rel=4 / np.sqrt(7_000))
    hour = np.bincount((found.at_s % 86_400 // 3_600).astype(int), minlength=24) / len(found.at_s)
    assert hour[12:15].tolist() == pytest.approx([0.6, 0.2, 0.2], abs=0.03)
    assert found.energy_factor.mean() == pytest.approx(1.0, abs=0.03)
    assert found.energy_factor.std() == pytest.approx(0.4, abs=0.03)


def test_the_numbers_of_a_day_scatter_as_those_of_a_poisson_process() -> None:
    by_day = np.bincount((drawn(350).at_s // 86_400).astype(int))
    assert by_day.var() / by_day.mean() == pytest.approx(1.0, abs=0.3)


def test_a_longer_run_changes_nobody_and_another_station_has_its_own() -> None:
    week, more = drawn(7), drawn(21)
    assert more.at_s[: len(week.at_s)].tolist() == week.at_s.tolist()
    assert drawn(7, station="b").at_s.tolist() != week.at_s.tolist()


def test_a_holiday_brings_more() -> None:
    found = drawn(14, day_factor=lambda day: 3.0 if day.day >= 16 else 0.5)
    assert (found.at_s >= 7 * 86_400).sum() == pytest.approx(6 * (found.at_s < 7 * 86_400).sum(), rel=0.3)

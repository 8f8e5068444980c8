"""The horizon."""

from __future__ import annotations

from datetime import date

import numpy as np

from fleetsim.clock import Clock

CLOCK = Clock(date(2026, 3, 9), days=7, warmup_days=2)


def test_second_zero_is_midnight_before_the_warm_up() -> None:
    assert CLOCK.civil(np.array([0.0, CLOCK.report_from_s]))[0] == np.datetime64("2026-03-07T00:00:00")
    assert CLOCK.civil(np.array([CLOCK.report_from_s]))[0] == np.datetime64("2026-03-09T00:00:00")


def test_a_moment_that_never_came_is_no_time() -> None:
    assert np.isnat(CLOCK.civil(np.array([np.nan]))).all()


def test_slots_cover_the_run() -> None:
    assert CLOCK.slots == 9 * 96
    assert CLOCK.slot_edges_s[-1] == CLOCK.end_s


def test_weeks_begin_on_monday_and_cover_the_run() -> None:
    assert CLOCK.week_starts() == (date(2026, 3, 2), date(2026, 3, 9))
    assert Clock(date(2026, 3, 9), days=1, warmup_days=0).week_starts() == (date(2026, 3, 9),)

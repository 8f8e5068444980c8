"""Strategies: what is planned for a session, seen from outside."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.charging.strategies import MARGIN_S, STRATEGIES, immediate, valley
from fleetsim.charging.view import ALWAYS, SessionView, SiteView
from fleetsim.clock import Clock
from tests.worlds import signals

HOUR = 3_600.0
SIGNALS = signals(Clock(date(2026, 3, 9), days=3, warmup_days=0))


def site(now_h: float, crowding: float = 1.0) -> SiteView:
    return SiteView(now_s=now_h * HOUR, crowding=crowding, signals=SIGNALS)


def session(depart_h: float, full_power_h: float) -> SessionView:
    return SessionView(depart_s=depart_h * HOUR, full_power_s=full_power_h * HOUR)


def test_immediate_never_holds_back() -> None:
    assert immediate(site(20), session(30, 2)) is ALWAYS


def test_valley_waits_for_the_night() -> None:
    assert valley(site(20), session(31, 2)) == ((26 * HOUR, 30 * HOUR),)


def test_valley_takes_the_cheapest_hours_outside_where_the_night_is_too_short() -> None:
    plan = valley(site(20), session(31, 5))
    assert plan == ((24 * HOUR, 25 * HOUR), (26 * HOUR, 30 * HOUR))


def test_valley_does_not_wait_where_no_time_is_to_lose() -> None:
    assert valley(site(7), session(8, 1)) is ALWAYS


def test_valley_takes_more_time_where_it_is_crowded() -> None:
    assert valley(site(20, crowding=2.5), session(31, 2)) == ((24 * HOUR, 25 * HOUR), (26 * HOUR, 30 * HOUR))
    assert valley(site(20, crowding=6), session(31, 2)) is ALWAYS


@pytest.mark.parametrize("name", sorted(STRATEGIES))
@given(now_h=st.floats(0, 40), stay_h=st.floats(0.1, 30), full_power_h=st.floats(0.01, 12))
def test_no_plan_misses_a_departure_that_charging_at_once_would_meet(
    name: str, now_h: float, stay_h: float, full_power_h: float
) -> None:
    depart_h = now_h + stay_h
    plan = STRATEGIES[name](site(now_h), session(depart_h, full_power_h))  # type: ignore[index]
    usable_s = sum(max(0.0, min(end_s, depart_h * HOUR) - max(start_s, now_h * HOUR)) for start_s, end_s in plan)
    if full_power_h <= stay_h:
        assert usable_s >= min(full_power_h, stay_h - MARGIN_S / HOUR) * HOUR - 1e-3

"""Strategies: what is planned for a session, seen from outside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.charging.strategies import (
    MARGIN_S,
    STRATEGIES,
    balanced,
    cheapest,
    cleanest,
    immediate,
    peak_shaving,
    solar_following,
    staggered,
    valley,
)
from fleetsim.charging.view import ALWAYS, Plan, SessionView, SiteView, Slot
from fleetsim.clock import Clock
from tests.worlds import signals

HOUR = 3_600.0
SUN_KW = np.tile(300.0 * np.maximum(0.0, np.sin((np.arange(96) / 4 - 6) / 12 * np.pi)), 3)
SIGNALS = signals(Clock(date(2026, 3, 9), days=3, warmup_days=0))


def site(now_h: float, crowding: float = 1.0, **seen: Any) -> SiteView:
    return SiteView(now_s=now_h * HOUR, crowding=crowding, signals=SIGNALS, bays=4, **seen)


def session(depart_h: float, full_power_h: float, bay: int = 0) -> SessionView:
    needs = ((80 * full_power_h, 100.0), (8 * full_power_h, 40.0))
    return SessionView(depart_h * HOUR, full_power_h * HOUR, needs, bay)


def spells(plan: Plan) -> tuple[tuple[float, float], ...]:
    return tuple((slot.start_s, slot.end_s) for slot in plan)


def test_immediate_never_holds_back() -> None:
    assert immediate(site(20), session(30, 2)) is ALWAYS


def test_valley_waits_for_the_night() -> None:
    assert spells(valley(site(20), session(31, 2))) == ((26 * HOUR, 30 * HOUR),)


def test_valley_takes_the_cheapest_hours_outside_where_the_night_is_too_short() -> None:
    assert spells(valley(site(20), session(31, 5))) == ((24 * HOUR, 25 * HOUR), (26 * HOUR, 30 * HOUR))


def test_valley_does_not_wait_where_no_time_is_to_lose() -> None:
    assert valley(site(7), session(8, 1)) is ALWAYS


def test_valley_takes_more_time_where_it_is_crowded() -> None:
    plan = valley(site(20, crowding=2.5), session(31, 2))
    assert spells(plan) == ((24 * HOUR, 25 * HOUR), (26 * HOUR, 30 * HOUR))
    assert valley(site(20, crowding=6), session(31, 2)) is ALWAYS


def test_balanced_does_not_hold_back_a_battery_that_is_full() -> None:
    assert balanced(site(20), SessionView(30 * HOUR, 0.0, ())) is ALWAYS


def test_balanced_draws_evenly_until_shortly_before_the_departure() -> None:
    (slot,) = balanced(site(20), session(30 + MARGIN_S / HOUR, 1))
    assert slot[:2] == (20 * HOUR, 30 * HOUR)
    assert slot.max_kw == pytest.approx(8.8)


def test_staggered_bays_begin_one_after_the_other() -> None:
    begins = [staggered(site(20), session(30 + MARGIN_S / HOUR, 2, bay))[0].start_s / HOUR for bay in range(4)]
    assert begins == pytest.approx([20, 22, 24, 26])


def test_cheapest_and_cleanest_pay_and_emit_no_more_than_any_other_plan() -> None:
    stay, asks = site(16), session(31, 3)
    for strategy, values in ((cheapest, SIGNALS.price_cny_per_kwh), (cleanest, 1 - SIGNALS.clean_share)):
        slots = [int(at_s // 900) for slot in strategy(stay, asks) for at_s in np.arange(slot.start_s, slot.end_s, 900)]
        assert len(slots) == 12
        assert values[slots].sum() == pytest.approx(np.sort(values[16 * 4 : 31 * 4 - 1])[:12].sum())


def test_the_night_after_the_run_is_taken_to_be_like_the_one_before() -> None:
    assert spells(cheapest(site(68), session(79, 4))) == ((74 * HOUR, 78 * HOUR),)


PLANNED_KW = (30.0,) * 8 + (90.0,) * 8 + (10.0,) * 24
"""What the site is planned to draw from 20:00 on: 30 kW for two hours, 90 kW for two, then 10 kW."""


def test_peak_shaving_takes_the_room_below_the_cap_as_early_as_it_comes() -> None:
    plan = peak_shaving(site(20, planned_kw=PLANNED_KW, cap_kw=100.0), session(30, 2))
    assert [(slot.start_s / HOUR, slot.end_s / HOUR, slot.max_kw) for slot in plan[:3]] == [
        (20, 22, 70), (22, 24, 10), (24, pytest.approx(30 - MARGIN_S / HOUR), 90),
    ]  # fmt: skip


def test_without_a_cap_it_fills_to_the_lowest_level_that_is_enough() -> None:
    asks = session(30 + MARGIN_S / HOUR, 2)
    plan = peak_shaving(site(20, planned_kw=PLANNED_KW), asks)
    assert _drawn_kwh(plan, asks.needs, 20 * HOUR, 30 * HOUR) == pytest.approx(176, abs=1e-4)
    level_kw = (176 + 2 * 30 + 6 * 10) / 8
    assert [(slot.start_s / HOUR, slot.end_s / HOUR) for slot in plan] == [(20, 22), (24, 30)]
    assert [slot.max_kw for slot in plan] == pytest.approx([level_kw - 30, level_kw - 10])


def test_a_cap_that_would_miss_the_departure_gives_way_as_far_as_it_must() -> None:
    asks = session(30 + MARGIN_S / HOUR, 2)
    tight = peak_shaving(site(20, planned_kw=PLANNED_KW, cap_kw=35.0), asks)
    assert tight == peak_shaving(site(20, planned_kw=PLANNED_KW), asks)


@given(
    planned_kw=st.lists(st.floats(0, 300), min_size=1, max_size=40),
    cap_kw=st.floats(1, 400) | st.just(float("inf")),
    stay_h=st.floats(0.1, 9),
    full_power_h=st.floats(0.01, 8),
)
def test_peak_shaving_exceeds_its_cap_only_where_no_plan_below_it_would_serve(
    planned_kw: list[float], cap_kw: float, stay_h: float, full_power_h: float
) -> None:
    asks, now_s, until_s = session(20 + stay_h, full_power_h), 20 * HOUR, (20 + stay_h) * HOUR - MARGIN_S
    if full_power_h * HOUR >= until_s - now_s:
        return
    planned = (*planned_kw, *[0.0] * 40)
    plan = peak_shaving(site(20, planned_kw=tuple(planned_kw), cap_kw=cap_kw), asks)
    level_kw = max(slot.max_kw + planned[int((slot.start_s - now_s) // 900)] for slot in plan)
    if level_kw > cap_kw + 1e-6 or cap_kw == float("inf"):
        lower_kw = level_kw - 0.01
        room = [Slot(now_s + k * 900, min(until_s, now_s + k * 900 + 900), lower_kw - kw)
                for k, kw in enumerate(planned) if kw < lower_kw and now_s + k * 900 < until_s]  # fmt: skip
        assert _drawn_kwh(tuple(room), asks.needs, now_s, until_s) < 88 * full_power_h


@pytest.mark.parametrize("name", sorted(STRATEGIES))
@given(now_h=st.floats(0, 40), stay_h=st.floats(0.1, 30), full_power_h=st.floats(0.01, 12), bay=st.integers(0, 3))
def test_no_plan_misses_a_departure_that_charging_at_once_would_meet(
    name: str, now_h: float, stay_h: float, full_power_h: float, bay: int
) -> None:
    depart_h = now_h + stay_h
    asks = session(depart_h, full_power_h, bay)
    plan, needs = STRATEGIES[name](site(now_h), asks), asks.needs  # type: ignore[index]
    if full_power_h <= stay_h - MARGIN_S / HOUR:
        assert _drawn_kwh(plan, needs, now_h * HOUR, depart_h * HOUR) >= 88 * full_power_h - 1e-6
    elif full_power_h <= stay_h:
        assert plan is ALWAYS or plan[0].start_s <= now_h * HOUR


@given(
    now_h=st.floats(0, 40), stay_h=st.floats(0.1, 30), full_power_h=st.floats(0.01, 12), crowding=st.floats(1, 3),
    peak_kw=st.floats(0, 2_000),
)  # fmt: skip
def test_following_the_sun_misses_no_departure_either(
    now_h: float, stay_h: float, full_power_h: float, crowding: float, peak_kw: float
) -> None:
    asks = session(now_h + stay_h, full_power_h)
    plan = solar_following(replace(site(now_h, crowding), solar_kw=SUN_KW * peak_kw / 300.0), asks)
    if full_power_h * crowding <= stay_h - MARGIN_S / HOUR:
        drawn_kwh = _drawn_kwh(plan, asks.needs, now_h * HOUR, (now_h + stay_h) * HOUR)
        assert drawn_kwh >= 88 * full_power_h - 1e-6


def test_following_the_sun_each_charger_has_its_part_of_it_and_the_rest_is_bought_where_it_is_cheap() -> None:
    enough = solar_following(replace(site(7), solar_kw=SUN_KW), session(17, 2))
    assert all(slot.max_kw == SUN_KW[int(slot.start_s // 900)] / 4 for slot in enough)
    short = solar_following(replace(site(7), solar_kw=SUN_KW / 10), session(31, 2))
    bought = [slot for slot in short if slot.max_kw == np.inf]
    assert [slot.start_s / HOUR for slot in bought] == [12]
    assert solar_following(site(20), session(31, 2)) == cheapest(site(20), session(31, 2))


def _drawn_kwh(plan: Plan, needs: tuple[tuple[float, float], ...], now_s: float, until_s: float) -> float:
    """What a session draws by itself that climbs its steps within its plan."""
    steps = [list(need) for need in needs]
    drawn_kwh = 0.0
    for slot in plan:
        left_h = (min(slot.end_s, until_s) - max(slot.start_s, now_s)) / HOUR
        while steps and left_h > 0:
            power_kw = min(steps[0][1], slot.max_kw)
            energy_kwh = min(steps[0][0], power_kw * left_h)
            drawn_kwh += energy_kwh
            left_h -= energy_kwh / power_kw
            steps[0][0] -= energy_kwh
            if steps[0][0] > 1e-9:
                break
            steps.pop(0)
    return drawn_kwh

"""The engine of both directions: by hand, and against a division of time so fine that nothing changes within it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.charging.feeding import Feeding
from fleetsim.charging.reallocation import Reallocation
from fleetsim.charging.rules import proportional
from fleetsim.charging.sharing import NEVER
from fleetsim.energy.curve import FeedBack, charge_steps
from tests.charging.test_sharing import Log, finish
from tests.worlds import FLAT

HOUR = 3_600.0
STAIRS = charge_steps(
    FLAT, battery_kwh=300, limit_kw=120, charger_efficiency=1.0, battery_efficiency=1.0,
    feed_back=FeedBack(60.0, 0.0, 1.25),
)  # fmt: skip


def engine(log: Log, *own: tuple[float, float], limit_kw: float = NEVER) -> Feeding:
    made = Feeding(Reallocation(log, proportional), log, own)
    made.limit(0.0, limit_kw)
    return made


def test_a_battery_falls_evenly_and_rests_at_its_floor_to_the_last_digit() -> None:
    """60 kW at the meter are 75 kW out of the battery: 150 kWh take two hours."""
    log = Log()
    both = engine(log, (0.0, 100.0))
    both.start(0.0, "a", STAIRS, 200.0, 50.0)
    assert both.next_s == 2 * HOUR
    assert finish(both) == {}
    assert both.stop(3 * HOUR, "a") == 50.0
    assert log.draws == [("a", 0.0, 2 * HOUR, -60.0)]


def test_who_is_stopped_on_the_way_has_what_it_gave_less() -> None:
    log = Log()
    both = engine(log, (0.0, 100.0))
    both.start(0.0, "a", STAIRS.capped(-24.0), 200.0, 50.0)
    assert both.stop(HOUR, "a") == pytest.approx(200.0 - 24.0 * 1.25)


def test_all_give_the_same_part_of_what_they_could_where_the_site_uses_less() -> None:
    """60 and 30 kW into a site of 45 kW: half of each, until the building takes 90 kW."""
    log = Log()
    both = engine(log, (0.0, 45.0), (HOUR, 90.0))
    both.start(0.0, "a", STAIRS, 200.0, 50.0)
    both.start(0.0, "b", STAIRS.capped(-30.0), 200.0, 50.0)
    both.advance(both.next_s)
    both.stop(2 * HOUR, "a")
    both.stop(2 * HOUR, "b")
    assert log.draws == [
        ("a", 0.0, HOUR, -30.0), ("b", 0.0, HOUR, -15.0), ("a", HOUR, 2 * HOUR, -60.0), ("b", HOUR, 2 * HOUR, -30.0),
    ]  # fmt: skip


def test_what_others_draw_is_there_to_be_served_and_the_limit_of_the_connection_is_not_raised() -> None:
    log = Log()
    both = engine(log, (0.0, 0.0), limit_kw=50.0)
    both.start(0.0, "a", STAIRS, 200.0, 50.0)
    both.start(0.0, "b", STAIRS, 100.0, 150.0)
    assert both.next_s == HOUR
    assert both.advance(HOUR) == ["b"]
    assert both.next_s == NEVER, "nothing is left to be served"
    assert log.draws == [("b", 0.0, HOUR, 50.0), ("a", 0.0, HOUR, -50.0)]


def test_where_the_sun_gives_more_than_the_site_uses_nobody_feeds_back() -> None:
    log = Log()
    both = engine(log, (0.0, -20.0), (HOUR, 10.0))
    both.start(0.0, "a", STAIRS, 200.0, 50.0)
    assert both.next_s == HOUR
    both.advance(HOUR)
    both.stop(2 * HOUR, "a")
    assert log.draws == [("a", HOUR, 2 * HOUR, -10.0)]


sessions = st.lists(
    st.tuples(st.floats(0, 4), st.floats(0.1, 5), st.floats(20, 280), st.floats(10, 290), st.floats(5, 60)),
    min_size=1, max_size=6,
)  # fmt: skip
loads = st.lists(st.floats(-50, 150), min_size=6, max_size=6)


@settings(max_examples=25, deadline=None)
@given(sessions, loads, st.floats(20, 300), st.lists(st.floats(0, 9), max_size=40))
def test_every_session_is_where_tiny_steps_would_have_taken_it_and_idle_events_change_nothing(
    stays: list[tuple[float, float, float, float, float]], own_kw: list[float], limit_kw: float, idle_h: list[float]
) -> None:
    plain, idled = (play(stays, own_kw, limit_kw, each) for each in ((), idle_h))
    assert idled == {key: pytest.approx(level_kwh, rel=1e-9, abs=1e-9) for key, level_kwh in plain.items()}
    for key, level_kwh in in_steps(stays, own_kw, limit_kw).items():
        assert plain[key] == pytest.approx(level_kwh, abs=2.0)


def play(
    stays: list[tuple[float, float, float, float, float]],
    own_kw: list[float],
    limit_kw: float,
    idle_h: list[float] | tuple[()],
) -> dict[int, float]:
    """What each session's battery holds when it is stopped: those that aim below their level feed back."""
    both = engine(Log(), *((hour * 1.5 * HOUR, kw) for hour, kw in enumerate(own_kw)), limit_kw=limit_kw)
    acts = [(start_h * HOUR, 0, key) for key, (start_h, *_) in enumerate(stays)]
    acts += [((start_h + stay_h) * HOUR, 1, key) for key, (start_h, stay_h, *_) in enumerate(stays)]
    acts += [(hour * HOUR, 2, -1) for hour in idle_h]
    levels: dict[int, float] = {}
    for at_s, act, key in sorted(acts):
        while both.next_s <= at_s:
            levels |= {done: stays[done][3] for done in both.advance(both.next_s)}
        if act == 0:
            _, _, level_kwh, goal_kwh, kw = stays[key]
            both.start(at_s, key, STAIRS.capped(-kw) if goal_kwh < level_kwh else STAIRS, level_kwh, goal_kwh)
        elif act == 1 and key not in levels:
            levels[key] = both.stop(at_s, key)
        elif act == 2:
            both.advance(at_s)
    return levels


def in_steps(
    stays: list[tuple[float, float, float, float, float]], own_kw: list[float], limit_kw: float, step_s: float = 15.0
) -> dict[int, float]:
    """The same by steps of time."""
    levels = {key: level_kwh for key, (_, _, level_kwh, _, _) in enumerate(stays)}
    for tick in range(int(9.1 * HOUR / step_s)):
        at_h = tick * step_s / HOUR
        here = [key for key, (start_h, stay_h, *_) in enumerate(stays) if start_h <= at_h < start_h + stay_h]
        drawing = [key for key in here if stays[key][3] >= stays[key][2] and levels[key] < stays[key][3]]
        feeding = [key for key in here if stays[key][3] < stays[key][2] and levels[key] > stays[key][3]]
        drawn_kw = min(limit_kw, 120.0 * len(drawing))
        for key in drawing:
            levels[key] = min(stays[key][3], levels[key] + drawn_kw / len(drawing) * step_s / HOUR)
        offered_kw = sum(stays[key][4] for key in feeding)
        used_kw = max(0.0, own_kw[min(5, int(at_h // 1.5))] + drawn_kw)
        for key in feeding:
            kw = stays[key][4] * min(1.0, used_kw / offered_kw)
            levels[key] = max(stays[key][3], levels[key] - kw * 1.25 * step_s / HOUR)
    return levels

"""Sharing engines: both by themselves, and against each other wherever both apply."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.charging.reallocation import Reallocation
from fleetsim.charging.rules import Rule, equal, first_come, proportional
from fleetsim.charging.sharing import NEVER, Sharing
from fleetsim.charging.virtual_clock import VirtualClock
from fleetsim.energy.curve import ChargeSteps, charge_steps
from tests.worlds import FLAT, LFP


class Log:
    """Keeps what an engine writes."""

    def __init__(self) -> None:
        self.spells: list[tuple[Hashable, float, float, float, float, float]] = []
        self.draws: list[tuple[Hashable, float, float, float]] = []
        self.factors: list[tuple[float, float]] = []

    def spell(
        self, key: Hashable, start_s: float, end_s: float, from_kwh: float, to_kwh: float, clock_start_s: float
    ) -> None:
        self.spells.append((key, start_s, end_s, from_kwh, to_kwh, clock_start_s))

    def draw(self, key: Hashable, start_s: float, end_s: float, power_kw: float) -> None:
        self.draws.append((key, start_s, end_s, power_kw))

    def factor(self, at_s: float, factor: float) -> None:
        self.factors.append((at_s, factor))


def stairs(battery_kwh: float = 300, corners: tuple[tuple[float, float], ...] = FLAT) -> ChargeSteps:
    return charge_steps(corners, battery_kwh=battery_kwh, limit_kw=120, charger_efficiency=1.0, battery_efficiency=1.0)


def finish(engine: Sharing) -> dict[Hashable, float]:
    """Let an engine run until nothing happens any more; when each session ended."""
    ended: dict[Hashable, float] = {}
    while engine.next_s < NEVER:
        now_s = engine.next_s
        ended |= dict.fromkeys(engine.advance(now_s), now_s)
    return ended


def test_a_lone_session_takes_energy_over_power() -> None:
    engine = VirtualClock(Log())
    engine.start(0.0, "a", stairs(), 0.0, 120.0)
    assert finish(engine) == {"a": pytest.approx(3_600)}


def test_under_half_the_power_two_sessions_take_twice_the_time() -> None:
    engine = VirtualClock(Log(), limit_kw=120)
    for key in "ab":
        engine.start(0.0, key, stairs(), 0.0, 120.0)
    assert finish(engine) == {"a": pytest.approx(7_200), "b": pytest.approx(7_200)}


def test_first_come_lets_the_second_wait_for_the_first() -> None:
    engine = Reallocation(Log(), first_come, limit_kw=120)
    for key in "ab":
        engine.start(0.0, key, stairs(), 0.0, 120.0)
    assert finish(engine) == {"a": pytest.approx(3_600), "b": pytest.approx(7_200)}


def test_who_is_more_urgent_overtakes_who_came_before() -> None:
    engine = Reallocation(Log(), first_come, limit_kw=120, urgency=lambda key, _: -key)
    for key in (1, 2):
        engine.start(0.0, key, stairs(), 0.0, 120.0)
    assert finish(engine) == {2: pytest.approx(3_600), 1: pytest.approx(7_200)}


def test_equal_sharing_on_one_level_of_power_is_what_the_virtual_clock_does() -> None:
    outcomes = []
    for engine in (VirtualClock(Log(), 200.0), Reallocation(Log(), equal, 200.0)):
        for key in range(5):
            engine.start(300.0 * key, key, stairs(), 20.0 * key, 200.0)
        engine.limit(4_000.0, 90.0)
        outcomes.append(finish(engine))
    assert outcomes[0] == pytest.approx(outcomes[1], abs=1e-6)


@pytest.mark.parametrize("rule", [equal, first_come, proportional])
@given(wanted_kw=st.lists(st.floats(0.1, 200), max_size=12), limit_kw=st.floats(0, 300))
def test_a_rule_gives_all_there_is_and_nobody_more_than_is_wanted(
    rule: Rule, wanted_kw: list[float], limit_kw: float
) -> None:
    given_kw = rule(wanted_kw, limit_kw)
    assert sum(given_kw) == pytest.approx(min(limit_kw, sum(wanted_kw)), rel=1e-9, abs=1e-9)
    assert all(0 <= kw <= most_kw * (1 + 1e-12) for kw, most_kw in zip(given_kw, wanted_kw, strict=True))


def test_nothing_happens_while_there_is_no_power_and_all_goes_on_after() -> None:
    engine = VirtualClock(Log(), limit_kw=0.0)
    engine.start(0.0, "a", stairs(), 0.0, 120.0)
    assert engine.next_s == NEVER
    engine.limit(1_000.0, 120.0)
    assert finish(engine) == {"a": pytest.approx(4_600)}


def test_a_session_that_leaves_early_has_what_it_got() -> None:
    engine = VirtualClock(Log(), limit_kw=120)
    for key in "ab":
        engine.start(0.0, key, stairs(), 0.0, 120.0)
    assert engine.stop(1_800.0, "a") == pytest.approx(30.0)


Act = tuple[str, float, float, float]
acts = st.lists(
    st.one_of(
        st.tuples(st.just("start"), st.floats(0, 20_000), st.sampled_from((100.0, 300.0)), st.floats(0, 0.9)),
        st.tuples(st.just("limit"), st.floats(0, 20_000), st.sampled_from((0.0, 70.0, 250.0, 1e9)), st.just(0.0)),
        st.tuples(st.just("stop"), st.floats(0, 20_000), st.integers(0, 9).map(float), st.just(0.0)),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(acts)
def test_the_virtual_clock_and_re_allocation_agree(script: list[Act]) -> None:
    outcomes = []
    for engine in (VirtualClock(Log(), 200.0), Reallocation(Log(), proportional, 200.0)):
        outcomes.append(play(engine, script))
    clock, reallocated = outcomes
    assert clock.keys() == reallocated.keys()
    for key, (end_s, level_kwh) in clock.items():
        assert end_s == pytest.approx(reallocated[key][0], abs=1e-3)
        assert level_kwh == pytest.approx(reallocated[key][1], abs=1e-4)


def play(
    engine: Sharing, script: Sequence[Act], *, idle_s: Sequence[float] = ()
) -> dict[Hashable, tuple[float, float]]:
    """Run a script of arrivals, departures and limits; when each session ended and with how much.

    At the moments ``idle_s`` the limit is set to what it is.
    """
    outcome: dict[Hashable, tuple[float, float]] = {}
    live: dict[Hashable, float] = {}
    limit_kw = 200.0
    named = [(number, *act) for number, act in enumerate(sorted(script, key=lambda act: act[1]))]
    last: Act = ("limit", 20_001.0, 1e9, 0.0)
    idle = [(-1, "idle", at_s, 0.0, 0.0) for at_s in idle_s]
    for number, act, at_s, size, share in sorted([*named, (len(named), *last), *idle], key=lambda each: each[2]):
        while engine.next_s <= at_s:
            now_s = engine.next_s
            for key in engine.advance(now_s):
                outcome[key] = (now_s, live.pop(key))
        if act == "start":
            steps = stairs(size, LFP)
            engine.start(at_s, number, steps, share * size, 0.95 * size)
            live[number] = 0.95 * size
        elif act in ("limit", "idle"):
            limit_kw = size if act == "limit" else limit_kw
            engine.limit(at_s, limit_kw)
        elif live:
            key = sorted(live, key=str)[int(size) % len(live)]
            live.pop(key)
            outcome[key] = (at_s, engine.stop(at_s, key))
    while engine.next_s < NEVER:
        now_s = engine.next_s
        for key in engine.advance(now_s):
            outcome[key] = (now_s, live.pop(key))
    assert not live
    return outcome

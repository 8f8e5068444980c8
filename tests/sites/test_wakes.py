"""Those who wait for a site go on at its moment, in order, and once it is through."""

from __future__ import annotations

from collections.abc import Generator

from simpy import Environment, Event

from fleetsim.sites.wakes import Wakes


def test_who_waits_goes_on_in_order_and_not_before_the_site_is_through() -> None:
    env, wakes, seen = Environment(), Wakes(), []
    first, second = env.event(), env.event()

    def wait(event: Event, name: str) -> Generator[Event, None, None]:
        yield event
        seen.append((name, env.now))
        yield env.timeout(1.0)
        seen.append((name, env.now))

    def ring(_: Event) -> None:
        wakes.add(second)
        wakes.add(first)
        assert second.triggered and not seen
        wakes.run()
        assert second.processed

    env.process(wait(first, "first"))
    env.process(wait(second, "second"))
    env.timeout(5.0).callbacks.append(ring)
    env.run()

    assert seen == [("second", 5.0), ("first", 5.0), ("second", 6.0), ("first", 6.0)]


def test_a_process_that_comes_late_to_an_event_that_was_woken_goes_on_at_once() -> None:
    env, wakes = Environment(), Wakes()
    over = env.event()
    wakes.add(over)
    wakes.run()

    def late() -> Generator[Event, None, float]:
        yield over
        return env.now

    assert env.run(env.process(late())) == 0.0

"""The floor: what SimPy itself costs."""

from __future__ import annotations

from collections.abc import Generator
from time import process_time
from typing import Any

from simpy import Environment, Event

LIVE = 1_000
"""Live processes of the unit in which everything is measured."""


def timeout_s(timeouts: int = 200_000, live: int = LIVE) -> float:
    """CPU time of one bare ``yield env.timeout()`` with ``live`` processes."""
    env = Environment()
    each = timeouts // live

    def wait(step_s: float) -> Generator[Event, Any, None]:
        for _ in range(each):
            yield env.timeout(step_s)

    for number in range(live):
        env.process(wait(1.0 + number / live))
    begun = process_time()
    env.run()
    return (process_time() - begun) / (each * live)


def bare_depot_s(vehicles: int, sessions: int) -> float:
    """CPU time of a bare loop of the same work: each vehicle drives and charges, a timeout each, nothing else."""
    env = Environment()
    each = sessions // vehicles

    def live(shift_s: float) -> Generator[Event, Any, None]:
        for _ in range(each):
            yield env.timeout(18_900.0 + shift_s)
            yield env.timeout(3_600.0)

    for number in range(vehicles):
        env.process(live(number / vehicles))
    begun = process_time()
    env.run()
    return process_time() - begun

"""How a site divides its power: the interface, and what both implementations have in common.

A sharing engine holds the sessions that may draw now. It knows nothing of queues, chargers or plans: the
site starts and stops sessions, asks when something will happen next, and lets time pass. Two engines
stand behind the interface: :mod:`fleetsim.charging.virtual_clock` for rules that slow every session by the
same factor, O(log n) an event, and :mod:`fleetsim.charging.reallocation` for all the others, O(n) an event.
"""

from __future__ import annotations

from typing import Protocol

from fleetsim.energy.curve import ChargeSteps

NEVER = float("inf")
TOLERANCE_S = 1e-6
"""Moments closer together than this are one."""


class SharingLog(Protocol):
    """Where an engine writes what it did: a row per change, none per tick."""

    def spell(
        self, key: int, start_s: float, end_s: float, from_kwh: float, to_kwh: float, clock_start_s: float, /
    ) -> None:
        """A session drew along its staircase; its corners lie on the clock, which stood at ``clock_start_s``."""

    def draw(self, key: int, start_s: float, end_s: float, power_kw: float, /) -> None:
        """A session drew constant power at the meter."""

    def factor(self, at_s: float, factor: float, /) -> None:
        """The clock's factor from this moment on."""


class Sharing(Protocol):
    """What a site asks of a sharing engine. Times must not go backwards."""

    @property
    def next_s(self) -> float:
        """When something will happen next if nobody comes or goes; ``NEVER`` if nothing will."""

    def start(self, now_s: float, key: int, steps: ChargeSteps, level_kwh: float, target_kwh: float) -> None:
        """Let a session draw from ``level_kwh`` until its battery holds ``target_kwh``."""

    def stop(self, now_s: float, key: int) -> float:
        """Take a session out before its target; the energy that its battery holds by now."""

    def level_kwh(self, now_s: float, key: int) -> float:
        """The energy that the battery of a session holds by now; a look that changes nothing."""

    def advance(self, now_s: float) -> list[int]:
        """Let time pass up to ``now_s`` (at most ``next_s``); the sessions that reached their targets, in order."""

    def limit(self, now_s: float, limit_kw: float) -> None:
        """Power at the meter that sessions may share from now on."""

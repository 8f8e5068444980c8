"""The one alarm of a site: it rings at the next moment that matters, and nothing ticks in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simpy import Environment

from fleetsim.charging.sharing import NEVER


class Alarm:
    """Calls ``ring`` at the moment it is set to; a moment that was set before and lies later is forgotten."""

    __slots__ = ("_due_s", "_env", "_ring")

    def __init__(self, env: Environment, ring: Callable[[float], None]) -> None:
        self._env = env
        self._ring = ring
        self._due_s = NEVER

    def set(self, due_s: float) -> None:
        """Ring at ``due_s``, unless it rings earlier anyway."""
        if due_s < self._due_s:
            now_s = self._env.now
            delay_s = max(0.0, due_s - now_s)
            self._due_s = now_s + delay_s
            timeout = self._env.timeout(delay_s)
            assert timeout.callbacks is not None
            timeout.callbacks.append(self._wake)

    def _wake(self, _: Any) -> None:
        """A timeout has passed; one that was overtaken by an earlier setting comes before its time and is ignored."""
        now_s = self._env.now
        if now_s >= self._due_s:
            self._due_s = NEVER
            self._ring(now_s)

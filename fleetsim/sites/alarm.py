"""The one alarm of a site: it rings at the next moment that matters, and nothing ticks in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simpy import Environment

from fleetsim.charging.sharing import NEVER


class Alarm:
    """Calls ``ring`` at the moments it is set to; it may ring once too often, never too late."""

    __slots__ = ("_armed", "_env", "_ring")

    def __init__(self, env: Environment, ring: Callable[[float], None]) -> None:
        self._env = env
        self._ring = ring
        self._armed = [NEVER]
        """Moments at which it will ring, the next one last."""

    def set(self, due_s: float) -> None:
        """Ring at ``due_s``, unless it rings earlier anyway and will be set anew then."""
        if due_s < self._armed[-1]:
            now_s = self._env.now
            delay_s = max(0.0, due_s - now_s)
            self._armed.append(now_s + delay_s)
            timeout = self._env.timeout(delay_s)
            assert timeout.callbacks is not None
            timeout.callbacks.append(self._wake)

    def _wake(self, _: Any) -> None:
        self._armed.pop()
        self._ring(self._env.now)

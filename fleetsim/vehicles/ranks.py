"""Ranks: where idle taxis and customers find each other, first come, first served on both sides.

A customer takes a taxi of the own zone, or else one of the nearest zone that can be there in time; a taxi likewise.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Sequence
from typing import Any

from simpy import Environment, Event


class Ranks:
    """One rank for each zone; customers who have waited too long are gone."""

    def __init__(
        self,
        env: Environment,
        at_s: Sequence[float],
        zone: Sequence[int],
        near: Sequence[Sequence[tuple[int, float]]],
        patience_s: float,
    ) -> None:
        self._env = env
        self._at_s = at_s
        self._zone = zone
        self._near = near
        """Zones that serve each other, the nearest first, beginning with the zone itself: number and way in km."""
        self._patience_s = patience_s
        self._idle: list[deque[Event]] = [deque() for _ in near]
        self._waiting: list[deque[int]] = [deque() for _ in near]
        self.taken = bytearray(len(at_s))
        """Whether each customer has got a taxi."""
        env.process(self._come())

    def customer(self, zone: int) -> Event:
        """An idle taxi waits here; the event fires with the number of its customer and the way there in km."""
        found = self._env.event()
        for other, way_km in self._near[zone]:
            number = self._first_waiting(other)
            if number >= 0:
                self._meet(found, number, way_km)
                return found
        self._idle[zone].append(found)
        return found

    def refuse(self, number: int) -> None:
        """A taxi has too little energy for the ride: the customer turns to the next one."""
        self.taken[number] = 0
        if not self._served(number):
            self._waiting[self._zone[number]].appendleft(number)

    def _come(self) -> Generator[Event, Any, None]:
        env = self._env
        for number, at_s in enumerate(self._at_s):
            if at_s > env.now:
                yield env.timeout(at_s - env.now)
            if not self._served(number):
                self._waiting[self._zone[number]].append(number)

    def _served(self, number: int) -> bool:
        """Whether a taxi stands idle within reach; it goes to the customer."""
        for zone, way_km in self._near[self._zone[number]]:
            if self._idle[zone]:
                self._meet(self._idle[zone].popleft(), number, way_km)
                return True
        return False

    def _first_waiting(self, zone: int) -> int:
        """The customer of a zone who has waited longest and is still there; -1 if there is none."""
        waiting = self._waiting[zone]
        while waiting:
            number = waiting.popleft()
            if self._env.now <= self._at_s[number] + self._patience_s:
                return number
        return -1

    def _meet(self, taxi: Event, number: int, way_km: float) -> None:
        self.taken[number] = 1
        taxi.succeed((number, way_km))

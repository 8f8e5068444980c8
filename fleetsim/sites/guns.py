"""The guns of a site: which are empty, and which hang in vehicles that have finished; a charger with one gun is one."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple


class ChargerOutage(NamedTuple):
    """A time in which a charger is out of service."""

    start_s: float
    end_s: float
    charger: int


class Guns:
    """Who gets which gun: an empty one, the lowest number first, else that of the finished vehicle that leaves first.

    A vehicle may have finished with two guns; who takes one of them frees the other.
    """

    def __init__(self, count: int, partners: Sequence[int] = ()) -> None:
        self._empty = list(range(count))
        self._finished: list[tuple[float, int]] = []
        """Guns whose vehicle has finished, by the time at which it leaves."""
        self._seconds: dict[int, int] = {}
        """The second gun of a vehicle that has finished, by its first."""
        self._partners = partners

    @property
    def any_free(self) -> bool:
        """Whether a vehicle that comes now finds a gun."""
        return bool(self._empty or self._finished)

    def take(self, now_s: float) -> int | None:
        """A gun for a vehicle that comes."""
        if self._finished:
            self._clear(now_s)
        if self._empty:
            return heappop(self._empty)
        return self._pop_finished() if self._finished else None

    def take_empty(self, now_s: float) -> int | None:
        """A gun that hangs in no vehicle."""
        self._clear(now_s)
        return heappop(self._empty) if self._empty else None

    def is_empty(self, gun: int, now_s: float) -> bool:
        """Whether a gun hangs in no vehicle."""
        self._clear(now_s)
        return gun in self._empty

    def take_partner(self, gun: int, now_s: float) -> int:
        """The gun beside one, if there is such and it is empty, else -1."""
        self._clear(now_s)
        partner = self._partners[gun]
        if partner not in self._empty:
            return -1
        self._empty.remove(partner)
        heapify(self._empty)
        return partner

    def free(self, gun: int) -> None:
        """A gun is empty again."""
        heappush(self._empty, gun)

    def keep(self, gun: int, free_s: float, second: int = -1) -> None:
        """A vehicle has finished and keeps its gun or guns until it leaves, unless somebody needs one."""
        if second >= 0:
            self._seconds[gun] = second
        heappush(self._finished, (free_s, gun))

    def fail(self, out: frozenset[int]) -> None:
        """Guns go out of service together."""
        lost = [gun for _, gun in self._finished if gun in out]
        freed = [second for gun in lost if (second := self._seconds.pop(gun, -1)) >= 0]
        self._seconds = {gun: second for gun, second in self._seconds.items() if second not in out}
        self._empty = [gun for gun in (*self._empty, *freed) if gun not in out]
        self._finished = [each for each in self._finished if each[1] not in out]
        heapify(self._empty)
        heapify(self._finished)

    def _clear(self, now_s: float) -> None:
        """Guns whose finished vehicles have left by now are empty."""
        while self._finished and self._finished[0][0] <= now_s:
            heappush(self._empty, self._pop_finished())

    def _pop_finished(self) -> int:
        gun = heappop(self._finished)[1]
        if self._seconds and gun in self._seconds:
            heappush(self._empty, self._seconds.pop(gun))
        return gun

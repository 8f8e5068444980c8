"""Dispatching a line that leaves when full: passengers and buses meet at its two ends, first come, first served."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from typing import NamedTuple

NEVER = float("inf")
Option = tuple[float, int, Callable[[int], None], int]
"""When, its rank among what happens at one moment, what is done, and at which end."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the dispatcher goes by. Ends are numbered 0 and 1, in the order of the route."""

    seats: int
    max_wait_s: float
    turnaround_s: float
    stand: int
    trips_per_block: int
    break_s: float
    way_s: tuple[float, float]
    """From home to each end."""
    run_s: Callable[[float], float]
    """Time of a trip by its departure."""

    @property
    def near(self) -> int:
        """The end next to home."""
        return int(self.way_s[1] < self.way_s[0])


class Departure(NamedTuple):
    """One trip of a bus."""

    depart_s: float
    run_s: float
    passengers: int
    waited_s: float
    """Time that its passengers waited, all together."""


@dataclass(slots=True)
class Outing:
    """What a bus does between leaving home and going back."""

    vehicle: int
    first_end: int
    there_s: float
    """When it is at the first end."""
    departures: list[Departure] = field(default_factory=list)
    home_s: float = NEVER
    """When it turns for home at its last end."""


def dispatch(rules: Rules, vehicles: int, days: Sequence[tuple[Sequence[float], Sequence[float]]]) -> list[Outing]:
    """The outings of all vehicles, given the times at which passengers come to both ends on each day.

    Every passenger is taken in the end; a fleet that is too small shows in the waits.
    """
    dispatcher = _Dispatcher(rules, vehicles)
    for passengers in days:
        dispatcher.serve(passengers)
    return dispatcher.outings


class _Dispatcher:
    """Buses at home, at the stands and on the road, from one event to the next."""

    def __init__(self, rules: Rules, vehicles: int) -> None:
        self._rules = rules
        self._home: list[tuple[float, int]] = [(-NEVER, vehicle) for vehicle in range(vehicles)]
        heapify(self._home)
        self._stands: tuple[deque[tuple[float, Outing]], deque[tuple[float, Outing]]] = (deque(), deque())
        self._road: tuple[list[tuple[float, int, Outing]], list[tuple[float, int, Outing]]] = ([], [])
        self._ticket = count()
        self._now_s = -NEVER
        self._passengers: tuple[Sequence[float], Sequence[float]] = ((), ())
        self._next = [0, 0]
        self.outings: list[Outing] = []

    def serve(self, passengers: tuple[Sequence[float], Sequence[float]]) -> None:
        """Take all passengers of a day, then send every bus home."""
        self._passengers, self._next = passengers, [0, 0]
        while self._left(0) or self._left(1):
            options = [option for end in (0, 1) for option in self._options(end)]
            at_s, _, act, end = min(options, key=lambda option: option[:2])
            self._now_s = max(self._now_s, at_s)
            act(end)
        for end in (0, 1):
            while self._stands[end]:
                ready_s, outing = self._stands[end].popleft()
                self._send_home(outing, end, max(self._now_s, ready_s))
            while self._road[end]:
                there_s, _, outing = heappop(self._road[end])
                self._send_home(outing, end, there_s)

    def _left(self, end: int) -> int:
        """Passengers of the day who have not left yet."""
        return len(self._passengers[end]) - self._next[end]

    def _options(self, end: int) -> list[Option]:
        """What may happen next at an end, and when; at one moment arrivals come first, then departures, then calls."""
        options: list[Option] = []
        if self._road[end]:
            options.append((self._road[end][0][0], 0, self._arrive, end))
        if self._stands[end] and self._left(end):
            options.append((self._leave_s(end), 1, self._leave, end))
        return options + self._calls(end)

    def _calls(self, end: int) -> list[Option]:
        """The call for the first load of passengers that no bus takes soon enough, if calling one helps.

        The dispatcher knows the day's demand: a bus from home, or the one that stands first at the other end, is
        called so early that it is there when the load begins.
        """
        rules, passengers, now_s = self._rules, self._passengers[end], self._now_s
        other = self._stands[1 - end]
        way_s, home_s = rules.way_s[end], self._home[0][0] if self._home else NEVER
        across_s, stand_s = rules.run_s(max(0.0, now_s)) + rules.turnaround_s, other[0][0] if other else NEVER
        coming_s = sorted(there_s for there_s, _, _ in self._road[end])
        load = self._next[end] + len(self._stands[end]) * rules.seats
        for bus_s in (*coming_s, NEVER):
            if load >= len(passengers):
                break
            need_s = passengers[load]
            load += rules.seats
            if bus_s <= need_s + rules.max_wait_s:
                continue
            call_s = max(need_s - way_s, now_s)
            from_home_s = max(call_s, home_s) + way_s
            leave_s = max(need_s - across_s, now_s, stand_s)
            if from_home_s < bus_s and from_home_s <= leave_s + across_s:
                return [(call_s, 2, self._call_from_home, end)]
            if leave_s + across_s < bus_s:
                return [(leave_s, 2, self._leave, 1 - end)]
        return []

    def _leave_s(self, end: int) -> float:
        """When the bus at the head of a stand leaves: full, or after the longest wait of its first passenger."""
        passengers, first = self._passengers[end], self._next[end]
        last = first + self._rules.seats - 1
        full_s = passengers[last] if last < len(passengers) else NEVER
        ready_s = max(self._stands[end][0][0], self._now_s)
        return max(ready_s, min(full_s, passengers[first] + self._rules.max_wait_s))

    def _call_from_home(self, end: int) -> None:
        ready_s, vehicle = heappop(self._home)
        there_s = max(self._now_s, ready_s) + self._rules.way_s[end]
        heappush(self._road[end], (there_s, next(self._ticket), Outing(vehicle, end, there_s)))

    def _leave(self, end: int) -> None:
        """The bus at the head of the stand takes who is there."""
        _, outing = self._stands[end].popleft()
        passengers, first = self._passengers[end], self._next[end]
        last = min(bisect_right(passengers, self._now_s, lo=first), first + self._rules.seats)
        waited_s = sum(self._now_s - passengers[number] for number in range(first, last))
        self._next[end] = last
        run_s = self._rules.run_s(self._now_s)
        outing.departures.append(Departure(self._now_s, run_s, last - first, waited_s))
        heappush(self._road[1 - end], (self._now_s + run_s, next(self._ticket), outing))

    def _arrive(self, end: int) -> None:
        there_s, _, outing = heappop(self._road[end])
        if self._has_done_enough(outing, end):
            self._send_home(outing, end, there_s)
        else:
            turnaround_s = self._rules.turnaround_s if outing.departures else 0.0
            self._stands[end].append((there_s + turnaround_s, outing))

    def _has_done_enough(self, outing: Outing, end: int) -> bool:
        """Whether a bus that comes to an end goes home: next to home, with its trips run or nobody to wait for."""
        rules, other = self._rules, 1 - end
        if end != rules.near or not outing.departures:
            return False
        covered = (len(self._stands[other]) + len(self._road[other])) * rules.seats >= self._left(other)
        return (
            len(outing.departures) >= rules.trips_per_block
            or len(self._stands[end]) >= rules.stand
            or (covered and not self._left(end))
        )

    def _send_home(self, outing: Outing, end: int, at_s: float) -> None:
        """A bus that was called for nothing has never left."""
        if outing.departures:
            outing.home_s = at_s
            self.outings.append(outing)
            ready_s = at_s + self._rules.way_s[end] + self._rules.break_s
        else:
            ready_s = outing.there_s - self._rules.way_s[end]
        heappush(self._home, (ready_s, outing.vehicle))

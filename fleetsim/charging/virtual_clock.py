"""Proportional sharing on a virtual clock: when power is short, every session slows by the same factor.

The clock runs at the factor's rate: it shows how many seconds of full power a session would have had. On
its axis the corners and the end of a session are fixed the moment it starts, whatever comes and goes, so an
event costs a heap operation and no other session is touched.

While even the highest powers still to come fit under the limit, corners change nothing for anybody: only
ends are awaited ("slack"). Once they no longer fit, every corner is an event ("careful") until they fit by far.

Like the agents of depots and of vehicles with a home it has a twin in ``simulation/compiled``, which must do the same
sums in the same order: a change here is a change there.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count

from fleetsim.charging.sharing import NEVER, TOLERANCE_S, SharingLog
from fleetsim.energy.curve import ChargeSteps

CALM = 0.8
"""Share of the limit under which the highest powers must have fallen before corners are left alone again."""


class _Session:
    """One session on the clock's axis: ``offset_s`` is where the clock would have stood at an empty battery."""

    __slots__ = (
        "active", "clock_start_s", "key", "level_kwh", "offset_s", "peak_kw", "start_s", "step", "steps", "target_kwh",
        "target_s",
    )  # fmt: skip

    def __init__(
        self, key: int, steps: ChargeSteps, level_kwh: float, target_kwh: float, now_s: float, clock_s: float
    ) -> None:
        self.key = key
        self.steps = steps
        self.level_kwh = level_kwh
        self.target_kwh = target_kwh
        self.start_s = now_s
        self.clock_start_s = clock_s
        self.offset_s = clock_s - steps.time_at(level_kwh)
        self.target_s = self.offset_s + steps.time_at(target_kwh)
        self.step = steps.step_of(level_kwh)
        self.peak_kw = steps.peak_kw[self.step]
        self.active = True

    def next_corner_s(self) -> float:
        """Clock reading at which the present step ends, or the target is reached."""
        corner_s = self.offset_s + self.steps.time_s[self.step + 1]
        return corner_s if corner_s < self.target_s else self.target_s


class VirtualClock:
    """A :class:`~fleetsim.charging.sharing.Sharing` that scales all sessions by one factor."""

    def __init__(self, log: SharingLog, limit_kw: float = NEVER) -> None:
        self._log = log
        self._limit_kw = limit_kw
        self._sessions: dict[int, _Session] = {}
        self._order = count()
        self._ends: list[tuple[float, int, _Session]] = []
        self._corners: list[tuple[float, int, _Session]] = []
        self._careful = False
        self._peak_kw = 0.0
        self._demand_kw = 0.0
        self._factor = 1.0
        self._clock_s = 0.0
        self._now_s = 0.0

    @property
    def next_s(self) -> float:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        heap = self._corners if self._careful else self._ends
        while heap and not heap[0][2].active:
            heappop(heap)
        if not heap or self._factor <= 0.0:
            return NEVER
        left_s = heap[0][0] - self._clock_s
        return self._now_s + left_s / self._factor if left_s > 0.0 else self._now_s

    def start(self, now_s: float, key: int, steps: ChargeSteps, level_kwh: float, target_kwh: float) -> None:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        self._pass_time(now_s)
        session = _Session(key, steps, level_kwh, target_kwh, now_s, self._clock_s)
        self._sessions[key] = session
        self._peak_kw += session.peak_kw
        heappush(self._ends, (session.target_s, next(self._order), session))
        if self._careful:
            self._demand_kw += steps.draw_kw[session.step]
            heappush(self._corners, (session.next_corner_s(), next(self._order), session))
        self._settle()

    def stop(self, now_s: float, key: int) -> float:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        self._pass_time(now_s)
        level_kwh = self.level_kwh(now_s, key)
        self._remove(self._sessions[key], level_kwh)
        self._settle()
        return level_kwh

    def level_kwh(self, now_s: float, key: int) -> float:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        session, clock_s = self._sessions[key], self._clock_s + (now_s - self._now_s) * self._factor
        level_kwh = min(session.steps.level_at(clock_s - session.offset_s), session.target_kwh)
        return max(level_kwh, session.level_kwh)

    def advance(self, now_s: float) -> list[int]:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        self._pass_time(now_s)
        done: list[int] = []
        due_s = self._clock_s + TOLERANCE_S
        heap = self._corners if self._careful else self._ends
        while heap and heap[0][0] <= due_s:
            session = heappop(heap)[2]
            if not session.active:
                continue
            if session.target_s <= due_s:
                self._remove(session, session.target_kwh)
                done.append(session.key)
            else:
                self._demand_kw -= session.steps.draw_kw[session.step]
                self._climb(session, session.step + 1)
                self._demand_kw += session.steps.draw_kw[session.step]
                heappush(heap, (session.next_corner_s(), next(self._order), session))
        self._settle()
        return done

    def limit(self, now_s: float, limit_kw: float) -> None:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        self._pass_time(now_s)
        self._limit_kw = limit_kw
        self._settle()

    def _pass_time(self, now_s: float) -> None:
        self._clock_s += (now_s - self._now_s) * self._factor
        self._now_s = now_s

    def _remove(self, session: _Session, level_kwh: float) -> None:
        del self._sessions[session.key]
        session.active = False
        self._peak_kw -= session.peak_kw
        if self._careful:
            self._demand_kw -= session.steps.draw_kw[session.step]
        self._log.spell(session.key, session.start_s, self._now_s, session.level_kwh, level_kwh, session.clock_start_s)

    def _settle(self) -> None:
        """Choose between slack and careful, and set the factor."""
        if not self._sessions:
            self._ends.clear()
            self._corners.clear()
            self._careful = False
            self._peak_kw = self._demand_kw = 0.0
        elif not self._careful and self._peak_kw > self._limit_kw:
            self._look_closer()
        elif self._careful and self._peak_kw <= CALM * self._limit_kw:
            self._careful = False
            self._corners.clear()
        factor = 1.0
        if self._careful and self._demand_kw > self._limit_kw:
            factor = max(0.0, self._limit_kw) / self._demand_kw
        if factor != self._factor:
            self._factor = factor
            self._log.factor(self._now_s, factor)

    def _climb(self, session: _Session, step: int) -> None:
        """A session has come to a step, from which on its highest power may be lower."""
        session.step = step
        self._peak_kw += session.steps.peak_kw[step] - session.peak_kw
        session.peak_kw = session.steps.peak_kw[step]

    def _look_closer(self) -> None:
        """Find the step that each session is in; unless the highest powers fit by far, corners count from here on."""
        for session in self._sessions.values():
            level_kwh = session.steps.level_at(self._clock_s - session.offset_s + TOLERANCE_S)
            self._climb(session, session.steps.step_of(level_kwh))
        if self._peak_kw <= CALM * self._limit_kw:
            return
        self._careful = True
        self._demand_kw = 0.0
        for session in self._sessions.values():  # `sum` rounds otherwise from Python 3.12 on
            self._demand_kw += session.steps.draw_kw[session.step]
        self._corners = [(each.next_corner_s(), next(self._order), each) for each in self._sessions.values()]
        heapify(self._corners)

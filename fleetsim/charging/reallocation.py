"""Sharing by re-allocation: at every event each session's power is set anew. O(n) an event, any rule."""

from __future__ import annotations

from collections.abc import Callable

from fleetsim.charging.cabinets import Cabinets
from fleetsim.charging.rules import Rule
from fleetsim.charging.sharing import NEVER, TOLERANCE_S, SharingLog
from fleetsim.energy.curve import HOUR_S, ChargeSteps

Urgency = Callable[[int, float], float]
"""From a session and the energy that its battery holds to a number; the lowest comes first, then who started first."""


class _Session:
    __slots__ = ("level_kwh", "power_kw", "since_s", "step", "steps", "stored_kw", "target_kwh")

    def __init__(self, steps: ChargeSteps, level_kwh: float, target_kwh: float, now_s: float) -> None:
        self.steps = steps
        self.level_kwh = level_kwh
        self.target_kwh = target_kwh
        self.step = steps.step_of(level_kwh)
        self.power_kw = self.stored_kw = 0.0
        """Power at the meter and into the battery."""
        self.since_s = now_s

    def corner_kwh(self) -> float:
        """Level at which the present step ends, or the target is reached."""
        return min(self.steps.level_kwh[self.step + 1], self.target_kwh)

    def seconds_to_corner(self) -> float:
        if self.power_kw <= 0.0:
            return NEVER
        return max(0.0, self.corner_kwh() - self.level_kwh) / self.stored_kw * HOUR_S


class Reallocation:
    """A :class:`~fleetsim.charging.sharing.Sharing` that applies a rule at every event, after that of any cabinets."""

    def __init__(
        self,
        log: SharingLog,
        rule: Rule,
        limit_kw: float = NEVER,
        cabinets: Cabinets | None = None,
        urgency: Urgency | None = None,
    ) -> None:
        self._urgency = urgency
        """By what sessions come in turn; in order of their start where it is not given."""
        self._cabinets = cabinets
        self._log = log
        self._rule = rule
        self._limit_kw = limit_kw
        self._sessions: dict[int, _Session] = {}
        self._turns: list[tuple[int, _Session]] = []
        """Whose turn comes when; drawn up when a session starts or ends, and left alone in between."""
        self._now_s = 0.0
        self._next_s = NEVER

    @property
    def next_s(self) -> float:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        return self._next_s

    @property
    def power_kw(self) -> float:
        """Power that all sessions together draw at the meter at present."""
        return sum(session.power_kw for session in self._sessions.values())

    def start(self, now_s: float, key: int, steps: ChargeSteps, level_kwh: float, target_kwh: float) -> None:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        self._pass_time(now_s)
        self._sessions[key] = _Session(steps, level_kwh, target_kwh, now_s)
        self._take_turns()
        self._reallocate()

    def stop(self, now_s: float, key: int) -> float:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        self._pass_time(now_s)
        session = self._sessions.pop(key)
        self._write(key, session)
        self._take_turns()
        self._reallocate()
        return min(session.level_kwh, session.target_kwh)

    def level_kwh(self, now_s: float, key: int) -> float:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        session = self._sessions[key]
        return min(session.level_kwh + session.stored_kw * (now_s - self._now_s) / HOUR_S, session.target_kwh)

    def advance(self, now_s: float) -> list[int]:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        self._pass_time(now_s)
        done: list[int] = []
        for key, session in list(self._sessions.items()):
            if session.seconds_to_corner() > TOLERANCE_S:
                continue
            session.level_kwh = session.corner_kwh()
            if session.level_kwh >= session.target_kwh:
                self._write(key, session)
                del self._sessions[key]
                done.append(key)
            else:
                session.step += 1
        if done:
            self._take_turns()
        self._reallocate()
        return done

    def limit(self, now_s: float, limit_kw: float) -> None:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        self._pass_time(now_s)
        self._limit_kw = limit_kw
        self._reallocate()

    def _pass_time(self, now_s: float) -> None:
        hours = (now_s - self._now_s) / HOUR_S
        if hours > 0.0:
            for session in self._sessions.values():
                session.level_kwh += session.stored_kw * hours
        self._now_s = now_s

    def _write(self, key: int, session: _Session) -> None:
        if session.power_kw > 0.0 and self._now_s > session.since_s:
            self._log.draw(key, session.since_s, self._now_s, session.power_kw)
        session.since_s = self._now_s

    def _take_turns(self) -> None:
        self._turns = list(self._sessions.items())
        if self._urgency is not None:
            urgency = self._urgency
            self._turns.sort(key=lambda turn: urgency(turn[0], turn[1].level_kwh))

    def _reallocate(self) -> None:
        turns = self._turns
        wanted = [session.steps.draw_kw[session.step] for _, session in turns]
        if self._cabinets is not None:
            steps = tuple(session.steps for _, session in turns)
            wanted = self._cabinets.divide(self._now_s, tuple(key for key, _ in turns), steps, wanted)
        self._next_s = NEVER
        for (key, session), kw in zip(turns, self._rule(wanted, self._limit_kw), strict=True):
            if kw != session.power_kw:
                self._write(key, session)
                session.power_kw = kw
                session.stored_kw = kw * session.steps.stored_at(kw)
            self._next_s = min(self._next_s, self._now_s + session.seconds_to_corner())

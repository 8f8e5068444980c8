"""A depot whose vehicles may feed back: those with all they wanted stay as long as they are to give some of it."""

from __future__ import annotations

from fleetsim.charging.sharing import TOLERANCE_S
from fleetsim.results.schema import SESSION_ENDS
from fleetsim.sites.depot import Depot
from fleetsim.sites.visit import Stage, Visit

_TARGET = SESSION_ENDS.index("target")


class FeedingDepot(Depot):
    """The agent of a depot whose strategy may let vehicles feed back, or may not; then it is as any depot."""

    _held_off = False
    """Whether there are such as were held off since somebody has waited for a charger."""

    def _plan(self, visit: Visit, now_s: float) -> None:
        visit.held_off = bool(self._queue) and visit.can_feed
        self._held_off = self._held_off or visit.held_off
        super()._plan(visit, now_s)
        if visit.stage is Stage.HELD and visit.is_full and not visit.feeds_after(now_s):
            self._finish(visit, now_s)

    def _plan_again(self, now_s: float) -> None:
        """See :meth:`Depot._plan_again`; those that feed back, or are to do so later, think again, too."""
        for visit in self._plugged.values():
            if visit.feeds_after(now_s):
                self._halt(visit, now_s)
        super()._plan_again(now_s)

    def _arm(self, now_s: float) -> None:
        """See :meth:`Depot._arm`; when nobody waits any more, those who were held off think again."""
        if self._held_off and not self._queue:
            self._held_off = False
            for visit in tuple(self._plugged.values()):
                if visit.stage is Stage.HELD and visit.held_off and not visit.ended.triggered:
                    self._plan(visit, now_s)
        super()._arm(now_s)

    def _draw(self, visit: Visit, now_s: float) -> None:
        """Draw, or feed back as far as the battery is above its floor."""
        if visit.cap_kw >= 0.0:
            super()._draw(visit, now_s)
        elif visit.level_kwh > visit.lowest_kwh:
            self._start(visit, visit.lowest_kwh, now_s)

    def _reach_target(self, visit: Visit, now_s: float) -> None:
        """A vehicle has what it wanted; unless it is to feed back later, that ends its session."""
        may_again = visit.held_off and not self._queue
        if may_again or visit.feeds_after(now_s):
            visit.level_kwh = visit.target_kwh
            visit.end_s = now_s
            visit.stage = Stage.HELD
            if may_again:
                self._plan(visit, now_s)
        else:
            super()._reach_target(visit, now_s)

    def call_away(self, visit: Visit) -> None:
        """See :meth:`Depot.call_away`."""
        if not visit.ended.triggered:
            self._break_off(visit, self._env.now)
            self._arm(self._env.now)

    def _time_up(self, visit: Visit | None, now_s: float) -> None:
        assert visit is not None
        if visit.until_s <= now_s + TOLERANCE_S and not visit.ended.triggered:
            self._break_off(visit, now_s)

    def _break_off(self, visit: Visit, now_s: float) -> None:
        """A vehicle has to go; it may be full, and only have been to feed back later."""
        self._halt(visit, now_s)
        if visit.is_full:
            self._finish(visit, now_s)
        else:
            visit.ended.succeed()

    def _finish(self, visit: Visit, now_s: float) -> None:
        """A vehicle that is full is through."""
        self._end(visit, _TARGET, now_s)
        visit.ended.succeed()
        self._release(visit, self._plug_free_s(visit, now_s), now_s)

    def _wait_again(self, visit: Visit, now_s: float) -> None:
        """See :meth:`Depot._wait_again`; one that is full does not wait for a charger."""
        if visit.is_full:
            visit.stage = Stage.OVER
            visit.ended.succeed()
        else:
            super()._wait_again(visit, now_s)

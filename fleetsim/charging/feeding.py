"""Vehicles that feed back to their site, beside those that draw: they give no more than the site itself uses."""

from __future__ import annotations

from collections.abc import Sequence

from fleetsim.charging.reallocation import Reallocation
from fleetsim.charging.sharing import NEVER, TOLERANCE_S, SharingLog
from fleetsim.energy.curve import HOUR_S, ChargeSteps, FeedBack

OwnLoad = Sequence[tuple[float, float]]
"""What a site uses beside its vehicles, less what its panels give: ``(at_s, power_kw)`` from a moment on, in order."""


class _Feeder:
    """One session that feeds back: its battery falls evenly from ``level_kwh`` at ``since_s``, down to its floor."""

    __slots__ = ("battery", "floor_kwh", "level_kwh", "power_kw", "since_s")

    def __init__(self, battery: FeedBack, level_kwh: float, floor_kwh: float, now_s: float) -> None:
        self.battery = battery
        self.level_kwh = level_kwh
        self.floor_kwh = floor_kwh
        self.power_kw = 0.0
        """Power at the meter at present."""
        self.since_s = now_s

    @property
    def offered_kw(self) -> float:
        """Power that it would give if it could."""
        return self.battery.power_kw if self.level_kwh > self.floor_kwh else 0.0

    @property
    def released_kw(self) -> float:
        """Power that leaves its battery at present."""
        return self.power_kw * self.battery.released_per_kwh

    def floor_s(self) -> float:
        """When it comes to its floor."""
        if self.power_kw <= 0.0:
            return NEVER
        return self.since_s + (self.level_kwh - self.floor_kwh) / self.released_kw * HOUR_S

    def level_at(self, now_s: float) -> float:
        """Energy in the battery at a moment."""
        if self.floor_s() <= now_s + TOLERANCE_S:
            return self.floor_kwh
        return self.level_kwh - self.released_kw * (now_s - self.since_s) / HOUR_S


class Feeding:
    """A :class:`~fleetsim.charging.sharing.Sharing` that holds sessions of both directions.

    Those that draw are shared as another engine does. A session whose target lies below its level feeds back until it
    comes there, and then rests until it is stopped. Together they give what the site uses at that moment at the most:
    its own load and what the other sessions draw, less what its panels give; where that is less than they could give,
    all are slowed by the same factor. Their power is constant between changes, so each floor is met in closed form.
    """

    def __init__(self, drawing: Reallocation, log: SharingLog, own: OwnLoad) -> None:
        self._drawing = drawing
        self._log = log
        self._own = own
        self._place = 0
        """Which of the own loads holds."""
        self._feeders: dict[int, _Feeder] = {}
        self._next_s = NEVER

    @property
    def next_s(self) -> float:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        return min(self._next_s, self._drawing.next_s)

    def start(self, now_s: float, key: int, steps: ChargeSteps, level_kwh: float, target_kwh: float) -> None:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        if target_kwh < level_kwh:
            assert steps.feed_back is not None
            self._feeders[key] = _Feeder(steps.feed_back, level_kwh, target_kwh, now_s)
        else:
            self._drawing.start(now_s, key, steps, level_kwh, target_kwh)
        self._settle(now_s)

    def stop(self, now_s: float, key: int) -> float:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        if key in self._feeders:
            self._set(key, 0.0, now_s)
            level_kwh = self._feeders.pop(key).level_kwh
        else:
            level_kwh = self._drawing.stop(now_s, key)
        self._settle(now_s)
        return level_kwh

    def level_kwh(self, now_s: float, key: int) -> float:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        feeder = self._feeders.get(key)
        return self._drawing.level_kwh(now_s, key) if feeder is None else feeder.level_at(now_s)

    def advance(self, now_s: float) -> list[int]:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        done = self._drawing.advance(now_s) if self._drawing.next_s <= now_s + TOLERANCE_S else []
        self._settle(now_s)
        return done

    def limit(self, now_s: float, limit_kw: float) -> None:
        """See :class:`~fleetsim.charging.sharing.Sharing`."""
        self._drawing.limit(now_s, limit_kw)
        self._settle(now_s)

    def _set(self, key: int, power_kw: float, now_s: float) -> None:
        """Another power from now on, or none at the floor; nothing happens where it is the same."""
        feeder = self._feeders[key]
        level_kwh = feeder.level_at(now_s)
        if level_kwh <= feeder.floor_kwh:
            power_kw = 0.0
        if power_kw != feeder.power_kw:
            if feeder.power_kw > 0.0 and now_s > feeder.since_s:
                self._log.draw(key, feeder.since_s, now_s, -feeder.power_kw)
            feeder.level_kwh, feeder.since_s, feeder.power_kw = level_kwh, now_s, power_kw

    def _settle(self, now_s: float) -> None:
        """Share what the site uses among those that feed back, and find out when that changes."""
        if not self._feeders:
            self._next_s = NEVER
            return
        own = self._own
        while self._place + 1 < len(own) and own[self._place + 1][0] <= now_s + TOLERANCE_S:
            self._place += 1
        used_kw = max(0.0, own[self._place][1] + self._drawing.power_kw)
        for key in self._feeders:
            if self._feeders[key].floor_s() <= now_s + TOLERANCE_S:
                self._set(key, 0.0, now_s)
        offered_kw = sum(feeder.offered_kw for feeder in self._feeders.values())
        factor = 1.0 if offered_kw <= used_kw else used_kw / offered_kw
        for key, feeder in self._feeders.items():
            self._set(key, feeder.offered_kw * factor, now_s)
        floors_s = min(feeder.floor_s() for feeder in self._feeders.values())
        change_s = own[self._place + 1][0] if self._place + 1 < len(own) and offered_kw > 0.0 else NEVER
        self._next_s = min(floors_s, change_s)

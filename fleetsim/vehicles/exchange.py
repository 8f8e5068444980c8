"""Exchange at the depot: a vehicle that is short of energy stays, and one that has enough goes in its place."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from simpy import Event

from fleetsim.sites.visit import Visit
from fleetsim.vehicles.battery_vehicle import NEVER, SMALL_KWH
from fleetsim.vehicles.halting_vehicle import HaltingVehicle
from fleetsim.work.plan import Block

RECHARGE_S = 3 * 3_600.0
"""A vehicle with a block of its own goes in another's place if it is home again this long before it: time to charge.
One that has the energy for both blocks need only be home in time."""


class Stand:
    """The vehicles of a fleet that are at home, plugged in or not."""

    def __init__(self) -> None:
        self._there: dict[int, ExchangingVehicle] = {}

    def enter(self, number: int, vehicle: ExchangingVehicle) -> None:
        """A vehicle is at home."""
        self._there[number] = vehicle

    def leave(self, number: int) -> None:
        """It drives off."""
        del self._there[number]

    def relief(self, block: Block, start_s: float) -> ExchangingVehicle | None:
        """The vehicle that runs a block from now on, of those that have the energy and are in no hurry for their own.

        The one with most time goes; of those without a block of their own that with least energy, so that the fuller
        ones are there for longer blocks; then that with the lowest number.
        """
        there = self._there.items()
        able = [(-v.due_s, v.level_now_kwh, number) for number, v in there if v.can_relieve(block, start_s)]
        return self._there[min(able)[2]] if able else None


class ExchangingVehicle(HaltingVehicle):
    """A battery vehicle of a fleet whose vehicles stand in for each other."""

    stand: Stand
    _own: Block | None = None
    """Its next block."""
    _visit: Visit | None = None
    """Its last stay at a charger since it came home."""
    _call: Event | None = None
    """What it waits for when it does not charge."""
    _errand: Block | None = None
    """Another's block, for which it has been called."""
    _given_away: int = -1

    def live(self) -> Generator[Event, Any, None]:
        """As any vehicle, but it may be called for another's block while it is at home."""
        self.stand.enter(self._vehicle, self)
        for block in self._roster:
            self._own = block
            waited = yield from self._charge(block)
            while self._given_away != block.number and (other := (yield from self._wait(block.depart_s))) is not None:
                yield from self._run(other, False)
                waited = yield from self._charge(block)
            if self._given_away != block.number:
                yield from self._run(block, waited)
        self._own = None
        while True:
            if self._level_kwh < self._battery.target_kwh - SMALL_KWH:
                visit = self._stay(NEVER)
                yield visit.ended
                self._level_kwh = visit.level_kwh
                if self._level_kwh < self._battery.target_kwh - SMALL_KWH:
                    self._home.leave(visit)
            other = yield from self._wait(NEVER)
            if other is not None:
                yield from self._run(other, False)

    @property
    def due_s(self) -> float:
        """When its next block is due."""
        return self._own.depart_s if self._own else NEVER

    @property
    def level_now_kwh(self) -> float:
        """Energy in its battery, at home, at this moment."""
        return self._home.level_kwh(self._visit) if self._visit else self._level_kwh

    def can_relieve(self, block: Block, start_s: float) -> bool:
        """Whether it has the energy for another's block, with its reserve, and the time."""
        if self._errand is not None:
            return False
        battery, level_kwh, back_s, own = self._battery, self.level_now_kwh, block.back_s(start_s), self._own
        spare_kwh = level_kwh - block.need_kwh - battery.reserve_kwh + SMALL_KWH
        if spare_kwh < 0.0 or not block.trough_kwh <= level_kwh <= battery.capacity_kwh - block.rise_kwh:
            return False
        return back_s + (0.0 if own and spare_kwh >= own.need_kwh else RECHARGE_S) <= self.due_s

    def relieve(self, block: Block) -> None:
        """Run another's block, now; who charges leaves the charger with what it has."""
        self._errand = block
        if self._call is not None:
            self._call.succeed()
        else:
            assert self._visit is not None
            self._home.call_away(self._visit)

    def _stay(self, until_s: float, need_kwh: float = 0.0) -> Visit:
        self._visit = super()._stay(until_s, need_kwh)
        return self._visit

    def _run(self, block: Block, waited: bool) -> Generator[Event, Any, None]:
        self._visit = None
        self.stand.leave(self._vehicle)
        yield from super()._run(block, waited)
        self.stand.enter(self._vehicle, self)

    def _wait(self, until_s: float) -> Generator[Event, Any, Block | None]:
        """Stand until the own block is due, unless it is called for another's: that block."""
        env = self._env
        if self._errand is None and env.now < until_s:
            self._call = call = env.event()
            if until_s < NEVER:
                alarm = env.timeout(until_s - env.now)
                alarm.callbacks.append(lambda _: self._time_is_up(call))
            yield call
            self._call = None
        errand, self._errand = self._errand, None
        return errand

    def _time_is_up(self, call: Event) -> None:
        if not call.triggered:
            call.succeed()

    def _hands_over(self, _block: Block) -> bool:
        if self._errand is not None:
            return True
        other = self.stand.relief(_block, max(_block.depart_s, self._env.now))
        if other is None:
            return False
        other.relieve(_block)
        self._given_away = _block.number
        return True

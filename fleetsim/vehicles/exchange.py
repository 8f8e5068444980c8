"""Exchange at the depot: a vehicle that is short of energy stays, and one that stands charged goes in its place."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from simpy import Event

from fleetsim.vehicles.battery_vehicle import NEVER, SMALL_KWH
from fleetsim.vehicles.halting_vehicle import HaltingVehicle
from fleetsim.work.plan import Block

RECHARGE_S = 3 * 3_600.0
"""A vehicle with a block of its own goes in another's place if it is home again this long before it: time to charge."""


class Stand:
    """The charged vehicles of a fleet that wait at home for their next block."""

    def __init__(self) -> None:
        self._waiting: dict[int, ExchangingVehicle] = {}

    def enter(self, number: int, vehicle: ExchangingVehicle) -> None:
        """A vehicle is charged and waits."""
        self._waiting[number] = vehicle

    def leave(self, number: int) -> None:
        """It does not wait any longer."""
        self._waiting.pop(number, None)

    def relief(self, block: Block, start_s: float) -> ExchangingVehicle | None:
        """The vehicle that can run a block from now on and is in no hurry for its own; the one with most time first."""
        able = [(-v.next_s, number) for number, v in self._waiting.items() if v.can_relieve(block, start_s)]
        return self._waiting[min(able)[1]] if able else None


class ExchangingVehicle(HaltingVehicle):
    """A battery vehicle of a fleet whose vehicles stand in for each other."""

    stand: Stand
    _call: Event
    next_s: float = NEVER
    """When its next block is due."""
    _given_away: int = -1

    def live(self) -> Generator[Event, Any, None]:
        """As any vehicle, but it may be called for another's block while it stands charged."""
        for block in self._roster:
            self.next_s = block.depart_s
            waited = yield from self._charge(block)
            while self._given_away != block.number and (other := (yield from self._wait(block.depart_s))) is not None:
                yield from self._run(other, False)
                waited = yield from self._charge(block)
            if self._given_away != block.number:
                yield from self._run(block, waited)
        self.next_s = NEVER
        while True:
            if self._level_kwh < self._battery.target_kwh - SMALL_KWH:
                visit = self._stay(NEVER)
                yield visit.ended
                self._level_kwh = visit.level_kwh
            other = yield from self._wait(NEVER)
            if other is not None:
                yield from self._run(other, False)

    def can_relieve(self, block: Block, start_s: float) -> bool:
        """Whether it has the energy for another's block and the time."""
        battery, level_kwh = self._battery, self._level_kwh
        return (
            level_kwh >= block.need_kwh + battery.reserve_kwh - SMALL_KWH
            and block.trough_kwh <= level_kwh <= battery.capacity_kwh - block.rise_kwh
            and block.back_s(start_s) + RECHARGE_S <= self.next_s
        )

    def relieve(self, block: Block) -> None:
        """Run another's block, now."""
        self.stand.leave(self._vehicle)
        self._call.succeed(block)

    def _wait(self, until_s: float) -> Generator[Event, Any, Block | None]:
        """Stand charged until the own block is due; another's block if it is called for that before."""
        env = self._env
        if env.now >= until_s:
            return None
        self._call = call = env.event()
        if until_s < NEVER:
            alarm = env.timeout(until_s - env.now)
            alarm.callbacks.append(lambda _: self._time_is_up(call))
        self.stand.enter(self._vehicle, self)
        block: Block | None = yield call
        self.stand.leave(self._vehicle)
        return block

    def _time_is_up(self, call: Event) -> None:
        if not call.triggered:
            call.succeed(None)

    def _hands_over(self, _block: Block) -> bool:
        other = self.stand.relief(_block, max(_block.depart_s, self._env.now))
        if other is None:
            return False
        other.relieve(_block)
        self._given_away = _block.number
        return True

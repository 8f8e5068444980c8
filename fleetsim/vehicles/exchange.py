"""Exchange at the depot: a vehicle that is short of energy stays, and one that has enough goes in its place."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from typing import Any

from simpy import Event

from fleetsim.sites.visit import Stage, Visit
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

    def relieve(self, short: ExchangingVehicle, start_s: float) -> bool:
        """Let another vehicle run the next block of one that is short, if there is one with the energy and the time.

        The one with most time goes; of those without a block of their own that with least energy, so that the fuller
        ones are there for longer blocks; then that with the lowest number. If none has the time, one goes whose own
        block the other can run in return, charged until then: again the one with most time.
        """
        for may_go in (ExchangingVehicle.can_relieve, ExchangingVehicle.can_swap):
            able = [
                (-v.due_s, v.level_now_kwh, number) for number, v in self._there.items() if may_go(v, short, start_s)
            ]
            if able:
                self._there[min(able)[2]].take(short, in_return=may_go is ExchangingVehicle.can_swap)
                return True
        return False


class ExchangingVehicle(HaltingVehicle):
    """A battery vehicle of a fleet whose vehicles stand in for each other."""

    stand: Stand
    _blocks: deque[Block]
    """What it is to run, in order."""
    _visit: Visit | None = None
    """Its last stay at a charger since it came home."""
    _call: Event | None = None
    """What it waits for when it does not charge."""
    _called = False
    """Whether it is to run its next block at once, in another's place."""

    def live(self) -> Generator[Event, Any, None]:
        """As any vehicle, but its blocks may go to others and theirs come to it while it is at home."""
        self._blocks = deque(self._roster)
        self.stand.enter(self._vehicle, self)
        while True:
            block, waited = self._next, False
            if not self._called:
                waited = yield from self._charge(block) if block else self._rest()
            if not self._called and block is self._next:
                yield from self._wait(self.due_s)
            if block is self._next or self._called:
                self._called = False
                self._visit = None
                self.stand.leave(self._vehicle)
                yield from self._run(self._blocks.popleft(), waited)
                self.stand.enter(self._vehicle, self)

    @property
    def _next(self) -> Block | None:
        return self._blocks[0] if self._blocks else None

    @property
    def due_s(self) -> float:
        """When its next block is due."""
        return self._blocks[0].depart_s if self._blocks else NEVER

    @property
    def level_now_kwh(self) -> float:
        """Energy in its battery, at home, at this moment."""
        return self._home.level_kwh(self._visit) if self._visit else self._level_kwh

    def can_relieve(self, short: ExchangingVehicle, start_s: float) -> bool:
        """Whether it has the energy for another's block, with its reserve, and the time before its own."""
        block, own = short._blocks[0], self._next
        spare_kwh = self._spare_kwh(block)
        recharge_s = 0.0 if own and spare_kwh >= own.need_kwh else RECHARGE_S
        return spare_kwh >= 0.0 and block.back_s(start_s) + recharge_s <= self.due_s

    def can_swap(self, short: ExchangingVehicle, start_s: float) -> bool:
        """Whether it has the energy for another's block, and the other can be charged for its own by then.

        Both must be home again in time for what comes after.
        """
        block, own = short._blocks[0], self._next
        if own is None or own.depart_s <= start_s or self._spare_kwh(block) < 0.0:
            return False
        in_time = block.back_s(start_s) + RECHARGE_S <= self._after_s
        return in_time and own.back_s(own.depart_s) + RECHARGE_S <= short._after_s and short._can_charge_for(own)

    def _spare_kwh(self, block: Block) -> float:
        """Energy that a block would leave above the reserve; negative where the vehicle cannot run it."""
        battery, level_kwh = self._battery, self.level_now_kwh
        if self._called or not block.trough_kwh <= level_kwh <= battery.capacity_kwh - block.rise_kwh:
            return -1.0
        return level_kwh - block.need_kwh - battery.reserve_kwh + SMALL_KWH

    @property
    def _after_s(self) -> float:
        """When the block after its next is due."""
        return self._blocks[1].depart_s if len(self._blocks) > 1 else NEVER

    def _can_charge_for(self, block: Block) -> bool:
        """Whether it will have the energy for a later block, at full power from now on while nobody waits to charge."""
        visit, wanted_kwh = self._visit, block.need_kwh + self._battery.reserve_kwh
        if visit is None or visit.stage is Stage.QUEUED or self._home.is_crowded:
            return False
        charge_s = visit.steps.time_at(wanted_kwh) - visit.steps.time_at(visit.level_kwh)
        return wanted_kwh <= self._battery.target_kwh and self._env.now + charge_s <= block.depart_s

    def take(self, short: ExchangingVehicle, in_return: bool) -> None:
        """Run the next block of another, now; who charges leaves the charger with what it has."""
        block = short._blocks.popleft()
        if in_return:
            short._blocks.appendleft(self._blocks.popleft())
        self._blocks.appendleft(block)
        self._called = True
        if self._call is not None:
            self._call.succeed()
        else:
            assert self._visit is not None
            self._home.call_away(self._visit)

    def _stay(self, until_s: float, need_kwh: float = 0.0) -> Visit:
        self._visit = super()._stay(until_s, need_kwh)
        return self._visit

    def _rest(self) -> Generator[Event, Any, bool]:
        """Charge with nothing to do."""
        if self._level_kwh < self._battery.target_kwh - SMALL_KWH:
            visit = self._stay(NEVER)
            yield visit.ended
            self._level_kwh = visit.level_kwh
            if self._level_kwh < self._battery.target_kwh - SMALL_KWH:
                self._home.leave(visit)
        return False

    def _wait(self, until_s: float) -> Generator[Event, Any, None]:
        """Stand until the next block is due, or it is called for another's."""
        env = self._env
        if env.now < until_s:
            self._call = call = env.event()
            if until_s < NEVER:
                alarm = env.timeout(until_s - env.now)
                alarm.callbacks.append(lambda _: self._time_is_up(call))
            yield call
            self._call = None

    def _time_is_up(self, call: Event) -> None:
        if not call.triggered:
            call.succeed()

    def _hands_over(self, _block: Block) -> bool:
        if self._called:
            return True
        return self.stand.relieve(self, max(_block.depart_s, self._env.now))

"""A battery vehicle that charges at terminals on its way: it drives from layover to layover where one has chargers."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from simpy import Event

from fleetsim.charging.sharing import TOLERANCE_S
from fleetsim.sites.terminal import Terminal
from fleetsim.vehicles.battery_vehicle import NEVER, SMALL_KWH, BatteryVehicle
from fleetsim.vehicles.driving import Outing, drive
from fleetsim.work.halts import Halts
from fleetsim.work.plan import Block, BlockSet


@dataclass(frozen=True, slots=True)
class Opportunity:
    """How the vehicles of one fleet use their terminals."""

    terminals: Sequence[Terminal]
    least_s: float
    """Shortest time at full power for which a vehicle plugs in."""
    wait_kwh: float
    """Level below which a vehicle stays longer than its layover; 0 where none departs late to charge."""
    wait_s: float
    """How long it then stays beyond its layover at the most."""


class HaltingVehicle(BatteryVehicle):
    """The agent of one vehicle of a fleet that names terminals."""

    opportunity: Opportunity

    def live(self) -> Generator[Event, Any, None]:
        """As any vehicle, but its blocks may have halts."""
        for block in self._roster:
            waited = yield from self._charge(block)
            yield from self._run(block, waited)
        if self._level_kwh < self._battery.target_kwh - SMALL_KWH:
            yield self._stay(NEVER).ended

    def _run(self, block: Block, waited: bool) -> Generator[Event, Any, None]:
        """Run a block from halt to halt, and at each let the dispatcher see how far the energy now goes."""
        blocks = self._sets[block.blocks]
        halts = blocks.halts
        env, log = self._env, self._log
        if halts is None:
            back_s = self._set_out(block, waited)
            if back_s is not None:
                yield env.timeout(back_s - env.now)
            return
        done, leave_s = 0, max(block.depart_s, env.now)
        outing, halting = self._stretch(blocks, halts, block.row, done, leave_s)
        log.runs.add(self._vehicle, block.number, leave_s, self._level_kwh, outing.trips, waited)
        while True:
            self._level_kwh = outing.level_kwh
            for trip, lost_kwh in outing.lost_kwh:
                log.caps.add(self._vehicle, block.number, trip, lost_kwh)
            if outing.trips:
                yield env.timeout(max(0.0, outing.back_s - env.now))
            if not halting:
                return
            done, before_kwh = outing.trips, self._level_kwh
            leave_s, late = yield from self._halt(blocks, halts, block.row, done)
            gained_kwh = self._level_kwh - before_kwh
            outing, halting = self._stretch(blocks, halts, block.row, done, leave_s)
            log.halts.add(block.number, done, leave_s, gained_kwh, outing.trips, late)

    def _stretch(self, blocks: BlockSet, halts: Halts, row: int, done: int, leave_s: float) -> tuple[Outing, bool]:
        """Drive on from a moment, to the next halt or as far as the dispatcher allows and home; true if to a halt."""
        next_halt = halts.next_halt(done)
        allowed = min(next_halt, halts.trips_ahead(blocks, row, done, self._level_kwh))
        halting = allowed == next_halt < blocks.shape.trips
        capacity_kwh = self._battery.capacity_kwh
        outing = drive(blocks, row, leave_s, self._level_kwh, capacity_kwh, allowed, done, halting)
        return outing, halting and outing.trips == next_halt

    def _halt(self, blocks: BlockSet, halts: Halts, row: int, trip: int) -> Generator[Event, Any, tuple[float, bool]]:
        """Stay until a trip must begin, charging where there is a gun and time; its start, and whether it is late."""
        env, opportunity = self._env, self.opportunity
        terminal = opportunity.terminals[halts.terminal[trip]]
        arrive_s, late = env.now, False
        due_s = float(blocks.planned_depart_s[row, trip])
        leave_s = max(due_s, arrive_s + float(blocks.shape.minimum_layover_s[trip]))
        low = self._level_kwh < opportunity.wait_kwh - SMALL_KWH
        fits = leave_s - arrive_s >= terminal.plug_in_s + opportunity.least_s - TOLERANCE_S
        if (low or fits) and self._level_kwh < self._battery.target_kwh - SMALL_KWH:
            if low or terminal.has_free_gun:
                late = yield from self._charge_at(terminal, leave_s, low)
            else:
                terminal.pass_by(self._vehicle)
        if late:
            return max(leave_s, env.now), True
        if leave_s > env.now:
            yield env.timeout(leave_s - env.now)
        return leave_s, False

    def _charge_at(self, terminal: Terminal, leave_s: float, low: bool) -> Generator[Event, Any, bool]:
        """Charge until a moment, longer if the battery is low and the policy says so; whether it stayed longer."""
        battery, opportunity = self._battery, self.opportunity
        visit = terminal.stay(self._vehicle, battery.number, self._level_kwh, battery.target_kwh, leave_s)
        yield visit.ended
        self._level_kwh = visit.level_kwh
        if self._level_kwh >= battery.target_kwh - SMALL_KWH:
            return False
        stays = low and self._level_kwh < opportunity.wait_kwh - SMALL_KWH and opportunity.wait_s > 0.0
        if stays:
            terminal.extend(visit, leave_s + opportunity.wait_s, opportunity.wait_kwh)
            yield visit.ended
            self._level_kwh = visit.level_kwh
        if not (stays and self._level_kwh >= opportunity.wait_kwh - SMALL_KWH):
            terminal.leave(visit)
        return stays

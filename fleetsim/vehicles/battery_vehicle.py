"""A battery vehicle with a home: it charges, leaves for a block, comes back, and so on.

It has a twin in ``simulation/compiled``: a change here is a change there.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from simpy import Environment, Event

from fleetsim.sites.depot import Depot
from fleetsim.sites.visit import Visit
from fleetsim.vehicles.driving import drive, trips_within
from fleetsim.vehicles.log import VehicleLog
from fleetsim.work.plan import Block, BlockSet

NEVER = float("inf")
SMALL_KWH = 1e-9


@dataclass(frozen=True, slots=True)
class BatteryClass:
    """What the vehicles of one fleet have in common."""

    number: int
    """Row of the class in the depots' table of charge steps."""
    capacity_kwh: float
    target_kwh: float
    reserve_kwh: float
    patience_s: float


class BatteryVehicle:
    """The agent of one vehicle."""

    def __init__(
        self,
        env: Environment,
        vehicle: int,
        battery: BatteryClass,
        level_kwh: float,
        home: Depot,
        roster: Sequence[Block],
        sets: Sequence[BlockSet],
        log: VehicleLog,
    ) -> None:
        self._env = env
        self._vehicle = vehicle
        self._battery = battery
        self._level_kwh = level_kwh
        self._home = home
        self._roster = roster
        self._sets = sets
        self._log = log

    def live(self) -> Generator[Event, Any, None]:
        """The life cycle: charge until the next block is due, run it, come home."""
        for block in self._roster:
            waited = yield from self._charge(block)
            back_s = self._set_out(block, waited)
            if back_s is not None:
                yield self._env.timeout(back_s - self._env.now)
        if self._level_kwh < self._battery.target_kwh - SMALL_KWH:
            yield self._stay(NEVER).ended

    def _stay(self, until_s: float, need_kwh: float = 0.0) -> Visit:
        """Come home; what the next block needs and the reserve are not to be fed back."""
        battery = self._battery
        floor_kwh = need_kwh + battery.reserve_kwh
        return self._home.stay(self._vehicle, battery.number, self._level_kwh, battery.target_kwh, until_s, floor_kwh)

    def _charge(self, block: Block) -> Generator[Event, Any, bool]:
        """Charge until the battery has its target or the block is due; wait longer if that is not enough for the block.

        True if the block had to wait.
        """
        battery, env = self._battery, self._env
        if self._level_kwh >= battery.target_kwh - SMALL_KWH:
            return False
        visit = self._stay(max(block.depart_s, env.now), block.need_kwh)
        yield visit.ended
        self._level_kwh = visit.level_kwh
        if self._level_kwh >= battery.target_kwh - SMALL_KWH:
            return False
        wanted_kwh = min(battery.target_kwh, block.need_kwh + battery.reserve_kwh)
        latest_s = block.depart_s + battery.patience_s
        waits = self._level_kwh < wanted_kwh - SMALL_KWH and not self._hands_over(block) and env.now < latest_s
        if waits:
            self._home.extend(visit, latest_s, wanted_kwh)
            yield visit.ended
            self._level_kwh = visit.level_kwh
        if not (waits and self._level_kwh >= wanted_kwh - SMALL_KWH):
            self._home.leave(visit)
        return waits

    def _hands_over(self, _block: Block) -> bool:
        """Whether it need not wait for enough energy: another vehicle goes in its place, or it was called away."""
        return False

    def _set_out(self, block: Block, waited: bool) -> float | None:
        """Start the block, as far as the energy allows; the time of return, or none if it is cancelled."""
        battery, log = self._battery, self._log
        start_s = max(block.depart_s, self._env.now)
        level_kwh = self._level_kwh
        enough = level_kwh >= block.need_kwh + battery.reserve_kwh - SMALL_KWH
        if enough and block.trough_kwh <= level_kwh <= battery.capacity_kwh - block.rise_kwh:
            log.runs.add(self._vehicle, block.number, start_s, level_kwh, block.trips, waited)
            self._level_kwh = level_kwh - block.net_kwh
            return block.back_s(start_s)
        blocks = self._sets[block.blocks]
        trips = block.trips if enough else trips_within(blocks, block.row, level_kwh - battery.reserve_kwh)
        outing = drive(blocks, block.row, start_s, level_kwh, battery.capacity_kwh, trips)
        log.runs.add(self._vehicle, block.number, start_s, level_kwh, outing.trips, waited)
        for trip, lost_kwh in outing.lost_kwh:
            log.caps.add(self._vehicle, block.number, trip, lost_kwh)
        self._level_kwh = outing.level_kwh
        return outing.back_s if outing.trips else None

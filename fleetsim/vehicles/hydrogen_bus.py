"""A fuel-cell bus: it runs blocks, and between them fills its tank at a station when the next block asks for it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from simpy import Environment, Event

from fleetsim.energy.cascade import Vessel
from fleetsim.results.rows import Rows
from fleetsim.results.schema import PURPOSES
from fleetsim.sites.hydrogen_station import HydrogenStation
from fleetsim.sites.refuelling import SMALL_KG, Refuelling
from fleetsim.vehicles.log import VehicleLog
from fleetsim.work.fuel import BlockFuel
from fleetsim.work.plan import Block, BlockSet

SERVICE = PURPOSES.index("service")


@dataclass(frozen=True, slots=True)
class Errand:
    """The way between parking and station."""

    distance_km: float
    duration_s: float
    there_kwh: float
    there_kg: float
    back_kwh: float
    back_kg: float


@dataclass(frozen=True, slots=True, eq=False)
class FuelClass:
    """What the buses of one fleet have in common."""

    tank: Vessel
    target_kg: float
    reserve_kg: float
    patience_s: float
    errand: Errand
    sets: Sequence[BlockSet]
    expected: Sequence[BlockFuel]
    """What a dispatcher reckons with, by set."""
    actual: Sequence[BlockFuel]
    """What will happen, by set."""

    def trips(self, block: Block, level_kg: float) -> int:
        """How many trips of a block can be run with ``level_kg`` in the tank.

        As many as the dispatcher expects to end at home with the reserve in the tank and the buffer battery not flat;
        fewer where that turns out wrong.
        """
        row, purpose = block.row, self.sets[block.blocks].shape.purpose
        ends = (purpose == SERVICE) | (np.arange(len(purpose)) == len(purpose) - 1)
        expected, actual = self.expected[block.blocks], self.actual[block.blocks]
        planned = expected.able[row] & (expected.end_kg[row] <= level_kg - self.reserve_kg + SMALL_KG)
        possible = actual.able[row] & (actual.end_kg[row] <= level_kg)
        good = np.flatnonzero(ends & planned & possible)
        return int(good[-1]) + 1 if len(good) else 0


class FuelLog(VehicleLog):
    """What became of the blocks of a fleet of fuel-cell buses, and its ways to the station and back."""

    def __init__(self) -> None:
        super().__init__()
        self.errands = Rows(vehicle="i4", start_s="f8", level_kg="f8", outbound="i1")


class HydrogenBus:
    """The agent of one bus."""

    def __init__(
        self,
        env: Environment,
        vehicle: int,
        fuel: FuelClass,
        level_kg: float,
        station: HydrogenStation,
        roster: Sequence[Block],
        log: FuelLog,
    ) -> None:
        self._env = env
        self._vehicle = vehicle
        self._fuel = fuel
        self._level_kg = level_kg
        self._station = station
        self._roster = roster
        self._log = log
        self._visit: Refuelling | None = None
        """The stay at the station that goes on while blocks are cancelled for want of hydrogen."""

    def live(self) -> Generator[Event, Any, None]:
        """The life cycle: see to the tank, run the next block, come home."""
        for block in self._roster:
            waited = yield from self._see_to_tank(block)
            back_s = self._set_out(block, waited)
            if back_s is not None:
                yield self._env.timeout(back_s - self._env.now)
        if self._visit is not None:
            self._station.extend(self._visit, float("inf"), self._fuel.target_kg)

    def _see_to_tank(self, block: Block) -> Generator[Event, Any, bool]:
        """Fill the tank if it does not hold what the block is expected to need; True if the block had to wait.

        A bus that got nothing and cannot run any trip stays in the queue, for the next block.
        """
        fuel, errand, env = self._fuel, self._fuel.errand, self._env
        need_kg = float(fuel.expected[block.blocks].end_kg[block.row, -1]) + fuel.reserve_kg
        until_s = block.depart_s + fuel.patience_s - errand.duration_s
        if self._visit is None:
            if self._level_kg >= min(need_kg, fuel.target_kg) - SMALL_KG or self._level_kg < errand.there_kg:
                return False
            if env.now + errand.duration_s > until_s and fuel.trips(block, self._level_kg):
                return False
            yield from self._drive(outbound=True)
            self._visit = self._arrive(need_kg, until_s)
        else:
            self._station.extend(self._visit, until_s, need_kg + errand.back_kg)
        yield self._visit.ended
        self._level_kg = self._visit.level_kg
        if not self._visit.over:
            if not fuel.trips(block, self._level_kg - errand.back_kg):
                return True
            self._station.leave(self._visit)
        if self._level_kg < errand.back_kg:
            self._visit = self._arrive(need_kg, until_s)
            return True
        self._visit = None
        yield from self._drive(outbound=False)
        return env.now > block.depart_s

    def _arrive(self, need_kg: float, until_s: float) -> Refuelling:
        enough_kg = need_kg + self._fuel.errand.back_kg
        fuel = self._fuel
        return self._station.visit(self._vehicle, self._level_kg, fuel.target_kg, enough_kg, until_s, fuel.tank)

    def _drive(self, outbound: bool) -> Generator[Event, Any, None]:
        """To the station or back."""
        errand = self._fuel.errand
        if errand.distance_km > 0.0:
            self._log.errands.add(self._vehicle, self._env.now, self._level_kg, outbound)
            self._level_kg -= errand.there_kg if outbound else errand.back_kg
            yield self._env.timeout(errand.duration_s)

    def _set_out(self, block: Block, waited: bool) -> float | None:
        """Start the block, as far as the tank allows; the time of return, or none if it is cancelled."""
        fuel = self._fuel
        start_s = max(block.depart_s, self._env.now)
        trips = 0 if self._visit is not None else fuel.trips(block, self._level_kg)
        self._log.runs.add(self._vehicle, block.number, start_s, self._level_kg, trips, waited)
        if trips == 0:
            return None
        self._level_kg -= float(fuel.actual[block.blocks].end_kg[block.row, trips - 1])
        blocks = fuel.sets[block.blocks]
        if trips == blocks.shape.trips:
            return block.back_s(start_s)
        return _early_return_s(blocks, block.row, start_s, trips)


def _early_return_s(blocks: BlockSet, row: int, start_s: float, trips: int) -> float:
    """When the bus is home from a block that ends after its first ``trips`` trips."""
    shape, at_s = blocks.shape, start_s
    for trip in range(trips):
        if trip:
            at_s = max(at_s + float(shape.minimum_layover_s[trip]), float(blocks.planned_depart_s[row, trip]))
        at_s += float(blocks.run_s[row, trip])
    return at_s + float(shape.home_s[trips - 1])

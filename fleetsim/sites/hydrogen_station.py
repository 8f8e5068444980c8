"""A hydrogen station: electrolyser, compressor, storage, dispensers with their queue, and one alarm.

Every flow is even between two moments at which something changes, so the level of the storage is exact. A fill sets
its hydrogen aside when it begins and cannot run dry. Whoever is first in the queue waits until the storage holds
enough for its next duty; when its time is up it takes what there is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any, NamedTuple

from simpy import Environment

from fleetsim.charging.sharing import NEVER, TOLERANCE_S
from fleetsim.energy.cascade import Vessel
from fleetsim.results.schema import REFUEL_ENDS, WAIT_OUTCOMES
from fleetsim.scenario.hydrogen import RESTART_SHARE, ProductionName
from fleetsim.signals import Signals, windows
from fleetsim.sites.log import SiteLog
from fleetsim.sites.refuelling import SMALL_KG, Refuelling

SMALLEST_FILL_KG = 1.0
"""Less than this is not worth a fill."""
RELIEF_SHARE = 0.1
"""Share of the storage above the low mark at which it no longer counts as low."""
_SERVED, _LEFT, _OPEN = (WAIT_OUTCOMES.index(word) for word in ("served", "left", "horizon"))
_FULL, _EMPTY, _HORIZON, _OUTAGE = (REFUEL_ENDS.index(word) for word in ("full", "empty_storage", "horizon", "outage"))


class Production(NamedTuple):
    """A way of running the electrolyser and its compressor."""

    electrolyser_kw: float
    compressor_kw: float
    produced_kg_per_s: float
    vented_kg_per_s: float


IDLE = Production(0.0, 0.0, 0.0, 0.0)


class Truck(NamedTuple):
    """A delivery."""

    at_s: float
    hydrogen_kg: float
    emission_kg_per_kg: float
    pressure_mpa: float
    """Up to which it fills; infinite where it fills any storage."""


@dataclass(frozen=True, slots=True)
class StationPlant:
    """A station as it stands: what its agent needs to know of the scenario."""

    site: int
    """Code of the site."""
    capacity_kg: float
    initial_kg: float
    dispensers: int
    dispense_kg_per_s: float
    wanted: Production
    """How it runs when hydrogen is wanted."""
    least: Production
    """How it runs when hydrogen can wait."""
    strategy: ProductionName
    low_kg: float
    deliveries: tuple[Truck, ...]
    outages: tuple[tuple[float, float], ...]
    """Outages of the electrolyser, ``(start_s, end_s)``."""
    dispense_vent_share: float = 0.0
    """Hydrogen lost at the dispenser, over what is filled into tanks."""
    closures: tuple[tuple[float, float], ...] = ()
    """Outages of the whole station, in which nobody fills and nothing is made."""
    runs: tuple[tuple[float, Production, Production], ...] = ()
    """Moments from which on panels and battery let it run otherwise: ``(at_s, wanted, least)``."""


class HydrogenStation:
    """The agent of a hydrogen station."""

    def __init__(self, env: Environment, plant: StationPlant, signals: Signals, log: SiteLog) -> None:
        self._env = env
        self._plant = plant
        self._log = log
        self._level_kg = plant.initial_kg
        self._drain = 1.0 + plant.dispense_vent_share
        """What leaves the storage for each kilogram that is filled into a tank."""
        self._since_s = env.now
        self._running, self._running_since_s = IDLE, env.now
        self._resting = self._low = False
        self._ways = plant.wanted, plant.least
        self._in_valley = self._outages = self._closures = 0
        self._queue: deque[Refuelling] = deque()
        self._filling: list[Refuelling] = []
        self._agenda: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._order = count()
        self._due_s = NEVER
        for start_s, end_s in windows(signals.valley):
            self._note(start_s, self._change_valley, 1)
            self._note(end_s, self._change_valley, -1)
        for start_s, end_s in plant.outages:
            self._note(start_s, self._change_outages, 1)
            self._note(end_s, self._change_outages, -1)
        for start_s, end_s in plant.closures:
            self._note(start_s, self._change_closures, 1)
            self._note(end_s, self._change_closures, -1)
        for at_s, *ways in plant.runs:
            self._note(at_s, self._change_ways, ways)
        for truck in plant.deliveries:
            self._note(truck.at_s, self._unload, truck)
        self._ring(None)

    def visit(
        self, vehicle: int, level_kg: float, target_kg: float, enough_kg: float, until_s: float, tank: Vessel
    ) -> Refuelling:
        """A vehicle comes to fill its tank to ``target_kg``; ``enough_kg`` would do, and it waits until ``until_s``."""
        visit = Refuelling(vehicle, self._env.now, level_kg, target_kg, enough_kg, until_s, self._env.event(), tank)
        self._queue.append(visit)
        self._note(until_s, self._time_up, visit)
        self._settle()
        return visit

    def extend(self, visit: Refuelling, until_s: float, enough_kg: float) -> None:
        """A vehicle whose time was up stays in the queue until ``until_s``."""
        visit.ended = self._env.event()
        visit.until_s, visit.enough_kg = until_s, enough_kg
        self._note(until_s, self._time_up, visit)
        self._settle()

    def leave(self, visit: Refuelling) -> None:
        """A vehicle whose time was up goes without hydrogen."""
        self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, self._env.now, _LEFT)
        self._queue.remove(visit)
        visit.over = True
        self._settle()

    def close(self) -> None:
        """The horizon has come: write down what is still open."""
        now_s = self._env.now
        self._advance()
        self._log.levels.add(self._plant.site, now_s, self._level_kg)
        for visit in self._filling:
            visit.level_kg = visit.start_kg + (now_s - visit.start_s) * self._plant.dispense_kg_per_s
            self._write_fill(visit, now_s, _HORIZON)
        for visit in self._queue:
            self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, now_s, _OPEN)
        self._run(IDLE)

    # Storage

    @property
    def _outflow_kg_per_s(self) -> float:
        return len(self._filling) * self._plant.dispense_kg_per_s * self._drain

    @property
    def _inflow_kg_per_s(self) -> float:
        return self._running.produced_kg_per_s - self._running.vented_kg_per_s

    def _free_kg(self) -> float:
        """What the storage can still fill into tanks beside what fills have set aside."""
        rate, now_s = self._plant.dispense_kg_per_s, self._env.now
        return self._level_kg / self._drain - sum((visit.end_s - now_s) * rate for visit in self._filling)

    def _advance(self) -> None:
        now_s = self._env.now
        self._level_kg += (self._inflow_kg_per_s - self._outflow_kg_per_s) * (now_s - self._since_s)
        self._since_s = now_s

    def _unload(self, truck: Truck) -> None:
        kg = self._take_in(truck)
        self._log.deliveries.add(self._plant.site, self._env.now, kg, kg * truck.emission_kg_per_kg)

    def _take_in(self, truck: Truck) -> float:
        """Fill the storage from a truck, as far as there is room; how much came in."""
        kg = max(0.0, min(truck.hydrogen_kg, self._plant.capacity_kg - self._level_kg))
        self._level_kg += kg
        return kg

    # Dispensers

    def _serve(self) -> None:
        """Begin the fills that dispensers and storage allow, first come first served."""
        while self._queue and not self._closures and len(self._filling) < self._plant.dispensers:
            visit, free_kg = self._queue[0], self._free_kg()
            if visit.ended.triggered or free_kg < self._asked_kg(visit) - SMALL_KG:
                return
            self._begin(visit, free_kg)

    def _asked_kg(self, visit: Refuelling) -> float:
        """The least hydrogen for which a fill begins before the vehicle's time is up."""
        most_kg = self._plant.capacity_kg * RESTART_SHARE / self._drain
        return min(visit.enough_kg - visit.start_kg, visit.wanted_kg, most_kg)

    def _begin(self, visit: Refuelling, free_kg: float) -> None:
        now_s = self._env.now
        self._queue.remove(visit)
        kg = max(0.0, min(visit.wanted_kg, free_kg))
        visit.filling, visit.start_s = True, now_s
        visit.end_s = now_s + kg / self._plant.dispense_kg_per_s
        visit.level_kg = visit.start_kg + kg
        if now_s > visit.arrive_s:
            self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, now_s, _SERVED)
        self._filling.append(visit)
        self._note(visit.end_s, self._finish, visit)

    def _finish(self, visit: Refuelling) -> None:
        if not visit.filling or visit.end_s > self._env.now + TOLERANCE_S:
            return
        self._filling.remove(visit)
        visit.filling, visit.over = False, True
        reason = _FULL if visit.level_kg >= visit.target_kg - SMALL_KG else _EMPTY
        self._write_fill(visit, visit.end_s, reason)
        visit.ended.succeed()

    def _time_up(self, visit: Refuelling) -> None:
        """A vehicle that cannot wait longer takes what there is, or must decide."""
        waiting = not (visit.filling or visit.over or visit.ended.triggered)
        if waiting and visit.until_s <= self._env.now + TOLERANCE_S:
            free_kg = self._free_kg()
            free = not self._closures and len(self._filling) < self._plant.dispensers
            if free and free_kg >= min(SMALLEST_FILL_KG, visit.wanted_kg):
                self._begin(visit, free_kg)
            else:
                visit.ended.succeed()

    def _write_fill(self, visit: Refuelling, end_s: float, reason: int) -> None:
        self._log.refuels.add(
            visit.vehicle, self._plant.site, visit.arrive_s, visit.start_s, end_s, visit.start_kg, visit.level_kg,
            reason,
        )  # fmt: skip

    # Production

    def _change_ways(self, ways: tuple[Production, Production]) -> None:
        self._ways = ways

    def _change_valley(self, step: int) -> None:
        self._in_valley += step

    def _change_outages(self, step: int) -> None:
        self._outages += step

    def _change_closures(self, step: int) -> None:
        self._closures += step
        if step > 0:
            for visit in reversed(self._filling):
                self._break_off(visit)
            self._filling.clear()

    def _break_off(self, visit: Refuelling) -> None:
        """The station closes on a fill: the vehicle keeps what it has and is the next in the queue, if it may wait."""
        now_s = self._env.now
        visit.level_kg = visit.start_kg + (now_s - visit.start_s) * self._plant.dispense_kg_per_s
        self._write_fill(visit, now_s, _OUTAGE)
        visit.filling = False
        visit.arrive_s, visit.start_kg = now_s, visit.level_kg
        self._queue.appendleft(visit)
        if visit.until_s <= now_s + TOLERANCE_S:
            visit.ended.succeed()

    def _steer(self) -> None:
        """Run the electrolyser as its strategy and the level of the storage ask."""
        plant, level_kg, (wanted, least) = self._plant, self._level_kg, self._ways
        self._rest()
        if level_kg <= plant.low_kg + SMALL_KG:
            self._low = True
        elif level_kg >= self._relief_kg - SMALL_KG:
            self._low = False
        if self._resting or self._outages > 0 or self._closures > 0:
            self._run(self._at_rest())
        elif plant.strategy == "constant" or self._in_valley > 0 or self._low:
            self._run(self._at_pressure(wanted))
        else:
            self._run(self._at_pressure(least))

    def _rest(self) -> None:
        """Decide whether the storage is full enough to make no more."""
        plant, level_kg = self._plant, self._level_kg
        if level_kg >= plant.capacity_kg - SMALL_KG:
            self._resting = True
        elif level_kg <= plant.capacity_kg * RESTART_SHARE + SMALL_KG:
            self._resting = False

    def _at_rest(self) -> Production:
        """What goes on while the electrolyser gives nothing."""
        return IDLE

    def _at_pressure(self, production: Production) -> Production:
        """How a way of running meets the pressure of the storage, here always that of the full one."""
        return production

    @property
    def _relief_kg(self) -> float:
        return min(self._plant.capacity_kg, self._plant.low_kg + RELIEF_SHARE * self._plant.capacity_kg)

    def _run(self, production: Production) -> None:
        now_s, old = self._env.now, self._running
        if production is old:
            return
        if old is not IDLE and now_s > self._running_since_s:
            self._log.production.add(
                self._plant.site, self._running_since_s, now_s, old.electrolyser_kw, old.compressor_kw,
                old.produced_kg_per_s, old.vented_kg_per_s,
            )  # fmt: skip
        self._running, self._running_since_s = production, now_s

    # Alarm

    def _settle(self) -> None:
        """Something has changed: serve, steer, and set the alarm for what comes next."""
        self._advance()
        self._serve()
        self._steer()
        self._arm()

    def _note(self, at_s: float, action: Callable[[Any], None], subject: Any) -> None:
        heappush(self._agenda, (at_s, next(self._order), action, subject))

    def _arm(self) -> None:
        """Let the alarm ring at the next moment that matters; one that rings too early does no harm."""
        now_s = self._env.now
        due_s = min(self._agenda[0][0] if self._agenda else NEVER, now_s + self._until_turn_s())
        if due_s < self._due_s:
            self._due_s = max(now_s, due_s)
            alarm = self._env.timeout(self._due_s - now_s)
            assert alarm.callbacks is not None
            alarm.callbacks.append(self._ring)

    def _until_turn_s(self) -> float:
        """Time until the storage is full, asks for production, or holds enough for the first in the queue."""
        plant, level_kg, inflow = self._plant, self._level_kg, self._inflow_kg_per_s
        net = inflow - self._outflow_kg_per_s
        turns = [NEVER]
        marks = [plant.capacity_kg, self._relief_kg] if net > 0.0 else [plant.capacity_kg * RESTART_SHARE, plant.low_kg]
        if net != 0.0:
            turns += [(mark - level_kg) / net for mark in marks if (mark - level_kg) / net * abs(net) > SMALL_KG]
        if inflow > 0.0 and self._queue and len(self._filling) < plant.dispensers:
            turns.append(max(0.0, self._asked_kg(self._queue[0]) - self._free_kg()) * self._drain / inflow)
        return min(turns)

    def _ring(self, _: Any) -> None:
        now_s = self._env.now
        if now_s < self._due_s < NEVER:
            return
        self._due_s = NEVER
        self._advance()
        while self._agenda and self._agenda[0][0] <= now_s + TOLERANCE_S:
            action, subject = heappop(self._agenda)[2:]
            action(subject)
        self._settle()

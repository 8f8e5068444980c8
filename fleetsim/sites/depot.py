"""A depot: its queue, its chargers and one alarm.

The alarm waits for a change of power (the next end, or corner of a charge curve) or for a moment that was fixed
before: a departure, a slot of a plan, a change of the limit. Nothing ticks. Which charger a vehicle that has finished
still occupies is not simulated: it keeps the plug until it leaves or until somebody needs the charger.

What a plain depot does has a twin in ``simulation/compiled``, event by event: a change here is a change there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from heapq import heappop, heappush
from itertools import count, groupby
from typing import Any

from simpy import Environment

from fleetsim.charging.sharing import NEVER, TOLERANCE_S
from fleetsim.charging.view import ALWAYS
from fleetsim.clock import HOUR_S
from fleetsim.energy.curve import ChargeSteps
from fleetsim.results.schema import SESSION_ENDS, WAIT_OUTCOMES
from fleetsim.signals import Signals
from fleetsim.sites.depot_plant import DepotPlant
from fleetsim.sites.engine import engine_of
from fleetsim.sites.guns import Guns
from fleetsim.sites.log import SharingRows, SiteLog
from fleetsim.sites.planner import Planner
from fleetsim.sites.visit import Stage, Visit
from fleetsim.sites.wakes import Wakes

_TARGET, _DEPARTURE, _HORIZON, _OUTAGE, _SHARED = (
    SESSION_ENDS.index(word) for word in ("target", "departure", "horizon", "outage", "shared")
)
_SERVED, _LEFT, _OPEN = (WAIT_OUTCOMES.index(word) for word in ("served", "left", "horizon"))
_SMALL_KW = 1e-6


class Depot:
    """The agent of a depot."""

    def __init__(
        self, env: Environment, plant: DepotPlant, steps: Sequence[ChargeSteps], signals: Signals, log: SiteLog
    ) -> None:
        self._env = env
        self._plant = plant
        self._steps = steps
        self._log = log
        self._queue: deque[Visit] = deque()
        self._plugged: dict[int, Visit] = {}
        self._sharing = engine_of(plant, steps, SharingRows(log, plant.site), self._plugged)
        self._planner = Planner(plant, signals, self._plugged)
        self._plugged_kw = 0.0
        self._working = len(plant.charger_groups)
        """Chargers that are in service."""
        self._guns = Guns(self._working, plant.partners)
        self._agenda: list[tuple[float, int, Callable[[Visit | None, float], None], Visit | None]] = []
        self._order = count()
        self._due_s = NEVER
        self._wakes = Wakes()
        self._limits = deque(plant.limits)
        self._limit_kw = NEVER
        for (start_s, end_s), together in groupby(plant.outages, key=lambda outage: outage[:2]):
            chargers = frozenset(outage.charger for outage in together)
            self._note(start_s, partial(self._fail, chargers), None)
            self._note(end_s, partial(self._repair, chargers), None)
        self._change_limit(None, env.now)
        self._arm(env.now)

    def stay(
        self,
        vehicle: int,
        vehicle_class: int,
        level_kwh: float,
        target_kwh: float,
        until_s: float,
        floor_kwh: float = NEVER,
    ) -> Visit:
        """A vehicle comes home and wants ``target_kwh`` until its next departure; it may give what is above a floor."""
        now_s = self._env.now
        visit = Visit(vehicle, vehicle_class, now_s, level_kwh, target_kwh, until_s, self._env.event(), floor_kwh)
        if until_s < NEVER:
            self._note(until_s, self._time_up, visit)
        charger = self._take_charger(now_s)
        if charger is None and self._plant.partners:
            charger = self._take_back(now_s)
        if charger is None:
            self._queue.append(visit)
            self._plan_again(now_s)
        else:
            self._plug(visit, charger, now_s)
        self._arm(now_s)
        return visit

    def extend(self, visit: Visit, until_s: float, target_kwh: float) -> None:
        """A vehicle whose time was up stays for ``target_kwh``, until ``until_s`` at the longest, and draws at once."""
        now_s = self._env.now
        visit.ended = self._env.event()
        visit.until_s = until_s
        visit.target_kwh = target_kwh
        self._note(until_s, self._time_up, visit)
        visit.plan = ALWAYS
        visit.cap_kw = NEVER
        if visit.stage is not Stage.QUEUED:
            self._halt(visit, now_s)
            self._planner.expect(visit, now_s)
            self._draw(visit, now_s)
        self._arm(now_s)

    def level_kwh(self, visit: Visit) -> float:
        """The energy that a vehicle's battery holds by now."""
        if visit.stage is Stage.DRAWING:
            return self._sharing.level_kwh(self._env.now, visit.session)
        return visit.level_kwh

    @property
    def is_crowded(self) -> bool:
        """Whether a vehicle waits for a charger."""
        return bool(self._queue)

    def call_away(self, visit: Visit) -> None:
        """A vehicle is needed elsewhere before its time is up."""
        if not visit.ended.triggered:
            self._halt(visit, self._env.now)
            visit.ended.succeed()
            self._arm(self._env.now)

    def leave(self, visit: Visit) -> None:
        """A vehicle whose time was up goes."""
        now_s = self._env.now
        if visit.stage is Stage.QUEUED:
            self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, now_s, _LEFT)
            self._queue.remove(visit)
            visit.stage = Stage.OVER
        else:
            self._halt(visit, now_s)
            self._end(visit, _DEPARTURE, now_s)
            self._release(visit, now_s, now_s)
        self._arm(now_s)

    def close(self) -> None:
        """The horizon has come: write down what is still open."""
        now_s = self._env.now
        for visit in tuple(self._plugged.values()):
            self._halt(visit, now_s)
            self._end(visit, _HORIZON, now_s)
        for visit in self._queue:
            self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, now_s, _OPEN)

    # Chargers

    def _take_charger(self, now_s: float) -> int | None:
        """A free charger: an empty one, else the one whose finished vehicle leaves first."""
        return self._guns.take(now_s)

    def _take_back(self, now_s: float, out: frozenset[int] = frozenset()) -> int | None:
        """The second gun of the vehicle that leaves last of those with two; none is taken that has a gun in ``out``."""
        two = (each for each in self._plugged.values() if each.second >= 0 and not each.ended.triggered)
        two = (each for each in two if each.charger not in out and each.second not in out)
        if (visit := max(two, key=lambda each: each.until_s, default=None)) is None:
            return None
        gun = visit.second
        self._change_guns(visit, now_s)
        return gun

    def _offer(self, gun: int, _: Visit | None, now_s: float) -> None:
        """An empty gun becomes the second of the vehicle that charges with the one beside it, if nobody waits."""
        first = self._plant.partners[gun]
        visit = next((each for each in self._plugged.values() if each.charger == first and each.second < 0), None)
        if visit is None or visit.ended.triggered or self._queue or not self._guns.is_empty(gun, now_s):
            return
        if self._plant.steps_of_two[visit.vehicle_class][self._plant.charger_groups[first]]:
            two = self._steps[self._row(self._plant.steps_of_two, visit, now_s)]
            level_kwh, target_kwh = self.level_kwh(visit), visit.target_kwh
            one_s, two_s = (steps.time_at(target_kwh) - steps.time_at(level_kwh) for steps in (visit.steps, two))
            if two_s < one_s - TOLERANCE_S:
                self._change_guns(visit, now_s)

    def _change_guns(self, visit: Visit, now_s: float) -> None:
        """What a vehicle still wants is its next session, with the guns that there are for it now."""
        self._halt(visit, now_s)
        self._end(visit, _SHARED, now_s)
        visit.begin_again(now_s)
        self._plug(visit, visit.charger, now_s)

    def _release(self, visit: Visit, free_s: float, now_s: float) -> None:
        """A vehicle is done with its gun or guns, which it keeps until ``free_s`` unless somebody waits."""
        if visit.second < 0:
            self._pass_on(visit.charger, free_s, now_s)
        elif free_s > now_s and not self._queue:
            self._guns.keep(visit.charger, free_s, visit.second)
        else:
            self._pass_on(visit.charger, free_s, now_s)
            self._pass_on(visit.second, now_s, now_s)

    def _pass_on(self, charger: int, free_s: float, now_s: float) -> None:
        """A charger is done with its vehicle, which keeps the plug until ``free_s`` unless somebody waits."""
        if self._queue:
            visit = self._queue.popleft()
            self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, now_s, _SERVED)
            self._plug(visit, charger, now_s)
        else:
            self._guns.keep(charger, free_s)
            if self._plant.partners and free_s < NEVER:
                self._note(free_s, partial(self._offer, charger), None)

    def _plug(self, visit: Visit, charger: int, now_s: float) -> None:
        visit.charger = charger
        visit.plug_s = now_s
        visit.second = -1
        plant, group = self._plant, self._plant.charger_groups[charger]
        if plant.partners and not self._queue and plant.steps_of_two[visit.vehicle_class][group]:
            visit.second = self._guns.take_partner(charger, now_s)
        visit.steps_id = self._row(plant.steps if visit.second < 0 else plant.steps_of_two, visit, now_s)
        visit.steps = self._steps[visit.steps_id]
        visit.session = self._log.new_session()
        visit.stage = Stage.HELD
        self._plugged[visit.session] = visit
        self._plugged_kw += visit.steps.peak_kw[0]
        if self._planner.is_immediate:
            self._draw(visit, now_s)
        else:
            self._plan(visit, now_s)
            for other in self._planner.to_plan_again(visit):
                self._halt(other, now_s)
                self._plan(other, now_s)

    def _row(self, steps: tuple[tuple[tuple[int, ...], ...], ...], visit: Visit, now_s: float) -> int:
        """Row of the table of charge steps for a vehicle at its charger, as cold as its battery now is."""
        cold = self._plant.cold[visit.vehicle_class]
        by_cold = steps[visit.vehicle_class][self._plant.charger_groups[visit.charger]]
        return by_cold[cold[int(now_s // HOUR_S)] if cold else 0]

    # Outages

    def _fail(self, chargers: frozenset[int], _: Visit | None, now_s: float) -> None:
        """Chargers go out of service together; the vehicles that they were to charge are the next to get others."""
        self._working -= len(chargers)
        self._guns.fail(chargers)
        hit = [each for each in self._plugged.values() if each.charger in chargers or each.second in chargers]
        for visit in hit:
            self._halt(visit, now_s)
            self._end(visit, _OUTAGE, now_s)
            for gun in {visit.charger, visit.second} - chargers - {-1}:
                self._guns.free(gun)
            visit.begin_again(now_s)
            other = self._other_charger(now_s)
            if other is None and self._plant.partners:
                other = self._take_back(now_s, chargers)
            if other is None:
                self._wait_again(visit, now_s)
                self._plan_again(now_s)
            else:
                self._plug(visit, other, now_s)

    def _other_charger(self, now_s: float) -> int | None:
        """The charger to which a vehicle goes whose own has failed."""
        return self._take_charger(now_s)

    def _wait_again(self, visit: Visit, _now_s: float) -> None:
        """A vehicle whose charger failed waits at the head of the queue."""
        self._queue.appendleft(visit)

    def _repair(self, chargers: frozenset[int], _: Visit | None, now_s: float) -> None:
        self._working += len(chargers)
        for charger in sorted(chargers):
            self._pass_on(charger, now_s, now_s)

    # Plans

    def _plan(self, visit: Visit, now_s: float) -> None:
        """Ask the strategy when a plugged vehicle may draw, and begin to follow what it says."""
        vehicles = len(self._plugged) + len(self._queue)
        crowding = max(1.0, vehicles / max(1, self._working)) * self._planner.cabinet_crowding(visit)
        crowding *= max(1.0, self._plugged_kw / max(self._limit_kw, _SMALL_KW))
        self._planner.plan(visit, now_s, crowding, may_feed=not self._queue)
        for moment_s in (moment_s for slot in visit.plan for moment_s in slot[:2] if now_s < moment_s < NEVER):
            self._note(moment_s, self._follow_plan, visit)
        if (slot := visit.slot_at(now_s)) is not None:
            visit.cap_kw = slot.max_kw
            self._draw(visit, now_s)

    def _plan_again(self, now_s: float) -> None:
        """A vehicle finds no free charger: those that hold one without drawing think again."""
        if not self._planner.is_immediate:
            for visit in tuple(self._plugged.values()):
                if visit.stage is Stage.HELD and not visit.ended.triggered:
                    self._plan(visit, now_s)

    def _follow_plan(self, visit: Visit | None, now_s: float) -> None:
        """A slot of a plan begins or ends; a plan that is over and was not enough makes room for another."""
        assert visit is not None
        if visit.stage is Stage.QUEUED or visit.ended.triggered:
            return
        soon_s = now_s + TOLERANCE_S
        if (slot := visit.slot_at(soon_s)) is not None:
            if visit.cap_kw != slot.max_kw:
                self._halt(visit, now_s)
                visit.cap_kw = slot.max_kw
            if visit.stage is Stage.HELD:
                self._draw(visit, now_s)
            return
        self._halt(visit, now_s)
        if not visit.plan or visit.plan[-1].end_s <= soon_s:
            self._plan(visit, now_s)

    # Power

    def _draw(self, visit: Visit, now_s: float) -> None:
        self._start(visit, visit.target_kwh, now_s)

    def _start(self, visit: Visit, goal_kwh: float, now_s: float) -> None:
        visit.stage = Stage.DRAWING
        if visit.start_s != visit.start_s:
            visit.start_s = now_s
        steps = visit.steps if visit.cap_kw == NEVER else visit.steps.capped(visit.cap_kw)
        self._sharing.start(now_s, visit.session, steps, visit.level_kwh, goal_kwh)

    def _halt(self, visit: Visit, now_s: float) -> None:
        if visit.stage is Stage.DRAWING:
            visit.level_kwh = self._sharing.stop(now_s, visit.session)
            visit.end_s = now_s
            visit.stage = Stage.HELD

    def _end(self, visit: Visit, reason: int, now_s: float) -> None:
        """Write the session down. A vehicle that has what it wanted keeps its plug until it was to leave."""
        del self._plugged[visit.session]
        self._plugged_kw -= visit.steps.peak_kw[0]
        visit.stage = Stage.OVER
        end_s = now_s if visit.end_s != visit.end_s else visit.end_s
        leave_s = self._plug_free_s(visit, now_s) if reason == _TARGET else now_s
        self._log.sessions.add(
            visit.session, visit.vehicle, -1, self._plant.site, visit.charger, visit.second, visit.steps_id,
            visit.arrive_s, visit.plug_s, visit.start_s, end_s, leave_s, visit.planned_s, visit.start_kwh,
            visit.level_kwh, visit.wanted_kwh, reason,
        )  # fmt: skip

    # Alarm

    def _note(self, at_s: float, action: Callable[[Visit | None, float], None], visit: Visit | None) -> None:
        heappush(self._agenda, (at_s, next(self._order), action, visit))

    def _arm(self, now_s: float) -> None:
        """Let the alarm ring at the next moment that matters; one that rings too early does no harm."""
        agenda = self._agenda
        while agenda and agenda[0][3] is not None and agenda[0][3].stage is Stage.OVER:
            heappop(agenda)
        due_s = self._sharing.next_s
        if agenda and agenda[0][0] < due_s:
            due_s = agenda[0][0]
        if due_s < self._due_s:
            delay_s = due_s - now_s if due_s > now_s else 0.0
            self._due_s = now_s + delay_s
            alarm = self._env.timeout(delay_s)
            assert alarm.callbacks is not None
            alarm.callbacks.append(self._ring)

    def _ring(self, _: Any) -> None:
        now_s = self._env.now
        if now_s < self._due_s:
            return
        self._due_s = NEVER
        if self._sharing.next_s <= now_s + TOLERANCE_S:
            for session in self._sharing.advance(now_s):
                self._reach_target(self._plugged[session], now_s)
        agenda = self._agenda
        while agenda and agenda[0][0] <= now_s + TOLERANCE_S:
            action, visit = heappop(agenda)[2:]
            if visit is None or visit.stage is not Stage.OVER:
                action(visit, now_s)
        self._arm(now_s)
        self._wakes.run()

    def _reach_target(self, visit: Visit, now_s: float) -> None:
        visit.level_kwh = visit.target_kwh
        visit.end_s = now_s
        self._end(visit, _TARGET, now_s)
        self._wakes.add(visit.ended)
        self._release(visit, self._plug_free_s(visit, now_s), now_s)

    def _plug_free_s(self, visit: Visit, now_s: float) -> float:
        """When a vehicle that has what it wanted takes its plug out, unless somebody needs it before."""
        return max(visit.planned_s, now_s)

    def _time_up(self, visit: Visit | None, now_s: float) -> None:
        assert visit is not None
        if visit.until_s <= now_s + TOLERANCE_S and not visit.ended.triggered:
            self._halt(visit, now_s)
            self._wakes.add(visit.ended)

    def _change_limit(self, _: Visit | None, now_s: float) -> None:
        """Another limit holds; of all that is due at a moment this comes first, so that plans see the limit to come."""
        self._limit_kw = self._limits.popleft()[1]
        self._sharing.limit(now_s, self._limit_kw)
        if self._limits:
            heappush(self._agenda, (self._limits[0][0], -1, self._change_limit, None))

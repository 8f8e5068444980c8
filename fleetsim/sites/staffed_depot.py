"""A depot whose staff move the plugs: a parked vehicle gets a gun only in their hours, and each move takes time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from simpy import Environment

from fleetsim.charging.sharing import NEVER
from fleetsim.energy.curve import ChargeSteps
from fleetsim.results.schema import WAIT_OUTCOMES
from fleetsim.signals import Signals
from fleetsim.sites.depot_plant import DepotPlant
from fleetsim.sites.feeding_depot import FeedingDepot
from fleetsim.sites.log import SiteLog
from fleetsim.sites.visit import Stage, Visit

_SERVED, _LEFT = WAIT_OUTCOMES.index("served"), WAIT_OUTCOMES.index("left")


@dataclass(frozen=True, slots=True)
class StaffPlant:
    """The staff of a depot: what its agent needs to know of them."""

    count: int
    move_s: float
    """Time of one move: a plug out of one vehicle, the vehicles driven about, and into the next."""
    shifts: tuple[tuple[float, float], ...]
    """Spans in which moves may begin."""


class StaffedDepot(FeedingDepot):
    """The agent of a depot with staff. A driver who comes to an empty gun plugs in without their help."""

    def __init__(
        self,
        env: Environment,
        plant: DepotPlant,
        staff: StaffPlant,
        steps: Sequence[ChargeSteps],
        signals: Signals,
        log: SiteLog,
    ) -> None:
        super().__init__(env, plant, steps, signals, log)
        self._staff = staff
        self._idle = staff.count
        self._shifts = 0
        """Shifts that are on."""
        self._moves: dict[int, Visit] = {}
        """The vehicle that is being moved to each charger."""
        for start_s, end_s in staff.shifts:
            self._note(start_s, partial(self._change_shift, 1), None)
            self._note(end_s, partial(self._change_shift, -1), None)
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
        """See :meth:`Depot.stay`."""
        visit = super().stay(vehicle, vehicle_class, level_kwh, target_kwh, until_s, floor_kwh)
        self._call_staff(self._env.now)
        self._arm(self._env.now)
        return visit

    def leave(self, visit: Visit) -> None:
        """See :meth:`Depot.leave`; who is just being moved drives off, and the charger is free for another."""
        charger = next((charger for charger, moved in self._moves.items() if moved is visit), None)
        if charger is None:
            super().leave(visit)
            return
        now_s = self._env.now
        del self._moves[charger]
        self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, now_s, _LEFT)
        visit.stage = Stage.OVER
        self._pass_on(charger, now_s, now_s)
        self._arm(now_s)

    def close(self) -> None:
        """See :meth:`Depot.close`."""
        self._queue.extendleft(self._moves.values())
        super().close()

    def _take_charger(self, now_s: float) -> int | None:
        """An empty charger; a plug that is in a vehicle takes staff."""
        return self._guns.take_empty(now_s)

    def _other_charger(self, _now_s: float) -> int | None:
        """A parked vehicle does not move by itself."""
        return None

    def _pass_on(self, charger: int, free_s: float, now_s: float) -> None:
        self._guns.keep(charger, free_s)
        self._call_staff(now_s)

    def _wait_again(self, visit: Visit, now_s: float) -> None:
        super()._wait_again(visit, now_s)
        self._call_staff(now_s)

    def _fail(self, chargers: frozenset[int], visit: Visit | None, now_s: float) -> None:
        for charger in sorted(chargers & self._moves.keys(), reverse=True):
            self._queue.appendleft(self._moves.pop(charger))
        super()._fail(chargers, visit, now_s)
        self._call_staff(now_s)

    # Staff

    def _call_staff(self, now_s: float) -> None:
        """Let idle staff move the vehicles that wait to chargers that are empty or done with theirs."""
        while self._queue and self._idle and self._shifts:
            charger = super()._take_charger(now_s)
            if charger is None:
                return
            visit = self._queue.popleft()
            self._idle -= 1
            self._moves[charger] = visit
            self._note(now_s + self._staff.move_s, partial(self._end_move, charger, visit), None)

    def _end_move(self, charger: int, visit: Visit, _: Visit | None, now_s: float) -> None:
        self._idle += 1
        if self._moves.get(charger) is visit:
            del self._moves[charger]
            self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, now_s, _SERVED)
            self._plug(visit, charger, now_s)
        self._call_staff(now_s)

    def _change_shift(self, step: int, _: Visit | None, now_s: float) -> None:
        self._shifts += step
        self._call_staff(now_s)

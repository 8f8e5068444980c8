"""A swap station: lanes where vehicles change their packs, and slots where packs are charged.

A vehicle needs a lane and a ready pack at the same time; it queues, first come first served, until it has both. A
pack that is not ready takes a slot, or waits on the shelf for one, and goes back to the shelf when it is ready: the
pack that finishes first goes to the vehicle that waits longest. One alarm waits for the end of a swap, for a pack,
for a loss of patience, and for what the tariff and the connection have fixed beforehand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from simpy import Environment, Event

from fleetsim.charging.reallocation import Reallocation
from fleetsim.charging.rules import proportional
from fleetsim.charging.sharing import NEVER, TOLERANCE_S, Sharing
from fleetsim.charging.strategies import STRATEGIES
from fleetsim.charging.view import ALWAYS, Plan, SessionView, SiteView
from fleetsim.charging.virtual_clock import VirtualClock
from fleetsim.energy.curve import ChargeSteps
from fleetsim.results.schema import SESSION_ENDS, WAIT_OUTCOMES
from fleetsim.signals import Signals
from fleetsim.sites.alarm import Alarm
from fleetsim.sites.log import SharingRows, SiteLog
from fleetsim.sites.planner import Expected
from fleetsim.sites.visit import Stage

_TARGET, _HORIZON = (SESSION_ENDS.index(word) for word in ("target", "horizon"))
_SERVED, _LEFT, _BALKED, _OPEN = (WAIT_OUTCOMES.index(word) for word in ("served", "left", "balked", "horizon"))
SMALL_KWH = 1e-9
ASKED_ONCE = ("immediate", "valley")
"""Strategies whose hours hold for all packs; all others plan each pack in `flexible_swap_station`."""
TYPICAL_ARRIVAL = 0.3
"""State of charge of a pack as it usually comes in, by which waits are estimated."""


@dataclass(frozen=True, slots=True)
class SwapPlant:
    """A swap station as it stands: what its agent needs to know of the scenario."""

    site: int
    """Code of the site."""
    lanes: int
    swap_s: Iterator[float]
    """Length of each next swap."""
    mean_swap_s: float
    slots: int
    packs: tuple[tuple[int, float], ...]
    """Number and energy of each pack at the start."""
    ready_kwh: float
    stock: int
    """Packs that are to be ready or charging when the strategy would rather wait."""
    steps_id: int
    """Row of the table of charge steps."""
    limits: tuple[tuple[float, float], ...]
    """Power left for charging from a moment on, ``(at_s, limit_kw)``, in order; the first at second 0."""
    strategy: str
    own_kw: tuple[float, ...] = (0.0,)
    """Power of buildings and standby: one figure, or one for each hour of the day."""
    solar_kw: NDArray[np.float64] | None = None
    """Power of the site's panels by slot, if it has any."""


class SwapVisit:
    """A vehicle at the station. ``ended`` fires when it has its new pack, or when it leaves the queue."""

    __slots__ = ("arrive_s", "ended", "level_kwh", "new", "pack", "served", "stage", "vehicle")

    def __init__(self, vehicle: int, pack: int, level_kwh: float, arrive_s: float, ended: Event) -> None:
        self.vehicle = vehicle
        self.pack = pack
        self.level_kwh = level_kwh
        self.arrive_s = arrive_s
        self.ended = ended
        self.stage = Stage.QUEUED
        self.served = False
        self.new: tuple[int, float]
        """Number and energy of the pack that it gets."""


class PackCharge:
    """A pack on its way to being ready."""

    __slots__ = (
        "arrive_s", "cap_kw", "expected", "level_kwh", "pack", "plan", "plug_s", "session", "slot", "start_kwh",
        "start_s",
    )  # fmt: skip

    def __init__(self, pack: int, level_kwh: float, arrive_s: float) -> None:
        self.pack = pack
        self.level_kwh = self.start_kwh = level_kwh
        self.arrive_s = arrive_s
        self.plug_s = self.start_s = float("nan")
        self.session = self.slot = -1
        self.plan: Plan = ALWAYS
        self.cap_kw = NEVER
        """The power at the meter that it may draw at present."""
        self.expected: Expected | None = None
        """What it will draw at most, where the strategy is shown that."""

    def cap_at(self, at_s: float) -> float:
        """The power at the meter that its plan gives it at a moment."""
        return next((slot.max_kw for slot in self.plan if slot.start_s <= at_s < slot.end_s), 0.0)


class SwapStation:
    """The agent of a swap station."""

    def __init__(self, env: Environment, plant: SwapPlant, steps: ChargeSteps, signals: Signals, log: SiteLog) -> None:
        self._env = env
        self._plant = plant
        self._steps = steps
        self._log = log
        self._sharing = self._engine(SharingRows(log, plant.site))
        self._queue: deque[SwapVisit] = deque()
        """Visits in order of arrival; those that left are skipped when their turn comes."""
        self._queued = 0
        self._free_lanes = plant.lanes
        self._ready: deque[tuple[int, float]] = deque()
        self._shelf: deque[PackCharge] = deque()
        self._held: deque[PackCharge] = deque()
        """Packs in slots that do not draw."""
        self._drawing: dict[int, PackCharge] = {}
        self._free_slots = list(range(plant.slots))
        self._open = True
        """Whether packs may draw whatever the stock."""
        self._agenda: list[tuple[float, int, Callable[[Any], None], Any]] = []
        self._order = count()
        self._alarm = Alarm(env, self._ring)
        self._typical_s = steps.time_at(plant.ready_kwh) - steps.time_at(
            min(TYPICAL_ARRIVAL * steps.level_kwh[-1], plant.ready_kwh)
        )
        self._plan_hours(signals)
        for at_s, limit_kw in plant.limits:
            self._note(at_s, self._change_limit, limit_kw)
        for pack, level_kwh in plant.packs:
            self._take_in(pack, level_kwh)
        self._ring(env.now)

    def _engine(self, rows: SharingRows) -> Sharing:
        return VirtualClock(rows) if self._steps.load_curve is None else Reallocation(rows, proportional)

    # Vehicles

    def expected_wait_s(self) -> float:
        """How long a vehicle that came now would wait for a lane and a pack, by what it can see."""
        rank = self._queued + 1
        lane_s = max(0, rank - self._free_lanes) * self._plant.mean_swap_s / self._plant.lanes
        short = rank - len(self._ready)
        if short <= 0:
            return lane_s
        coming = len(self._drawing) + len(self._held) + len(self._shelf)
        return max(lane_s, short * self._typical_s / max(1, min(coming, self._plant.slots)))

    def balk(self, vehicle: int) -> None:
        """A vehicle sees the queue and drives on."""
        self._log.waits.add(vehicle, self._plant.site, self._env.now, self._env.now, _BALKED)

    def enter(
        self, vehicle: int, _class: int, pack: int, level_kwh: float, _target_kwh: float, patience_s: float
    ) -> SwapVisit:
        """A vehicle comes with its pack and waits for another, no longer than ``patience_s`` in the queue."""
        visit = SwapVisit(vehicle, pack, level_kwh, self._env.now, self._env.event())
        self._queue.append(visit)
        self._queued += 1
        self._settle()
        if visit.stage is Stage.QUEUED and patience_s < NEVER:
            self._note(self._env.now + patience_s, self._lose_patience, visit)
            self._arm()
        return visit

    def close(self) -> None:
        """The horizon has come: write down what is still open."""
        now_s = self._env.now
        for charge in tuple(self._drawing.values()):
            charge.level_kwh = self._sharing.stop(now_s, charge.session)
        for charge in (*self._drawing.values(), *self._held):
            self._write(charge, _HORIZON)
        for charge in self._shelf:
            charge.session, charge.plug_s = self._log.new_session(), now_s
            self._write(charge, _HORIZON)
        for visit in self._queue:
            if visit.stage is Stage.QUEUED:
                self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, now_s, _OPEN)

    # Lanes

    def _serve(self) -> None:
        """Let vehicles into the lanes while there are lanes and packs."""
        while self._queued and self._free_lanes and self._ready:
            visit = self._queue.popleft()
            if visit.stage is Stage.QUEUED:
                self._begin(visit)

    def _begin(self, visit: SwapVisit) -> None:
        now_s, log, site = self._env.now, self._log, self._plant.site
        end_s = now_s + next(self._plant.swap_s)
        self._queued -= 1
        self._free_lanes -= 1
        visit.new = self._ready.popleft()
        visit.stage = Stage.HELD
        if now_s > visit.arrive_s:
            log.waits.add(visit.vehicle, site, visit.arrive_s, now_s, _SERVED)
        log.swaps.add(
            visit.vehicle, site, visit.arrive_s, now_s, end_s, visit.pack, visit.new[0], visit.level_kwh, visit.new[1]
        )
        self._note(end_s, self._finish, visit)

    def _finish(self, visit: SwapVisit) -> None:
        """The vehicle drives out with its new pack, and the old one is the station's."""
        self._free_lanes += 1
        visit.stage = Stage.OVER
        visit.served = True
        self._take_in(visit.pack, visit.level_kwh)
        visit.pack, visit.level_kwh = visit.new
        visit.ended.succeed()

    def _lose_patience(self, visit: SwapVisit) -> None:
        """The vehicle leaves the queue."""
        if visit.stage is Stage.QUEUED:
            self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, self._env.now, _LEFT)
            self._queued -= 1
            visit.stage = Stage.OVER
            visit.ended.succeed()

    # Packs

    def _take_in(self, pack: int, level_kwh: float) -> None:
        if level_kwh >= self._plant.ready_kwh - SMALL_KWH:
            self._ready.append((pack, level_kwh))
        else:
            self._shelf.append(PackCharge(pack, level_kwh, self._env.now))

    def _fill_slots(self) -> None:
        while self._shelf and self._free_slots:
            self._plug(self._shelf.popleft())

    def _plug(self, charge: PackCharge) -> None:
        charge.slot = heappop(self._free_slots)
        charge.session = self._log.new_session()
        charge.plug_s = self._env.now
        self._held.append(charge)

    def _surplus(self) -> int:
        """Packs that are ready or charging beyond those that are to be, and beyond those that are waited for."""
        return len(self._ready) + len(self._drawing) - self._plant.stock - self._queued

    def _charge(self) -> None:
        """Let packs draw: all of them when the hour is right, else as many as the stock asks for."""
        while self._held and (self._open or self._surplus() < 0):
            self._start(self._held.popleft())

    def _start(self, charge: PackCharge) -> None:
        now_s = self._env.now
        if charge.start_s != charge.start_s:
            charge.start_s = now_s
        self._drawing[charge.session] = charge
        self._sharing.start(now_s, charge.session, self._steps, charge.level_kwh, self._plant.ready_kwh)

    def _hold_back(self) -> None:
        """Stop the packs beyond the stock, those that began last first."""
        while self._drawing and self._surplus() > 0:
            session, charge = self._drawing.popitem()
            charge.level_kwh = self._sharing.stop(self._env.now, session)
            self._held.appendleft(charge)

    def _be_ready(self, session: int) -> None:
        charge = self._drawing.pop(session)
        charge.level_kwh = self._plant.ready_kwh
        self._write(charge, _TARGET)
        heappush(self._free_slots, charge.slot)
        self._ready.append((charge.pack, charge.level_kwh))

    def _write(self, charge: PackCharge, reason: int) -> None:
        now_s = self._env.now
        self._log.sessions.add(
            charge.session, -1, charge.pack, self._plant.site, charge.slot, -1, self._plant.steps_id,
            charge.arrive_s, charge.plug_s, charge.start_s, now_s, now_s, NEVER, charge.start_kwh, charge.level_kwh,
            self._plant.ready_kwh, reason,
        )  # fmt: skip

    # Alarm

    def _note(self, at_s: float, action: Callable[[Any], None], subject: Any) -> None:
        heappush(self._agenda, (at_s, next(self._order), action, subject))

    def _arm(self) -> None:
        due_s = self._sharing.next_s
        if self._agenda and self._agenda[0][0] < due_s:
            due_s = self._agenda[0][0]
        self._alarm.set(due_s)

    def _settle(self) -> None:
        """What follows from any change: slots, lanes, power, in this order."""
        if self._shelf:
            self._fill_slots()
        if self._queued:
            self._serve()
        if self._held:
            self._charge()
        self._arm()

    def _ring(self, now_s: float) -> None:
        if self._sharing.next_s <= now_s + TOLERANCE_S:
            for session in self._sharing.advance(now_s):
                self._be_ready(session)
        while self._agenda and self._agenda[0][0] <= now_s + TOLERANCE_S:
            action, subject = heappop(self._agenda)[2:]
            action(subject)
        self._settle()

    def _plan_hours(self, signals: Signals) -> None:
        """Ask the strategy once when packs may draw: nobody knows when a pack will leave."""
        session = SessionView(NEVER, self._steps.time_at(self._plant.ready_kwh))
        slots = STRATEGIES[self._plant.strategy](SiteView(0.0, 1.0, signals), session)
        self._open = bool(slots) and slots[0].start_s <= 0.0
        begins_s, ends_s = [slot.start_s for slot in slots], [slot.end_s for slot in slots]
        for slot in slots:
            if slot.start_s > 0.0 and slot.start_s not in ends_s:
                self._note(slot.start_s, self._open_hours, True)
            if slot.end_s < NEVER and slot.end_s not in begins_s:
                self._note(slot.end_s, self._open_hours, False)

    def _open_hours(self, begin: bool) -> None:
        self._open = begin
        if not begin:
            self._hold_back()

    def _change_limit(self, limit_kw: float) -> None:
        self._sharing.limit(self._env.now, limit_kw)

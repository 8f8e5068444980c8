"""A swap station whose packs are charged by a strategy, one plan for each pack, above a floor that is charged at once.

Nobody knows when a pack will leave, so the strategy plans it as it plans any vehicle of unknown departure. The floor
holds whatever the plans say: of the packs that are ready, drawing or in slots, in this order, as many as the stock and
the waiting vehicles ask for are ready or charge at full power, and are not held back again. So where swaps come no
faster than the stock can follow, no vehicle waits for a pack for the strategy's sake.
"""

from __future__ import annotations

from itertools import chain

import numpy as np
from numpy.typing import NDArray
from simpy import Environment

from fleetsim.charging.climb import climb, highest_kw
from fleetsim.charging.installed import strategy_named
from fleetsim.charging.reallocation import Reallocation
from fleetsim.charging.rules import proportional
from fleetsim.charging.sharing import NEVER, TOLERANCE_S, Sharing
from fleetsim.charging.strategies import CAPPED, SEEING_PLANS
from fleetsim.charging.view import ALWAYS, Plan, SessionView, SiteView
from fleetsim.clock import SLOT_S
from fleetsim.energy.curve import ChargeSteps
from fleetsim.signals import Signals
from fleetsim.sites.log import SharingRows, SiteLog
from fleetsim.sites.planner import by_slot_of_day, planned_kw
from fleetsim.sites.swap_station import PackCharge, SwapPlant, SwapStation

SMALL_KW = 1e-6


class FlexibleSwapStation(SwapStation):
    """The agent of a swap station that plans each pack."""

    def __init__(self, env: Environment, plant: SwapPlant, steps: ChargeSteps, signals: Signals, log: SiteLog) -> None:
        self._signals = signals
        self._strategy = strategy_named(plant.strategy)
        self._sees_plans = plant.strategy in SEEING_PLANS
        self._sees_needs = self._sees_plans or plant.strategy in CAPPED
        self._own_kw = by_slot_of_day(plant.own_kw)
        self._limit_kw = NEVER
        super().__init__(env, plant, steps, signals, log)

    def _engine(self, rows: SharingRows) -> Sharing:
        """Plans that hold the power of a pack down need each power set by itself."""
        return Reallocation(rows, proportional) if self._sees_needs else super()._engine(rows)

    # Plans

    def _plan_hours(self, _signals: Signals) -> None:
        """There are no hours that hold for all packs."""
        self._open = False

    def _plug(self, charge: PackCharge) -> None:
        super()._plug(charge)
        self._plan(charge)

    def _plan(self, charge: PackCharge) -> None:
        """Ask the strategy when a pack in a slot may draw."""
        now_s, plant, steps = self._env.now, self._plant, self._steps
        plugged = len(self._drawing) + len(self._held)
        crowding = max(1.0, (plugged + len(self._shelf)) / plant.slots)
        crowding *= max(1.0, plugged * steps.peak_kw[0] / max(self._limit_kw, SMALL_KW))
        full_power_s = steps.time_at(plant.ready_kwh) - steps.time_at(charge.level_kwh)
        needs = steps.needs(charge.level_kwh, plant.ready_kwh) if self._sees_needs else ()
        others_kw = tuple(self._planned_kw(charge).tolist()) if self._sees_plans else ()
        charge.plan = self._strategy(
            SiteView(now_s, crowding, self._signals, plant.slots, plant.solar_kw, NEVER, others_kw),
            SessionView(NEVER, full_power_s, needs, charge.slot),
        )
        self._expect(charge, charge.plan)
        for moment_s in (moment_s for slot in charge.plan for moment_s in slot[:2] if now_s < moment_s < NEVER):
            self._note(moment_s, self._look_at_plan, charge)

    def _planned_kw(self, charge: PackCharge) -> NDArray[np.float64]:
        """What all but a pack will draw at most, by slot."""
        packs = chain(self._drawing.values(), self._held)
        others = (other.expected for other in packs if other is not charge)
        return planned_kw(self._own_kw, self._plant.solar_kw, self._env.now, NEVER, others)

    def _expect(self, charge: PackCharge, plan: Plan) -> None:
        """Note what a pack will draw by its plan, or at once where the floor wants it."""
        if self._sees_plans:
            now_s = self._env.now
            needs = self._steps.needs(charge.level_kwh, self._plant.ready_kwh)
            charge.expected = int(now_s // SLOT_S), highest_kw(climb(needs, plan, now_s), now_s)

    def _look_at_plan(self, charge: PackCharge) -> None:
        """A slot of a plan begins or ends; a plan that is over and was not enough makes room for another."""
        now_s = self._env.now
        over = charge.plan and charge.plan[-1].end_s <= now_s + TOLERANCE_S
        if over and charge.level_kwh < self._plant.ready_kwh:
            if charge.session in self._drawing:
                charge.level_kwh = self._sharing.stop(now_s, charge.session)
                self._start(charge, charge.cap_kw)
            self._plan(charge)

    # Power

    def _charge(self) -> None:
        """Let every pack draw what the floor or its plan gives it."""
        floor = self._plant.stock + self._queued - len(self._ready)
        soon_s = self._env.now + TOLERANCE_S
        held = []
        for number, charge in enumerate(tuple(chain(self._drawing.values(), self._held))):
            cap_kw = NEVER if number < floor else charge.cap_at(soon_s)
            drawing = charge.session in self._drawing
            if drawing and cap_kw != charge.cap_kw:
                charge.level_kwh = self._sharing.stop(self._env.now, charge.session)
            if cap_kw <= 0.0:
                self._drawing.pop(charge.session, None)
                held.append(charge)
            elif cap_kw != charge.cap_kw or not drawing:
                self._start(charge, cap_kw)
        self._held.clear()
        self._held.extend(held)

    def _start(self, charge: PackCharge, cap_kw: float = NEVER) -> None:
        """Let a pack draw, no more than ``cap_kw`` at the meter; one that draws already keeps its place."""
        now_s = self._env.now
        charge.cap_kw = cap_kw
        self._expect(charge, ALWAYS if cap_kw == NEVER else charge.plan)
        if charge.start_s != charge.start_s:
            charge.start_s = now_s
        self._drawing[charge.session] = charge
        steps = self._steps if cap_kw == NEVER else self._steps.capped(cap_kw)
        self._sharing.start(now_s, charge.session, steps, charge.level_kwh, self._plant.ready_kwh)

    def _change_limit(self, limit_kw: float) -> None:
        self._limit_kw = limit_kw
        super()._change_limit(limit_kw)

    def _settle(self) -> None:
        """What follows from any change: slots, lanes, power, in this order."""
        if self._shelf:
            self._fill_slots()
        if self._queued:
            self._serve()
        self._charge()
        self._arm()

"""The compiled life of a depot and its fleets: arrays in, arrays out, event by event what the agents do under SimPy.

The functions have their twins in :mod:`fleetsim.vehicles.battery_vehicle` and :mod:`fleetsim.sites.depot`, and do the
same sums in the same order, so that the rows are the same to the last bit. A change there is a change here; tests
compare the two.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from fleetsim.charging.sharing import TOLERANCE_S
from fleetsim.charging.virtual_clock import CALM
from fleetsim.clock import HOUR_S
from fleetsim.results.schema import SESSION_ENDS, WAIT_OUTCOMES
from fleetsim.simulation.compiled.arrays import Duties, Site
from fleetsim.simulation.compiled.clock import (
    DRAWING,
    HELD,
    NEVER,
    OVER,
    QUEUED,
    advance,
    next_row,
    next_s,
    pass_time,
    settle,
    start,
    stop,
)
from fleetsim.simulation.compiled.driving import drive, trips_within
from fleetsim.simulation.compiled.heaps import AGENDA, EMPTY, EVENTS, FINISHED, append, pop, push, unlink
from fleetsim.simulation.compiled.native import borrowed, inner
from fleetsim.vehicles.battery_vehicle import SMALL_KWH
from fleetsim.vehicles.driving import DEADHEAD

TARGET, DEPARTURE, HORIZON = (np.int64(SESSION_ENDS.index(word)) for word in ("target", "departure", "horizon"))
SERVED, LEFT, OPEN = (np.int64(WAIT_OUTCOMES.index(word)) for word in ("served", "left", "horizon"))
HOME, CHARGING, WAITING, LAST = np.arange(4)
"""What a vehicle does next: look at its next block, or what its visit brought it; after the last it does nothing."""
ALARM, LIMIT, FIRST = np.array((-1, 0, -1))
"""An event that is not a vehicle's, and a note in the agenda that is not a visit's and comes before all others."""


@inner
def _live(site: Site, duties: Duties, end_s: float) -> bool:
    """Live through the horizon; false if the arrays are too small."""
    state, heaps = site.state[0], site.heaps
    for charger in range(len(site.groups)):
        push(heaps, EMPTY, 0.0, charger, charger)
    _change_limit(site)
    _arm(site)
    vehicles = len(duties.vehicles)
    for vehicle in range(vehicles):
        push(heaps, EVENTS, 0.0, vehicle - vehicles, vehicle)
    while heaps[EVENTS, 0].number > 0 and heaps[EVENTS, 1].at_s < end_s:
        state.now_s = heaps[EVENTS, 1].at_s
        what = pop(heaps, EVENTS)
        if what == ALARM:
            _ring(site)
            number, state.woken = state.woken, 0
            while number > 0:
                _resume(site, duties, site.visits[number].vehicle)
                number = site.visits[number].woken
        else:
            _resume(site, duties, what)
        if heaps[EVENTS, 0].order > 0 or state.factors == len(site.factors):
            return False
    state.now_s = end_s
    _close(site)
    return True


# Vehicles


@inner
def _resume(site: Site, duties: Duties, number: int) -> None:
    """A vehicle goes on with its life until it waits for something."""
    vehicle = duties.vehicles[number]
    fleet, now_s = duties.fleets[vehicle.fleet], site.state[0].now_s
    full_kwh = fleet.target_kwh - SMALL_KWH
    if vehicle.phase == LAST:
        return
    while vehicle.next < vehicle.last:
        block, waited = duties.blocks[vehicle.next], False
        if vehicle.phase == HOME:
            if vehicle.level_kwh < full_kwh:
                vehicle.phase = CHARGING
                vehicle.visit = _stay(site, number, vehicle.fleet, vehicle.level_kwh, fleet.target_kwh,
                                      max(block.depart_s, now_s))  # fmt: skip
                return
        else:
            vehicle.level_kwh = site.visits[vehicle.visit].level_kwh
            wanted_kwh = min(fleet.target_kwh, block.need_kwh + fleet.reserve_kwh)
            if vehicle.phase == WAITING:
                waited = True
                if not vehicle.level_kwh >= wanted_kwh - SMALL_KWH:
                    _leave(site, vehicle.visit)
            elif not vehicle.level_kwh >= full_kwh:
                latest_s = block.depart_s + fleet.patience_s
                if vehicle.level_kwh < wanted_kwh - SMALL_KWH and now_s < latest_s:
                    vehicle.phase = WAITING
                    _extend(site, vehicle.visit, latest_s, wanted_kwh)
                    return
                _leave(site, vehicle.visit)
        run = duties.runs[vehicle.next]
        back_s = _set_out(duties, vehicle, fleet, block, run, max(block.depart_s, now_s))
        run.begun, run.waited = True, waited
        vehicle.next += 1
        vehicle.phase = HOME
        if run.trips > 0:
            _schedule(site, back_s - now_s, number)
            return
    vehicle.phase = LAST
    if vehicle.level_kwh < full_kwh:
        _stay(site, number, vehicle.fleet, vehicle.level_kwh, fleet.target_kwh, NEVER)


@inner
def _set_out(duties: Duties, vehicle: Any, fleet: Any, block: Any, run: Any, start_s: float) -> float:
    """Start the block, as far as the energy allows; the time of return."""
    run.start_s = start_s
    level_kwh = run.start_level = vehicle.level_kwh
    enough = level_kwh >= block.need_kwh + fleet.reserve_kwh - SMALL_KWH
    run.trips = block.trips
    if enough and block.trough_kwh <= level_kwh and level_kwh <= fleet.capacity_kwh - block.rise_kwh:
        vehicle.level_kwh = level_kwh - block.net_kwh
        return max(block.not_before_s, start_s + block.running_s)
    blocks = duties.sets[block.blocks]
    shapes = duties.shapes[blocks.by_shape : blocks.by_shape + block.trips]
    first = blocks.by_trip + block.row * block.trips
    trips, lost_kwh = duties.trips[first : first + block.trips], duties.lost_kwh[first : first + block.trips]
    if not enough:
        run.trips = trips_within(shapes, trips, level_kwh - fleet.reserve_kwh)
    legs = duties.legs[blocks.by_leg + block.row * blocks.legs :]
    run.trips, back_s, vehicle.level_kwh = drive(
        shapes, trips, legs[: blocks.legs], lost_kwh, start_s, level_kwh, fleet.capacity_kwh, run.trips
    )
    return back_s


# The depot


@inner
def _stay(site: Site, vehicle: int, fleet: int, level_kwh: float, target_kwh: float, until_s: float) -> int:
    """A vehicle comes home and wants ``target_kwh`` in its battery; ``until_s`` is its next departure. Its visit."""
    state, heaps = site.state[0], site.heaps
    state.visits += 1
    number = state.visits
    visit = site.visits[number]
    visit.vehicle, visit.fleet, visit.stage, visit.session = vehicle, fleet, QUEUED, -1
    visit.level_kwh = visit.start_kwh = level_kwh
    visit.target_kwh = visit.wanted_kwh = target_kwh
    visit.until_s = visit.planned_s = until_s
    visit.arrive_s, visit.end_s = state.now_s, np.nan
    if until_s < NEVER:
        _note(site, until_s, number)
    while heaps[FINISHED, 0].number > 0 and heaps[FINISHED, 1].at_s <= state.now_s:
        charger = pop(heaps, FINISHED)
        push(heaps, EMPTY, 0.0, charger, charger)
    if heaps[EMPTY, 0].number > 0:
        _plug(site, number, pop(heaps, EMPTY))
    elif heaps[FINISHED, 0].number > 0:
        _plug(site, number, pop(heaps, FINISHED))
    else:
        append(site.visits, number)
    _arm(site)
    return number


@inner
def _extend(site: Site, number: int, until_s: float, target_kwh: float) -> None:
    """A vehicle whose time was up stays for ``target_kwh``, until ``until_s`` at the longest, and draws at once."""
    visit = site.visits[number]
    visit.triggered = False
    visit.until_s, visit.target_kwh = until_s, target_kwh
    _note(site, until_s, number)
    if visit.stage != QUEUED:
        _halt(site, visit)
        start(site, number)
    _arm(site)


@inner
def _leave(site: Site, number: int) -> None:
    """A vehicle whose time was up goes."""
    visit, now_s = site.visits[number], site.state[0].now_s
    if visit.stage == QUEUED:
        _end_wait(site, visit, LEFT)
        unlink(site.visits, number)
        visit.stage = OVER
    else:
        _halt(site, visit)
        _end(site, visit, DEPARTURE)
        _pass_on(site, visit.charger, now_s)
    _arm(site)


@inner
def _close(site: Site) -> None:
    """The horizon has come: write down what is still open, in order of session."""
    by_session = np.zeros(site.state[0].sessions, np.int64)
    for number in range(1, site.state[0].visits + 1):
        visit = site.visits[number]
        if visit.stage == HELD or visit.stage == DRAWING:
            by_session[visit.session] = number
        elif visit.stage == QUEUED:
            _end_wait(site, visit, OPEN)
    for number in by_session:
        if number > 0:
            _halt(site, site.visits[number])
            _end(site, site.visits[number], HORIZON)


@inner
def _pass_on(site: Site, charger: int, free_s: float) -> None:
    """A charger is done with its vehicle, which keeps the plug until ``free_s`` unless somebody waits."""
    number = site.visits[0].after
    if number > 0:
        unlink(site.visits, number)
        _end_wait(site, site.visits[number], SERVED)
        _plug(site, number, charger)
    else:
        push(site.heaps, FINISHED, free_s, charger, charger)


@inner
def _plug(site: Site, number: int, charger: int) -> None:
    state, visit = site.state[0], site.visits[number]
    visit.charger = charger
    visit.plug_s = visit.start_s = state.now_s
    visit.steps = site.steps[visit.fleet, site.groups[charger], int(state.now_s // HOUR_S)]
    visit.session = state.sessions
    state.sessions += 1
    start(site, number)


@inner
def _halt(site: Site, visit: Any) -> None:
    if visit.stage == DRAWING:
        visit.level_kwh = stop(site, visit.spell)
        visit.end_s = site.state[0].now_s
        visit.stage = HELD


@inner
def _end(site: Site, visit: Any, reason: int) -> None:
    """Write the session down."""
    now_s = site.state[0].now_s
    visit.stage, visit.reason, visit.row = OVER, reason, next_row(site)
    visit.end_s = now_s if np.isnan(visit.end_s) else visit.end_s
    visit.leave_s = max(visit.planned_s, now_s) if reason == TARGET else now_s


@inner
def _end_wait(site: Site, visit: Any, outcome: int) -> None:
    visit.outcome, visit.wait_row, visit.waited_until_s = outcome, next_row(site), site.state[0].now_s


# Alarm and events


@inner
def _schedule(site: Site, delay_s: float, what: int) -> None:
    state = site.state[0]
    push(site.heaps, EVENTS, state.now_s + delay_s, state.events, what)
    state.events += 1


@inner
def _note(site: Site, at_s: float, visit: int) -> None:
    push(site.heaps, AGENDA, at_s, site.state[0].notes, visit)
    site.state[0].notes += 1


@inner
def _arm(site: Site) -> None:
    """Let the alarm ring at the next moment that matters."""
    state, agenda = site.state[0], site.heaps[AGENDA]
    while agenda[0].number > 0 and agenda[1].number != LIMIT and site.visits[agenda[1].number].stage == OVER:
        pop(site.heaps, AGENDA)
    due_s = next_s(site)
    if agenda[0].number > 0 and agenda[1].at_s < due_s:
        due_s = agenda[1].at_s
    if due_s < state.due_s:
        delay_s = max(0.0, due_s - state.now_s)
        state.due_s = state.now_s + delay_s
        _schedule(site, delay_s, ALARM)


@inner
def _ring(site: Site) -> None:
    state, agenda = site.state[0], site.heaps[AGENDA]
    if state.now_s < state.due_s:
        return
    state.due_s = NEVER
    soon_s = state.now_s + TOLERANCE_S
    if next_s(site) <= soon_s:
        number = advance(site)
        while number > 0:
            visit = site.visits[number]
            visit.level_kwh, visit.end_s = visit.target_kwh, state.now_s
            _end(site, visit, TARGET)
            _wake(site, number)
            number = visit.after
            _pass_on(site, visit.charger, max(visit.planned_s, state.now_s))
    while agenda[0].number > 0 and agenda[1].at_s <= soon_s:
        number = pop(site.heaps, AGENDA)
        if number == LIMIT:
            _change_limit(site)
        else:
            visit = site.visits[number]
            if visit.stage != OVER and visit.until_s <= soon_s and not visit.triggered:
                _halt(site, visit)
                visit.triggered = True
                _wake(site, number)
    _arm(site)


@inner
def _wake(site: Site, number: int) -> None:
    """A visit is over, or its time is; its vehicle goes on once all that is due has been done."""
    state = site.state[0]
    if state.woken == 0:
        state.woken = number
    else:
        site.visits[state.woken_last].woken = number
    state.woken_last = number
    site.visits[number].woken = 0


@inner
def _change_limit(site: Site) -> None:
    """Another limit holds; of all that is due at a moment this comes first."""
    state = site.state[0]
    pass_time(state)
    state.limit_kw = site.limits[state.limit, 1]
    settle(site)
    state.limit += 1
    if state.limit < len(site.limits):
        push(site.heaps, AGENDA, site.limits[state.limit, 0], FIRST, LIMIT)


def _entry(made_of: str) -> Callable[[Site, Duties, float], bool]:
    """The kernel; what is kept of it on disk is told apart by what it was ``made_of``, beside this file's time."""

    @njit(cache=True)
    def live(site: Site, duties: Duties, end_s: float) -> bool:
        assert made_of
        of_site = Site(
            borrowed(site.state), borrowed(site.heaps), borrowed(site.visits), borrowed(site.spells),
            borrowed(site.factors), borrowed(site.groups), borrowed(site.steps), borrowed(site.stairs),
            borrowed(site.limits),
        )  # fmt: skip
        of_fleets = Duties(
            borrowed(duties.fleets), borrowed(duties.vehicles), borrowed(duties.runs), borrowed(duties.lost_kwh),
            borrowed(duties.blocks), borrowed(duties.sets), borrowed(duties.shapes), borrowed(duties.trips),
            borrowed(duties.legs),
        )  # fmt: skip
        return _live(of_site, of_fleets, end_s)

    return live


_sources = b"".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))
_constants = (TOLERANCE_S, CALM, HOUR_S, SMALL_KWH, DEADHEAD, SESSION_ENDS, WAIT_OUTCOMES)
live = _entry(sha256(_sources + repr(_constants).encode()).hexdigest())

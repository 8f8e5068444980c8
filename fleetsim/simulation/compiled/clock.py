"""The kernel's twin of :mod:`fleetsim.charging.virtual_clock` and of the charge steps."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetsim.charging.sharing import TOLERANCE_S
from fleetsim.charging.virtual_clock import CALM
from fleetsim.simulation.compiled.arrays import Site
from fleetsim.simulation.compiled.heaps import CORNERS, ENDS, append, pop, push, unlink
from fleetsim.simulation.compiled.native import inner

NEVER = np.inf
QUEUED, HELD, DRAWING, OVER = np.arange(4)
"""How far a visit is."""


@inner
def next_s(site: Site) -> float:
    """When something will happen next if nobody comes or goes."""
    state, which = site.state[0], CORNERS if site.state[0].careful else ENDS
    heap = site.heaps[which]
    while heap[0].number > 0 and not site.spells[heap[1].number].active:
        pop(site.heaps, which)
    if heap[0].number == 0 or state.factor <= 0.0:
        return NEVER
    return state.passed_s + max(0.0, heap[1].at_s - state.clock_s) / state.factor


@inner
def start(site: Site, number: int) -> None:
    """Let a visit draw from its level until its battery has what it wants."""
    state, visit = site.state[0], site.visits[number]
    stairs = site.stairs[visit.steps]
    visit.stage = DRAWING
    pass_time(state)
    state.spells += 1
    visit.spell = state.spells
    spell = site.spells[visit.spell]
    spell.visit, spell.session, spell.steps, spell.active = number, visit.session, visit.steps, True
    spell.level_kwh, spell.target_kwh = visit.level_kwh, visit.target_kwh
    spell.start_s, spell.clock_start_s = state.now_s, state.clock_s
    spell.offset_s = state.clock_s - _time_at(stairs, visit.level_kwh)
    spell.target_s = spell.offset_s + _time_at(stairs, visit.target_kwh)
    spell.step = _step_of(stairs, visit.level_kwh)
    spell.peak_kw = stairs[spell.step].peak_kw
    append(site.spells, visit.spell)
    state.peak_kw += spell.peak_kw
    _await(site, ENDS, spell.target_s, visit.spell)
    if state.careful:
        state.demand_kw += stairs[spell.step].draw_kw
        _await(site, CORNERS, _next_corner_s(stairs, spell), visit.spell)
    settle(site)


@inner
def stop(site: Site, number: int) -> float:
    """Take a session out before its target; the energy that its battery holds by now."""
    state, spell = site.state[0], site.spells[number]
    pass_time(state)
    level_kwh = min(_level_at(site.stairs[spell.steps], state.clock_s - spell.offset_s), spell.target_kwh)
    level_kwh = max(level_kwh, spell.level_kwh)
    _end_spell(site, number, level_kwh)
    settle(site)
    return level_kwh


@inner
def advance(site: Site) -> int:
    """Let time pass; the first visit of those that reached their targets, each with that after it. 0: none."""
    state, which = site.state[0], CORNERS if site.state[0].careful else ENDS
    heap = site.heaps[which]
    pass_time(state)
    first = last = 0
    due_s = state.clock_s + TOLERANCE_S
    while heap[0].number > 0 and heap[1].at_s <= due_s:
        number = pop(site.heaps, which)
        spell = site.spells[number]
        if not spell.active:
            continue
        if spell.target_s <= due_s:
            _end_spell(site, number, spell.target_kwh)
            site.visits[spell.visit].after = 0
            if last > 0:
                site.visits[last].after = spell.visit
            else:
                first = spell.visit
            last = spell.visit
        else:
            stairs = site.stairs[spell.steps]
            state.demand_kw -= stairs[spell.step].draw_kw
            _climb(state, stairs, spell, spell.step + 1)
            state.demand_kw += stairs[spell.step].draw_kw
            _await(site, which, _next_corner_s(stairs, spell), number)
    settle(site)
    return first


@inner
def pass_time(state: Any) -> None:
    """Let the clock run up to now."""
    state.clock_s += (state.now_s - state.passed_s) * state.factor
    state.passed_s = state.now_s


@inner
def _end_spell(site: Site, number: int, level_kwh: float) -> None:
    state, spell = site.state[0], site.spells[number]
    unlink(site.spells, number)
    spell.active = False
    state.peak_kw -= spell.peak_kw
    if state.careful:
        state.demand_kw -= site.stairs[spell.steps, spell.step].draw_kw
    spell.end_s, spell.end_kwh, spell.row = state.passed_s, level_kwh, next_row(site)


@inner
def settle(site: Site) -> None:
    """Choose between slack and careful, and set the factor."""
    state, heaps = site.state[0], site.heaps
    if site.spells[0].after == 0:
        heaps[ENDS, 0].number = heaps[CORNERS, 0].number = 0
        state.careful = False
        state.peak_kw = state.demand_kw = 0.0
    elif not state.careful and state.peak_kw > state.limit_kw:
        _look_closer(site)
    elif state.careful and state.peak_kw <= CALM * state.limit_kw:
        state.careful = False
        heaps[CORNERS, 0].number = 0
    factor = 1.0
    if state.careful and state.demand_kw > state.limit_kw:
        factor = max(0.0, state.limit_kw) / state.demand_kw
    if factor != state.factor and state.factors < len(site.factors):
        state.factor = factor
        site.factors[state.factors].at_s, site.factors[state.factors].factor = state.passed_s, factor
        state.factors += 1


@inner
def _climb(state: Any, stairs: Any, spell: Any, step: int) -> None:
    """A session has come to a step, from which on its highest power may be lower."""
    spell.step = step
    state.peak_kw += stairs[step].peak_kw - spell.peak_kw
    spell.peak_kw = stairs[step].peak_kw


@inner
def _look_closer(site: Site) -> None:
    """Find the step that each session is in; unless the highest powers fit by far, corners count from here on."""
    state, spells = site.state[0], site.spells
    number = spells[0].after
    while number > 0:
        spell = spells[number]
        stairs = site.stairs[spell.steps]
        level_kwh = _level_at(stairs, state.clock_s - spell.offset_s + TOLERANCE_S)
        _climb(state, stairs, spell, _step_of(stairs, level_kwh))
        number = spell.after
    if state.peak_kw <= CALM * state.limit_kw:
        return
    state.careful = True
    state.demand_kw = 0.0
    site.heaps[CORNERS, 0].number = 0
    number = spells[0].after
    while number > 0:
        spell = spells[number]
        state.demand_kw += site.stairs[spell.steps, spell.step].draw_kw
        _await(site, CORNERS, _next_corner_s(site.stairs[spell.steps], spell), number)
        number = spell.after


@inner
def _await(site: Site, which: int, at_s: float, spell: int) -> None:
    push(site.heaps, which, at_s, site.state[0].awaited, spell)
    site.state[0].awaited += 1


@inner
def _next_corner_s(stairs: Any, spell: Any) -> float:
    corner_s = spell.offset_s + stairs[spell.step + 1].time_s
    return corner_s if corner_s < spell.target_s else spell.target_s


@inner
def _step_of(stairs: Any, level_kwh: float) -> int:
    """The step that a battery is in; at an edge, the one above, but none begins at the last edge."""
    step = 0
    while step + 1 < stairs[0].count and stairs[step + 1].level_kwh <= level_kwh:
        step += 1
    return step


@inner
def _time_at(stairs: Any, level_kwh: float) -> float:
    step = _step_of(stairs, level_kwh)
    return stairs[step].time_s + (level_kwh - stairs[step].level_kwh) * stairs[step].seconds_per_kwh


@inner
def _level_at(stairs: Any, time_s: float) -> float:
    step = 0
    while step + 1 < stairs[0].count and stairs[step + 1].time_s <= time_s:
        step += 1
    return stairs[step].level_kwh + (time_s - stairs[step].time_s) / stairs[step].seconds_per_kwh


@inner
def next_row(site: Site) -> int:
    """Number of the next row that is written."""
    site.state[0].rows += 1
    return site.state[0].rows

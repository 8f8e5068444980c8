"""Errands: cars that are taken out at times drawn by chance, stay at a destination, and come home."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.randomness import generator
from fleetsim.work.blocks import Trip, WayHome, build
from fleetsim.work.draws import Chance, days_within, run_factor
from fleetsim.work.effort import Conditions
from fleetsim.work.errand_spec import Errands, Outing
from fleetsim.work.plan import BlockSet, Series, WorkPlan
from fleetsim.work.setting import MIN_S, Setting
from fleetsim.work.spec import WEEKDAYS, seconds_of_day
from fleetsim.work.traffic import speed_kmh

GRACE_S = 900.0
"""An errand counts as done in time if the car is home this much later than planned."""
_GOES, _WHERE, _WHEN, _STAY, _OUT, _BACK = range(6)


def errands_plan(work: Errands, conditions: Conditions, setting: Setting) -> WorkPlan:
    """All errands of a fleet over the whole run: a set for each outing and destination."""
    way_home = WayHome(setting, work.detour)
    drawn = _uniforms(setting, len(work.outings))
    return WorkPlan(
        tuple(
            blocks
            for number, outing in enumerate(work.outings)
            for blocks in _sets(work, outing, drawn[:, :, number], conditions, setting, way_home)
        )
    )


def _uniforms(setting: Setting, outings: int) -> Series:
    """Numbers between 0 and 1 for each car, day and outing: shape ``(vehicles, days, outings, 6)``."""
    clock = setting.clock
    first = clock.origin.date()
    drawn = np.empty((setting.vehicles, clock.total_days, outings, 6))
    for monday in clock.week_starts():
        start, end = days_within(monday, first, clock.total_days)
        offset = (first - monday).days
        for vehicle in range(setting.vehicles):
            week = generator(setting.seed, monday, "errands", setting.fleet, vehicle).random((outings, 7, 6))
            drawn[vehicle, start:end] = week[:, start + offset : end + offset].swapaxes(0, 1)
    return drawn


def _sets(
    work: Errands, outing: Outing, drawn: Series, conditions: Conditions, setting: Setting, way_home: WayHome
) -> Iterator[BlockSet]:
    days = setting.clock.dates
    runs = np.array([WEEKDAYS[day.weekday()] in outing.days for day in days])
    share = outing.share * np.array([setting.season_factor(day) for day in days])
    goes = runs & (drawn[..., _GOES] < share)
    edges = np.cumsum([each.share for each in work.destinations])
    where = np.minimum(np.searchsorted(edges / edges[-1], drawn[..., _WHERE], side="right"), len(edges) - 1)
    for number, destination in enumerate(work.destinations):
        vehicle, day = np.nonzero(goes & (where == number))
        yield _blocks(work, outing, destination.place, vehicle, day, drawn[vehicle, day], conditions, setting, way_home)


def _blocks(
    work: Errands,
    outing: Outing,
    place: str,
    vehicle: NDArray[np.intp],
    day: NDArray[np.intp],
    drawn: Series,
    conditions: Conditions,
    setting: Setting,
    way_home: WayHome,
) -> BlockSet:
    home, first_day = setting.home, setting.clock.origin.date()
    there, back = way_home.between(home, place), way_home.between(place, home)
    low_s, high_s = (stay * MIN_S for stay in outing.stay_min)
    out_s = day * DAY_S + seconds_of_day(outing.start) + outing.spread_min * MIN_S * drawn[:, _WHEN]
    out_run_s = there[0] / speed_kmh(conditions.route, out_s, first_day) * HOUR_S
    back_s = out_s + out_run_s + low_s + (high_s - low_s) * drawn[:, _STAY]
    back_run_s = back[0] / speed_kmh(conditions.route, back_s, first_day) * HOUR_S
    depart_s, run_s = np.stack((out_s, back_s), axis=1), np.stack((out_run_s, back_run_s), axis=1)
    load = np.full(run_s.shape, work.load_factor)
    due_s = (back_s + back_run_s + GRACE_S)[:, None]
    return build(
        trips=[Trip("round", home, place, (there,)), Trip("round", place, home, (back,))],
        vehicle=vehicle.astype(np.int32),
        depart_s=depart_s,
        run_s=run_s,
        layover_s=np.array([0.0, low_s]),
        chance=Chance(run_factor(_normal(drawn[:, [_OUT, _BACK]]), work.run_time_cv), load, load),
        conditions=conditions,
        setting=setting,
        way_home=way_home,
        notes={"due_at": np.broadcast_to(due_s, run_s.shape)},
    )


def _normal(uniform: Series) -> Series:
    """Normal numbers from pairs of even ones, by Box and Muller: both of a pair from its radius and angle."""
    radius, angle = np.sqrt(-2.0 * np.log1p(-uniform[:, 0])), 2.0 * np.pi * uniform[:, 1]
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)

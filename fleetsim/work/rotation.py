"""Rotations: blocks by a pattern on one route, to and fro."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.profiles import Route
from fleetsim.work.blocks import Trip, WayHome, build, bus_chance, to_and_fro
from fleetsim.work.draws import trip_normals
from fleetsim.work.effort import Conditions
from fleetsim.work.plan import BlockSet, Series, WorkPlan
from fleetsim.work.setting import MIN_S, Setting
from fleetsim.work.spec import BlockPattern, Rotation, seconds_of_day
from fleetsim.work.traffic import speed_kmh


def rotation_plan(work: Rotation, conditions: Conditions, setting: Setting) -> WorkPlan:
    """All blocks of a fleet that rotates on one route, over the whole run."""
    way_home = WayHome(setting, work.detour, _known_km(work, conditions.route))
    patterns = [way_home.enclose(to_and_fro(conditions.route, setting, pattern.trips)) for pattern in work.blocks]
    ends = np.cumsum([0, *map(len, patterns)])
    if work.run_time_cv or work.load_cv:
        normals = trip_normals(setting.seed, setting.fleet, range(setting.vehicles), int(ends[-1]), setting.clock)
    else:
        normals = np.zeros((2, setting.vehicles, setting.clock.total_days, int(ends[-1])))
    return WorkPlan(
        tuple(
            _blocks(work, pattern, trips, conditions, setting, way_home, normals[..., start:end])
            for pattern, trips, start, end in zip(work.blocks, patterns, ends, ends[1:], strict=False)
        )
    )


def _known_km(work: Rotation, route: Route) -> dict[str, float]:
    """Distances from home to both ends of the route where the scenario gives them."""
    if work.deadhead_km is None:
        return {}
    first, last = route.waypoints[0], route.waypoints[-1]
    return {last.place: work.deadhead_km + last.distance_km - first.distance_km, first.place: work.deadhead_km}


def _blocks(
    work: Rotation,
    pattern: BlockPattern,
    trips: Sequence[Trip],
    conditions: Conditions,
    setting: Setting,
    way_home: WayHome,
    normals: Series,
) -> BlockSet:
    vehicle, day, turn, out = setting.on_duty(pattern.days, work.active_share)
    lag_s = pattern.spread_min * MIN_S * (turn // pattern.convoy * pattern.convoy) / out
    start_s = day * DAY_S + seconds_of_day(pattern.start) + lag_s
    depart_s, run_s = _timetable(trips, pattern.layover_min * MIN_S, start_s, conditions.route, setting)
    between = [a.works and b.works for a, b in pairwise(trips)]
    layover_s = np.array([0.0, *between]) * pattern.layover_min * MIN_S * work.minimum_layover_share
    chance = bus_chance(trips, work, normals[:, vehicle, day])
    return build(trips, vehicle, depart_s, run_s, layover_s, chance, conditions, setting, way_home)


def _timetable(
    trips: Sequence[Trip], layover_s: float, start_s: Series, route: Route, setting: Setting
) -> tuple[Series, Series]:
    """Planned departure and running time of each trip; the first service trip leaves at ``start_s``."""
    first_day = setting.clock.origin.date()
    depart_s = np.empty((len(start_s), len(trips)))
    run_s = np.empty_like(depart_s)
    ready_s = start_s
    for number, trip in enumerate(trips):
        run_s[:, number] = trip.distance_km / speed_kmh(route, ready_s, first_day) * HOUR_S
        if number == 0 and not trip.works:
            depart_s[:, 0] = start_s - run_s[:, 0]
            continue
        depart_s[:, number] = ready_s
        stays = number + 1 < len(trips) and trips[number + 1].works
        ready_s = ready_s + run_s[:, number] + (layover_s if stays else 0.0)
    return depart_s, run_s

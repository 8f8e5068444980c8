"""Timetables: blocks from a file, given to the vehicles of a fleet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

import numpy as np

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.work.blocks import Trip, WayHome, build, bus_chance
from fleetsim.work.draws import trip_normals
from fleetsim.work.effort import Conditions
from fleetsim.work.plan import BlockSet, WorkPlan
from fleetsim.work.setting import Setting
from fleetsim.work.spec import Timetable
from fleetsim.work.timetable import TimetableTrip, TimetableTrips

DETOUR = 1.35
"""Road distance over the straight line, for deadheads of a timetable; an estimate for city roads."""


def timetable_plan(work: Timetable, timetable: TimetableTrips, conditions: Conditions, setting: Setting) -> WorkPlan:
    """All blocks of a fleet that runs a timetable, over the whole run."""
    way_home = WayHome(setting, DETOUR)
    variants = [
        (f"{name}/{number}", trips, days)
        for name, block in _by_block(timetable).items()
        for number, (trips, days) in enumerate(_variants(block, setting))
    ]
    shapes = [_blocks(name, trips, days, work, conditions, setting, way_home) for name, trips, days in variants]
    return WorkPlan(_give_out(shapes, setting.vehicles))


def _by_block(timetable: TimetableTrips) -> dict[str, list[TimetableTrip]]:
    blocks: dict[str, list[TimetableTrip]] = defaultdict(list)
    for trip in timetable.trips:
        blocks[trip.block].append(trip)
    return blocks


def _variants(
    block: Sequence[TimetableTrip], setting: Setting
) -> Iterator[tuple[tuple[TimetableTrip, ...], list[int]]]:
    """The forms that a block takes on different days of the week, each with its days of the run."""
    days: dict[tuple[TimetableTrip, ...], list[int]] = defaultdict(list)
    for day, date in enumerate(setting.clock.dates):
        trips = tuple(trip for trip in block if date.weekday() in trip.days)
        if trips:
            days[trips].append(day)
    yield from days.items()


def _blocks(
    name: str,
    timetable: Sequence[TimetableTrip],
    days: Sequence[int],
    work: Timetable,
    conditions: Conditions,
    setting: Setting,
    way_home: WayHome,
) -> BlockSet:
    """The blocks of one variant, a row a day, without vehicles as yet."""
    places = setting.places
    service = [
        Trip(
            purpose=trip.purpose,
            origin=trip.origin,
            destination=trip.destination,
            legs=((trip.distance_km, places[trip.origin].elevation_m, places[trip.destination].elevation_m),),
        )
        for trip in timetable
    ]
    trips = way_home.enclose(service)
    depart = [float(trip.depart_s) for trip in timetable]
    run = [float(trip.arrive_s - trip.depart_s) for trip in timetable]
    stay = [0.0, *(max(0.0, b.depart_s - a.arrive_s) for a, b in pairwise(timetable))]
    if not trips[0].works:
        run.insert(0, trips[0].distance_km / conditions.route.speed_kmh * HOUR_S)
        depart.insert(0, depart[0] - run[0])
        stay.insert(0, 0.0)
    if not trips[-1].works:
        depart.append(depart[-1] + run[-1])
        run.append(trips[-1].distance_km / conditions.route.speed_kmh * HOUR_S)
        stay.append(0.0)
    day = np.array(days, dtype=np.intp)
    depart_s = day[:, None] * DAY_S + np.array(depart)
    normals = np.zeros((2, len(day), len(trips)))
    if work.run_time_cv or work.load_cv:
        normals = trip_normals(setting.seed, setting.fleet, (name,), len(trips), setting.clock)[:, 0, day]
    return build(
        trips,
        np.full(len(day), -1, dtype=np.int32),
        depart_s,
        np.broadcast_to(np.array(run), depart_s.shape),
        np.array(stay) * work.minimum_layover_share,
        bus_chance(trips, work, normals),
        conditions,
        setting,
        way_home,
    )


def _give_out(sets: Sequence[BlockSet], vehicles: int) -> tuple[BlockSet, ...]:
    """Give every block, in order of departure, to the vehicle that has been home longest; -1 if none is home."""
    home_since: list[tuple[float, int]] = [(-np.inf, vehicle) for vehicle in range(vehicles)]
    heapify(home_since)
    blocks = sorted(
        (float(blocks.planned_depart_s[row, 0]), float(blocks.planned_arrive_s[row, -1]), number, row)
        for number, blocks in enumerate(sets)
        for row in range(len(blocks.vehicle))
    )
    for depart_s, back_s, number, row in blocks:
        if home_since[0][0] <= depart_s:
            vehicle = heappop(home_since)[1]
            sets[number].vehicle[row] = vehicle
            heappush(home_since, (back_s, vehicle))
    return tuple(sets)

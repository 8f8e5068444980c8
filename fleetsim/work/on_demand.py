"""Departures by demand: a line that leaves when full, resolved before the run into the blocks of its vehicles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.profiles import PassengerDemand
from fleetsim.work.blocks import WayHome, build, to_and_fro
from fleetsim.work.dispatch import Outing, Rules, dispatch
from fleetsim.work.draws import Chance, run_factor, trip_normals
from fleetsim.work.effort import Conditions
from fleetsim.work.passengers import arrivals_s
from fleetsim.work.plan import BlockSet, Series, WorkPlan
from fleetsim.work.setting import MIN_S, Setting
from fleetsim.work.spec import OnDemand
from fleetsim.work.traffic import speed_kmh

MOST_TRIPS = 64
"""Trips of a vehicle and day that have a random number of their own; later ones share them."""


def on_demand_plan(work: OnDemand, demand: PassengerDemand, conditions: Conditions, setting: Setting) -> WorkPlan:
    """All blocks of a fleet whose departures follow its passengers, over the whole run."""
    way_home = WayHome(setting, work.detour)
    rules = _rules(work, conditions, setting, way_home)
    ends_s = arrivals_s(demand, setting.fleet, setting.seed, setting.clock)
    cuts = [np.searchsorted(end_s, np.arange(setting.clock.total_days + 1) * DAY_S) for end_s in ends_s]
    out, back = (
        [end_s[start:end].tolist() for start, end in pairwise(cut)] for end_s, cut in zip(ends_s, cuts, strict=True)
    )
    outings = dispatch(rules, setting.vehicles, list(zip(out, back, strict=True)))
    outings.sort(key=lambda outing: (outing.there_s, outing.vehicle))
    normals = np.zeros((setting.vehicles, setting.clock.total_days, MOST_TRIPS))
    if work.run_time_cv:
        normals = trip_normals(setting.seed, setting.fleet, range(setting.vehicles), MOST_TRIPS, setting.clock)[0]
    used: dict[tuple[int, int], int] = defaultdict(int)
    shapes: dict[tuple[int, int], list[tuple[Outing, Series]]] = defaultdict(list)
    for outing in outings:
        day = min(int(outing.there_s // DAY_S), setting.clock.total_days - 1)
        trips = len(outing.departures) + 2
        at = used[outing.vehicle, day]
        used[outing.vehicle, day] += trips
        chance = normals[outing.vehicle, day, np.arange(at, at + trips) % MOST_TRIPS]
        shapes[outing.first_end, len(outing.departures)].append((outing, chance))
    return WorkPlan(
        tuple(
            _blocks(work, first_end, trips, members, rules, conditions, setting, way_home)
            for (first_end, trips), members in sorted(shapes.items(), key=lambda shape: shape[0])
        )
    )


def _rules(work: OnDemand, conditions: Conditions, setting: Setting, way_home: WayHome) -> Rules:
    route = conditions.route
    hours_s = np.arange(7 * 24, dtype=np.float64) * HOUR_S
    km = route.waypoints[-1].distance_km
    by_hour_s = (km / speed_kmh(route, hours_s, setting.clock.origin.date()) * HOUR_S).tolist()
    first_s, last_s = (way_home.leg(route.waypoints[end].place)[0] / route.speed_kmh * HOUR_S for end in (0, -1))
    return Rules(
        seats=work.seats,
        max_wait_s=work.max_wait_min * MIN_S,
        turnaround_s=work.turnaround_min * MIN_S,
        stand=work.stand,
        trips_per_block=work.trips_per_block,
        break_s=work.break_min * MIN_S,
        way_s=(first_s, last_s),
        run_s=lambda depart_s: float(by_hour_s[int(depart_s // HOUR_S) % len(by_hour_s)]),
    )


def _blocks(
    work: OnDemand,
    first_end: int,
    service_trips: int,
    members: Sequence[tuple[Outing, Series]],
    rules: Rules,
    conditions: Conditions,
    setting: Setting,
    way_home: WayHome,
) -> BlockSet:
    """The blocks of outings that begin at the same end and have as many trips."""
    trips = way_home.enclose(to_and_fro(conditions.route, setting, service_trips, first_end))
    begins, ends = not trips[0].works, not trips[-1].works
    inner = slice(int(begins), len(trips) - int(ends))
    last_end = (first_end + service_trips) % 2
    outings = [outing for outing, _ in members]
    served = np.array([outing.departures for outing in outings]).transpose(2, 0, 1)
    depart_s, run_s, passengers, waited_s = np.full((4, len(members), len(trips)), np.nan)
    depart_s[:, inner], run_s[:, inner], passengers[:, inner], waited_s[:, inner] = served
    if begins:
        run_s[:, 0] = rules.way_s[first_end]
        depart_s[:, 0] = [outing.there_s - rules.way_s[first_end] for outing in outings]
    if ends:
        run_s[:, -1] = rules.way_s[last_end]
        depart_s[:, -1] = [outing.home_s for outing in outings]
    on_board = np.nan_to_num(passengers)
    load = np.minimum(1.0, on_board * work.passenger_kg / max(conditions.model.payload_kg, 1e-9))
    between = [a.works and b.works for a, b in zip([trips[-1], *trips], trips, strict=False)]
    between[0] = False
    chance = np.array([normals[: len(trips)] for _, normals in members])
    return build(
        trips=trips,
        vehicle=np.array([outing.vehicle for outing in outings], dtype=np.int32),
        depart_s=depart_s,
        run_s=run_s,
        layover_s=np.array(between) * rules.turnaround_s,
        chance=Chance(run_factor(chance, work.run_time_cv), load, load),
        conditions=conditions,
        setting=setting,
        way_home=way_home,
        notes={
            "passengers": np.where(np.isnan(passengers), -1.0, passengers),
            "passenger_wait_h": waited_s / HOUR_S,
        },
    )

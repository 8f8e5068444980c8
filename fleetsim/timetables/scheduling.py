"""Vehicle scheduling: trips that stand in no block become blocks, with as few vehicles as can be.

Trip ``j`` may follow trip ``i`` on the same vehicle if ``arrive_i + layover + way_ij <= depart_j``. A schedule covers
that acyclic graph by paths, and the fewest paths are the trips less the arcs of a largest matching between ends and
starts. All matchings of that size compete for the least empty kilometres.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from fleetsim.clock import HOUR_S
from fleetsim.profiles import Place
from fleetsim.work.geography import straight_line_km
from fleetsim.work.plan import Series
from fleetsim.work.setting import MIN_S
from fleetsim.work.spec import Scheduling
from fleetsim.work.timetable import TimetableTrip, TimetableTrips

WAIT_KM_PER_H = 0.01
"""What an hour of waiting weighs against empty kilometres: it only decides between schedules of equal length."""


@dataclass(frozen=True, slots=True)
class Roads:
    """The ways between places for empty trips."""

    places: Mapping[str, Place]
    rules: Scheduling

    def km(self, origin: str, destination: str) -> float:
        """Length of the way."""
        return self.rules.detour * straight_line_km(self.places[origin], self.places[destination])

    def run_s(self, km: float) -> int:
        """Time of a way, in whole seconds."""
        return round(km / self.rules.deadhead_kmh * HOUR_S)


def with_blocks(timetable: TimetableTrips, rules: Scheduling, home: str, places: Mapping[str, Place]) -> TimetableTrips:
    """A timetable whose trips without a block have got one; ``home`` is the place where the vehicles live.

    Days of the week with the same trips have the same blocks.
    """
    if all(trip.block for trip in timetable.trips):
        return timetable
    roads = Roads(places, rules)
    trips = [trip for trip in timetable.trips if trip.block]
    free = [trip for trip in timetable.trips if not trip.block]
    days: dict[tuple[TimetableTrip, ...], list[int]] = defaultdict(list)
    for day in range(7):
        days[tuple(trip for trip in free if day in trip.days)].append(day)
    letters = "abcdefg"
    for letter, (of_day, same) in zip(letters, ((o, s) for o, s in days.items() if o), strict=False):
        for number, block in enumerate(blocks_of(of_day, roads, home), start=1):
            trips += [replace(trip, block=f"{letter}{number:03d}", days=tuple(same)) for trip in block]
    return TimetableTrips(timetable.file, tuple(sorted(trips, key=lambda t: (t.block, t.depart_s, t.arrive_s))))


def blocks_of(trips: Sequence[TimetableTrip], roads: Roads, home: str) -> list[list[TimetableTrip]]:
    """The blocks of a day, in order of departure, with the empty trips between their ends."""
    blocks = [block for chain in schedule(trips, roads) for block in pieces(chain, roads, home)]
    return sorted(blocks, key=lambda block: (block[0].depart_s, block[0].origin))


def schedule(trips: Sequence[TimetableTrip], roads: Roads) -> list[list[TimetableTrip]]:
    """The trips of a day as the days of the fewest vehicles."""
    ordered = sorted(trips, key=lambda t: (t.depart_s, t.arrive_s, t.origin, t.destination, t.distance_km, t.block))
    return [[ordered[number] for number in chain] for chain in chains(ordered, roads)]


def pieces(chain: Sequence[TimetableTrip], roads: Roads, home: str) -> list[list[TimetableTrip]]:
    """The blocks of a vehicle's day, each with its empty trips."""
    return [_joined(block, roads) for block in _cut(chain, roads, home)]


def chains(trips: Sequence[TimetableTrip], roads: Roads) -> list[list[int]]:
    """The fewest rows of trips that one vehicle each can run, by number; among those the least empty kilometres."""
    count = len(trips)
    if not count:
        return []
    ends, starts, cost = _arcs(trips, roads)
    alone = count * float(cost.max(initial=0.0) + 1.0) + 1.0
    own = np.arange(count)
    # Every end is matched: with the start that follows, or, at a price above all savings together, with nothing.
    weights = np.concatenate([cost + 1.0, np.full(count, alone)])
    cells = (np.concatenate([ends, own]), np.concatenate([starts, count + own]))
    rows, columns = min_weight_full_bipartite_matching(csr_matrix((weights, cells), shape=(count, 2 * count)))
    follower = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    first = sorted(set(range(count)) - set(follower.values()))
    return [_follow(start, follower, count) for start in first]


def simultaneous(trips: Sequence[TimetableTrip]) -> int:
    """Most trips that are under way at one moment: no schedule does with fewer vehicles."""
    moments = sorted([(trip.depart_s, 1) for trip in trips] + [(trip.arrive_s, -1) for trip in trips])
    return int(np.cumsum([step for _, step in moments]).max(initial=0))


def most_out(blocks: Sequence[Sequence[TimetableTrip]], roads: Roads, home: str) -> int:
    """Most blocks whose vehicle is away from home at one moment, the ways out and home included."""
    moments: list[tuple[int, int]] = []
    for block in blocks:
        moments.append((block[0].depart_s - roads.run_s(roads.km(home, block[0].origin)), 1))
        moments.append((block[-1].arrive_s + roads.run_s(roads.km(block[-1].destination, home)), -1))
    return int(np.cumsum([step for _, step in sorted(moments)]).max(initial=0))


def _arcs(trips: Sequence[TimetableTrip], roads: Roads) -> tuple[Series, Series, Series]:
    """Which trip may follow which, and at what cost in kilometres."""
    names = sorted({place for trip in trips for place in (trip.origin, trip.destination)})
    code = {name: number for number, name in enumerate(names)}
    km = np.array([[0.0 if a == b else roads.km(a, b) for b in names] for a in names])
    run_s = np.round(km / roads.rules.deadhead_kmh * HOUR_S)
    origin = np.array([code[trip.origin] for trip in trips], dtype=np.intp)
    depart_s = np.array([trip.depart_s for trip in trips], dtype=np.float64)
    ends, starts, costs = [], [], []
    for number, trip in enumerate(trips):
        end = code[trip.destination]
        ready_s = trip.arrive_s + roads.rules.layover_min * MIN_S
        first = int(np.searchsorted(depart_s, ready_s))
        wait_s = depart_s[first:] - ready_s - run_s[end, origin[first:]]
        good = np.flatnonzero(wait_s >= 0.0)
        ends.append(np.full(len(good), number))
        starts.append(first + good)
        costs.append(km[end, origin[first + good]] + WAIT_KM_PER_H * wait_s[good] / HOUR_S)
    return np.concatenate(ends), np.concatenate(starts), np.concatenate(costs)


def _follow(start: int, follower: Mapping[int, int], count: int) -> list[int]:
    chain = [start]
    while (after := follower[chain[-1]]) < count:
        chain.append(after)
    return chain


def _cut(chain: Sequence[TimetableTrip], roads: Roads, home: str) -> list[list[TimetableTrip]]:
    """The blocks of a vehicle's day: it goes home where there is time to charge, or where a block would be too long."""
    rules = roads.rules
    blocks = [[chain[0]]]
    km = roads.km(home, chain[0].origin) + chain[0].distance_km
    for before, trip in pairwise(chain):
        way_home, way_out = roads.km(before.destination, home), roads.km(home, trip.origin)
        at_home_s = trip.depart_s - before.arrive_s - roads.run_s(way_home) - roads.run_s(way_out)
        longer = km + roads.km(before.destination, trip.origin) + trip.distance_km
        too_long = rules.longest_block_km is not None and (
            longer + roads.km(trip.destination, home) > rules.longest_block_km
        )
        if at_home_s >= rules.home_break_min * MIN_S or too_long:
            blocks.append([trip])
            km = way_out + trip.distance_km
        else:
            blocks[-1].append(trip)
            km = longer
    return blocks


def _joined(block: Sequence[TimetableTrip], roads: Roads) -> list[TimetableTrip]:
    """A block with its empty trips: each leaves as soon as the trip before has arrived."""
    joined = [block[0]]
    for before, trip in pairwise(block):
        km = roads.km(before.destination, trip.origin)
        if before.destination != trip.origin:
            arrive_s = before.arrive_s + max(1, roads.run_s(km))
            joined.append(
                TimetableTrip(
                    trip.block, before.arrive_s, arrive_s, before.destination, trip.origin, max(0.01, round(km, 2)),
                    trip.days,
                    "deadhead",
                )
            )  # fmt: skip
        joined.append(trip)
    return joined

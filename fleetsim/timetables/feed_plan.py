"""From the trips of a feed to fleets: places, depots, blocks, and how many vehicles they take."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil

from fleetsim.profiles import Place
from fleetsim.spec import Text
from fleetsim.timetables.feed import Feed
from fleetsim.timetables.feed_trips import FeedTrip
from fleetsim.timetables.scheduling import Roads, most_out, pieces, schedule, simultaneous
from fleetsim.work.geography import Point, straight_line_km
from fleetsim.work.setting import MIN_S
from fleetsim.work.spec import Scheduling
from fleetsim.work.timetable import TimetableTrip, clock

ONE_PLACE_KM = 0.15
"""Ends of trips this near to each other are one place."""

Block = Sequence[TimetableTrip]


@dataclass(frozen=True, slots=True)
class Choices:
    """What an import is asked for beside the feed."""

    city: str
    elevation_m: float
    model: str
    model_of: Mapping[str, str]
    """Models of routes that have another than ``model``, by the routes' names."""
    depots: tuple[Point, ...]
    terminals: tuple[str, ...]
    """Stops at the ends of trips where vehicles charge between trips."""
    spare_share: float
    rules: Scheduling


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """A fleet of one model at one depot: its blocks, and what they take."""

    name: str
    model: str
    depot: str
    trips: tuple[TimetableTrip, ...]
    stops_per_km: float
    fewest_vehicles: int
    """Most vehicles away from the depot at one moment, on the day that needs most."""
    vehicles: int
    """With the spares."""
    terminals: tuple[str, ...]
    """Those at which trips of the fleet end."""


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """All that a workspace needs to run a feed."""

    places: Mapping[str, Place]
    terminals: Mapping[str, str]
    """Place of each site where vehicles charge between trips."""
    fleets: tuple[FleetPlan, ...]
    remarks: tuple[str, ...]
    simultaneous: int
    """Most trips under way at one moment: no schedule takes fewer vehicles."""
    scheduled: int
    """Vehicles of the schedule on the day that needs most, before blocks were cut to charge."""


def plan_feed(name: str, feed: Feed, trips: Sequence[FeedTrip], choices: Choices) -> FeedPlan:
    """Fleets and places for the trips of a feed, whose names begin with ``name``."""
    places, place_of = _places(name, feed, trips, choices)
    depots = _depots(name, trips, places, place_of, choices)
    places |= depots
    ends = dict.fromkeys(place_of[stop] for stop in choices.terminals)
    terminals = {f"{name}_terminal{number}": place for number, place in enumerate(ends, start=1)}
    roads = Roads(places, choices.rules)
    days = {
        day: [(trip, _timed(trip, place_of, day)) for trip in trips if day in {d.weekday() for d in trip.dates}]
        for day in range(7)
    }
    remarks: list[str] = []
    kept: dict[tuple[tuple[FeedTrip, ...], str], list[int]] = defaultdict(list)
    for day, pairs in days.items():
        for model in sorted({choices.model_of.get(trip.route, choices.model) for trip, _ in pairs}):
            own = tuple(trip for trip, _ in pairs if choices.model_of.get(trip.route, choices.model) == model)
            kept[own, model].append(day)
    fleets: dict[tuple[str, str], list[TimetableTrip]] = defaultdict(list)
    out: dict[tuple[str, str], list[int]] = defaultdict(list)
    scheduled: Counter[int] = Counter()
    for number, ((own, model), same) in enumerate(kept.items()):
        timed = [_timed(trip, place_of, same[0]) for trip in own]
        blocks, vehicles = _blocks(timed, roads, next(iter(depots)), remarks)
        for day in same:
            scheduled[day] += vehicles
        for depot, its in _by_depot(blocks, depots, roads).items():
            out[model, depot].append(most_out(its, roads, depot))
            for count, block in enumerate(its, start=1):
                label = f"{'abcdefghijklmnopqrstuvwxyz'[number % 26]}{count:03d}"
                fleets[model, depot] += [replace(trip, block=label, days=tuple(same)) for trip in block]
    several = len(fleets) > 1
    stops = _stops_per_km(trips)
    plans = []
    for model, depot in sorted(fleets):
        fewest = max(out[model, depot])
        own_name = f"{name}_{model}_{depot.rsplit('_', 1)[1]}" if several else name
        ordered = sorted(fleets[model, depot], key=lambda t: (t.block, t.days, t.depart_s))
        vehicles = ceil(fewest * (1 + choices.spare_share))
        at = {trip.destination for trip in ordered}
        charge_at = tuple(site for site, place in terminals.items() if place in at)
        plans.append(FleetPlan(own_name, model, depot, tuple(ordered), stops, fewest, vehicles, charge_at))
    most = max((simultaneous([timed for _, timed in pairs]) for pairs in days.values()), default=0)
    most_scheduled = max(scheduled.values(), default=0)
    return FeedPlan(places, terminals, tuple(plans), tuple(dict.fromkeys(remarks)), most, most_scheduled)


def _timed(trip: FeedTrip, place_of: Mapping[str, str], day: int) -> TimetableTrip:
    ends = place_of[trip.first_stop], place_of[trip.last_stop]
    return TimetableTrip(trip.block, trip.depart_s, trip.arrive_s, *ends, trip.distance_km, (day,))


def _blocks(
    trips: Sequence[TimetableTrip], roads: Roads, home: str, remarks: list[str]
) -> tuple[list[list[TimetableTrip]], int]:
    """The blocks of a day and the vehicles of its schedule: the feed's own where one vehicle can run them."""
    own: dict[str, list[TimetableTrip]] = defaultdict(list)
    free = [trip for trip in trips if not trip.block]
    for trip in sorted(trips, key=lambda t: (t.depart_s, t.arrive_s)):
        if trip.block:
            own[trip.block].append(trip)
    blocks: list[list[TimetableTrip]] = []
    good = 0
    for block, its in sorted(own.items()):
        faults = list(_impossible(its, roads))
        if faults:
            remarks += [f"block {block}: {fault}; its trips are put into other blocks" for fault in faults]
            free += its
        else:
            blocks += pieces(its, roads, home)
            good += 1
    built = schedule(free, roads)
    return [*blocks, *(block for chain in built for block in pieces(chain, roads, home))], good + len(built)


def _impossible(block: Block, roads: Roads) -> Iterator[str]:
    """Why one vehicle cannot run a block of the feed, if so."""
    for one, other in pairwise(block):
        late_s = one.arrive_s + roads.run_s(roads.km(one.destination, other.origin)) - other.depart_s
        if other.depart_s < one.arrive_s:
            yield f"a trip leaves at {clock(other.depart_s)}, before the one before arrives at {clock(one.arrive_s)}"
        elif one.destination != other.origin and late_s > 0:
            way = f"from {one.destination} at {clock(one.arrive_s)} to {other.origin} at {clock(other.depart_s)}"
            yield f"the empty trip {way} is too long by {late_s / MIN_S:.0f} min"


def _places(
    name: str, feed: Feed, trips: Sequence[FeedTrip], choices: Choices
) -> tuple[dict[str, Place], dict[str, str]]:
    """The ends of the trips as places, and the place of each stop at an end."""
    ends = {stop for trip in trips for stop in (trip.first_stop, trip.last_stop)}
    places: dict[str, Place] = {}
    place_of: dict[str, str] = {}
    for row in sorted((row for row in feed.tables["stops"] if row["stop_id"] in ends), key=lambda row: row["stop_id"]):
        here = Point(float(row["stop_lat"]), float(row["stop_lon"]))
        near = [key for key, place in places.items() if straight_line_km(here, place) <= ONE_PLACE_KM]
        if not near:
            near = [f"{name}_{len(places) + 1}"]
            places[near[0]] = _place(row["stop_name"] or row["stop_id"], here, choices)
        place_of[row["stop_id"]] = near[0]
    return places, place_of


def _depots(
    name: str,
    trips: Sequence[FeedTrip],
    places: Mapping[str, Place],
    place_of: Mapping[str, str],
    choices: Choices,
) -> dict[str, Place]:
    """The depots that are given, else one at the end of trips to which all ends are nearest together."""
    given = choices.depots
    if not given:
        weights = Counter(place_of[stop] for trip in trips for stop in (trip.first_stop, trip.last_stop))
        middle = min(
            places,
            key=lambda one: sum(count * straight_line_km(places[one], places[end]) for end, count in weights.items()),
        )
        given = (Point(places[middle].lat, places[middle].lon),)
    return {f"{name}_depot{n}": _place(f"{name} depot {n}", point, choices) for n, point in enumerate(given, start=1)}


def _place(title: str, at: Point, choices: Choices) -> Place:
    return Place(
        name=Text(en=title, zh=title),
        city=choices.city,
        lat=round(at.lat, 6),
        lon=round(at.lon, 6),
        elevation_m=choices.elevation_m,
        quality="A",
    )


def _by_depot(blocks: Sequence[Block], depots: Mapping[str, Place], roads: Roads) -> dict[str, list[Block]]:
    """Each block at the depot from and to which its ways are shortest together."""
    of_depot: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        first, last = block[0].origin, block[-1].destination
        of_depot[min(depots, key=lambda depot: roads.km(depot, first) + roads.km(last, depot))].append(block)
    return of_depot


def _stops_per_km(trips: Sequence[FeedTrip]) -> float:
    km = sum(trip.distance_km for trip in trips)
    return min(20.0, round(sum(trip.stops - 1 for trip in trips) / km, 2)) if km else 0.0

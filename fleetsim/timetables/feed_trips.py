"""The trips of a feed that run on some dates: times, ends, lengths, and each trip that a headway stands for."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np

from fleetsim.documents import one_of
from fleetsim.errors import Problem
from fleetsim.timetables.distances import STOP_DETOUR, UNITS_KM, Points, along_km, path_km, shapes, unit_of
from fleetsim.timetables.feed import Feed, FeedRow
from fleetsim.timetables.service import ServiceCalendar
from fleetsim.work.timetable import FASTEST_KMH

LAST_S = 40 * 3_600
"""Timetables end before this time of the service day."""
BUS_TYPES = frozenset({"3", "11", *map(str, range(700, 800))})
"""Values of ``route_type`` that stand for buses, trolleybuses among them."""


@dataclass(frozen=True, slots=True)
class FeedTrip:
    """One trip; times in seconds since midnight of the service day (noon less twelve hours)."""

    trip: str
    route: str
    block: str
    depart_s: int
    arrive_s: int
    first_stop: str
    last_stop: str
    distance_km: float
    stops: int
    dates: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The trips of a feed and how their lengths were found."""

    trips: tuple[FeedTrip, ...]
    methods: Mapping[str, int]
    """Number of trips by the method that gave their length."""


def feed_seconds(text: str) -> int | None:
    """Seconds of a time in a feed; ``None`` where it is none.

    >>> feed_seconds("5:50:00"), feed_seconds("25:10:30"), feed_seconds("6.30")
    (21000, 90630, None)
    """
    match = re.fullmatch(r"(\d{1,3}):([0-5]\d):([0-5]\d)", text.strip())
    return int(match[1]) * 3_600 + int(match[2]) * 60 + int(match[3]) if match else None


def chosen_routes(feed: Feed, wanted: Sequence[str], problems: list[Problem]) -> dict[str, str]:
    """Names for passengers of the routes that are wanted, by id; without a wish all that buses run."""
    names = {row["route_id"]: row["route_short_name"] or row["route_id"] for row in feed.tables["routes"]}
    if not wanted:
        by_bus = (row["route_id"] for row in feed.tables["routes"] if row["route_type"] in BUS_TYPES)
        return {route: names[route] for route in by_bus}
    for name in wanted:
        if name not in names and name not in names.values():
            known = sorted(set(names.values()))
            problems.append(Problem("--routes", None, "", repr(name), one_of(name, known, f"routes of {feed.name}")))
    return {key: name for key, name in names.items() if key in wanted or name in wanted}


def trips_on(
    feed: Feed, calendar: ServiceCalendar, dates: Sequence[date], routes: Mapping[str, str], problems: list[Problem]
) -> Measured:
    """The trips of some routes that run on at least one of the dates; faults of these trips go to ``problems``."""
    active = {day: calendar.active(day) for day in dates}
    rows = {}
    known_routes = {row["route_id"] for row in feed.tables["routes"]}
    for row in feed.tables["trips"]:
        if row["route_id"] not in known_routes:
            allowed = "must be a route_id of routes.txt"
            problems.append(feed.problem("trips", row.line, "route_id", repr(row["route_id"]), allowed))
        elif row["trip_id"] in rows:
            problems.append(feed.problem("trips", row.line, "trip_id", repr(row["trip_id"]), "stands twice"))
        elif row["route_id"] in routes and any(row["service_id"] in services for services in active.values()):
            rows[row["trip_id"]] = row
    calls: dict[str, list[FeedRow]] = defaultdict(list)
    for call in feed.tables["stop_times"]:
        if call["trip_id"] in rows:
            calls[call["trip_id"]].append(call)
    stops = _positions(feed, problems)
    lines = shapes(feed, {row["shape_id"] for row in rows.values()}, problems)
    trips = []
    for name, row in rows.items():
        ordered = _in_order(feed, row, calls.get(name, []), stops, problems)
        if ordered:
            running = tuple(day for day in dates if row["service_id"] in active[day])
            trips.append((_Trip(row, ordered, running), np.array([stops[call["stop_id"]] for call in ordered])))
    unit = unit_of([(told, way) for trip, points in trips if (told := trip.told) and (way := path_km(points)) > 0])
    methods: Counter[str] = Counter()
    headways = _headways(feed, problems)
    found: list[FeedTrip] = []
    for trip, points in trips:
        km, method = trip.length(points, unit, lines)
        single = trip.timed(feed, routes, round(km, 3), problems)
        if single is not None:
            several = list(_repeated(single, headways.get(single.trip, ())))
            methods[method] += len(several)
            found += several
    return Measured(tuple(sorted(found, key=lambda t: (t.depart_s, t.arrive_s, t.route, t.trip))), methods)


@dataclass(frozen=True, slots=True)
class _Trip:
    """A trip as the feed has it: its row, its calls in order, the dates on which it runs."""

    row: FeedRow
    calls: Sequence[FeedRow]
    dates: tuple[date, ...]

    @property
    def told(self) -> float:
        """Its length as the feed tells it, in an unknown unit; 0 where it does not."""
        try:
            first, last = (float(call["shape_dist_traveled"]) for call in (self.calls[0], self.calls[-1]))
        except ValueError:
            return 0.0
        return max(0.0, last - first)

    def length(self, points: Points, unit: str | None, lines: Mapping[str, Points]) -> tuple[float, str]:
        """Its length in km and the method that gave it."""
        if unit is not None and self.told:
            return self.told * UNITS_KM[unit], f"shape_dist_traveled, read as {unit}"
        shape = lines.get(self.row["shape_id"])
        if shape is not None:
            return along_km(shape, points[0], points[-1]), "length of the shape"
        return STOP_DETOUR * path_km(points), f"straight lines between stops times {STOP_DETOUR:g}"

    def timed(self, feed: Feed, routes: Mapping[str, str], km: float, problems: list[Problem]) -> FeedTrip | None:
        """The trip with its times, if they are possible."""
        first, last = self.calls[0], self.calls[-1]
        times = []
        for call, columns in ((first, ("departure_time", "arrival_time")), (last, ("arrival_time", "departure_time"))):
            text = call[columns[0]] or call[columns[1]]
            time_s = feed_seconds(text)
            if time_s is None or time_s >= LAST_S:
                allowed = "must be a time like 06:30:00 before 40:00:00, at the first and the last stop of a trip"
                problems.append(feed.problem("stop_times", call.line, columns[0], repr(text), allowed))
            else:
                times.append(time_s)
        if len(times) < 2:
            return None
        depart_s, arrive_s = times
        if arrive_s <= depart_s:
            allowed = f"must be after the departure of trip {self.row['trip_id']}, {first['departure_time']}"
            problems.append(feed.problem("stop_times", last.line, "arrival_time", last["arrival_time"], allowed))
            return None
        if km > FASTEST_KMH * (arrive_s - depart_s) / 3_600:
            found = f"{km:g} km in {(arrive_s - depart_s) / 60:g} min"
            allowed = f"trip {self.row['trip_id']} must be possible at {FASTEST_KMH:g} km/h"
            problems.append(feed.problem("stop_times", last.line, "", found, allowed))
            return None
        return FeedTrip(
            trip=self.row["trip_id"],
            route=routes[self.row["route_id"]],
            block=self.row["block_id"],
            depart_s=depart_s,
            arrive_s=arrive_s,
            first_stop=first["stop_id"],
            last_stop=last["stop_id"],
            distance_km=km,
            stops=len(self.calls),
            dates=self.dates,
        )


def _positions(feed: Feed, problems: list[Problem]) -> dict[str, tuple[float, float]]:
    """Degrees north and east of each stop."""
    positions = {}
    for row in feed.tables["stops"]:
        try:
            lat, lon = float(row["stop_lat"]), float(row["stop_lon"])
        except ValueError:
            continue  # a station or a node without a position; a stop that is used is reported where it is used
        if abs(lat) <= 90 and abs(lon) <= 180:
            positions[row["stop_id"]] = lat, lon
        else:
            allowed = "must be degrees north and east (WGS-84)"
            problems.append(feed.problem("stops", row.line, "stop_lat, stop_lon", f"{lat:g}, {lon:g}", allowed))
    return positions


def _in_order(
    feed: Feed, row: FeedRow, calls: Sequence[FeedRow], stops: Mapping[str, object], problems: list[Problem]
) -> list[FeedRow]:
    """The calls of a trip by their sequence; none if they are not good enough to run it."""
    if len(calls) < 2:
        allowed = "must have two stops or more in stop_times.txt"
        problems.append(feed.problem("trips", row.line, "trip_id", repr(row["trip_id"]), allowed))
        return []
    before = len(problems)
    numbered = []
    for call in calls:
        if call["stop_id"] not in stops:
            allowed = "must be a stop_id of stops.txt that has a position"
            problems.append(feed.problem("stop_times", call.line, "stop_id", repr(call["stop_id"]), allowed))
        if call["stop_sequence"].isdecimal():
            numbered.append((int(call["stop_sequence"]), call.line, call))
        else:
            found = repr(call["stop_sequence"])
            problems.append(feed.problem("stop_times", call.line, "stop_sequence", found, "must be a whole number"))
    numbered.sort(key=lambda entry: entry[:2])
    for (one, _, _), (other, line, _) in pairwise(numbered):
        if one == other:
            allowed = f"stands twice in trip {row['trip_id']}"
            problems.append(feed.problem("stop_times", line, "stop_sequence", str(other), allowed))
    return [call for _, _, call in numbered] if len(problems) == before else []


def _headways(feed: Feed, problems: list[Problem]) -> dict[str, list[tuple[int, int, int]]]:
    """Start, end and headway in seconds of the trips that stand for many."""
    headways: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for row in feed.tables["frequencies"]:
        start_s, end_s = feed_seconds(row["start_time"]), feed_seconds(row["end_time"])
        headway = row["headway_secs"]
        if start_s is None or end_s is None or end_s <= start_s or not headway.isdecimal() or int(headway) == 0:
            found = f"{row['start_time']}, {row['end_time']}, {headway}"
            allowed = "must be two times in order and a headway of at least one second"
            problems.append(feed.problem("frequencies", row.line, "", found, allowed))
        else:
            headways[row["trip_id"]].append((start_s, end_s, int(headway)))
    return headways


def _repeated(trip: FeedTrip, headways: Sequence[tuple[int, int, int]]) -> Iterator[FeedTrip]:
    """The trips that one trip with headways stands for; they are of no block, since a block has each trip once."""
    if not headways:
        yield trip
        return
    run_s = trip.arrive_s - trip.depart_s
    for start_s, end_s, headway_s in headways:
        for depart_s in range(start_s, min(end_s, LAST_S - run_s), headway_s):
            yield replace(trip, trip=f"{trip.trip}@{depart_s}", block="", depart_s=depart_s, arrive_s=depart_s + run_s)

"""From a GTFS feed to a workspace that runs it, in one call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from fleetsim.documents import one_of
from fleetsim.errors import InputError, Problem
from fleetsim.profiles import Climate
from fleetsim.profiles.loading import load_profiles
from fleetsim.timetables.feed import Feed, read_feed
from fleetsim.timetables.feed_plan import Choices, FeedPlan, plan_feed
from fleetsim.timetables.feed_trips import FeedTrip, chosen_routes, trips_on
from fleetsim.timetables.feed_workspace import Origin, write_workspace
from fleetsim.timetables.service import ServiceCalendar
from fleetsim.work.geography import Point, straight_line_km
from fleetsim.work.spec import Scheduling
from fleetsim.workspace import init, is_workspace, packaged_inputs

DEFAULT_MODEL = "bus_12m"
FAR_KM = 100.0
"""A feed further than this from every city of the workspace has no height of its own: it is taken to lie at the sea."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an import may be asked for; what is left open is chosen."""

    day: date | None = None
    """A date whose trips run every day."""
    week: date | None = None
    """A date of the week that is taken; by default the week with most trips."""
    routes: tuple[str, ...] = ()
    model: str = DEFAULT_MODEL
    model_of: Mapping[str, str] = field(default_factory=dict)
    depots: tuple[Point, ...] = ()
    terminals: tuple[str, ...] = ()
    """Stops, by id or name, at the ends of trips where vehicles charge between trips."""
    city: str | None = None
    elevation_m: float | None = None
    spare_share: float = 0.1
    rules: Scheduling = field(default_factory=Scheduling)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import made."""

    plan: FeedPlan
    trips: tuple[FeedTrip, ...]
    origin: Origin
    files: tuple[Path, ...]
    remarks: tuple[str, ...]


def import_gtfs(feed_file: Path, target: Path, name: str, wishes: Wishes | None = None) -> Imported:
    """Add the trips of a feed to the workspace ``target``, which is made if it is not there, under ``name``.

    Raises ``InputError`` with every fault of the feed, of the wishes, or of the workspace; nothing is written then.
    """
    wishes = wishes or Wishes()
    feed = read_feed(feed_file)
    problems: list[Problem] = []
    calendar = ServiceCalendar(feed, problems)
    routes = chosen_routes(feed, wishes.routes, problems)
    if problems:
        raise InputError(problems)
    dates = _dates(feed, calendar, wishes, routes)
    measured = trips_on(feed, calendar, dates, routes, problems)
    if not problems and not measured.trips:
        when = f"{dates[0]} to {dates[-1]}" if len(dates) > 1 else str(dates[0])
        span = "{} to {}".format(*calendar.span) if calendar.span else "no date at all"
        allowed = f"no trip of these routes runs then; the feed covers {span}"
        problems.append(Problem(feed.name, None, "", when, allowed))
    profiles = load_profiles(target if is_workspace(target) else packaged_inputs(), problems).profiles
    for option, model in [("--model", wishes.model), *((f"--model {r}", m) for r, m in wishes.model_of.items())]:
        if model not in profiles.vehicles:
            allowed = one_of(model, sorted(profiles.vehicles), "profiles/vehicles.yaml")
            problems.append(Problem(option, None, "", repr(model), allowed))
    if wishes.city is not None and wishes.city not in profiles.cities:
        allowed = one_of(wishes.city, sorted(profiles.cities), "profiles/climates.yaml")
        problems.append(Problem("--city", None, "", repr(wishes.city), allowed))
    for route in wishes.model_of:
        if route not in routes.values():
            allowed = one_of(route, sorted(set(routes.values())), f"routes of {feed.name}")
            problems.append(Problem(f"--model {route}", None, "", repr(route), allowed))
    terminals = tuple(stop for wish in wishes.terminals for stop in _stops(feed, measured.trips, wish, problems))
    if problems:
        raise InputError(problems)
    here = _middle(feed, measured.trips)
    nearest = min(profiles.cities, key=lambda city: _city_km(here, profiles.cities[city]))
    city = wishes.city or nearest
    away_km = _city_km(here, profiles.cities[city])
    near_m = profiles.cities[city].elevation_m if away_km <= FAR_KM else 0.0
    elevation_m = near_m if wishes.elevation_m is None else wishes.elevation_m
    choices = Choices(
        city,
        elevation_m,
        wishes.model,
        wishes.model_of,
        wishes.depots,
        terminals,
        wishes.spare_share,
        wishes.rules,
    )
    trips = measured.trips if wishes.day is None else _every_day(measured.trips, wishes.day)
    plan = plan_feed(name, feed, trips, choices)
    idle = plan.terminals.keys() - {site for fleet in plan.fleets for site in fleet.terminals}
    if idle:
        stops = (repr(plan.places[plan.terminals[site]].name.en) for site in sorted(idle))
        raise InputError(
            [Problem("--terminals", None, "", stop, "must be a stop at which trips end") for stop in stops]
        )
    origin = Origin(feed.name, feed.sha256, dates, measured.methods)
    remarks = [*plan.remarks]
    if away_km > FAR_KM:
        remarks.append(f"the feed lies {away_km:.0f} km from {city}, whose climate it is given; --city names another")
    if wishes.elevation_m is None:
        remarks.append(f"all places are taken to lie {elevation_m:g} m above the sea; --elevation-m changes that")
    if not wishes.depots:
        depot = next(place for key, place in plan.places.items() if key.endswith("_depot1"))
        remarks.append(f"the depot is taken to be at {depot.lat:.4f}, {depot.lon:.4f}, amid the ends; --depot moves it")
    if not is_workspace(target):
        init(target)
    files = write_workspace(target, name, plan, city, origin)
    return Imported(plan, trips, origin, tuple(files), tuple(remarks))


def _every_day(trips: Sequence[FeedTrip], day: date) -> tuple[FeedTrip, ...]:
    """Trips of one date as if all days were like it."""
    week = tuple(day + timedelta(number) for number in range(7))
    return tuple(replace(trip, dates=week) for trip in trips)


def _dates(feed: Feed, calendar: ServiceCalendar, wishes: Wishes, routes: Mapping[str, str]) -> tuple[date, ...]:
    if wishes.day is not None:
        return (wishes.day,)
    monday = wishes.week
    if monday is None:
        rows: Sequence[str] = [row["service_id"] for row in feed.tables["trips"] if row["route_id"] in routes]
        monday = calendar.fullest_week(Counter(rows))
    if monday is None:
        raise InputError([Problem(feed.name, None, "", "", "the calendar names no date on which trips run")])
    monday -= timedelta(monday.weekday())
    return tuple(monday + timedelta(day) for day in range(7))


def _middle(feed: Feed, trips: Sequence[FeedTrip]) -> Point:
    """A stop in use that stands for where the feed is."""
    (row,) = [row for row in feed.tables["stops"] if row["stop_id"] == trips[0].first_stop][:1]
    return Point(float(row["stop_lat"]), float(row["stop_lon"]))


def _stops(feed: Feed, trips: Sequence[FeedTrip], wish: str, problems: list[Problem]) -> list[str]:
    """The stops of an id or a name, of those at which trips begin or end."""
    ends = {stop for trip in trips for stop in (trip.first_stop, trip.last_stop)}
    names = {row["stop_id"]: row["stop_name"] for row in feed.tables["stops"] if row["stop_id"] in ends}
    found = [wish] if wish in names else sorted(stop for stop, name in names.items() if name == wish)
    if not found:
        allowed = one_of(
            wish, sorted({*names.values()} - {""}), f"stops of {feed.name} at which trips end, or their ids"
        )
        problems.append(Problem("--terminals", None, "", repr(wish), allowed))
    return found


def _city_km(here: Point, city: Climate) -> float:
    return straight_line_km(here, Point(city.lat, city.lon))

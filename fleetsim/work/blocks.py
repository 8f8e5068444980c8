"""Building the blocks of one shape: their trips and legs, what chance adds, and the energy it all takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fleetsim.clock import HOUR_S
from fleetsim.profiles import Route
from fleetsim.results.schema import PURPOSES
from fleetsim.work.draws import Chance, load_share, run_factor
from fleetsim.work.effort import Conditions, Legs
from fleetsim.work.geography import straight_line_km
from fleetsim.work.plan import BlockSet, Codes, Series, Shape
from fleetsim.work.setting import Setting
from fleetsim.work.spec import Rotation, Timetable

_SERVICE = PURPOSES.index("service")
Leg = tuple[float, float, float]
"""Distance in km, height above the sea at the start and at the end in m."""


@dataclass(frozen=True, slots=True)
class Labour:
    """How a trip that works on its way differs from the traffic of the route."""

    body_kw: float = 0.0
    """Power of the body while on the trip."""
    body_kwh: float = 0.0
    """Energy of the body that does not hang on time."""
    stops_per_km: float | None = None
    stop_time_share: float | None = None
    """None: as the route has it."""


TRAVEL = Labour()
"""Driving and nothing else."""


@dataclass(frozen=True, slots=True)
class Trip:
    """One trip of a block."""

    purpose: Literal["service", "deadhead", "round", "transfer"]
    origin: str
    destination: str
    legs: tuple[Leg, ...]
    labour: Labour = TRAVEL

    @property
    def works(self) -> bool:
        """Whether it is what the block is for, and not a way without a task."""
        return self.purpose != "deadhead"

    @property
    def distance_km(self) -> float:
        """Length of the trip."""
        return sum(distance for distance, _, _ in self.legs)


class WayHome:
    """The road between home and the ends of trips."""

    def __init__(self, setting: Setting, detour: float, known_km: dict[str, float] | None = None) -> None:
        self._setting = setting
        self._detour = detour
        self._known_km = known_km or {}

    def between(self, origin: str, destination: str) -> Leg:
        """From one place to another: the straight line times the detour."""
        places = self._setting.places
        km = self._detour * straight_line_km(places[origin], places[destination])
        return km, places[origin].elevation_m, places[destination].elevation_m

    def leg(self, place: str) -> Leg:
        """From a place to home: a known distance, else that of :meth:`between`."""
        km, low_m, high_m = self.between(place, self._setting.home)
        return self._known_km.get(place, km), low_m, high_m

    def enclose(self, working: Sequence[Trip]) -> list[Trip]:
        """Trips with the deadheads from and to home around them; one of no length is left out."""
        home, first, last = self._setting.home, working[0].origin, working[-1].destination
        km, low_m, high_m = self.leg(first)
        pull_out = Trip("deadhead", home, first, ((km, high_m, low_m),))
        pull_in = Trip("deadhead", last, home, (self.leg(last),))
        out, back = ([trip] if trip.distance_km > 0.0 else [] for trip in (pull_out, pull_in))
        return [*out, *working, *back]


def to_and_fro(route: Route, setting: Setting, trips: int, first: int = 0) -> list[Trip]:
    """Service trips on a route in turn, the first from its first waypoint (0) or from its last (1)."""
    points = route.waypoints
    heights = [setting.places[point.place].elevation_m for point in points]
    out = tuple(
        (b.distance_km - a.distance_km, low, high)
        for a, b, low, high in zip(points, points[1:], heights, heights[1:], strict=False)
    )
    back = tuple((km, high, low) for km, low, high in reversed(out))
    start, end = points[0].place, points[-1].place
    ways = (Trip("service", start, end, out), Trip("service", end, start, back))
    return [ways[number % 2] for number in range(first, first + trips)]


def bus_chance(trips: Sequence[Trip], work: Rotation | Timetable, normals: Series) -> Chance:
    """Running times and loads of buses from ``normals`` (2, B, P); deadheads are empty."""
    works = np.array([trip.works for trip in trips], dtype=np.float64)
    return Chance(
        run_factor=run_factor(normals[0], work.run_time_cv),
        load=load_share(normals[1], work.load_factor, work.load_cv) * works,
        expected_load=np.full(normals.shape[1:], work.load_factor) * works,
    )


def build(
    trips: Sequence[Trip],
    vehicle: Codes,
    depart_s: Series,
    run_s: Series,
    layover_s: Series,
    chance: Chance,
    conditions: Conditions,
    setting: Setting,
    way_home: WayHome,
    notes: Mapping[str, Series] | None = None,
) -> BlockSet:
    """The blocks of ``vehicle`` (B) over ``trips`` (P), planned to leave at ``depart_s`` and to take ``run_s`` (B, P).

    ``layover_s`` (P) is the shortest stay before each trip; ``notes`` (B, P) go to the table of trips as they are.
    """
    shape, legs = _shape(trips, layover_s, conditions, setting, way_home)
    leg = shape.leg_trip

    def energy(taken_s: Series, load: Series) -> tuple[Series, Series]:
        speed = shape.distance_km / (taken_s / HOUR_S)
        return conditions.energy(legs, speed[:, leg], load[:, leg], depart_s[:, leg])

    drawn_s = run_s * chance.run_factor
    draw, regeneration = energy(drawn_s, chance.load)
    expected = draw - regeneration if chance.certain else np.subtract(*energy(run_s, chance.expected_load))
    return BlockSet(
        shape=shape,
        vehicle=vehicle,
        planned_depart_s=depart_s,
        planned_arrive_s=depart_s + run_s,
        run_s=drawn_s,
        draw_kwh=draw,
        regeneration_kwh=regeneration,
        expected_kwh=np.add.reduceat(expected, shape.first_legs, axis=1),
        notes=notes or {},
    )


def _shape(
    trips: Sequence[Trip], layover_s: Series, conditions: Conditions, setting: Setting, way_home: WayHome
) -> tuple[Shape, Legs]:
    route = conditions.route
    shape_legs = [(number, *leg) for number, trip in enumerate(trips) for leg in trip.legs]
    number, distance_km, low_m, high_m = (np.array(column) for column in zip(*shape_legs, strict=True))
    ways = [way_home.leg(trip.destination) for trip in trips]
    home = np.array([*ways[:-1], ways[-1] if trips[-1].works else (0.0, 0.0, 0.0)])
    home_speed = np.full(len(trips), route.speed_kmh)
    home_draw, home_regeneration = conditions.energy(
        Legs(home[:, 0], home[:, 2] - home[:, 1], home[:, 1:].mean(axis=1), route.stops_per_km, route.stop_time_share),
        home_speed, np.zeros(len(trips)), np.zeros(len(trips)),
    )  # fmt: skip
    shape = Shape(
        purpose=np.array([PURPOSES.index(trip.purpose) for trip in trips], dtype=np.int32),
        route=np.array([setting.route_code if trip.purpose == "service" else -1 for trip in trips], dtype=np.int32),
        origin=np.array([setting.place_codes[trip.origin] for trip in trips], dtype=np.int32),
        destination=np.array([setting.place_codes[trip.destination] for trip in trips], dtype=np.int32),
        distance_km=np.array([trip.distance_km for trip in trips]),
        leg_trip=number.astype(np.intp),
        minimum_layover_s=layover_s,
        home_km=home[:, 0],
        home_s=home[:, 0] / home_speed * HOUR_S,
        home_draw_kwh=home_draw,
        home_regeneration_kwh=home_regeneration,
    )
    return shape, _legs(trips, shape, distance_km, low_m, high_m, route)


def _legs(
    trips: Sequence[Trip], shape: Shape, distance_km: Series, low_m: Series, high_m: Series, route: Route
) -> Legs:
    def by_leg(of_trip: list[float]) -> Series:
        return np.array(of_trip)[shape.leg_trip]

    labours = [trip.labour for trip in trips]
    share = distance_km / np.maximum(shape.distance_km, 1e-9)[shape.leg_trip]
    return Legs(
        distance_km=distance_km,
        climb_m=high_m - low_m,
        elevation_m=(high_m + low_m) / 2,
        stops_per_km=by_leg([route.stops_per_km if w.stops_per_km is None else w.stops_per_km for w in labours]),
        stop_time_share=by_leg(
            [route.stop_time_share if w.stop_time_share is None else w.stop_time_share for w in labours]
        ),
        body_kw=by_leg([w.body_kw for w in labours]),
        body_kwh=by_leg([w.body_kwh for w in labours]) * share,
    )

"""Building the blocks of one shape: their trips and legs, what chance adds, and the energy it all takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fleetsim.clock import HOUR_S
from fleetsim.results.schema import PURPOSES
from fleetsim.work.draws import load_share, run_factor
from fleetsim.work.effort import Conditions, Legs
from fleetsim.work.geography import straight_line_km
from fleetsim.work.plan import BlockSet, Codes, Series, Shape
from fleetsim.work.setting import Setting
from fleetsim.work.spec import Rotation, Timetable

_SERVICE, _DEADHEAD = PURPOSES.index("service"), PURPOSES.index("deadhead")
Leg = tuple[float, float, float]
"""Distance in km, height above the sea at the start and at the end in m."""


@dataclass(frozen=True, slots=True)
class Trip:
    """One trip of a block."""

    service: bool
    origin: str
    destination: str
    legs: tuple[Leg, ...]

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

    def leg(self, place: str) -> Leg:
        """From a place to home: a known distance, else the straight line times the detour."""
        places, home = self._setting.places, self._setting.home
        km = self._known_km.get(place)
        if km is None:
            km = self._detour * straight_line_km(places[home], places[place])
        return km, places[place].elevation_m, places[home].elevation_m

    def enclose(self, service: Sequence[Trip]) -> list[Trip]:
        """Service trips with the deadheads from and to home around them; one of no length is left out."""
        home, first, last = self._setting.home, service[0].origin, service[-1].destination
        km, low_m, high_m = self.leg(first)
        pull_out = Trip(False, home, first, ((km, high_m, low_m),))
        pull_in = Trip(False, last, home, (self.leg(last),))
        return [trip for trip in (pull_out, *service, pull_in) if trip.service or trip.distance_km > 0.0]


def build(
    trips: Sequence[Trip],
    vehicle: Codes,
    depart_s: Series,
    run_s: Series,
    layover_s: Series,
    normals: Series,
    work: Rotation | Timetable,
    conditions: Conditions,
    setting: Setting,
    way_home: WayHome,
) -> BlockSet:
    """The blocks of ``vehicle`` (B) over ``trips`` (P), planned to leave at ``depart_s`` and to take ``run_s`` (B, P).

    ``layover_s`` (P) is the shortest stay before each trip; ``normals`` (2, B, P) are chance.
    """
    shape, legs = _shape(trips, layover_s, work, conditions, setting, way_home)
    leg = shape.leg_trip
    service = shape.purpose == _SERVICE

    def energy(taken_s: Series, load: Series) -> tuple[Series, Series]:
        speed = shape.distance_km / (taken_s / HOUR_S)
        return conditions.energy(legs, speed[:, leg], (load * service)[:, leg], depart_s[:, leg])

    drawn_s = run_s * run_factor(normals[0], work.run_time_cv)
    draw, regeneration = energy(drawn_s, load_share(normals[1], work.load_factor, work.load_cv))
    expected = draw - regeneration
    if work.run_time_cv or work.load_cv:
        expected = np.subtract(*energy(run_s, np.full_like(run_s, work.load_factor)))
    return BlockSet(
        shape=shape,
        vehicle=vehicle,
        planned_depart_s=depart_s,
        planned_arrive_s=depart_s + run_s,
        run_s=drawn_s,
        draw_kwh=draw,
        regeneration_kwh=regeneration,
        expected_kwh=np.add.reduceat(expected, shape.first_legs, axis=1),
    )


def _shape(
    trips: Sequence[Trip],
    layover_s: Series,
    work: Rotation | Timetable,
    conditions: Conditions,
    setting: Setting,
    way_home: WayHome,
) -> tuple[Shape, Legs]:
    legs = [(number, *leg) for number, trip in enumerate(trips) for leg in trip.legs]
    number, distance_km, low_m, high_m = (np.array(column) for column in zip(*legs, strict=True))
    home = np.array([way_home.leg(trip.destination) if trip.service else (0.0, 0.0, 0.0) for trip in trips])
    home_speed = np.full(len(trips), conditions.route.speed_kmh)
    home_draw, home_regeneration = conditions.energy(
        Legs(home[:, 0], home[:, 2] - home[:, 1], home[:, 1:].mean(axis=1)),
        home_speed, np.zeros(len(trips)), np.zeros(len(trips)),
    )  # fmt: skip
    route = setting.route_codes[work.route]
    shape = Shape(
        purpose=np.array([_SERVICE if trip.service else _DEADHEAD for trip in trips], dtype=np.int32),
        route=np.array([route if trip.service else -1 for trip in trips], dtype=np.int32),
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
    return shape, Legs(distance_km, high_m - low_m, (high_m + low_m) / 2)

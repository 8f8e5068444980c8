"""Distances on the globe."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, pi, radians, sin, sqrt

from fleetsim.profiles import Place

EARTH_RADIUS_KM = 6_371.0
RINGS = (4, 8)
DISC_POINTS = 1 + sum(RINGS)
"""Points that stand for a disc."""


@dataclass(frozen=True, slots=True)
class Point:
    """A position: degrees north and east."""

    lat: float
    lon: float


def straight_line_km(one: Place | Point, other: Place | Point) -> float:
    """Great-circle distance by the haversine formula, on a sphere of 6 371 km."""
    lat1, lat2 = radians(one.lat), radians(other.lat)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


def spread(centre: Place | Point, radius_km: float) -> tuple[Point, ...]:
    """Points that stand for equal parts of a disc: its centre, and two rings around it.

    >>> [len(spread(Point(25.0, 102.7), radius_km)) for radius_km in (0.0, 3.0)]
    [1, 13]
    """
    points = [Point(centre.lat, centre.lon)]
    if radius_km == 0.0:
        return tuple(points)
    km_per_deg = radians(1.0) * EARTH_RADIUS_KM
    within = 1
    for ring in RINGS:
        middle_km = radius_km * sqrt((within + ring / 2) / DISC_POINTS)
        for number in range(ring):
            angle = 2 * pi * number / ring
            north_km, east_km = middle_km * cos(angle), middle_km * sin(angle)
            lon = centre.lon + east_km / (km_per_deg * cos(radians(centre.lat)))
            points.append(Point(centre.lat + north_km / km_per_deg, lon))
        within += ring
    return tuple(points)

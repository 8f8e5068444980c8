"""Distances on the globe."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from fleetsim.profiles import Place

EARTH_RADIUS_KM = 6_371.0


def straight_line_km(one: Place, other: Place) -> float:
    """Great-circle distance by the haversine formula, on a sphere of 6 371 km."""
    lat1, lat2 = radians(one.lat), radians(other.lat)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))

"""GCJ-02, the datum of maps drawn in China, to and from WGS-84.

The shift is a published series of sines around 35 N 105 E on the Krasovsky ellipsoid; inverted by iteration.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
AXIS_M, ECCENTRICITY2 = 6_378_245.0, 0.00669342162296594323
ROUNDS = 4
"""Rounds of the inversion; each is some thousand times closer than the one before."""


def to_gcj02(lat: ArrayLike, lon: ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 coordinates of WGS-84 ones, degrees.

    >>> lat, lon = to_gcj02(25.018, 102.721)
    >>> round(float(lat) - 25.018, 4), round(float(lon) - 102.721, 4)
    (-0.003, 0.0015)
    """
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    x, y = lon - 105.0, lat - 35.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + _waves(x)
    north += _sum(y, (20.0, 1.0), (40.0, 1.0 / 3.0)) + _sum(y, (160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + _waves(x)
    east += _sum(x, (20.0, 1.0), (40.0, 1.0 / 3.0)) + _sum(x, (150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0))
    radians = np.radians(lat)
    bend = 1.0 - ECCENTRICITY2 * np.sin(radians) ** 2
    meridian_m = AXIS_M * (1.0 - ECCENTRICITY2) / bend**1.5
    parallel_m = AXIS_M / np.sqrt(bend) * np.cos(radians)
    return lat + np.degrees(north / meridian_m), lon + np.degrees(east / parallel_m)


def to_wgs84(lat: ArrayLike, lon: ArrayLike) -> tuple[Floats, Floats]:
    """WGS-84 coordinates of GCJ-02 ones, degrees, to a millimetre.

    >>> lat, lon = to_wgs84(*to_gcj02(26.87, 100.23))
    >>> round(float(lat), 8), round(float(lon), 8)
    (26.87, 100.23)
    """
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    guess_lat, guess_lon = lat.copy(), lon.copy()
    for _ in range(ROUNDS):
        there_lat, there_lon = to_gcj02(guess_lat, guess_lon)
        guess_lat, guess_lon = guess_lat + lat - there_lat, guess_lon + lon - there_lon
    return guess_lat, guess_lon


def _waves(x: Floats) -> Floats:
    return np.asarray((20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0)


def _sum(at: Floats, *terms: tuple[float, float]) -> Floats:
    total = np.zeros_like(at)
    for weight, frequency in terms:
        total = total + weight * np.sin(at * frequency * np.pi)
    return total * 2.0 / 3.0

"""How long the trips of a feed are: by its own distances, by the line on the map, or by the way between stops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from fleetsim.errors import Problem
from fleetsim.timetables.feed import Feed
from fleetsim.work.geography import EARTH_RADIUS_KM

STOP_DETOUR = 1.2
"""Road between two stops of a bus over the straight line, where the feed tells neither distance nor shape; assumed."""
UNITS_KM: Mapping[str, float] = {"km": 1.0, "m": 0.001, "mi": 1.609344, "ft": 0.0003048}
"""Units in which feeds give ``shape_dist_traveled``; GTFS leaves the choice to them."""
AGREES = 1.3
"""A unit is believed if distances are within this factor of the way between the stops."""
AT_END_KM = 0.3
"""A shape is taken whole if it begins and ends this near to the trip's first and last stop."""

Points = NDArray[np.float64]
"""Degrees north and east, shape ``(n, 2)``."""


def path_km(points: Points) -> float:
    """Length of a line on the globe.

    >>> round(path_km(np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]])), 1)
    222.4
    """
    return float(_steps_km(points).sum())


def unit_of(pairs: Sequence[tuple[float, float]]) -> str | None:
    """The unit in which trips' distances agree with the ways between their stops in km; ``None`` where none does.

    >>> unit_of([(12_100.0, 11.0), (8_300.0, 8.0)]), unit_of([(7.0, 11.0)]), unit_of([(3.0, 11.0)])
    ('m', 'mi', None)
    """
    if not pairs:
        return None
    ratio = median(distance / way for distance, way in pairs)
    unit = min(UNITS_KM, key=lambda name: abs(np.log(ratio * UNITS_KM[name])))
    return unit if 1 / AGREES <= ratio * UNITS_KM[unit] <= AGREES else None


def shapes(feed: Feed, wanted: set[str], problems: list[Problem]) -> dict[str, Points]:
    """The lines on the map that are wanted, in order of their points."""
    points: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for row in feed.tables["shapes"]:
        if row["shape_id"] not in wanted:
            continue
        try:
            point = tuple(float(row[column]) for column in ("shape_pt_sequence", "shape_pt_lat", "shape_pt_lon"))
            good = np.isfinite(point[0]) and abs(point[1]) <= 90 and abs(point[2]) <= 180
        except ValueError:
            good = False
        if not good:
            found = ", ".join((row["shape_pt_sequence"], row["shape_pt_lat"], row["shape_pt_lon"]))
            problems.append(feed.problem("shapes", row.line, "", found, "must be a number and degrees north and east"))
            continue
        points[row["shape_id"]].append(point)  # type: ignore[arg-type]
    return {name: np.array(sorted(line))[:, 1:] for name, line in points.items() if len(line) > 1}


def along_km(shape: Points, first: Points, last: Points) -> float:
    """Length of a shape between its points next to two stops; of the whole where it ends at both."""
    if max(path_km(np.stack([shape[0], first])), path_km(np.stack([shape[-1], last]))) <= AT_END_KM:
        return path_km(shape)
    start = int(_from_km(shape, first).argmin())
    end = len(shape) - 1 - int(_from_km(shape, last)[::-1].argmin())
    return path_km(shape[start : end + 1] if end > start else shape)


def _from_km(shape: Points, stop: Points) -> Points:
    pairs = np.stack([shape, np.broadcast_to(stop, shape.shape)], axis=1)
    return np.array([_steps_km(pair)[0] for pair in pairs])


def _steps_km(points: Points) -> Points:
    """Great-circle lengths between points that follow each other (haversine)."""
    lat, lon = np.radians(points).T
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)))

"""Where vehicles are: at a place, along a route, or on the straight line between two places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.results.records import Records
from fleetsim.telematics.segments import Segments

Floats = NDArray[np.float64]
APART_KM = 1e5
"""Longer than any route: what parts the routes on one axis of distance."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """For each stretch, where it begins and ends; on a route by the kilometre, else by coordinates."""

    lat: Floats
    """Shape ``(stretches, 2)``, degrees, at the start and the end; NaN where nobody knows."""
    lon: Floats
    route_km: Floats
    """Shape ``(stretches, 2)``, on the axis of all routes; NaN off the routes."""
    axis_km: Floats
    axis_lat: Floats
    axis_lon: Floats
    """The routes' points on one axis of distance."""


def ways(records: Records, stretches: Segments) -> Ways:
    """The ways of all stretches. A trip on a route runs from its point nearest the origin to that nearest the end."""
    tables = records.tables
    lat, lon = (_by_code(tables["places"]["place"], tables["places"][name], records) for name in ("lat", "lon"))
    trips, trip = tables["trips"], stretches.trip
    driving = trip >= 0
    origin, destination, route = (
        np.where(driving, trips[name][trip] if len(trips["trip"]) else -1, -1)
        for name in ("origin", "destination", "route")
    )
    from_place = np.where(driving, origin, stretches.place)
    to_place = np.where(driving, destination, stretches.place)
    axis_km, axis_lat, axis_lon = _axis(records)
    route_km = np.full((len(trip), 2), np.nan)
    on_route = np.flatnonzero(driving & (route >= 0) & (from_place >= 0) & (to_place >= 0))
    for end, place in enumerate((from_place, to_place)):
        keys, of = np.unique(np.stack((route[on_route], place[on_route])), axis=1, return_inverse=True)
        nearest = [_nearest_km(records, int(each), lat[at], lon[at]) for each, at in keys.T]
        route_km[on_route, end] = np.array(nearest, dtype=np.float64)[of.ravel()] if len(nearest) else np.nan
    return Ways(
        lat=np.stack((lat[from_place], lat[to_place]), axis=1),
        lon=np.stack((lon[from_place], lon[to_place]), axis=1),
        route_km=route_km,
        axis_km=axis_km,
        axis_lat=axis_lat,
        axis_lon=axis_lon,
    )


def located(paths: Ways, row: NDArray[np.intp], share: Floats) -> tuple[Floats, Floats]:
    """Latitude and longitude at a share of the way of some stretches, degrees."""
    lat, lon = (ends[row, 0] + share * (ends[row, 1] - ends[row, 0]) for ends in (paths.lat, paths.lon))
    if len(paths.axis_km):
        km = paths.route_km[row, 0] + share * (paths.route_km[row, 1] - paths.route_km[row, 0])
        routed = np.isfinite(km)
        lat[routed] = np.interp(km[routed], paths.axis_km, paths.axis_lat)
        lon[routed] = np.interp(km[routed], paths.axis_km, paths.axis_lon)
    return lat, lon


def _by_code(code: NDArray[np.integer], values: Floats, records: Records) -> Floats:
    """Values by code, with an unknown one at the end, where -1 points."""
    out = np.full(len(records.entities["places"]) + 1, np.nan)
    out[code] = values
    return out


def _axis(records: Records) -> tuple[Floats, Floats, Floats]:
    routes = records.tables["routes"]
    order = np.lexsort((routes["point"], routes["route"]))
    km = routes["route"][order] * APART_KM + routes["distance_km"][order]
    return km, routes["lat"][order], routes["lon"][order]


def _nearest_km(records: Records, route: int, lat: float, lon: float) -> float:
    """Kilometre of a route's point that lies nearest to a place; NaN where either is unknown."""
    routes = records.tables["routes"]
    mine = np.flatnonzero(routes["route"] == route)
    if not len(mine) or not np.isfinite(lat):
        return float("nan")
    east = (routes["lon"][mine] - lon) * np.cos(np.radians(lat))
    nearest = mine[np.argmin((routes["lat"][mine] - lat) ** 2 + east**2)]
    return float(route * APART_KM + routes["distance_km"][nearest])

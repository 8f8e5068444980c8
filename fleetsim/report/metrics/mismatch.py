"""Waiting that need not have been: a vehicle in a queue while a charger within its reach stood free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.sums import Floats, by_group
from fleetsim.report.metrics.utilisation import by_gun, charger_outages
from fleetsim.results.records import Records
from fleetsim.work.geography import Point, straight_line_km

FOREVER_S = 1e12
"""A time after every run."""
REACH_KM = 10.0
"""How far away, in a straight line, another station is within reach (assumed: half an hour in the streets of a city,
after which a driver leaves a queue by default)."""

Steps = tuple[Floats, NDArray[np.bool_]]
"""Moments at which the last free charger is taken or one becomes free, and whether one is free from each on."""


def mismatch_s(records: Records) -> Floats:
    """Seconds of each wait, within the reported time, during which a charger within reach stood free.

    Within reach are the chargers of the same site and, for a vehicle without a home, those of every other station that
    its fleet may use no further than ``REACH_KM`` away. A charger that is out of service is not free.

    Who waits at a swap station waits for a lane or a pack, which are given out the moment they are free.
    """
    sites, vehicles, waits = (records.tables[name] for name in ("sites", "vehicles", "waits"))
    charging = sites["packs"] <= 0
    free = _free_chargers(records, charging, "unplug_at")
    where = {
        int(site): Point(lat, lon) for site, lat, lon in zip(sites["site"], sites["lat"], sites["lon"], strict=True)
    }
    fleet = np.full(len(records.entities["vehicles"]), -1, dtype=np.int64)
    fleet[vehicles["vehicle"]] = vehicles["fleet"]
    of_wait, beside_s = fleet[waits["vehicle"]], np.zeros(len(waits["site"]))
    for name, site in sorted(set(zip(of_wait.tolist(), waits["site"].tolist(), strict=True))):
        if site in free:
            mine = (of_wait == name) & (waits["site"] == site)
            near = [other for other in _stations(records, name) if other in free]
            near = [other for other in near if straight_line_km(where[site], where[other]) <= REACH_KM]
            beside_s[mine] = _within_s(records, mine, [free[other] for other in sorted({site, *near})])
    return beside_s


def staff_wait_s(records: Records) -> Floats:
    """Seconds of each wait at a depot with staff during which a charger was free, or done with its vehicle."""
    of_wait = records.tables["waits"]["site"]
    beside_s = np.zeros(len(of_wait))
    for site, steps in _free_chargers(records, records.tables["sites"]["staff"] > 0, "end_at").items():
        beside_s[of_wait == site] = _within_s(records, of_wait == site, [steps])
    return beside_s


def _stations(records: Records, fleet: int) -> list[int]:
    """The stations that a fleet without a home may use."""
    stations = records.tables["stations"]
    return [int(site) for site in stations["site"][stations["fleet"] == fleet]]


def _free_chargers(records: Records, which: NDArray[np.bool_], free_from: str) -> Mapping[int, Steps]:
    """When a charger can be had at some sites, by site; one in use can be had again from ``free_from`` on."""
    sessions, sites, outages = by_gun(records.tables["sessions"]), records.tables["sites"], charger_outages(records)
    order, bounds = by_group(sessions["site"], len(records.entities["sites"]))
    free = {}
    for row in np.flatnonzero(which):
        site = sites["site"][row]
        plugs, out = order[bounds[site] : bounds[site + 1]], outages["site"] == site
        taken_s = np.concatenate((sessions["plug_at"][plugs], outages["start_at"][out]))
        left_s = np.concatenate((sessions[free_from][plugs], outages["end_at"][out]))
        free[int(site)] = free_steps(taken_s, left_s, sites["chargers"][row])
    return free


def free_steps(taken_s: Floats, left_s: Floats, chargers: int) -> Steps:
    """When at least one of the chargers was free, from second 0 on.

    >>> at_s, free = free_steps(np.array([10.0]), np.array([30.0]), chargers=1)
    >>> at_s[:3].tolist(), free.tolist()
    ([0.0, 10.0, 30.0], [True, False, True])
    """
    changes_s = np.concatenate(([0.0, FOREVER_S], taken_s, left_s))
    steps = np.concatenate(([0.0, 0.0], np.ones(len(taken_s)), -np.ones(len(left_s))))
    at_s, number = np.unique(changes_s, return_inverse=True)
    free = np.cumsum(np.bincount(number, steps))[:-1] < chargers
    turns = np.concatenate(([True], free[1:] != free[:-1]))
    return np.append(at_s[:-1][turns], at_s[-1]), free[turns]


def free_time(places: Iterable[Steps]) -> tuple[Floats, Floats]:
    """Corners of the time, summed from second 0 on, that a charger was free at one of the places at least.

    >>> one = free_steps(np.array([10.0]), np.array([30.0]), chargers=1)
    >>> other = free_steps(np.array([0.0]), np.array([20.0]), chargers=1)
    >>> np.interp([5.0, 20.0, 40.0], *free_time([one])).tolist()
    [5.0, 10.0, 20.0]
    >>> np.interp([5.0, 20.0, 40.0], *free_time([one, other])).tolist()
    [5.0, 10.0, 30.0]
    """
    places = list(places)
    at_s = np.unique(np.concatenate([corners_s for corners_s, _ in places]))
    free = np.zeros(len(at_s) - 1, dtype=bool)
    for corners_s, here in places:
        free |= here[np.searchsorted(corners_s, at_s[:-1], side="right") - 1]
    return at_s, np.concatenate(([0.0], np.cumsum(np.where(free, np.diff(at_s), 0.0))))


def _within_s(records: Records, mine: NDArray[np.bool_], places: Sequence[Steps]) -> Floats:
    """How much of some waits, within the reported time, fell into the time that a charger was free."""
    waits, from_s = records.tables["waits"], float(records.clock.report_from_s)
    at_s, free_s = free_time(places)
    start_s, end_s = (np.maximum(waits[name][mine], from_s) for name in ("arrive_at", "end_at"))
    return np.asarray(np.interp(end_s, at_s, free_s) - np.interp(start_s, at_s, free_s))

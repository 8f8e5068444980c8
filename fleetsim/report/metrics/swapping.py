"""Metrics of vehicles that look for energy on their own, and of the stations where they change their packs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.sums import Floats, Ints, ratio
from fleetsim.report.metrics.scopes import Scope
from fleetsim.results.records import Records
from fleetsim.results.schema import PURPOSES, TRIP_STATUS, WAIT_OUTCOMES, select

PROMPT_S = 600.0
"""A visit that waits longer than this has waited too long."""
_SERVED, _HORIZON = (WAIT_OUTCOMES.index(word) for word in ("served", "horizon"))


def energy_visits(records: Records, scope: Scope) -> tuple[Ints, NDArray[np.bool_]]:
    """Every arrival at a station of a vehicle without a home: whose it is, and whether energy came in time.

    One that drove on, or left the queue, did not get energy there in time. One that still waits at the end counts
    only if it has waited too long already.
    """
    swaps, sessions, waits = (records.tables[name] for name in ("swaps", "sessions", "waits"))
    roams = _roams(records)
    mine = roams[sessions["vehicle"]] & (sessions["vehicle"] >= 0)
    sessions = {name: sessions[name][mine] for name in ("vehicle", "arrive_at", "plug_at")}
    waits = select(waits, roams[waits["vehicle"]] & (waits["outcome"] != _SERVED))
    waited_s = waits["end_at"] - waits["arrive_at"]
    waits = select(waits, (waits["outcome"] != _HORIZON) | (waited_s > PROMPT_S))
    vehicle = np.concatenate((swaps["vehicle"], sessions["vehicle"], waits["vehicle"]))
    waited_s = np.concatenate((swaps["start_at"] - swaps["arrive_at"], sessions["plug_at"] - sessions["arrive_at"]))
    prompt = np.concatenate((waited_s <= PROMPT_S, np.zeros(len(waits["vehicle"]), dtype=np.bool_)))
    return scope.vehicles(vehicle), prompt


def failures(records: Records, scope: Scope) -> dict[str, Floats]:
    """Visits without energy, and vehicles that could reach no station."""
    waits, trips = records.tables["waits"], records.tables["trips"]
    of_wait, of_trip = scope.visits(waits), scope.vehicles(trips["vehicle"])
    stranded = (trips["status"] == TRIP_STATUS.index("cancelled")) & (trips["purpose"] == PURPOSES.index("passenger"))
    return {
        "waits_balked": scope.count(waits["outcome"] == WAIT_OUTCOMES.index("balked"), of_wait),
        "waits_left": scope.count(waits["outcome"] == WAIT_OUTCOMES.index("left"), of_wait),
        "waits_open": scope.count(waits["outcome"] == _HORIZON, of_wait),
        "stranded": scope.count(stranded, of_trip),
    }


def swap_stations(records: Records, scope: Scope) -> dict[str, Floats]:
    """Swaps, and how far lanes and packs were used; empty for subjects without swap stations."""
    sites, swaps, slots = (records.tables[name] for name in ("sites", "swaps", "site_slots"))
    station = select(sites, sites["packs"] > 0)
    of_swap = scope.visits(swaps)
    swaps_count = scope.count(of_swap >= 0, of_swap)
    capacity = scope.total(station["swaps_per_day"], scope.sites(station["site"])) * records.clock.days
    reported = len(slots["slot_at"]) // max(1, len(sites["site"]))
    with_packs = np.isfinite(slots["packs_ready"])
    of_slot = scope.sites(slots["site"][with_packs])
    ready = scope.total(slots["packs_ready"][with_packs], of_slot) / max(1, reported)
    return {
        "swaps": swaps_count,
        "swap_capacity_use": ratio(swaps_count, capacity),
        "packs": scope.total(station["packs"], scope.sites(station["site"])),
        "packs_ready_mean": np.where(capacity > 0.0, ready, np.nan),
    }


def _roams(records: Records) -> NDArray[Any]:
    """Whether each vehicle has no home, by code."""
    vehicles = records.tables["vehicles"]
    out = np.zeros(max(1, len(records.entities["vehicles"])), dtype=np.bool_)
    out[vehicles["vehicle"]] = vehicles["home"] < 0
    return out

"""Metrics of service: trips run on time, reserves kept, and time lost in queues."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.sums import Floats, Ints, ratio
from fleetsim.clock import HOUR_S
from fleetsim.report.metrics.mismatch import staff_wait_s
from fleetsim.report.metrics.scopes import Scope
from fleetsim.report.metrics.swapping import energy_visits
from fleetsim.results.records import Records
from fleetsim.results.schema import LATE_S, PURPOSES, TRIP_REASONS, TRIP_STATUS, WAIT_OUTCOMES, select

CANCELLED = TRIP_STATUS.index("cancelled")
MINUTE_S = 60.0


def trips_on_time(records: Records, scope: Scope) -> dict[str, Floats]:
    """Service trips, rounds and visits for energy by how they went.

    A trip that is still under way at the end counts by its departure. One that has not begun by then is late if it
    should have long since, else it is nobody's merit and does not count.
    """
    trips = records.tables["trips"]
    of, status = scope.trips(trips), trips["status"]
    under_way, begun = status == TRIP_STATUS.index("horizon"), np.isfinite(trips["depart_at"])
    delayed = np.where(begun, trips["depart_at"], records.clock.end_s) - trips["planned_depart_at"] > LATE_S
    service = (trips["purpose"] == PURPOSES.index("service")) & (begun | delayed | ~under_way)
    late = (status == TRIP_STATUS.index("late")) | (under_way & delayed)
    done = (status == TRIP_STATUS.index("done")) | (under_way & ~delayed)
    of_round, finished = _rounds(records, scope)
    planned_count, done_count = scope.count(service, of), scope.count(service & done, of)
    rounds_count, finished_count = scope.count(of_round >= 0, of_round), scope.count(finished, of_round)
    of_visit, prompt = energy_visits(records, scope)
    visits_count, prompt_count = scope.count(of_visit >= 0, of_visit), scope.count(prompt, of_visit)
    return {
        "trips_planned": planned_count,
        "trips_done": done_count,
        "rounds_planned": rounds_count,
        "rounds_finished": finished_count,
        "trips_late": scope.count(service & late, of),
        "trips_cancelled": scope.count(service & (status == CANCELLED), of),
        "energy_visits": visits_count,
        "energy_visits_prompt": prompt_count,
        "service_level": ratio(done_count + finished_count + prompt_count, planned_count + rounds_count + visits_count),
    }


def reasons(records: Records, scope: Scope) -> dict[str, Floats]:
    """Why duties failed: those cancelled, and service trips that departed late; of empty trips nobody asks."""
    trips = records.tables["trips"]
    duty = ~np.isin(trips["purpose"], [PURPOSES.index("deadhead"), PURPOSES.index("passenger")])
    late = (trips["status"] == TRIP_STATUS.index("late")) & (trips["purpose"] == PURPOSES.index("service"))
    failed, of = late | (duty & (trips["status"] == CANCELLED)), scope.trips(trips)
    return {
        f"failed_{reason}": scope.count(failed & (trips["reason"] == code), of)
        for code, reason in enumerate(TRIP_REASONS)
    }


def passengers(records: Records, scope: Scope) -> dict[str, Floats]:
    """How many went along where they are counted, and how long they waited; a delay of the departure is theirs too."""
    trips = records.tables["trips"]
    ran = (trips["passengers"] >= 0) & (trips["status"] != CANCELLED) & np.isfinite(trips["depart_at"])
    counted = ("vehicle", "planned_depart_at", "depart_at", "passengers", "passenger_wait_h")
    trips = {name: trips[name][ran] for name in counted}
    of = scope.vehicles(trips["vehicle"])
    delay_h = np.maximum(0.0, trips["depart_at"] - trips["planned_depart_at"]) / HOUR_S
    waited_h = trips["passenger_wait_h"] + trips["passengers"] * delay_h
    number = scope.total(trips["passengers"].astype(np.float64), of)
    return {
        "passengers": number,
        "passengers_per_trip": ratio(number, scope.count(of >= 0, of)),
        "passenger_wait_mean_min": ratio(scope.total(waited_h, of), number) * HOUR_S / MINUTE_S,
    }


def customers(records: Records, scope: Scope) -> dict[str, Floats]:
    """Single customers of taxis that compete for them; empty where nobody does."""
    trips = records.tables["trips"]
    single = (trips["purpose"] == PURPOSES.index("passenger")) & np.isfinite(trips["planned_depart_at"])
    lost = single & (trips["vehicle"] < 0) & (trips["status"] == CANCELLED)
    taken = single & np.isfinite(trips["depart_at"])
    of = scope.trips(trips)
    taken_count, lost_count = scope.count(taken, of), scope.count(lost, of)
    asked = taken_count + lost_count
    wait_s = np.where(taken, trips["depart_at"] - trips["planned_depart_at"], 0.0)
    return {
        "customers": np.where(asked > 0, asked, np.nan),
        "customers_lost": np.where(asked > 0, lost_count, np.nan),
        "customer_wait_mean_min": ratio(scope.total(wait_s, of), taken_count) / MINUTE_S,
    }


def _rounds(records: Records, scope: Scope) -> tuple[Ints, NDArray[np.bool_]]:
    """The rounds whose shift ended within the reported time: whose they are, and which were finished in time.

    A round is all trips of one vehicle that are due at one time; all of them must have ended by then.
    """
    trips, clock = records.tables["trips"], records.clock
    due = (trips["due_at"] > clock.report_from_s) & (trips["due_at"] <= clock.end_s)
    trips = {name: trips[name][due] for name in ("vehicle", "due_at", "status", "arrive_at")}
    unfinished = np.isin(trips["status"], [CANCELLED, TRIP_STATUS.index("horizon")])
    overtime_s = np.where(unfinished, np.inf, trips["arrive_at"] - trips["due_at"])
    order = np.lexsort((trips["due_at"], trips["vehicle"]))
    vehicle, due_s = trips["vehicle"][order], trips["due_at"][order]
    starts = np.flatnonzero((np.diff(vehicle, prepend=-2) != 0) | (np.diff(due_s, prepend=-1.0) != 0))
    latest_s = np.maximum.reduceat(overtime_s[order], starts) if len(starts) else np.empty(0)
    return scope.vehicles(vehicle[starts]), latest_s <= 0.0


def reserves(records: Records, scope: Scope) -> dict[str, Floats]:
    """How low the batteries went."""
    trips, vehicles = records.tables["trips"], records.tables["vehicles"]
    of = np.where(np.isfinite(trips["soc_end"]), scope.vehicles(trips["vehicle"]), -1)
    reserve = np.full(len(records.entities["vehicles"]), np.nan)
    reserve[vehicles["vehicle"]] = vehicles["reserve_soc"]
    limit = reserve[trips["vehicle"]]
    crossed = (trips["soc_start"] >= limit) & (trips["soc_end"] < limit)
    return {
        "reserve_crossings": scope.count(crossed, of),
        "soc_min": -scope.largest(-np.minimum(trips["soc_start"], trips["soc_end"]), of),
    }


def queues(records: Records, mismatch_s: Floats, scope: Scope) -> dict[str, Floats]:
    """How long vehicles waited; ``mismatch_s`` is the part of each wait in which a charger stood free."""
    waits = records.tables["waits"]
    passed = waits["outcome"] == WAIT_OUTCOMES.index("passed")
    without_gun = scope.count(passed, scope.visits(waits))
    waits, mismatch_s, staff_s = select(waits, ~passed), mismatch_s[~passed], staff_wait_s(records)[~passed]
    of, waited_s = scope.visits(waits), waits["end_at"] - waits["arrive_at"]
    number, total_s = scope.count(of >= 0, of), scope.total(waited_s, of)
    order = np.argsort(of, kind="stable")
    bounds = np.searchsorted(of[order], np.arange(len(scope.subjects) + 1))
    p95_s = np.full(len(scope.subjects), np.nan)
    for subject in np.flatnonzero(number):
        p95_s[subject] = np.percentile(waited_s[order[bounds[subject] : bounds[subject + 1]]], 95.0)
    return {
        "waits": number,
        "waited_h": total_s / HOUR_S,
        "wait_mean_min": ratio(total_s, number) / MINUTE_S,
        "wait_p95_min": p95_s / MINUTE_S,
        "mismatch_h": scope.total(mismatch_s, of) / HOUR_S,
        "staff_wait_h": scope.total(staff_s, of) / HOUR_S,
        "layovers_without_gun": without_gun,
    }

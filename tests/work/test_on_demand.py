"""Departures by demand as blocks: passengers as load, seasons, laws, and what may not move a departure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from fleetsim.clock import Clock
from fleetsim.report.metrics.scopes import scopes
from fleetsim.report.metrics.service import passengers
from fleetsim.results.schema import PURPOSES, Frame, select
from fleetsim.scenario.schema import Scenario
from fleetsim.work.passengers import arrivals_s
from tests import laws
from tests.worlds import crowd, depot, fleet, on_demand, profiles, run, scenario

WEEK = Clock(date(2026, 3, 9), days=7, warmup_days=0)


def line(count: int = 6, demand: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    work = on_demand(**changes.pop("work", {}))
    world = replace(profiles(), demands={"crowd": crowd(**(demand or {}))})
    formula = {"consumption_kwh_per_km": changes.pop("consumption_kwh_per_km", None)}
    return scenario(fleets={"line": fleet(count, work=work, **formula)}, world=world, **changes)


def service(of: Frame) -> Frame:
    return select(of, of["purpose"] == PURPOSES.index("service"))


def test_as_many_come_as_the_profile_says() -> None:
    out, back = arrivals_s(crowd(), "line", 1, Clock(date(2026, 1, 1), days=365, warmup_days=0))
    assert len(out) / 365 == pytest.approx(120, rel=0.02)
    hour = (back // 3_600).astype(int) % 24
    assert set(hour) == {12, 13}
    assert (np.diff(out) >= 0).all()


def test_a_season_counts_in_place_of_its_month() -> None:
    demand = crowd(months=[0.5] * 12, seasons=[{"first_day": "03-11", "last_day": "03-12", "factor": 2}])
    assert [demand.factor(day) for day in WEEK.dates] == [0.5, 0.5, 2, 2, 0.5, 0.5, 0.5]
    out, _ = arrivals_s(demand, "line", 1, WEEK)
    per_day = np.bincount((out // 86_400).astype(int), minlength=7)
    assert per_day[2:4].mean() > 3 * np.delete(per_day, [2, 3]).mean()


def test_a_longer_run_leaves_the_first_passengers() -> None:
    long, _ = arrivals_s(crowd(), "line", 1, Clock(date(2026, 3, 9), days=20, warmup_days=0))
    short, _ = arrivals_s(crowd(), "line", 1, WEEK)
    np.testing.assert_array_equal(long[: len(short)], short)


def test_all_passengers_travel_and_are_counted() -> None:
    records = run(line())
    trips = service(records.tables["trips"])
    clock = records.clock
    out, back = arrivals_s(crowd(), "line", 1, clock)
    assert trips["passengers"].sum() == len(out) + len(back)
    assert trips["passengers"].max() <= 30
    deadheads = records.tables["trips"]["purpose"] == PURPOSES.index("deadhead")
    assert set(records.tables["trips"]["passengers"][deadheads]) <= {-1}
    laws.check(records)


def test_load_follows_the_passengers() -> None:
    """In the same air a fuller bus takes more for the same trip: 65 kg times 25 km for each passenger."""
    trips = service(run(line(days=3, demand={"months": [3.0] * 12})).tables["trips"])
    full, empty = (select(trips, rows) for rows in (trips["passengers"] == 30, trips["passengers"] < 20))
    assert len(full["trip"])
    assert len(empty["trip"])
    drawn_full = (full["used_kwh"] + full["regenerated_kwh"]).mean()
    assert drawn_full > 1.02 * (empty["used_kwh"] + empty["regenerated_kwh"]).mean()


def test_the_wait_is_that_of_plan_and_delay() -> None:
    records = run(line())
    trips = service(records.tables["trips"])
    found = passengers(records, next(iter(scopes(records))))
    delay_h = np.maximum(0, trips["depart_at"] - trips["planned_depart_at"]) / 3_600
    waited_h = trips["passenger_wait_h"].sum() + (delay_h * trips["passengers"]).sum()
    assert found["passenger_wait_mean_min"][0] == pytest.approx(60 * waited_h / trips["passengers"].sum())
    assert 0 < found["passenger_wait_mean_min"][0] <= 20
    assert found["passengers_per_trip"][0] == pytest.approx(trips["passengers"].mean())


def test_no_planned_departure_waits_longer_than_it_may_while_buses_are_there() -> None:
    trips = service(run(line(count=40)).tables["trips"])
    mean_min = 60 * trips["passenger_wait_h"] / np.maximum(trips["passengers"], 1)
    assert mean_min.max() <= 20


def test_chargers_and_limits_move_no_planned_departure() -> None:
    def planned(site: dict[str, Any]) -> Frame:
        return service(run(line(sites={"depot": site}, work={"run_time_cv": 0.1})).tables["trips"])

    rich, poor = planned(depot(9)), planned(depot(1, connection_kw=60))
    for column in ("planned_depart_at", "passengers", "vehicle"):
        np.testing.assert_array_equal(rich[column], poor[column])


@pytest.mark.parametrize("home", ["gate", "top"])
@pytest.mark.parametrize("factor", [0.0, 0.1, 10.0])
def test_hostile_days_end_and_keep_the_laws(factor: float, home: str) -> None:
    """Nobody, hardly anybody, and ten times as many as the line can take."""
    site = depot(2, connection_kw=150) | {"place": home}
    records = run(line(3, demand={"months": [factor] * 12}, sites={"depot": site}, work={"run_time_cv": 0.2}))
    laws.check(records)
    if factor == 0.0:
        assert len(records.tables["trips"]["trip"]) == 0

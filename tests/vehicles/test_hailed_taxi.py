"""Taxis that compete for single customers: nobody is in two places, everybody is taken or lost, energy is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fleetsim.report.metrics.scopes import scopes
from fleetsim.report.metrics.service import customers as counted
from fleetsim.results.records import Records
from fleetsim.results.schema import PURPOSES, TRIP_REASONS, TRIP_STATUS, select
from fleetsim.scenario.schema import Scenario
from tests import laws
from tests.worlds import city, run, swap_station, taxi_world, taxis

PASSENGER, DEADHEAD = PURPOSES.index("passenger"), PURPOSES.index("deadhead")
CANCELLED = TRIP_STATUS.index("cancelled")
TWO_ZONES = {"zones": [{"place": "gate", "share": 2, "radius_km": 5}, {"place": "top", "share": 1}]}


def hailed(count: int, **changes: Any) -> Scenario:
    fleet = taxis(count, competition=True, stations=["swap", "top"], **changes)
    sites = {"swap": swap_station(), "top": swap_station(place="top")}
    return taxi_world(sites=sites, fleets={"cabs": fleet}, world=city(**TWO_ZONES), days=2)


@pytest.fixture(scope="module")
def records() -> Records:
    return run(hailed(10))


def test_all_laws_hold(records: Records) -> None:
    assert len(records.tables["swaps"]["site"]) > 5
    laws.check(records)


def test_no_taxi_is_in_two_places_and_its_energy_goes_on_where_it_stopped(records: Records) -> None:
    trips = records.tables["trips"]
    driven = select(trips, np.isfinite(trips["depart_at"]))
    order = np.lexsort((driven["trip"], driven["vehicle"]))
    same = np.diff(driven["vehicle"][order]) == 0
    gap_s = (driven["depart_at"][order][1:] - driven["arrive_at"][order][:-1])[same]
    assert len(gap_s) > 100
    assert gap_s.min() > -1e-6
    soc_gap = (driven["soc_start"][order][1:] - driven["soc_end"][order][:-1])[same]
    assert soc_gap.min() > -1e-9, "between two trips a battery only gains, by a swap"
    swaps = records.tables["swaps"]
    last_s = np.full(10, -np.inf)
    np.maximum.at(last_s, driven["vehicle"], driven["depart_at"])
    assert (soc_gap > 1e-9).sum() == (swaps["end_at"] <= last_s[swaps["vehicle"]]).sum()


def test_a_customer_waits_no_longer_than_patience_and_the_empty_way(records: Records) -> None:
    trips = records.tables["trips"]
    rides = select(trips, (trips["purpose"] == PASSENGER) & np.isfinite(trips["depart_at"]))
    wait_s = rides["depart_at"] - rides["planned_depart_at"]
    empty_s = np.maximum(rides["distance_km"] * 0.35 / 0.65, 5.0) / 30 * 3_600
    whole = rides["status"] == TRIP_STATUS.index("done")
    assert wait_s.min() >= 0
    assert np.all((wait_s <= 600 + empty_s + 1e-6)[whole])


def test_the_share_of_empty_kilometres_is_the_one_that_was_asked_for(records: Records) -> None:
    trips = records.tables["trips"]
    done = select(trips, trips["status"] == TRIP_STATUS.index("done"))
    rides = done["purpose"] == PASSENGER
    ways_to_stations = len(records.tables["swaps"]["site"])
    empty = select(done, ~rides)
    ridden_km = done["distance_km"][rides].sum()
    assert len(empty["trip"]) >= rides.sum() - 10
    largest_km = np.sort(empty["distance_km"])[::-1]
    assert empty["distance_km"].sum() == pytest.approx(
        ridden_km * 0.35 / 0.65, abs=largest_km[: ways_to_stations + 10].sum()
    )


def test_more_taxis_lose_fewer_customers_of_the_same_demand() -> None:
    """A quarter of the distance each, four times the taxis: the same customers, and hardly one of them is lost."""
    few, many = (counts(run(hailed(taxis, daily_km=km))) for taxis, km in ((10, 480), (40, 120)))
    assert few["customers"] == pytest.approx(many["customers"], rel=0.03)
    assert few["customers_lost"] > 4 * many["customers_lost"]
    assert few["customer_wait_mean_min"] > many["customer_wait_mean_min"]


def test_lost_customers_are_rows_with_their_reason(records: Records) -> None:
    trips = records.tables["trips"]
    lost = select(trips, (trips["vehicle"] < 0))
    assert len(lost["trip"]) == counts(records)["customers_lost"] > 0
    assert set(lost["status"]) == {CANCELLED}
    assert {TRIP_REASONS[code] for code in lost["reason"]} == {"no_vehicle"}


def test_a_fleet_without_competition_has_no_customers_to_count() -> None:
    assert np.isnan(counts(run(taxi_world(2, days=1)))["customers"])


def test_chargers_change_nobody_s_customers() -> None:
    """Common random numbers: with one more station the same customers ask at the same times."""
    asked = []
    for lanes in (1, 3):
        scenario = hailed(6)
        sites = {**scenario.spec.sites, "swap": scenario.spec.sites["swap"].model_copy(update={"lanes": lanes})}
        changed = scenario.spec.model_copy(update={"sites": sites})
        trips = run(replace(scenario, spec=changed)).tables["trips"]
        rides = (trips["purpose"] == PASSENGER) & np.isfinite(trips["planned_depart_at"])
        asked.append(np.sort(trips["planned_depart_at"][rides]))
    common = np.intersect1d(*asked)
    assert len(common) > 0.97 * max(map(len, asked))


def counts(records: Records) -> dict[str, float]:
    whole = next(iter(scopes(records)))
    return {name: float(value[0]) for name, value in counted(records, whole).items()}

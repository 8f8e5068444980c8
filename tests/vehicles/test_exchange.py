"""A vehicle that is short of energy is exchanged for one at home that has enough."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.results.records import Records
from fleetsim.results.schema import PURPOSES, TRIP_REASONS, TRIP_STATUS
from fleetsim.work.timetable import TimetableTrip, TimetableTrips
from tests import laws
from tests.worlds import depot, fleet, run, scenario

HOUR = 3_600
DONE, LATE = TRIP_STATUS.index("done"), TRIP_STATUS.index("late")


def block(name: str, start_h: float, km: float, hours: float = 1.0) -> list[TimetableTrip]:
    """Out and back, each way of a length and a duration."""
    start, way = round(start_h * HOUR), round(hours * HOUR)
    times = ((start, start + way, "gate", "top"), (start + way, start + 2 * way, "top", "gate"))
    return [TimetableTrip(name, *trip, km, (0,)) for trip in times]


def outcome(exchange: bool, *more: TimetableTrip, vehicles: int = 2, b_km: float = 2.5) -> Records:
    """Blocks a and b come home at 8:00 with little and 8:15 with much energy; c at 8:30 is given to who came first."""
    trips = [*block("a", 6, 25.0), *block("b", 6.25, b_km), *block("c", 8.5, 25.0), *more]
    work = {"kind": "timetable", "file": "line.csv", "route": "road"}
    buses = fleet(vehicles, work=work, consumption_kwh_per_km=4.0, initial_soc=0.95, exchange=exchange)
    table = TimetableTrips("line.csv", tuple(sorted(trips, key=lambda t: (t.block, t.depart_s))))
    return run(scenario(fleets={"line": buses}, timetables={"line": table}, days=1))


def of_block(records: Records, start_h: float) -> dict[str, np.ndarray]:
    trips = records.tables["trips"]
    begins = trips["planned_depart_at"] - trips["planned_depart_at"].min()
    rows = (begins >= (start_h - 6) * HOUR) & (trips["purpose"] == PURPOSES.index("service"))
    return {name: values[rows] for name, values in trips.items()}


def test_without_exchange_the_short_vehicle_is_late_or_does_not_run() -> None:
    assert not (of_block(outcome(exchange=False), 8.5)["status"] == DONE).all()


def test_the_charged_vehicle_goes_in_its_place_and_both_are_recorded() -> None:
    records = outcome(exchange=True)
    trips = of_block(records, 8.5)
    assert set(trips["status"]) == {DONE}
    assert set(trips["vehicle"]) == {1} and set(trips["relieved"]) == {0}
    assert set(trips["reason"]) == {TRIP_REASONS.index("battery")}
    laws.check(records)


def test_a_vehicle_that_still_charges_goes_if_it_has_enough_and_leaves_the_charger() -> None:
    records = outcome(exchange=True, b_km=5.0)
    trips, sessions = of_block(records, 8.5), records.tables["sessions"]
    assert set(trips["status"]) == {DONE} and set(trips["relieved"]) == {0}
    called = (sessions["vehicle"] == 1) & (sessions["unplug_at"] == trips["depart_at"].min())
    assert called.sum() == 1
    assert sessions["unmet_kwh"][called] > 1.0
    laws.check(records)


def test_a_vehicle_that_charges_and_has_not_enough_yet_is_not_taken() -> None:
    trips = outcome(exchange=True, b_km=7.5).tables["trips"]
    assert set(trips["relieved"]) == {-1}


@pytest.mark.parametrize(("early_km", "late_km", "goes"), [(5.0, 2.5, 1), (2.5, 5.0, 2)])
def test_of_vehicles_without_a_block_that_with_least_energy_goes(early_km: float, late_km: float, goes: int) -> None:
    records = outcome(True, *block("b2", 6.3, late_km), vehicles=3, b_km=early_km)
    assert set(of_block(records, 8.5)["vehicle"]) == {goes}


def test_a_vehicle_goes_before_its_own_block_if_it_has_the_energy_for_both() -> None:
    records = outcome(True, *block("d", 11.0, 2.5))
    trips = of_block(records, 8.5)
    assert set(trips["status"]) == {DONE}
    assert set(trips["relieved"][trips["vehicle"] == 1]) == {0, -1}
    laws.check(records)


def test_two_vehicles_change_their_blocks_where_the_short_one_can_be_charged_for_the_later() -> None:
    """Vehicle 1 has 245 kWh at 8:15; it leaves for c, and 0 charges on until 11:00 and takes d, which takes 100 kWh."""
    later = block("d", 11.0, 12.5)
    assert not (outcome(False, *later, b_km=5.0).tables["trips"]["status"] == DONE).all()
    records = outcome(True, *later, b_km=5.0)
    trips = of_block(records, 8.5)
    assert set(trips["status"]) == {DONE}
    late = trips["planned_depart_at"] >= trips["planned_depart_at"].min() + 2.5 * HOUR
    assert set(trips["vehicle"][~late]) == {1} and set(trips["relieved"][~late]) == {0}
    assert set(trips["vehicle"][late]) == {0} and set(trips["relieved"][late]) == {1}
    laws.check(records)


@given(
    blocks=st.lists(st.tuples(st.floats(5, 20), st.floats(2.5, 25)), min_size=2, max_size=12),
    vehicles=st.integers(2, 4),
    patience_min=st.sampled_from([0.0, 30.0]),
    chargers=st.integers(1, 3),
)
@settings(max_examples=40, deadline=None)
def test_exchange_keeps_every_law_and_runs_each_block_once(
    blocks: list[tuple[float, float]], vehicles: int, patience_min: float, chargers: int
) -> None:
    work = {"kind": "timetable", "file": "line.csv", "route": "road"}
    trips = [trip for n, (start_h, km) in enumerate(blocks) for trip in block(f"b{n}", start_h, km)]
    buses = fleet(vehicles, work=work, consumption_kwh_per_km=4.0, exchange=True, patience_min=patience_min)
    table = TimetableTrips("line.csv", tuple(sorted(trips, key=lambda t: (t.block, t.depart_s))))
    sites = {"depot": depot(chargers)}
    records = run(scenario(sites=sites, fleets={"line": buses}, timetables={"line": table}, days=2))
    laws.check(records)
    service = records.tables["trips"]["purpose"] == PURPOSES.index("service")
    assert service.sum() == len(trips)


def test_service_counts_what_was_run() -> None:
    with_exchange = of_block(outcome(exchange=True), 0.0)["status"]
    without = of_block(outcome(exchange=False), 0.0)["status"]
    assert (with_exchange == DONE).mean() == 1.0 > (without == DONE).mean()


def test_a_vehicle_whose_own_block_is_near_is_not_taken() -> None:
    """Nor can the short one be charged for that block."""
    records = outcome(True, *block("d", 9.0, 25.0))
    trips = of_block(records, 8.5)
    assert set(trips["relieved"][trips["planned_depart_at"] < trips["planned_depart_at"].min() + HOUR]) == {-1}
    laws.check(records)


def test_trips_of_a_vehicle_are_numbered_once() -> None:
    trips = outcome(exchange=True).tables["trips"]
    keys = list(zip(trips["vehicle"].tolist(), trips["trip"].tolist(), strict=True))
    assert len(keys) == len(set(keys))


def test_where_nobody_is_short_exchange_changes_nothing() -> None:
    def rows(exchange: bool) -> dict[str, np.ndarray]:
        work = {"kind": "timetable", "file": "line.csv", "route": "road"}
        trips = [*block("a", 6, 5.0), *block("b", 7, 5.0), *block("c", 12, 5.0)]
        buses = fleet(2, work=work, initial_soc=0.8, exchange=exchange)
        table = TimetableTrips("line.csv", tuple(trips))
        return dict(run(scenario(fleets={"line": buses}, timetables={"line": table}, days=2)).tables["trips"])

    with_it, without = rows(True), rows(False)
    for name in with_it:
        np.testing.assert_array_equal(with_it[name], without[name])

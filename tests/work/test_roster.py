"""Timetables given to vehicles."""

from __future__ import annotations

import numpy as np

from fleetsim.results.schema import TRIP_REASONS, TRIP_STATUS
from fleetsim.scenario.schema import Scenario
from fleetsim.work.timetable import TimetableTrip, TimetableTrips
from tests import laws
from tests.worlds import fleet, run, scenario

HOUR = 3_600
WEEK = tuple(range(7))


def there_and_back(block: str, start_h: float, days: tuple[int, ...] = WEEK) -> list[TimetableTrip]:
    """Two trips of 25 km with ten minutes between them."""
    out = int(start_h * HOUR)
    back = out + int(1.25 * HOUR) + 600
    return [
        TimetableTrip(block, out, out + int(1.25 * HOUR), "gate", "top", 25.0, days),
        TimetableTrip(block, back, back + int(1.25 * HOUR), "top", "gate", 25.0, days),
    ]


def world(trips: list[TimetableTrip], vehicles: int, days: int = 2) -> Scenario:
    work = {"kind": "timetable", "file": "line.csv", "route": "road"}
    table = TimetableTrips("line.csv", tuple(trips))
    return scenario(fleets={"line": fleet(vehicles, work=work)}, timetables={"line": table}, days=days)


def test_blocks_that_follow_each_other_need_one_vehicle() -> None:
    records = run(world(there_and_back("a", 6) + there_and_back("b", 10), vehicles=1))
    trips = records.tables["trips"]
    assert len(trips["trip"]) == 8
    assert set(trips["status"]) == {TRIP_STATUS.index("done")}
    laws.check(records)


def test_a_block_without_a_vehicle_is_cancelled_and_says_so() -> None:
    trips = run(world(there_and_back("a", 6) + there_and_back("b", 7), vehicles=1, days=1)).tables["trips"]
    cancelled = trips["status"] == TRIP_STATUS.index("cancelled")
    assert cancelled.sum() == 2
    assert set(trips["reason"][cancelled]) == {TRIP_REASONS.index("no_vehicle")}
    assert set(trips["vehicle"][cancelled]) == {-1}


def test_blocks_run_on_their_days_only() -> None:
    weekend = run(world(there_and_back("a", 6, days=(5, 6)), vehicles=1, days=7)).tables["trips"]
    day = np.unique(weekend["planned_depart_at"] // 86_400)
    assert day.tolist() == [5, 6]


def test_the_vehicle_that_has_been_home_longest_goes_first() -> None:
    blocks = there_and_back("a", 6) + there_and_back("b", 6.5) + there_and_back("c", 12)
    trips = run(world(blocks, vehicles=2, days=1)).tables["trips"]
    last = trips["vehicle"][trips["planned_depart_at"] >= 12 * HOUR]
    first = trips["vehicle"][trips["planned_depart_at"] == 6 * HOUR]
    assert set(last) == set(first)

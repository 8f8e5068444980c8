"""What the service level says of trips that went wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fleetsim.report.metrics.scopes import scopes
from fleetsim.report.metrics.service import reasons, reserves, trips_on_time
from fleetsim.results.records import Records
from tests.work.test_roster import there_and_back, world
from tests.worlds import fleet, rotation, run, scenario


def service(records: Records, scope: str = "run") -> dict[str, float]:
    """The metrics of service of a scope with one subject."""
    (chosen,) = [each for each in scopes(records) if each.name == scope]
    found = trips_on_time(records, chosen) | reasons(records, chosen) | reserves(records, chosen)
    return {name: float(values[0]) for name, values in found.items()}


@pytest.mark.parametrize("scope", ["run", "city", "fleet", "site"])
def test_trips_without_a_vehicle_count_as_cancelled(scope: str) -> None:
    found = service(run(world(there_and_back("a", 6) + there_and_back("b", 7), vehicles=1, days=1)), scope)
    assert (found["trips_planned"], found["trips_cancelled"], found["service_level"]) == (4, 2, 0.5)
    assert found["failed_no_vehicle"] == 2


def test_every_trip_that_is_late_or_cancelled_has_a_reason() -> None:
    far = rotation(blocks=[{"start": "06:00", "trips": 40, "layover_min": 0}], run_time_cv=0.4)
    found = service(run(scenario(fleets={"line": fleet(3, work=far)}, days=2)))
    assert found["trips_cancelled"] > 0 and found["trips_late"] > 0
    assert found["failed_battery"] > 0 and found["failed_knock_on"] > 0
    failed = sum(value for name, value in found.items() if name.startswith("failed_"))
    assert failed == found["trips_late"] + found["trips_cancelled"]


def test_trips_planned_after_the_end_are_nobody_s_business() -> None:
    late = rotation(blocks=[{"start": "20:00", "trips": 8, "layover_min": 5}])
    records = run(scenario(fleets={"line": fleet(2, work=late)}, days=1))
    trips = records.tables["trips"]
    assert (trips["planned_depart_at"] < records.clock.end_s).all()
    found = service(records)
    assert found["trips_planned"] == found["trips_done"] == 2 * 3
    assert np.isfinite(found["soc_min"])


def test_a_trip_that_never_began_though_its_time_had_come_is_late() -> None:
    records = run(world(there_and_back("a", 6), vehicles=1, days=1))
    trips = dict(records.tables["trips"])
    trips["depart_at"] = np.array([6 * 3_600.0, np.nan])
    trips["status"] = np.array([0, 3])
    found = service(replace(records, tables={**records.tables, "trips": trips}))
    assert (found["trips_done"], found["trips_late"]) == (1, 1)

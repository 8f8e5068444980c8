"""Depots where staff move the plugs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetsim.report.metrics.service import staff_wait_s
from fleetsim.results.records import Records
from fleetsim.results.schema import WAIT_OUTCOMES
from tests import laws
from tests.worlds import depot, fleet, rotation, run, scenario

HOUR = 3_600.0
NIGHT = rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}])


def staff(count: int = 1, move_min: float = 10, *hours: tuple[str, str]) -> dict[str, Any]:
    shifts = [{"start": start, "end": end} for start, end in hours or (("00:00", "00:00"),)]
    return {"count": count, "move_min": move_min, "shifts": shifts}


def staffed(people: Any, buses: int = 2, chargers: int = 1, days: int = 2, work: Any = NIGHT, **site: Any) -> Records:
    lines = {"line": fleet(buses, work=work)}
    return run(scenario(sites={"depot": depot(chargers, staff=people, **site)}, fleets=lines, days=days))


def test_a_move_takes_its_minutes() -> None:
    sessions = staffed(staff(1, 10)).tables["sessions"]
    first, second = np.argsort(sessions["plug_at"])[:2]
    assert sessions["plug_at"][second] == pytest.approx(sessions["end_at"][first] + 600)
    assert sessions["unplug_at"][first] == sessions["plug_at"][second]


def test_plugs_move_in_the_hours_of_the_staff_only() -> None:
    sessions = staffed(staff(1, 10, ("02:00", "03:00"))).tables["sessions"]
    second = np.argsort(sessions["plug_at"])[1]
    assert sessions["plug_at"][second] == pytest.approx(26 * HOUR + 600)


def test_one_after_the_other_is_moved_where_staff_are_few() -> None:
    """Four buses wait for four guns that are done by 02:00: two people move two at a time."""
    sessions = staffed(staff(2, 10, ("02:00", "03:00")), buses=8, chargers=4).tables["sessions"]
    moved_s = np.sort(sessions["plug_at"])[4:8]
    assert moved_s == pytest.approx([26 * HOUR + 600] * 2 + [26 * HOUR + 1_200] * 2)


def test_a_shift_may_run_past_midnight() -> None:
    sessions = staffed(staff(1, 10, ("23:00", "01:00")), work=rotation(blocks=[
        {"start": "14:00", "trips": 4, "layover_min": 5}
    ])).tables["sessions"]  # fmt: skip
    moved_s = np.sort(sessions["plug_at"])[1]
    assert 23 * HOUR < moved_s < 25 * HOUR


def test_who_must_go_while_being_moved_goes_and_the_gun_is_for_the_next() -> None:
    """A move of two hours is still under way at 05:00, when all buses go."""
    records = staffed(staff(1, 120, ("04:00", "04:10")))
    left = records.tables["waits"]["outcome"] == WAIT_OUTCOMES.index("left")
    assert records.tables["waits"]["end_at"][left] == pytest.approx([29 * HOUR])
    laws.check(records)


@pytest.mark.parametrize("strategy", ["immediate", "valley"])
def test_the_laws_hold_with_staff_failures_and_a_limit(strategy: str) -> None:
    people = staff(1, 30, ("22:00", "03:00"), ("12:00", "14:00"))
    group = {"type": "dc", "count": 4, "failures": {"per_year": 300, "repair_h": 3}}
    records = staffed(
        people, buses=12, days=12, work=rotation(), chargers=4, strategy=strategy, connection_kw=150
    )  # fmt: skip
    laws.check(records)
    site = depot(chargers=[group], staff=people, strategy=strategy, connection_kw=150)
    failing = run(scenario(sites={"depot": site}, fleets={"line": fleet(12)}, days=12))
    laws.check(failing)
    sessions = failing.tables["sessions"]
    order = np.lexsort((sessions["plug_at"], sessions["charger"]))
    same = np.diff(sessions["charger"][order]) == 0
    assert (sessions["unplug_at"][order][:-1] <= sessions["plug_at"][order][1:] + 1e-6)[same].all()
    assert set(sessions["charger"].tolist()) == {0, 1, 2, 3}, "every gun comes back into use"
    late = sessions["plug_at"] > 9 * 24 * HOUR
    assert set(sessions["charger"][late].tolist()) == {0, 1, 2, 3}


def test_the_wait_for_staff_is_measured() -> None:
    records = staffed(staff(1, 10, ("02:00", "03:00")))
    sessions, waits = records.tables["sessions"], records.tables["waits"]
    served = np.flatnonzero(waits["outcome"] == WAIT_OUTCOMES.index("served"))[0]
    done_s = np.sort(sessions["end_at"])[0]
    assert staff_wait_s(records)[served] == pytest.approx(26 * HOUR + 600 - done_s)
    by_itself = run(scenario(sites={"depot": depot(1)}, fleets={"line": fleet(2, work=NIGHT)}, days=2))
    assert (staff_wait_s(by_itself) == 0).all()

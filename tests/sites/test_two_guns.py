"""Two guns on one bus: who takes both, for how much power, and that nobody waits for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.errors import InputError
from fleetsim.results.records import Records
from fleetsim.results.schema import SESSION_ENDS
from fleetsim.scenario.loading import load
from tests import laws
from tests.worlds import depot, fleet, profiles, rotation, run, scenario, vehicle

HOUR = 3_600.0
ONE_BLOCK = rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}])
"""Home at 10:15, 110 kWh short."""
HOME_S = 10.25 * HOUR


def buses(count: int, **changes: Any) -> dict[str, Any]:
    return fleet(count, **{"work": ONE_BLOCK} | changes)


def guns(count: int = 2, *, both: bool = True, cabinet_kw: float | None = None, **changes: Any) -> dict[str, Any]:
    """A depot with guns of 120 kW, of which a bus may take two."""
    group: dict[str, Any] = {"type": "dc", "count": count, "both_guns": both}
    if cabinet_kw is not None:
        group["cabinet"] = {"guns": 2, "power_kw": cabinet_kw}
    return depot(chargers=[group | changes.pop("group", {})], **changes)


def two_gun_run(count: int, site: dict[str, Any], limit_kw: float = 200, two: bool = True, **changes: Any) -> Records:
    world = profiles(vehicle(charge_limit_kw=limit_kw, two_guns=two))
    records = run(scenario(sites={"depot": site}, fleets={"line": buses(count)}, world=world, **{"days": 1} | changes))
    laws.check(records)
    return records


@pytest.mark.parametrize(
    ("cabinet_kw", "limit_kw", "power_kw"),
    [(None, 400, 240), (None, 200, 200), (180, 400, 180), (400, 400, 240)],
)
def test_a_bus_alone_has_the_power_of_both_guns_up_to_its_own_limit_and_the_cabinet_s(
    cabinet_kw: float | None, limit_kw: float, power_kw: float
) -> None:
    records = two_gun_run(1, guns(cabinet_kw=cabinet_kw), limit_kw)
    sessions = records.tables["sessions"]
    assert sessions["end_at"] - sessions["plug_at"] == pytest.approx([HOUR * 110 / (power_kw * 0.96)])
    assert sessions["delivered_kwh"] == pytest.approx([110 / 0.96])
    assert (sessions["charger"].tolist(), sessions["second_charger"].tolist()) == ([0], [1])


@pytest.mark.parametrize(("two", "both", "limit_kw"), [(False, True, 200), (True, False, 200), (True, True, 120)])
def test_one_gun_is_taken_where_bus_or_depot_has_no_use_for_two(two: bool, both: bool, limit_kw: float) -> None:
    sessions = two_gun_run(1, guns(both=both), limit_kw, two).tables["sessions"]
    assert sessions["second_charger"].tolist() == [-1]
    assert sessions["end_at"] - sessions["plug_at"] == pytest.approx([HOUR * 110 / (120 * 0.96)])


def test_a_bus_that_comes_gets_the_second_gun_of_one_that_has_two_and_both_go_on_with_one() -> None:
    """The other is home half an hour later: until then 100 kWh at 200 kW less losses, then a gun each."""
    work = rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5, "spread_min": 60}])
    world = profiles(vehicle(charge_limit_kw=200, two_guns=True))
    records = run(scenario(sites={"depot": guns()}, fleets={"line": buses(2, work=work)}, world=world, days=1))
    laws.check(records)
    sessions = records.tables["sessions"]
    shared = sessions["end_reason"] == SESSION_ENDS.index("shared")
    assert sessions["second_charger"][shared].tolist() == [1]
    assert sessions["stored_kwh"][shared] == pytest.approx([200 * 0.96 / 2])
    assert sessions["unplug_at"][shared] == pytest.approx([HOME_S + HOUR / 2])
    rest = sessions["plug_at"] == sessions["unplug_at"][shared]
    assert sorted(sessions["charger"][rest].tolist()) == [0, 1]
    assert sessions["second_charger"][rest].tolist() == [-1, -1]
    assert sessions["stored_kwh"][rest & (sessions["charger"] == 0)] == pytest.approx([110 - 96])
    assert len(records.tables["waits"]["vehicle"]) == 0


def test_a_bus_takes_a_second_gun_that_becomes_free_later() -> None:
    """Both are home at 10:15 with a gun each; one leaves at 11:00, and the other goes on with 200 kW."""
    both = rotation(blocks=[{"start": start, "trips": 4, "layover_min": 5} for start in ("05:00", "11:00")])
    fleets = {"early": buses(1, work=both), "late": buses(1)}
    world = profiles(vehicle(charge_limit_kw=200, two_guns=True))
    records = run(scenario(sites={"depot": guns()}, fleets=fleets, world=world, days=1))
    laws.check(records)
    sessions = {
        name: values[records.tables["sessions"]["vehicle"] == 1] for name, values in records.tables["sessions"].items()
    }
    leaves_s, first_kwh = 11 * HOUR, 120 * 0.96 * 0.75
    assert sessions["second_charger"].tolist() == [-1, 1 - sessions["charger"][1]]
    assert sessions["end_reason"].tolist() == [SESSION_ENDS.index("shared"), SESSION_ENDS.index("target")]
    assert sessions["plug_at"] == pytest.approx([HOME_S, leaves_s])
    assert sessions["end_at"] == pytest.approx([leaves_s, leaves_s + HOUR * (110 - first_kwh) / (200 * 0.96)])
    assert sessions["stored_kwh"] == pytest.approx([first_kwh, 110 - first_kwh])


def test_a_second_gun_that_adds_nothing_is_left_alone() -> None:
    """As above, but the bus takes no more than one gun gives."""
    both = rotation(blocks=[{"start": start, "trips": 4, "layover_min": 5} for start in ("05:00", "11:00")])
    fleets = {"early": buses(1, work=both), "late": buses(1)}
    flat = [{"soc": 0.0, "c_rate": 0.4}, {"soc": 1.0, "c_rate": 0.4}]
    world = profiles(vehicle(charge_limit_kw=200, two_guns=True, charge_curve=flat))
    sessions = run(scenario(sites={"depot": guns()}, fleets=fleets, world=world, days=1)).tables["sessions"]
    assert SESSION_ENDS.index("shared") not in sessions["end_reason"][sessions["vehicle"] == 1]


def test_two_buses_on_one_dual_gun_charger_share_it_as_before() -> None:
    both, one = (two_gun_run(2, guns(both=both, cabinet_kw=120)).tables["sessions"] for both in (True, False))
    for column in ("vehicle", "charger", "plug_at", "end_at", "energy_kwh"):
        served = both["end_reason"] != SESSION_ENDS.index("shared")
        np.testing.assert_allclose(both[column][served], one[column], err_msg=column)


@given(
    st.integers(1, 8),
    st.sampled_from([2, 4, 6]),
    st.sampled_from([None, 150.0]),
    st.sampled_from(["immediate", "valley", "balanced", "staggered"]),
    st.sampled_from([None, 200.0]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 50),
)
@settings(max_examples=30, deadline=None)
def test_no_bus_waits_while_another_has_two_guns(
    count: int, number: int, cabinet_kw: float | None, strategy: str, limit_kw: float | None,
    fail: bool, staffed: bool, seed: int,
) -> None:  # fmt: skip
    """Every law holds, no gun serves two buses at once, and queues form only where all guns have a bus of their own."""
    failures = {"failures": {"per_year": 500, "repair_h": 3}} if fail else {}
    staff = {"count": 1, "move_min": 10, "shifts": [{"start": "00:00", "end": "00:00"}]} if staffed else None
    site = guns(number, cabinet_kw=cabinet_kw, strategy=strategy, connection_kw=limit_kw, staff=staff, group=failures)
    starts = ("05:00", "12:00")
    blocks = [{"start": start, "trips": 4, "layover_min": 5, "spread_min": 90} for start in starts]
    work = rotation(blocks=blocks, run_time_cv=0.1)
    world = profiles(vehicle(charge_limit_kw=200, two_guns=True))
    line = buses(count, work=work)
    records = run(scenario(sites={"depot": site}, fleets={"line": line}, world=world, days=3, seed=seed))
    laws.check(records)
    sessions, waits = records.tables["sessions"], records.tables["waits"]
    if count <= number and not fail and not staffed:  # the second plug of a bus that is done waits for staff
        assert len(waits["vehicle"]) == 0
    for at_s in waits["arrive_at"] if not fail else ():
        on = (sessions["plug_at"] <= at_s) & (sessions["unplug_at"] > at_s) & (sessions["end_at"] > at_s)
        assert (sessions["second_charger"][on] < 0).all()
    two = sessions["second_charger"] >= 0
    charger = np.concatenate((sessions["charger"], sessions["second_charger"][two]))
    from_s, to_s = (np.concatenate((sessions[key], sessions[key][two])) for key in ("plug_at", "unplug_at"))
    order = np.lexsort((from_s, charger))
    same = charger[order][1:] == charger[order][:-1]
    assert (from_s[order][1:][same] >= to_s[order][:-1][same] - 1e-6).all()


@pytest.mark.parametrize(
    ("group", "parts"),
    [
        ("{type: dc_120, count: 3, both_guns: true}", ["chargers.0.count", "found 3", "must be even"]),
        ("{type: dc_120, count: 6, both_guns: true, cabinet: {guns: 3, power_kw: 180}}",
         ["chargers.0.cabinet.guns", "found 3", "must be 2"]),
    ],
)  # fmt: skip
def test_guns_that_cannot_be_taken_two_and_two_are_refused(small_workspace: Path, group: str, parts: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        load(small_workspace / "configs" / "depot.yaml", overrides=[f"sites.east.chargers=[{group}]"])
    assert any(all(part in str(problem) for part in parts) for problem in caught.value.problems)

"""Charging at terminals: what a layover brings, to whom, and what it never does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.profiles import Climate
from fleetsim.results.records import Records
from fleetsim.results.schema import SESSION_ENDS, TRIP_REASONS, TRIP_STATUS, WAIT_OUTCOMES
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.components import components
from fleetsim.simulation.duty_remarks import duty_remarks
from fleetsim.work.timetable import TimetableTrip, TimetableTrips
from tests import laws
from tests.worlds import depot, fleet, on_demand, opportunity, profiles, rotation, run, scenario, terminal, vehicle

HOUR = 3_600.0
DONE, LATE, CANCELLED, HORIZON = (TRIP_STATUS.index(word) for word in ("done", "late", "cancelled", "horizon"))
BATTERY = TRIP_REASONS.index("battery")
FAST = profiles(vehicle(charge_limit_kw=400))
EIGHT = rotation(blocks=[{"start": "05:00", "trips": 8, "layover_min": 10}])
"""Eight trips of 25 km and 75 minutes, four of them to the terminal at the far end."""


def line(count: int = 1, **changes: Any) -> dict[str, Any]:
    """Buses that use 40 kWh a trip and may spend 225 kWh between 0.95 and 0.20: five trips, not eight."""
    return fleet(count, **{"consumption_kwh_per_km": 1.6, "work": EIGHT, "opportunity": opportunity()} | changes)


def world(*, far: dict[str, Any] | None = None, home: int = 4, **changes: Any) -> Scenario:
    sites = {"depot": depot(home), "far": far or terminal()}
    return scenario(**{"sites": sites, "fleets": {"line": line()}, "world": FAST, "days": 1} | changes)


def at_far(records: Records, table: str = "sessions") -> Any:
    rows = records.tables[table]
    mine = rows["site"] == records.entities["sites"].index("far")
    return {name: values[mine] for name, values in rows.items()}


def gun(power_kw: float, count: int = 1, **changes: Any) -> dict[str, Any]:
    return terminal(chargers=[{"type": "dc", "count": count, "power_kw": power_kw}], **changes)


@pytest.mark.parametrize(("power_kw", "trips"), [(165.0, 8), (164.9, 6)])
def test_a_block_beyond_the_battery_is_run_exactly_if_its_layovers_bring_what_is_missing(
    power_kw: float, trips: int
) -> None:
    """320 - 225 = 95 kWh in four halts of 10 - 1 minutes: 23.75 kWh each take 95 / 4 / 0.15 h / 0.96 = 164.93 kW.

    With less, six trips are run, of which the last ends at home: the seventh would lead away from it.
    """
    records = run(world(far=gun(power_kw)))
    laws.check(records)
    status = records.tables["trips"]["status"]
    assert (status == DONE).sum() == trips
    assert (status == CANCELLED).sum() == 8 - trips
    gained_kwh = power_kw * 0.96 * 0.15
    sessions = at_far(records)
    assert sessions["stored_kwh"] == pytest.approx([gained_kwh] * (trips // 2))
    assert sessions["plug_at"][0] == pytest.approx(6.25 * HOUR)
    assert sessions["start_at"][0] == pytest.approx(6.25 * HOUR + 60)
    assert sessions["unplug_at"][0] == pytest.approx(6.25 * HOUR + 600)
    assert set(sessions["end_reason"]) == {SESSION_ENDS.index("departure")}
    run_trips = records.tables["trips"]["soc_end"][:trips]
    assert run_trips[-1] * 300 == pytest.approx(285 - 40 * trips + gained_kwh * (trips // 2))


def without(charging: Scenario) -> Scenario:
    """The same with nobody who names the terminal."""
    bus = charging.spec.fleets["line"].model_copy(update={"opportunity": None})
    return replace(charging, spec=charging.spec.model_copy(update={"fleets": {"line": bus}}))


def test_without_its_terminal_the_same_block_is_cut_short() -> None:
    assert (run(without(world(far=gun(165.0)))).tables["trips"]["status"] == DONE).sum() == 4


def test_the_check_counts_on_layovers_and_says_which_bring_nothing() -> None:
    enough, little = world(far=gun(165.0)), world(far=gun(164.9))
    assert duty_remarks(enough) == ()
    assert any("1 of 1 blocks need more than the 225 kWh" in remark for remark in duty_remarks(little))
    two = world(far=gun(165.0), fleets={"line": line(2)})
    assert "fleets.line: by the timetable 4 of 8 layovers at far find no gun or no time" in duty_remarks(two)
    short = world(fleets={"line": line(opportunity=opportunity(least_min=9.5))})
    assert "fleets.line: no layover at far is long enough to plug in; nobody charges there" in duty_remarks(short)


def test_a_bus_that_finds_no_gun_gains_nothing_and_goes_on() -> None:
    """Two buses come at once to one gun: one charges each time, the other is where it would be without a terminal."""
    both = run(world(fleets={"line": line(2, consumption_kwh_per_km=1.0)}))
    laws.check(both)
    sessions, waits = at_far(both), at_far(both, "waits")
    assert len(sessions["vehicle"]) == len(waits["vehicle"]) == 4
    assert set(waits["outcome"]) == {WAIT_OUTCOMES.index("passed")}
    np.testing.assert_array_equal(waits["arrive_at"], waits["end_at"])
    trips = both.tables["trips"]
    assert set(trips["status"]) == {DONE}
    for vehicle_, at_s in zip(waits["vehicle"], waits["end_at"], strict=True):
        mine = trips["vehicle"] == vehicle_
        before, after = (mine & (trips[key] == at_s + wait) for key, wait in (("arrive_at", 0), ("depart_at", 600)))
        assert trips["soc_start"][after] == trips["soc_end"][before]


chance = st.fixed_dictionaries(
    {
        "buses": st.integers(1, 6),
        "guns": st.integers(1, 3),
        "plug_in_min": st.sampled_from([0.0, 1.0, 4.0]),
        "least_min": st.sampled_from([0.0, 2.0]),
        "layover_min": st.integers(0, 15),
        "spread_min": st.sampled_from([0, 20, 90]),
        "run_time_cv": st.sampled_from([0.0, 0.2]),
        "limit_kw": st.sampled_from([None, 60.0]),
        "failures": st.booleans(),
        "seed": st.integers(1, 100),
    }
)


def drawn(chosen: dict[str, Any], **changes: Any) -> Scenario:
    chargers = {"type": "dc", "count": chosen["guns"], "power_kw": 300}
    if chosen["failures"]:
        chargers["failures"] = {"per_year": 1000, "repair_h": 1}
    far = terminal(chargers=[chargers], plug_in_min=chosen["plug_in_min"], connection_kw=chosen["limit_kw"])
    block = {"start": "05:00", "trips": 7} | {key: chosen[key] for key in ("layover_min", "spread_min")}
    work = rotation(blocks=[block], run_time_cv=chosen["run_time_cv"])
    charging = opportunity(least_min=chosen["least_min"], **changes.pop("opportunity", {}))
    fleets = {"line": line(chosen["buses"], work=work, opportunity=charging, **changes)}
    return world(far=far, fleets=fleets, seed=chosen["seed"], days=2)


@given(chance)
@settings(max_examples=25, deadline=None)
def test_no_trip_is_ever_moved_by_charging_at_a_terminal(chosen: dict[str, Any]) -> None:
    """With energy for all trips, each leaves and arrives to the very bit as if there were no terminal."""
    charging = run(drawn(chosen, consumption_kwh_per_km=1.1))
    laws.check(charging)
    plain = run(without(drawn(chosen, consumption_kwh_per_km=1.1)))
    for column in ("vehicle", "trip", "planned_depart_at", "depart_at", "arrive_at", "used_kwh", "status"):
        np.testing.assert_array_equal(charging.tables["trips"][column], plain.tables["trips"][column])


@given(chance, st.booleans(), st.sampled_from([0.0, 0.5, 0.9]))
@settings(max_examples=25, deadline=None)
def test_energy_balances_and_no_bus_is_empty_whatever_happens(
    chosen: dict[str, Any], exchange: bool, wait_below_soc: float
) -> None:
    """Short of energy, with exchange, with waiting: every battery balances and no site exceeds its limit."""
    waiting = {"wait_below_soc": wait_below_soc, "wait_min": 20}
    records = run(drawn(chosen, exchange=exchange, consumption_kwh_per_km=2.2, opportunity=waiting))
    laws.check(records)


@pytest.mark.parametrize("exchange", [False, True])
def test_layovers_that_are_too_short_leave_every_table_as_it_was(exchange: bool) -> None:
    """Blocks without a halt stay one stretch: to the bit what they are for a fleet that names no terminal."""
    short = world(fleets={"line": line(3, opportunity=opportunity(least_min=9.5), exchange=exchange)}, days=3)
    charging, plain = run(short), run(without(short))
    for table in ("trips", "sessions", "waits", "draws", "clocks"):
        rows, expected = (tables[table] for tables in (charging.tables, plain.tables))
        home, home_expected = ((each["site"] == 0 if "site" in each else slice(None)) for each in (rows, expected))
        for column, values in expected.items():
            np.testing.assert_array_equal(rows[column][home], values[home_expected], err_msg=f"{table}.{column}")


def test_a_low_battery_stays_until_it_has_what_the_policy_asks_and_is_late() -> None:
    """From 245 to 279 kWh at 115.2 kW take 1062.5 s after a minute of plugging in: 522.5 s beyond the layover."""
    waiting = opportunity(wait_below_soc=0.93, wait_min=15)
    records = run(world(fleets={"line": line(opportunity=waiting)}))
    laws.check(records)
    trips, sessions = records.tables["trips"], at_far(records)
    assert trips["depart_at"][1] - trips["planned_depart_at"][1] == pytest.approx(522.5)
    assert trips["soc_start"][1] == pytest.approx(0.93)
    assert trips["status"][1] == LATE
    assert trips["reason"][1] == BATTERY
    assert sessions["end_reason"][0] == SESSION_ENDS.index("target")
    sooner = run(world(fleets={"line": line(opportunity=waiting | {"wait_min": 2})})).tables["trips"]
    assert sooner["depart_at"][1] - sooner["planned_depart_at"][1] == pytest.approx(120)
    assert sooner["soc_start"][1] * 300 == pytest.approx(245 + 115.2 * (660 / HOUR))


def test_a_low_battery_waits_in_the_queue_until_a_gun_is_free_or_its_time_is_up() -> None:
    """Two buses below the threshold, one gun: the second waits for the first, and then gets little or nothing."""
    waiting = opportunity(wait_below_soc=0.93, wait_min=15)
    records = run(world(fleets={"line": line(2, opportunity=waiting)}))
    laws.check(records)
    waits = at_far(records, "waits")
    first_s = records.tables["trips"]["depart_at"][records.tables["trips"]["trip"] == 1].min()
    assert waits["outcome"][0] == WAIT_OUTCOMES.index("served")
    assert waits["end_at"][0] == pytest.approx(first_s)
    hurried = run(world(fleets={"line": line(2, opportunity=waiting | {"wait_min": 1})})).tables["trips"]
    second = hurried["trip"] == 1
    assert hurried["depart_at"][second] - hurried["planned_depart_at"][second] == pytest.approx([60, 60])
    assert sorted(hurried["soc_start"][second] * 300) == pytest.approx([245, 245 + 115.2 * 600 / HOUR])


def test_a_bus_that_stands_at_a_terminal_at_the_end_has_cancelled_nothing() -> None:
    """At the halt from 23:45, kept beyond midnight by its policy: the trip of 23:55 is open, the session too."""
    work = rotation(blocks=[{"start": "22:30", "trips": 2, "layover_min": 10}])
    records = run(world(fleets={"line": line(work=work, opportunity=opportunity(wait_below_soc=0.93))}))
    laws.check(records)
    assert records.tables["trips"]["status"].tolist() == [DONE, HORIZON]
    assert at_far(records)["end_reason"].tolist() == [SESSION_ENDS.index("horizon")]


def test_lines_that_share_a_terminal_are_tied_and_compete_for_its_gun() -> None:
    sites = {"depot": depot(), "other": depot(), "far": terminal()}
    both = world(sites=sites, fleets={"line": line(), "a_line": line(home="other")})
    assert [part.fleets for part in components(both.spec)] == [("a_line", "line")]
    assert len(at_far(run(both), "waits")["vehicle"]) > 0
    apart = world(sites=sites, fleets={"line": line(), "a_line": line(home="other", opportunity=None)})
    assert len(components(apart.spec)) == 2


def test_of_a_timetable_only_the_layovers_that_are_long_enough_bring_energy() -> None:
    """Ten minutes at the far end bring nine at 115.2 kW; a minute and a half brings nothing."""
    plan = ((6.0, "gate", "top"), (7.25 + 1 / 6, "top", "gate"), (9.0, "gate", "top"), (10.25 + 1 / 40, "top", "gate"))
    trips = [
        TimetableTrip("one", int(at_h * HOUR), int((at_h + 1.25) * HOUR), start, end, 25.0, tuple(range(7)), "service")
        for at_h, start, end in plan
    ]
    work = {"kind": "timetable", "file": "one.csv", "route": "road"}
    table = {"line": TimetableTrips("one.csv", tuple(trips))}
    records = run(world(fleets={"line": line(work=work, opportunity=opportunity(least_min=1))}, timetables=table))
    laws.check(records)
    assert at_far(records)["stored_kwh"] == pytest.approx([17.28])
    assert records.tables["trips"]["soc_start"][:4] * 300 == pytest.approx([285, 262.28, 222.28, 182.28])


def test_a_line_that_leaves_when_full_charges_while_it_stands_at_its_far_end() -> None:
    sites, work = {"depot": depot(), "far": terminal(2)}, on_demand(turnaround_min=8)
    records = run(world(sites=sites, fleets={"line": line(3, work=work)}))
    laws.check(records)
    sessions = at_far(records)
    assert len(sessions["vehicle"]) > 0
    assert (sessions["stored_kwh"] > 0).all()


@pytest.mark.parametrize(("mean_c", "trips"), [(20.0, 8), (-10.0, 6)])
def test_a_cold_battery_takes_less_in_a_layover_and_the_dispatcher_knows(mean_c: float, trips: int) -> None:
    """180 kW at 15 degC and more are enough beside a gun of 165 kW; 0.3 of them below freezing are not."""
    curve = [{"soc": soc, "c_rate": 0.6} for soc in (0, 1)]
    mild = profiles(vehicle(charge_limit_kw=400, charge_curve=curve))
    months = [{"mean_c": mean_c, "daily_swing_k": 0}] * 12
    climate = mild.cities["town"].model_dump() | {"months": months, "day_to_day_k": 0}
    there = replace(mild, cities={"town": Climate.model_validate(climate)})
    of = world(far=gun(165.0), world=there)
    assert bool(duty_remarks(of)) == (trips < 8)
    records = run(of)
    laws.check(records)
    assert (records.tables["trips"]["status"] == DONE).sum() == trips

"""Rounds: energy of the body by hand, water and waste as mass, frost, shifts and what is left of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fleetsim.profiles import Body, Climate, Profiles
from fleetsim.report.metrics.scopes import scopes
from fleetsim.report.metrics.service import trips_on_time
from fleetsim.results.records import Records
from fleetsim.results.schema import PURPOSES, TRIP_REASONS, TRIP_STATUS, Frame, select
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.duty_remarks import duty_remarks
from fleetsim.simulation.names import entities
from fleetsim.simulation.plans import fleet_plan
from fleetsim.work.plan import WorkPlan
from tests import laws
from tests.worlds import depot, profiles, rounds, run, scenario, truck

SWEEP = {"task": "sweep", "start": "04:00", "end": "09:00", "working_km": 12, "speed_kmh": 6}
SPRINKLE = {
    "task": "sprinkle", "start": "10:00", "end": "16:00", "tanks": 3, "tank_min": 30, "refill_min": 10, "speed_kmh": 12,
}  # fmt: skip
COLLECT = {
    "task": "collect", "start": "17:00", "end": "29:00", "tours": 2, "stops": 30, "cycles_per_stop": 2, "stop_min": 2,
    "tour_km": 10, "transfer_station": "gate", "unload_min": 10,
}  # fmt: skip
STILL = Climate.model_validate({
    "name": {"en": "x", "zh": "x"}, "lat": 25, "lon": 102.7, "elevation_m": 1_900, "day_to_day_k": 0, "persistence": 0,
    "months": [{"mean_c": 15, "daily_swing_k": 0}] * 12,
})  # fmt: skip


def world(**changes: Any) -> Profiles:
    """Trucks on the road of the tests, in air that never changes."""
    return replace(profiles(truck(**changes)), cities={"town": STILL})


def town(*shifts: dict[str, Any], sites: dict[str, Any] | None = None, days: int = 2, **fleet: Any) -> Scenario:
    return scenario(fleets={"crew": rounds(*shifts, **fleet)}, sites=sites, world=world(), days=days)


def plan(of: Scenario) -> WorkPlan:
    return fleet_plan("crew", of, entities(of))


def of_purpose(records: Records, purpose: str) -> Frame:
    trips = records.tables["trips"]
    return select(trips, trips["purpose"] == PURPOSES.index(purpose))


def on_time(records: Records) -> dict[str, float]:
    run_scope = next(iter(scopes(records)))
    return {name: float(value[0]) for name, value in trips_on_time(records, run_scope).items()}


def test_a_sweep_takes_the_body_s_power_for_its_time_on_top_of_the_road() -> None:
    """12 km at 6 km/h are 2 h: 66 kWh of the body, whatever the drive takes."""
    with_body = run(town(SWEEP, count=1, days=1))
    without = run(scenario(fleets={"crew": rounds(SWEEP, count=1)}, world=world(body=None), days=1))
    (swept,), (driven,) = (of_purpose(records, "round")["used_kwh"] for records in (with_body, without))
    assert swept - driven == pytest.approx(66.0)
    assert of_purpose(with_body, "deadhead")["used_kwh"] == pytest.approx(of_purpose(without, "deadhead")["used_kwh"])


def test_collecting_takes_energy_by_cycle_however_long_it_takes() -> None:
    """Two tours of 30 stops with two bins of 0.1 kWh: 6 kWh a tour, to the digit, with and without hurry."""
    slow = plan(town(COLLECT | {"stop_min": 2}, count=1)).sets[0]
    still = plan(town(COLLECT | {"stop_min": 2, "cycles_per_stop": 1}, count=1)).sets[0]
    tours = slow.shape.purpose == PURPOSES.index("round")
    more_kwh = slow.by_trip(slow.draw_kwh - still.draw_kwh)[0]
    assert more_kwh[tours] == pytest.approx([3.0, 3.0])
    assert more_kwh[~tours] == pytest.approx(0.0)


def test_the_stretches_of_each_task_follow_each_other() -> None:
    words = [
        [PURPOSES[code] for code in plan(town(shift, count=1)).sets[0].shape.purpose]
        for shift in (SWEEP, SPRINKLE, COLLECT)
    ]
    tour = ["round", "transfer"]
    assert words == [
        ["deadhead", "round", "deadhead"],
        ["deadhead", "round", "round", "round", "deadhead"],
        ["deadhead", *tour, "deadhead", *tour],
    ], "the transfer station of this world is at home: no way home from there"


def test_times_are_those_of_the_shift_by_hand() -> None:
    """22.2 km of straight line at 20 km/h; three tanks of 30 min with 10 min between them."""
    sprinkled = plan(town(SPRINKLE, count=1)).sets[0]
    way_s = sprinkled.planned_arrive_s[0, 0] - 10 * 3_600
    assert way_s == pytest.approx(22.24 / 20 * 3_600, rel=1e-3)
    since_s = sprinkled.planned_depart_s[0] - 10 * 3_600 - way_s
    assert since_s == pytest.approx([-way_s, 0, 2_400, 4_800, 6_600])
    assert sprinkled.notes["due_at"][0] == pytest.approx([16 * 3_600] * 5)


def test_the_mass_falls_as_the_water_leaves() -> None:
    """The same kilometres cost most with a full tank, less on a pass, and least on the way home."""
    wet = plan(town(SPRINKLE, count=1)).sets[0]
    drops = truck(body=Body(working_kw=33, water_kg=1e-9))
    dry_scenario = scenario(fleets={"crew": rounds(SPRINKLE, count=1)}, world=replace(world(), vehicles={"bus": drops}))
    dry = plan(dry_scenario).sets[0]
    out, first, second, _, home = ((wet.draw_kwh - dry.draw_kwh)[0] / wet.shape.distance_km).tolist()
    assert out > first == second > 0
    assert home == 0


def test_no_water_is_sprayed_in_frost() -> None:
    cold = STILL.model_copy(update={"months": tuple(m.model_copy(update={"mean_c": -1}) for m in STILL.months)})
    of = scenario(fleets={"crew": rounds(SWEEP, SPRINKLE, count=2)}, world=replace(world(), cities={"town": cold}))
    records = run(of)
    assert [len(blocks.vehicle) for blocks in plan(of).sets] == [4, 0]
    assert on_time(records)["rounds_planned"] == 4
    laws.check(records)


def test_a_round_within_its_shift_is_finished_and_one_beyond_is_not() -> None:
    """Two hours of sweeping and 2.2 h on the road: 9:00 is enough, 8:00 is not."""
    good, short = (on_time(run(town(SWEEP | {"end": end}))) for end in ("09:00", "08:00"))
    assert (good["rounds_planned"], good["rounds_finished"], good["service_level"]) == (8, 8, 1)
    assert (short["rounds_planned"], short["rounds_finished"], short["service_level"]) == (8, 0, 0)
    assert (good["trips_planned"], good["trips_cancelled"]) == (0, 0)


def test_a_shift_that_ends_after_the_run_is_not_judged() -> None:
    assert on_time(run(town(COLLECT, days=1)))["rounds_planned"] == 0
    assert on_time(run(town(COLLECT, days=2)))["rounds_planned"] == 4


def test_rounds_of_buses_and_trucks_make_one_service_level() -> None:
    buses = {"kind": "bus", "model": "bus", "count": 1, "home": "depot", "initial_soc": 0.95, "work": {
        "kind": "rotation", "route": "road", "blocks": [{"start": "06:00", "trips": 2, "layover_min": 5}]}}  # fmt: skip
    both = scenario(
        fleets={"crew": rounds(SWEEP | {"end": "07:00"}, count=2), "line": buses}, world=world(), days=1,
        sites={"depot": depot(4)},
    )  # fmt: skip
    level = on_time(run(both))
    assert (level["trips_done"], level["rounds_finished"], level["rounds_planned"]) == (2, 0, 2)
    assert level["service_level"] == 0.5


def test_a_round_beyond_the_battery_is_cut_short_comes_home_and_counts_as_failed() -> None:
    records = run(town(SPRINKLE | {"tanks": 9, "end": "23:00"}, count=1, days=1))
    sprayed = of_purpose(records, "round")
    cancelled = sprayed["status"] == TRIP_STATUS.index("cancelled")
    assert 0 < cancelled.sum() < 9
    assert set(sprayed["reason"][cancelled]) == {TRIP_REASONS.index("battery")}
    home = records.entities["places"].index("gate")
    assert records.tables["trips"]["destination"][np.nanargmax(records.tables["trips"]["arrive_at"])] == home
    assert on_time(records)["service_level"] == 0.0
    laws.check(records)


def test_the_remarks_tell_of_rounds_beyond_battery_or_shift() -> None:
    assert duty_remarks(town(SWEEP)) == ()
    (late,) = duty_remarks(town(SWEEP | {"end": "08:00"}))
    assert late == "fleets.crew: 8 of 8 rounds are planned to end after their shift"
    (heavy,) = duty_remarks(town(SPRINKLE | {"tanks": 9, "end": "23:00"}))
    assert heavy.startswith("fleets.crew: 8 of 8 blocks need more than the 225 kWh")


@settings(max_examples=15, deadline=None)
@example(chargers=3, trucks=1, connection_kw=31.0, tanks=2, spread_min=5.0, cv=0.375, seed=2)
@given(
    chargers=st.integers(1, 4),
    trucks=st.integers(1, 5),
    connection_kw=st.floats(30, 500),
    tanks=st.integers(1, 5),
    spread_min=st.floats(0, 60),
    cv=st.floats(0, 0.4),
    seed=st.integers(0, 3),
)
def test_no_round_breaks_a_law(
    chargers: int, trucks: int, connection_kw: float, tanks: int, spread_min: float, cv: float, seed: int
) -> None:
    shifts = [SWEEP | {"spread_min": spread_min}, SPRINKLE | {"tanks": tanks, "end": "17:00"}, COLLECT]
    crew = rounds(*shifts, count=trucks, work={"run_time_cv": cv})
    site = depot(chargers, connection_kw=connection_kw, base_load_kw=5)
    laws.check(run(scenario(sites={"depot": site}, fleets={"crew": crew}, world=world(), seed=seed)))

"""Blocks in arrays: what a vehicle is told of them equals what a walk over their trips gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.duty_remarks import duty_remarks
from fleetsim.simulation.names import entities
from fleetsim.simulation.plans import fleet_plan
from fleetsim.vehicles.driving import drive, trips_within
from fleetsim.work.plan import WorkPlan
from tests.worlds import fleet, profiles, rotation, scenario


def plan(world: Scenario) -> WorkPlan:
    return fleet_plan("line", world, entities(world))


def chance(seed: int = 1) -> WorkPlan:
    work = rotation(run_time_cv=0.3, load_cv=0.3, deadhead_km=3)
    return plan(scenario(fleets={"line": fleet(3, work=work, consumption_kwh_per_km=None)}, seed=seed))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 20), delay_min=st.floats(0, 300))
def test_the_return_of_a_late_block_is_that_of_a_walk_over_its_trips(seed: int, delay_min: float) -> None:
    blocks = chance(seed)
    for block in blocks.rosters(3)[0]:
        shape, row = blocks.sets[block.blocks], block.row
        start_s = block.depart_s + delay_min * 60
        at_s = start_s + shape.run_s[row, 0]
        for trip in range(1, shape.shape.trips):
            ready_s = at_s + shape.shape.minimum_layover_s[trip]
            at_s = max(shape.planned_depart_s[row, trip], ready_s) + shape.run_s[row, trip]
        assert block.back_s(start_s) == pytest.approx(at_s, abs=1e-6)


def test_trough_and_rise_bound_the_battery_on_a_walk_over_the_legs() -> None:
    work = rotation(deadhead_km=2)
    line = fleet(2, work=work, consumption_kwh_per_km=None)
    hill = plan(scenario(fleets={"line": line}, world=profiles(climb_m=900)))
    for block in hill.rosters(2)[1]:
        set_ = hill.sets[block.blocks]
        level, lowest, highest = 0.0, 0.0, 0.0
        for draw, back in zip(set_.draw_kwh[block.row], set_.regeneration_kwh[block.row], strict=True):
            lowest = min(lowest, level - draw)
            level += back - draw
            highest = max(highest, level)
        assert (block.trough_kwh, block.rise_kwh) == pytest.approx((-lowest, highest))
        assert block.net_kwh == pytest.approx(-level)


def test_rosters_are_in_order_and_leave_no_block_out() -> None:
    blocks = chance()
    rosters = blocks.rosters(3)
    assert [block.number for roster in rosters for block in roster] == list(range(len(blocks.vehicle)))
    for roster in rosters:
        departures = [block.depart_s for block in roster]
        assert departures == sorted(departures)
        assert len(roster) == 2 * 2


def test_with_enough_energy_a_drive_is_the_plan() -> None:
    blocks = chance()
    for block in blocks.rosters(3)[2]:
        set_ = blocks.sets[block.blocks]
        outing = drive(set_, block.row, block.depart_s, 500.0, 1_000.0, set_.shape.trips)
        assert outing.trips == set_.shape.trips
        assert outing.back_s == pytest.approx(block.back_s(block.depart_s))
        assert outing.level_kwh == pytest.approx(500.0 - block.net_kwh)


def test_a_dispatcher_lets_run_only_what_ends_at_home_within_the_energy() -> None:
    blocks = plan(scenario())
    set_ = blocks.sets[0]
    assert trips_within(set_, 0, 111.0) == 4
    assert trips_within(set_, 0, 109.0) == 2, "the third trip ends 25 km from home: 82.5 + 27.5 kWh"
    assert trips_within(set_, 0, 54.0) == 0


def test_the_remarks_name_the_fleet_whose_duty_is_beyond_its_battery() -> None:
    (remark,) = duty_remarks(scenario(fleets={"line": fleet(2, consumption_kwh_per_km=3.0)}))
    assert remark.startswith("fleets.line: 8 of 8 blocks need more than the 225 kWh")
    assert duty_remarks(scenario()) == ()


def test_chance_has_the_mean_it_says() -> None:
    work = rotation(run_time_cv=0.2)
    many = plan(scenario(fleets={"line": fleet(200, work=work)}))
    planned_s = [set_.planned_arrive_s - set_.planned_depart_s for set_ in many.sets]
    factor = np.concatenate([(set_.run_s / run_s).ravel() for set_, run_s in zip(many.sets, planned_s, strict=True)])
    assert factor.mean() == pytest.approx(1.0, abs=0.01)
    assert factor.std() == pytest.approx(0.2, abs=0.01)

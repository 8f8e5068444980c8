"""The program by hour: against the default by day, against PyPSA, and its duals against solving again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from fleetsim.clock import SLOTS_PER_DAY, Clock
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.marginal import Emissions, nudged, one_sided, sensitivity
from fleetsim.grid.mix import GridSlots
from fleetsim.grid.model import grid_slots
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.water import WaterPlan, WaterProblem, part, program, solve
from fleetsim.grid.water_slots import PERIODS_PER_DAY, boundaries, emissions
from fleetsim.grid.water_year import WaterYear, water_year

FIRST_DAY, DAYS = 90, 7
HOURS = 24
DIFFERENCE_GW = 1e-4
ENDS: dict[str, dict[str, Any]] = {
    "set": {},
    "cyclic": {"start_gwd": None, "end_gwd": None},
    "valued": {"end_gwd": None},
}


@pytest.fixture(scope="module")
def by_day(inputs: GridInputs) -> tuple[WaterYear, WaterPlan]:
    year = water_year(inputs, 2020, "published", 2020, seed=1)
    return year, solve(year.problem)


@pytest.fixture(scope="module")
def by_hour(inputs: GridInputs) -> WaterYear:
    return water_year(inputs, 2020, "published", 2020, seed=1, periods_per_day=HOURS)


@pytest.fixture(scope="module")
def week(by_day: tuple[WaterYear, WaterPlan], by_hour: WaterYear) -> WaterProblem:
    """A week of April by hour, nearly between the levels of the plan by day: there a step of the ladder just ends."""
    levels = by_day[1].level_gwd
    first, last = FIRST_DAY * HOURS, (FIRST_DAY + DAYS) * HOURS
    return part(by_hour.problem, first, last, 0.999 * levels[:, FIRST_DAY - 1], levels[:, FIRST_DAY + DAYS - 1])


def test_the_hours_of_a_day_are_the_day(by_day: tuple[WaterYear, WaterPlan], by_hour: WaterYear) -> None:
    days, hours = by_day[0].problem, by_hour.problem
    assert hours.need_gw.reshape(-1, HOURS).mean(axis=1) == pytest.approx(days.need_gw, rel=1e-9)
    assert hours.inflow_gw[:, ::HOURS] == pytest.approx(days.inflow_gw)
    assert hours.period_d * HOURS == days.period_d


def test_a_week_by_hour_needs_about_the_coal_of_the_week_by_day(
    by_day: tuple[WaterYear, WaterPlan], week: WaterProblem
) -> None:
    """The default leaves the hours out of its program; over a week that costs less than half a per cent."""
    year, plan = by_day
    hourly = solve(week).step_gw.mean(axis=0)
    daily = plan.step_gw[FIRST_DAY : FIRST_DAY + DAYS].mean(axis=0)
    coal = year.ladder.parts(year.ladder.coal_mw)[year.month[FIRST_DAY]]
    assert hourly @ coal == pytest.approx(daily @ coal, rel=5e-3)


def test_no_water_appears_or_vanishes_by_hour(week: WaterProblem) -> None:
    plan = solve(week)
    assert week.start_gwd is not None
    before = np.column_stack([week.start_gwd, plan.level_gwd[:, :-1]])
    out = (plan.release_gw + plan.spill_gw - week.inflow_gw) * week.period_d
    assert before - out == pytest.approx(plan.level_gwd, abs=1e-6)


def test_each_side_of_the_marginal_emission_equals_solving_again(
    inputs: GridInputs, by_hour: WaterYear, week: WaterProblem
) -> None:
    """A week between two set levels may be degenerate: then there is one value for less demand and one for more."""
    of_year = emissions(inputs, by_hour, boundaries(inputs)[1])
    of_week = Emissions(of_year.by_step[FIRST_DAY * HOURS : (FIRST_DAY + DAYS) * HOURS], of_year.saved_by_left)
    plan = solve(week)
    emission = of_week.of_columns(program(week), week.period_d)
    for hour in (4, 19, 100):
        for sign in (-1, 1):
            need = week.need_gw.copy()
            need[hour] += sign * DIFFERENCE_GW
            more = float(emission @ (solve(replace(week, need_gw=need)).columns - plan.columns))
            found = one_sided(week, plan, of_week, hour, sign)
            assert found == pytest.approx(sign * more / DIFFERENCE_GW / week.period_d, abs=1e-3)


def test_next_to_a_degenerate_point_there_is_one_number(
    inputs: GridInputs, by_hour: WaterYear, week: WaterProblem
) -> None:
    of_year = emissions(inputs, by_hour, boundaries(inputs)[1])
    of_week = Emissions(of_year.by_step[FIRST_DAY * HOURS : (FIRST_DAY + DAYS) * HOURS], of_year.saved_by_left)
    beside = nudged(week)
    near = sensitivity(beside, solve(beside), of_week)
    assert not np.isnan(near).any()
    plan = solve(week)
    for hour in (4, 19, 100):
        sides = [one_sided(week, plan, of_week, hour, sign) for sign in (-1, 1)]
        assert min(sides) - 1e-6 <= near[hour] <= max(sides) + 1e-6


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("end", list(ENDS))
def test_pypsa_finds_the_same_objective_and_the_same_prices(week: WaterProblem, end: str) -> None:
    """Beside the degenerate point, where prices are a matter of choice."""
    pytest.importorskip("pypsa")
    from fleetsim.grid.pypsa_export import network

    changes: dict[str, dict[str, Any]] = {
        "set": {},
        "cyclic": {"start_gwd": None, "end_gwd": None},
        "valued": {"end_gwd": None},
    }
    problem = replace(week, **changes[end])
    plan, grid = solve(problem), network(problem, date(2020, 3, 31))
    status, condition = grid.optimize(solver_name="highs", log_to_console=False)
    assert (status, condition) == ("ok", "optimal")
    assert grid.objective == pytest.approx(plan.cost_kcny, rel=1e-6)
    prices = grid.buses_t.marginal_price["province"].to_numpy()
    assert prices == pytest.approx(plan.price_cny_per_mwh, rel=1e-6, abs=1e-6)


@pytest.fixture(scope="module")
def half_days(inputs: GridInputs) -> Iterator[tuple[GridSlots, GridSlots, GridSlots]]:
    """A week by day, by half day, and by half day with a fleet: the way of the hours at a fraction of their time."""
    clock, fleet = Clock(date(2026, 3, 9), 7, 0), np.zeros(7 * SLOTS_PER_DAY)
    fleet[10:20] = 100.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PERIODS_PER_DAY, "hourly", 2)
        by_day = grid_slots(GridSpec(year=2026, loss_share=0.0), inputs, clock, 1)
        finer = GridSpec(level="hourly", year=2026, loss_share=0.0)
        yield by_day, grid_slots(finer, inputs, clock, 1), grid_slots(finer, inputs, clock, 1, fleet)


def test_the_reference_gives_slots_that_add_up(half_days: tuple[GridSlots, GridSlots, GridSlots]) -> None:
    for grid in half_days[1:]:
        assert grid.generation_mw.min() >= 0.0
        assert grid.generation_mw.sum(axis=1) == pytest.approx(grid.demand_mw + grid.export_mw, rel=1e-12)
        assert not np.isnan(grid.emission_marginal_province_kg_per_kwh).any()


def test_the_reference_is_near_the_default(half_days: tuple[GridSlots, GridSlots, GridSlots]) -> None:
    by_day, finer, _ = half_days
    assert finer.demand_mw == pytest.approx(by_day.demand_mw)
    assert finer.generation_mw.mean(axis=0) == pytest.approx(by_day.generation_mw.mean(axis=0), rel=0.02)
    assert finer.notes["water"] != by_day.notes["water"]


def test_the_reference_carries_the_load_of_the_fleets(half_days: tuple[GridSlots, GridSlots, GridSlots]) -> None:
    _, bare, loaded = half_days
    more = loaded.demand_mw - bare.demand_mw
    assert more[10:20] == pytest.approx(100.0)
    assert more.sum() == pytest.approx(1_000.0)

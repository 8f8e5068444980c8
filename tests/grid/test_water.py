"""The program over the days of a year: balances, bounds, budgets, and duals against finite differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.marginal import Emissions, one_sided, sensitivity
from fleetsim.grid.water import WaterPlan, WaterProblem, program, solve
from fleetsim.grid.water_slots import boundaries, emissions
from fleetsim.grid.water_year import WaterYear, water_year

CASES = ((2020, "published", 2020), (2026, "normal", 2026), (2026, "dry", 2026), (2026, "wet", 2026))
DIFFERENCE_GW = 1e-4
DAYS_TRIED = np.linspace(3, 360, 12).astype(int)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}_{case[1]}")
def year(request: pytest.FixtureRequest, inputs: GridInputs) -> WaterYear:
    figures, hydrology, calendar_year = request.param
    return water_year(inputs, figures, hydrology, calendar_year, seed=1)


@pytest.fixture(scope="module")
def plan(year: WaterYear) -> WaterPlan:
    return solve(year.problem)


def test_every_day_is_balanced(year: WaterYear, plan: WaterPlan) -> None:
    supply = plan.release_gw.sum(axis=0) - plan.river_spill_gw - plan.curtailed_gw + plan.step_gw.sum(axis=1)
    assert supply == pytest.approx(year.problem.need_gw, abs=1e-6)


def test_no_water_appears_or_vanishes(year: WaterYear, plan: WaterPlan) -> None:
    problem = year.problem
    start = plan.level_gwd[:, -1] if problem.start_gwd is None else problem.start_gwd
    before = np.column_stack([start, plan.level_gwd[:, :-1]])
    assert before + problem.inflow_gw - plan.release_gw - plan.spill_gw == pytest.approx(plan.level_gwd, abs=1e-6)


def test_stores_and_releases_keep_their_bounds(year: WaterYear, plan: WaterPlan) -> None:
    problem, small = year.problem, 1e-6
    assert np.all(plan.level_gwd >= -small)
    assert np.all(plan.level_gwd <= problem.level_highest_gwd[:, None] + small)
    assert np.all(plan.release_gw >= problem.lowest_gw - small)
    assert np.all(plan.release_gw <= problem.highest_gw[:, None] + small)
    assert np.all(problem.river_gw - plan.river_spill_gw <= problem.river_highest_gw + small)
    assert np.all(plan.step_gw <= problem.step_gw + small)


def test_the_end_of_the_year_is_as_asked(year: WaterYear, plan: WaterPlan) -> None:
    problem = year.problem
    if problem.end_gwd is not None:
        assert plan.level_gwd[:, -1] == pytest.approx(problem.end_gwd, abs=1e-6)
    elif problem.start_gwd is not None:
        assert plan.level_gwd[2, -1] > 0.0, "what is left has a value, so the large store is not drained"


def test_a_published_year_generates_its_published_hydro(inputs: GridInputs) -> None:
    problem = water_year(inputs, 2021, "published", 2021, seed=1).problem
    plan = solve(problem)
    hydro_gw = plan.release_gw.sum(axis=0) + problem.river_gw - plan.river_spill_gw
    assert hydro_gw.sum() * 24 / 1e3 == pytest.approx(271.6, rel=0.005)


def test_a_cheap_step_is_full_before_a_dearer_one_is_used(year: WaterYear, plan: WaterPlan) -> None:
    used = plan.step_gw > 1e-6
    full = plan.step_gw > year.problem.step_gw - 1e-6
    assert np.all(full[:, :-1] | ~used[:, 1:])


def test_marginal_emissions_equal_finite_differences(inputs: GridInputs, year: WaterYear, plan: WaterPlan) -> None:
    """Twelve days of twelve in both boundaries, to 1e-3, with a difference of 100 kW to either side."""
    of_columns = [emissions(inputs, year, lost) for lost in boundaries(inputs)]
    exact = np.array([sensitivity(year.problem, plan, one) for one in of_columns])
    posed = program(year.problem)
    emitted = np.array([one.of_columns(posed, year.problem.period_d) for one in of_columns])
    for day in DAYS_TRIED:
        sides = []
        for change in (-DIFFERENCE_GW, DIFFERENCE_GW):
            need = year.problem.need_gw.copy()
            need[day] += change
            sides.append(emitted @ solve(replace(year.problem, need_gw=need)).columns)
        assert exact[:, day] == pytest.approx((sides[1] - sides[0]) / (2 * DIFFERENCE_GW), abs=1e-3)


def test_both_sides_are_the_marginal_emission_where_nothing_is_degenerate(
    inputs: GridInputs, year: WaterYear, plan: WaterPlan
) -> None:
    of_columns = emissions(inputs, year, 0.8)
    exact = sensitivity(year.problem, plan, of_columns)
    for day in DAYS_TRIED[::6]:
        for sign in (-1, 1):
            found = one_sided(year.problem, plan, of_columns, day, sign)
            assert found == pytest.approx(exact[day], abs=1e-3)


def test_at_a_degenerate_point_left_and_right_differ_and_bracket_what_solving_again_says(inputs: GridInputs) -> None:
    """A toy of one day without stores' freedom: demand ends exactly where coal does and lost export begins."""
    problem = WaterProblem(
        period_d=1.0,
        need_gw=np.array([3.0]),
        renewable_gw=np.zeros(1),
        river_gw=np.zeros(1),
        river_highest_gw=1.0,
        inflow_gw=np.array([[1.0]]),
        lowest_gw=np.array([[1.0]]),
        highest_gw=np.array([1.0]),
        level_highest_gwd=np.array([0.0]),
        start_gwd=np.zeros(1),
        end_gwd=np.zeros(1),
        end_cny_per_mwh=np.zeros(1),
        step_gw=np.array([[2.0, 5.0]]),
        step_cny_per_mwh=np.array([200.0, 300.0]),
    )
    of_columns = Emissions(np.array([[0.88, 0.0]]), np.zeros(1))
    plan = solve(problem)
    assert np.isnan(sensitivity(problem, plan, of_columns)).all(), "the program alone has no one number"
    left, right = (one_sided(problem, plan, of_columns, 0, sign) for sign in (-1, 1))
    assert (left, right) == pytest.approx((0.88, 0.0))


def test_less_water_is_dearer_and_emits_more(inputs: GridInputs) -> None:
    plans = {kind: solve(water_year(inputs, 2026, kind, 2026, seed=1).problem) for kind in ("dry", "wet")}
    spring = slice(0, 120)
    assert plans["dry"].price_cny_per_mwh[spring].mean() > plans["wet"].price_cny_per_mwh[spring].mean()
    assert plans["dry"].step_gw[spring].sum() > plans["wet"].step_gw[spring].sum()

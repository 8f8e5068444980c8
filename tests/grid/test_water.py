"""The program over the days of a year: balances, bounds, budgets, and duals against finite differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.marginal import left_emissions, sensitivity, step_emissions
from fleetsim.grid.water import WaterPlan, WaterProblem, solve
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


def emission_gwd(year: WaterYear, problem: WaterProblem, by_step: np.ndarray, saved: np.ndarray) -> float:
    """Emission of a year less what the water left saves, in kg/kWh x GW days."""
    plan = solve(problem)
    emission = float((plan.step_gw * by_step).sum())
    if problem.open_end:
        size = problem.level_highest_gwd[:, None] / saved.size
        parts = np.clip(plan.level_gwd[:, -1][:, None] - np.arange(saved.size) * size, 0.0, size)
        emission -= float((parts * saved).sum())
    return emission


@pytest.mark.parametrize("lost", [0.0, 0.8], ids=["province", "southern"])
def test_marginal_emissions_equal_finite_differences(
    inputs: GridInputs, year: WaterYear, plan: WaterPlan, lost: float
) -> None:
    """Twelve days of twelve, to 1e-3, with a difference of 100 kW to either side."""
    ladder_emissions = step_emissions(year.ladder, 0.88, lost)
    by_step = ladder_emissions[year.month]
    saved = left_emissions(year.ladder, ladder_emissions, np.array(inputs.zone.water.terminal_cny_per_kwh))
    exact = sensitivity(plan.basis, by_step, saved)
    for day in DAYS_TRIED:
        sides = []
        for change in (-DIFFERENCE_GW, DIFFERENCE_GW):
            need = year.problem.need_gw.copy()
            need[day] += change
            sides.append(emission_gwd(year, replace(year.problem, need_gw=need), by_step, saved))
        assert exact[day] == pytest.approx((sides[1] - sides[0]) / (2 * DIFFERENCE_GW), abs=1e-3)


def test_a_degenerate_optimum_gives_no_number(year: WaterYear, plan: WaterPlan) -> None:
    fewer = replace(plan.basis, columns=plan.basis.columns[:, 1:], step=plan.basis.step[1:], left=plan.basis.left[1:])
    assert np.isnan(sensitivity(fewer, year.problem.step_gw, np.zeros(4))).all()


def test_less_water_is_dearer_and_emits_more(inputs: GridInputs) -> None:
    plans = {kind: solve(water_year(inputs, 2026, kind, 2026, seed=1).problem) for kind in ("dry", "wet")}
    spring = slice(0, 120)
    assert plans["dry"].price_cny_per_mwh[spring].mean() > plans["wet"].price_cny_per_mwh[spring].mean()
    assert plans["dry"].step_gw[spring].sum() > plans["wet"].step_gw[spring].sum()

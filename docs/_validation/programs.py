"""Validation cases of the water program: PyPSA, days against hours, marginal values against solving again."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
from case import Case
from water import grid_inputs, whole_year

from fleetsim.clock import Clock
from fleetsim.errors import FleetsimError
from fleetsim.grid.marginal import Emissions, one_sided, sensitivity
from fleetsim.grid.model import grid_slots
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.water import WaterProblem, part, program, solve
from fleetsim.grid.water_slots import boundaries, emissions
from fleetsim.grid.water_year import water_year
from fleetsim.results.schema import SOURCES

SEED, DIFFERENCE_GW = 1, 1e-4
DAYS_TRIED = np.linspace(3, 360, 12).astype(int)


@lru_cache(maxsize=1)
def hourly_week() -> WaterProblem:
    """Two weeks of April 2020 by hour between the levels of the plan by day."""
    levels = solve(water_year(grid_inputs(), 2020, "published", 2020, SEED).problem).level_gwd
    year = water_year(grid_inputs(), 2020, "published", 2020, SEED, periods_per_day=24)
    return part(year.problem, 90 * 24, 104 * 24, 0.999 * levels[:, 89], levels[:, 103])


def pypsa() -> Iterable[Case]:
    """V16."""
    try:
        from fleetsim.grid.marginal import nudged
        from fleetsim.grid.pypsa_export import network

        problem = nudged(hourly_week())
        grid = network(problem, date(2020, 3, 31))
    except (ImportError, FleetsimError) as missing:
        yield Case("V16", "PyPSA, the same two weeks by hour", "equal", "1e-6", str(missing), None)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grid.optimize(solver_name="highs", log_to_console=False)
    plan = solve(problem)
    cost = abs(grid.objective / plan.cost_kcny - 1)
    prices = np.abs(grid.buses_t.marginal_price["province"].to_numpy() / plan.price_cny_per_mwh - 1).max()
    yield Case(
        "V16",
        "PyPSA, the same two weeks by hour: objective, prices",
        "equal",
        "1e-6",
        f"{cost:.0e}, {prices:.0e}",
        max(cost, prices) <= 1e-6,
    )


def levels() -> Iterable[Case]:
    """V17."""
    by_day, month = whole_year(2020)
    clock = Clock(date(2020, 1, 1), 366, 0)
    by_hour = grid_slots(
        GridSpec(level="hourly", year=2020, hydrology="published", loss_share=0.0), grid_inputs(), clock, SEED
    )
    thermal = [grid.generation_mw[:, SOURCES.index("thermal")].sum() * 0.25 / 1e6 for grid in (by_day, by_hour)]
    wrong = thermal[0] / thermal[1] - 1
    yield Case(
        "V17",
        "thermal of 2020 by day and by hour",
        f"{thermal[1]:.2f} TWh",
        "1 %",
        f"{thermal[0]:.2f} TWh ({100 * wrong:+.2f} %)",
        abs(wrong) <= 0.01,
    )
    shares = [
        np.array(
            [
                np.average(grid.clean_share[month == m], weights=grid.generation_mw[month == m].sum(axis=1))
                for m in range(1, 13)
            ]
        )
        for grid in (by_day, by_hour)
    ]
    worst = 100 * float(np.abs(shares[0] - shares[1]).max())
    yield Case(
        "V17", "monthly clean share by day and by hour, 2020", "equal", "1 point", f"{worst:.2f} points", worst <= 1.0
    )


def duals() -> Iterable[Case]:
    """V18."""
    inputs = grid_inputs()
    year = water_year(inputs, 2020, "published", 2020, SEED)
    plan = solve(year.problem)
    for boundary, lost in zip(("province", "southern grid"), boundaries(inputs), strict=True):
        of_columns = emissions(inputs, year, lost)
        exact = sensitivity(year.problem, plan, of_columns)
        emission = of_columns.of_columns(program(year.problem), year.problem.period_d)
        equal = 0
        for day in DAYS_TRIED:
            sides = []
            for change in (-DIFFERENCE_GW, DIFFERENCE_GW):
                need = year.problem.need_gw.copy()
                need[day] += change
                sides.append(float(emission @ solve(replace(year.problem, need_gw=need)).columns))
            equal += abs((sides[1] - sides[0]) / (2 * DIFFERENCE_GW) - exact[day]) <= 1e-3
        yield Case(
            "V18",
            f"marginal emission against solving again, {boundary}",
            "12 of 12",
            "1e-3",
            f"{equal} of 12",
            equal == 12,
        )
    years = range(2018, 2025)
    ties = [year for year in years if f"emission_marginal_{year}_point" in whole_year(year)[0].notes]
    yield Case(
        "V18",
        "years 2018-2024 whose optimum is degenerate",
        "none, or bracketed",
        "0 of 7",
        f"{len(ties)} of {len(years)}",
        not ties,
        "so left and right are the one value",
    )
    toy = WaterProblem(
        period_d=1.0, need_gw=np.array([3.0]), renewable_gw=np.zeros(1), river_gw=np.zeros(1), river_highest_gw=1.0,
        inflow_gw=np.ones((1, 1)), lowest_gw=np.ones((1, 1)), highest_gw=np.ones(1), level_highest_gwd=np.zeros(1),
        start_gwd=np.zeros(1), end_gwd=np.zeros(1), end_cny_per_mwh=np.zeros(1), step_gw=np.array([[2.0, 5.0]]),
        step_cny_per_mwh=np.array([200.0, 300.0]),
    )  # fmt: skip
    ends = [one_sided(toy, solve(toy), Emissions(np.array([[0.88, 0.0]]), np.zeros(1)), 0, sign) for sign in (-1, 1)]
    met = np.allclose(ends, (0.88, 0.0))
    yield Case(
        "V18",
        "left and right where coal ends and lost export begins",
        "0.88, 0",
        "bracket",
        f"{ends[0]:.2f}, {abs(ends[1]):.2f}",
        met,
        "toy of one day",
    )

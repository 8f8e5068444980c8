"""The water of a year: a linear program over its periods that says what each reservoir releases, and when.

A period is a day, in the reference an hour, d days long. Power is a period's mean in GW, stored energy in GW days,
prices in CNY/MWh. Period by period the ladder closes the balance

    releases - river spilled - curtailed + steps = need,    need = demand + top export - river - wind - solar - floor,

and each store follows

    level + d (release + spill) = level before + d inflow.

The program sees the whole year at once: perfect foresight, which levels a dry season out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from fleetsim.errors import RunError

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix

Series = NDArray[np.float64]
SPILLING_CNY_PER_MWH = 0.5
CURTAILING_CNY_PER_MWH = 5.0
"""Water is spilled before wind and solar are curtailed."""
HOLDING_CNY_PER_MWH_DAY = 1e-3
"""Breaks ties: water is used early, and that of the smaller stores before that of the larger."""
HOURS_PER_DAY = 24.0
SIMPLEX_PERIODS = 1_000
"""Longer programs are solved by interior points and a crossover to a corner, many times faster there."""


@dataclass(frozen=True, slots=True, eq=False)
class WaterProblem:
    """A year to be solved. Stores stand in front of periods, steps behind them."""

    period_d: float
    """Length of a period in days."""
    need_gw: Series
    """Demand and top export, less river, wind, solar and the floor of coal, ``(periods,)``."""
    renewable_gw: Series
    """Wind and solar, which may be curtailed."""
    river_gw: Series
    """Inflow of the plants without storage."""
    river_highest_gw: float
    """Their capacity."""
    inflow_gw: Series
    """Inflow of the stores, ``(stores, periods)``."""
    lowest_gw: Series
    """Lowest release, ``(stores, periods)``."""
    highest_gw: Series
    """Highest release, ``(stores,)``."""
    level_highest_gwd: Series
    """Highest level, ``(stores,)``."""
    start_gwd: Series | None
    """Level before the first period; none makes the year end where it began."""
    end_gwd: Series | None
    """Level after the last period; none leaves it to what it is worth."""
    end_cny_per_mwh: Series
    """Worth of what is stored at the end, by equal parts of a store from empty to full."""
    step_gw: Series
    """Sizes of the steps of the ladder, ``(periods, steps)``."""
    step_cny_per_mwh: Series
    """Their prices, ``(steps,)``."""

    @property
    def open_end(self) -> bool:
        """Whether what is left at the end has a price instead of a level."""
        return self.start_gwd is not None and self.end_gwd is None


@dataclass(frozen=True, slots=True, eq=False)
class WaterPlan:
    """What the program decided; power in GW, ``(periods,)``, ``(stores, periods)`` or ``(periods, steps)``."""

    release_gw: Series
    spill_gw: Series
    level_gwd: Series
    """At the end of each period."""
    river_spill_gw: Series
    curtailed_gw: Series
    step_gw: Series
    price_cny_per_mwh: Series
    """Dual of the balance: what one more MWh of demand in the period costs."""
    cost_kcny: float
    """What the year costs, less what is left is worth, 1 000 CNY."""
    columns: Series
    """All of it in one vector, as the program has it."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The linear program: the cheapest x with matrix x = right and lowest <= x <= highest."""

    matrix: csc_matrix
    right: Series
    lowest: Series
    highest: Series
    cost: Series
    """By column, CNY/MWh x days."""
    step: slice
    """The columns of the steps, period by period."""
    left: slice
    """The columns of what is left at the end, store by store."""


def part(problem: WaterProblem, first: int, last: int, start_gwd: Series, end_gwd: Series) -> WaterProblem:
    """The periods from ``first`` to before ``last`` alone, between two levels."""
    periods = slice(first, last)
    return replace(
        problem,
        need_gw=problem.need_gw[periods],
        renewable_gw=problem.renewable_gw[periods],
        river_gw=problem.river_gw[periods],
        inflow_gw=problem.inflow_gw[:, periods],
        lowest_gw=problem.lowest_gw[:, periods],
        start_gwd=start_gwd,
        end_gwd=end_gwd,
        step_gw=problem.step_gw[periods],
    )


def program(problem: WaterProblem) -> Program:
    """The equations, bounds and costs of a year."""
    matrix, right = _equations(problem)
    first_step, first_left = _ends(problem)[4:]
    return Program(
        matrix, right, *_bounds(problem), _costs(problem), slice(first_step, first_left), slice(first_left, None)
    )


def solve(problem: WaterProblem) -> WaterPlan:
    """The cheapest year."""
    from scipy.optimize import linprog

    posed = program(problem)
    sparse: Any = posed.matrix  # the stubs of SciPy know dense matrices only
    either_side: Any = np.column_stack([posed.lowest, posed.highest])
    method: Literal["highs-ds", "highs-ipm"] = "highs-ds" if problem.need_gw.size <= SIMPLEX_PERIODS else "highs-ipm"
    found = linprog(posed.cost, A_eq=sparse, b_eq=posed.right, bounds=either_side, method=method)
    if found.x is None or found.fun is None:
        raise RunError(f"the water of the year has no solution: {found.message}")
    stores, periods = problem.inflow_gw.shape
    tables = np.split(found.x, _ends(problem))
    by_store = (stores, periods)
    return WaterPlan(
        release_gw=tables[0].reshape(by_store),
        spill_gw=tables[1].reshape(by_store),
        level_gwd=tables[2].reshape(by_store),
        river_spill_gw=tables[3],
        curtailed_gw=tables[4],
        step_gw=tables[5].reshape(problem.step_gw.shape),
        price_cny_per_mwh=found.eqlin.marginals[:periods] / problem.period_d,
        cost_kcny=found.fun * HOURS_PER_DAY,
        columns=found.x,
    )


def _ends(problem: WaterProblem) -> list[int]:
    """Where the tables of columns end: release, spill, level, river spill, curtailed, steps; then what is left."""
    stores, periods = problem.inflow_gw.shape
    return list(np.cumsum([stores * periods] * 3 + [periods, periods, problem.step_gw.size]))


def _equations(problem: WaterProblem) -> tuple[csc_matrix, Series]:
    from scipy.sparse import csc_matrix

    stores, periods = problem.inflow_gw.shape
    steps, parts = problem.step_gw.shape[1], problem.end_cny_per_mwh.size
    period = np.arange(periods)
    water = periods + np.arange(stores * periods)
    by_store = water.reshape(stores, periods)
    release, spill, level, river, curtailed, step = np.split(np.arange(_ends(problem)[-1]), _ends(problem)[:-1])
    levels = level.reshape(stores, periods)
    entries = [
        (np.tile(period, stores), release, 1.0),
        (period, river, -1.0),
        (period, curtailed, -1.0),
        (np.repeat(period, steps), step, 1.0),
        (water, release, problem.period_d),
        (water, spill, problem.period_d),
        (water, level, 1.0),
        (by_store[:, 1:].ravel(), levels[:, :-1].ravel(), -1.0),
    ]
    inflow = problem.inflow_gw * problem.period_d
    shape = (periods + stores * periods, step[-1] + 1)
    right_end = np.zeros(0)
    if problem.start_gwd is None:
        entries.append((by_store[:, 0], levels[:, -1], -1.0))
    else:
        inflow[:, 0] += problem.start_gwd
    if problem.open_end:
        rows, columns = shape
        left = rows + np.arange(stores)
        entries += [
            (left, levels[:, -1], 1.0),
            (np.repeat(left, parts), columns + np.arange(stores * parts), -1.0),
        ]
        shape, right_end = (rows + stores, columns + stores * parts), np.zeros(stores)
    row = np.concatenate([rows for rows, _, _ in entries])
    column = np.concatenate([columns for _, columns, _ in entries])
    value = np.concatenate([np.full(rows.size, one) for rows, _, one in entries])
    right = np.concatenate([problem.need_gw, inflow.ravel(), right_end])
    return csc_matrix((value, (row, column)), shape=shape), right


def _bounds(problem: WaterProblem) -> tuple[Series, Series]:
    stores, periods = problem.inflow_gw.shape
    parts = problem.end_cny_per_mwh.size if problem.open_end else 0
    level_lowest = np.zeros((stores, periods))
    level_highest = np.repeat(problem.level_highest_gwd[:, None], periods, axis=1)
    if problem.end_gwd is not None:
        level_lowest[:, -1] = level_highest[:, -1] = problem.end_gwd
    lowest = [
        problem.lowest_gw.ravel(),
        np.zeros(stores * periods),
        level_lowest.ravel(),
        np.maximum(problem.river_gw - problem.river_highest_gw, 0.0),
        np.zeros(periods + problem.step_gw.size + stores * parts),
    ]
    highest = [
        np.repeat(problem.highest_gw, periods),
        np.full(stores * periods, np.inf),
        level_highest.ravel(),
        problem.river_gw,
        problem.renewable_gw,
        problem.step_gw.ravel(),
        np.repeat(problem.level_highest_gwd / max(parts, 1), parts),
    ]
    return np.concatenate(lowest), np.concatenate(highest)


def holding_cny_per_mwh_day(stores: int) -> Series:
    """What it costs to keep water for a day, by store."""
    return HOLDING_CNY_PER_MWH_DAY * np.arange(stores, 0, -1, dtype=np.float64)


def _costs(problem: WaterProblem) -> Series:
    stores, periods = problem.inflow_gw.shape
    holding = holding_cny_per_mwh_day(stores)
    powers = [
        np.zeros(stores * periods),
        np.full(stores * periods, SPILLING_CNY_PER_MWH),
        np.repeat(holding, periods),
        np.full(periods, SPILLING_CNY_PER_MWH),
        np.full(periods, CURTAILING_CNY_PER_MWH),
        np.tile(problem.step_cny_per_mwh, periods),
    ]
    left = -np.tile(problem.end_cny_per_mwh, stores) if problem.open_end else np.zeros(0)
    return np.concatenate([np.concatenate(powers) * problem.period_d, left])

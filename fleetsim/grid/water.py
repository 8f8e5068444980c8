"""The water of a year: a linear program over its days that says what each reservoir releases, and when.

Power is a day's mean in GW, stored energy in GW days, prices in CNY/MWh. Day by day the ladder closes the balance

    releases - river spilled - curtailed + steps = need,    need = demand + top export - river - wind - solar - floor,

and each store follows

    level + release + spill = level before + inflow.

The program sees the whole year at once: perfect foresight, which levels a dry season out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
ON_BOUND_GW = 1e-7
"""A column this near to a bound is on it."""


@dataclass(frozen=True, slots=True, eq=False)
class WaterProblem:
    """A year to be solved. Stores stand in front of days, steps behind them."""

    need_gw: Series
    """Demand and top export, less river, wind, solar and the floor of coal, ``(days,)``."""
    renewable_gw: Series
    """Wind and solar, which may be curtailed."""
    river_gw: Series
    """Inflow of the plants without storage."""
    river_highest_gw: float
    """Their capacity."""
    inflow_gw: Series
    """Inflow of the stores, ``(stores, days)``."""
    lowest_gw: Series
    """Lowest release, ``(stores, days)``."""
    highest_gw: Series
    """Highest release, ``(stores,)``."""
    level_highest_gwd: Series
    """Highest level, ``(stores,)``."""
    start_gwd: Series | None
    """Level before the first day; none makes the year end where it began."""
    end_gwd: Series | None
    """Level after the last day; none leaves it to what it is worth."""
    end_cny_per_mwh: Series
    """Worth of what is stored at the end, by equal parts of a store from empty to full."""
    step_gw: Series
    """Sizes of the steps of the ladder, ``(days, steps)``."""
    step_cny_per_mwh: Series
    """Their prices, ``(steps,)``."""

    @property
    def open_end(self) -> bool:
        """Whether what is left at the end has a price instead of a level."""
        return self.start_gwd is not None and self.end_gwd is None


@dataclass(frozen=True, slots=True, eq=False)
class WaterPlan:
    """What the program decided; power in GW, ``(days,)``, ``(stores, days)`` or ``(days, steps)``."""

    release_gw: Series
    spill_gw: Series
    level_gwd: Series
    """At the end of each day."""
    river_spill_gw: Series
    curtailed_gw: Series
    step_gw: Series
    price_cny_per_mwh: Series
    """Dual of the balance: what one more MWh of demand on the day costs."""
    basis: Basis


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """The columns that are off their bounds: all that small changes can move."""

    columns: csc_matrix
    step: NDArray[np.int64]
    """Position of each column in the flat table of steps, -1 for other columns."""
    left: NDArray[np.int64]
    """Part of its store that each column leaves at the end, counted from empty; -1 for other columns."""


def solve(problem: WaterProblem) -> WaterPlan:
    """The cheapest year."""
    from scipy.optimize import linprog

    matrix, right = _equations(problem)
    lowest, highest = _bounds(problem)
    either_side: Any = np.column_stack([lowest, highest])
    sparse: Any = matrix  # the stubs of SciPy know dense matrices only
    found = linprog(_costs(problem), A_eq=sparse, b_eq=right, bounds=either_side, method="highs-ds")
    if found.x is None:
        raise RunError(f"the water of the year has no solution: {found.message}")
    stores, days = problem.inflow_gw.shape
    tables = np.split(found.x, _ends(problem))
    by_store = (stores, days)
    off_bounds = np.flatnonzero((found.x > lowest + ON_BOUND_GW) & (found.x < highest - ON_BOUND_GW))
    first_step, first_left = _ends(problem)[4:]
    step = np.where((off_bounds >= first_step) & (off_bounds < first_left), off_bounds - first_step, -1)
    left = np.where(off_bounds >= first_left, (off_bounds - first_left) % problem.end_cny_per_mwh.size, -1)
    return WaterPlan(
        release_gw=tables[0].reshape(by_store),
        spill_gw=tables[1].reshape(by_store),
        level_gwd=tables[2].reshape(by_store),
        river_spill_gw=tables[3],
        curtailed_gw=tables[4],
        step_gw=tables[5].reshape(problem.step_gw.shape),
        price_cny_per_mwh=found.eqlin.marginals[:days],
        basis=Basis(matrix[:, off_bounds], step, left),
    )


def _ends(problem: WaterProblem) -> list[int]:
    """Where the tables of columns end: release, spill, level, river spill, curtailed, steps; then what is left."""
    stores, days = problem.inflow_gw.shape
    return list(np.cumsum([stores * days] * 3 + [days, days, problem.step_gw.size]))


def _equations(problem: WaterProblem) -> tuple[csc_matrix, Series]:
    from scipy.sparse import csc_matrix

    stores, days = problem.inflow_gw.shape
    steps, parts = problem.step_gw.shape[1], problem.end_cny_per_mwh.size
    day = np.arange(days)
    water = days + np.arange(stores * days)
    by_store = water.reshape(stores, days)
    release, spill, level, river, curtailed, step = np.split(np.arange(_ends(problem)[-1]), _ends(problem)[:-1])
    levels = level.reshape(stores, days)
    entries = [
        (np.tile(day, stores), release, 1.0),
        (day, river, -1.0),
        (day, curtailed, -1.0),
        (np.repeat(day, steps), step, 1.0),
        (water, release, 1.0),
        (water, spill, 1.0),
        (water, level, 1.0),
        (by_store[:, 1:].ravel(), levels[:, :-1].ravel(), -1.0),
    ]
    inflow = problem.inflow_gw.copy()
    shape = (days + stores * days, step[-1] + 1)
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
    stores, days = problem.inflow_gw.shape
    parts = problem.end_cny_per_mwh.size if problem.open_end else 0
    level_lowest = np.zeros((stores, days))
    level_highest = np.repeat(problem.level_highest_gwd[:, None], days, axis=1)
    if problem.end_gwd is not None:
        level_lowest[:, -1] = level_highest[:, -1] = problem.end_gwd
    lowest = [
        problem.lowest_gw.ravel(),
        np.zeros(stores * days),
        level_lowest.ravel(),
        np.maximum(problem.river_gw - problem.river_highest_gw, 0.0),
        np.zeros(days + problem.step_gw.size + stores * parts),
    ]
    highest = [
        np.repeat(problem.highest_gw, days),
        np.full(stores * days, np.inf),
        level_highest.ravel(),
        problem.river_gw,
        problem.renewable_gw,
        problem.step_gw.ravel(),
        np.repeat(problem.level_highest_gwd / max(parts, 1), parts),
    ]
    return np.concatenate(lowest), np.concatenate(highest)


def _costs(problem: WaterProblem) -> Series:
    stores, days = problem.inflow_gw.shape
    holding = HOLDING_CNY_PER_MWH_DAY * np.arange(stores, 0, -1)
    return np.concatenate(
        [
            np.zeros(stores * days),
            np.full(stores * days, SPILLING_CNY_PER_MWH),
            np.repeat(holding, days),
            np.full(days, SPILLING_CNY_PER_MWH),
            np.full(days, CURTAILING_CNY_PER_MWH),
            np.tile(problem.step_cny_per_mwh, days),
            -np.tile(problem.end_cny_per_mwh, stores) if problem.open_end else np.zeros(0),
        ]
    )

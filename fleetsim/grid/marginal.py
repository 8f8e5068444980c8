"""What one more kilowatt-hour emits: the exact sensitivity of a year's emission to a period's demand.

At an optimum of a linear program small changes move only the columns off their bounds. With B their matrix and e
their emissions, the emission of the year changes by e' B^-1 db when the right side changes by db; so
y = B'^-1 e holds, for each period, the emission of one more unit of demand, whatever day, reservoir or
plant answers it in the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.grid.ladder import Ladder
from fleetsim.grid.water import Program, WaterPlan, WaterProblem, program

Series = NDArray[np.float64]
ON_BOUND_GW = 1e-7
"""A column this near to a bound is on it."""
NUDGE_GW = 1e-5
GOLDEN_SHARE = 0.6180339887498949
"""Its multiples spread evenly over 0 to 1."""


def step_emissions(steps: Ladder, coal_kg_per_kwh: float, lost_export_kg_per_kwh: float) -> Series:
    """Emission of a kWh of relief by month and step: of the coal in it, and of the export that is lost by it."""
    emission: Series = steps.parts(steps.coal_mw) * coal_kg_per_kwh
    return emission + steps.parts(steps.export_mw) * lost_export_kg_per_kwh


def left_emissions(steps: Ladder, emission_by_step: Series, worth_cny_per_kwh: Series) -> Series:
    """Emission that a kWh left in a store at the end of the year saves the next: that of the step of its worth."""
    nearest = np.abs(steps.price_cny_per_kwh[:, None] - worth_cny_per_kwh).argmin(axis=0)
    saved: Series = emission_by_step[0, nearest]
    return saved


@dataclass(frozen=True, slots=True, eq=False)
class Emissions:
    """What the columns of a program emit."""

    by_step: Series
    """kg per kWh of relief, ``(periods, steps)``."""
    saved_by_left: Series
    """kg per kWh left at the end, by part of a store."""

    def of_columns(self, posed: Program, period_d: float) -> Series:
        """kg/kWh x days of a unit of each column."""
        emission = np.zeros(posed.cost.size)
        emission[posed.step] = self.by_step.ravel() * period_d
        left = emission[posed.left]
        left -= np.resize(self.saved_by_left, left.size)
        return emission


def sensitivity(problem: WaterProblem, plan: WaterPlan, emissions: Emissions) -> Series:
    """Emission of one more kWh of demand in each period.

    NaN where the optimum is degenerate: not as many columns off their bounds as there are equations. Then
    :func:`one_sided` has a value for either side.
    """
    from scipy.sparse.linalg import splu

    posed = program(problem)
    moving = _off_bounds(posed, plan)
    if moving.size != posed.right.size:
        return np.full(problem.need_gw.size, np.nan)
    emission = emissions.of_columns(posed, problem.period_d)[moving]
    found: Series = splu(posed.matrix[:, moving].T.tocsc()).solve(emission)
    return found[: problem.need_gw.size] / problem.period_d


def nudged(problem: WaterProblem) -> WaterProblem:
    """The program with a little more demand and inflow in each period, every one another, so that no tie is left."""
    more = NUDGE_GW * (1.0 + np.arange(problem.need_gw.size) * GOLDEN_SHARE % 1.0)
    return replace(problem, need_gw=problem.need_gw + more, inflow_gw=problem.inflow_gw + more[::-1] / 2.0)


def one_sided(problem: WaterProblem, plan: WaterPlan, emissions: Emissions, period: int, sign: int) -> float:
    """Emission of one more (``sign`` 1) or saved by one less (-1) kWh of demand in a period, exact at any point.

    The cheapest direction dx with matrix dx = db that moves no column through the bound it is on.
    """
    from scipy.optimize import linprog

    posed = program(problem)
    change = np.zeros(posed.right.size)
    change[period] = sign
    columns = plan.columns
    lowest = np.where(columns <= posed.lowest + ON_BOUND_GW, 0.0, -np.inf)
    highest = np.where(columns >= posed.highest - ON_BOUND_GW, 0.0, np.inf)
    sparse: Any = posed.matrix
    either_side: Any = np.column_stack([lowest, highest])
    found = linprog(posed.cost, A_eq=sparse, b_eq=change, bounds=either_side, method="highs-ds")
    if found.x is None:
        return float("nan")
    return sign * float(emissions.of_columns(posed, problem.period_d) @ found.x) / problem.period_d


def _off_bounds(posed: Program, plan: WaterPlan) -> NDArray[np.int64]:
    columns = plan.columns
    off = (columns > posed.lowest + ON_BOUND_GW) & (columns < posed.highest - ON_BOUND_GW)
    moving: NDArray[np.int64] = np.flatnonzero(off)
    return moving

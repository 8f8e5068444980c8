"""A year of water as a network of PyPSA: the same program, to be checked or carried on there.

Power is in GW, stored energy in GWh, prices in CNY/MWh, so PyPSA's objective is in 1 000 CNY. Each store is a bus of
its own with the inflow, a spillway and a link to the province; the steps of the ladder are generators.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np

from fleetsim.errors import InputError, Problem
from fleetsim.grid.water import (
    CURTAILING_CNY_PER_MWH,
    HOURS_PER_DAY,
    SPILLING_CNY_PER_MWH,
    Series,
    WaterProblem,
    holding_cny_per_mwh_day,
)

PROVINCE = "province"
STORES = ("pondage", "seasonal", "multi_year")
NO_LIMIT_GW = 1e4


def network(problem: WaterProblem, first: date) -> Any:
    """The program as a network whose first period begins with the day ``first``; ``optimize()`` solves it."""
    library = _library()
    import pandas as pd

    hours = problem.period_d * HOURS_PER_DAY
    grid = library.Network()
    start = datetime.combine(first, datetime.min.time())
    grid.set_snapshots(pd.date_range(start, periods=problem.need_gw.size, freq=pd.Timedelta(hours=hours)))
    grid.snapshot_weightings.loc[:, :] = hours
    grid.add("Bus", PROVINCE)
    grid.add("Load", "need", bus=PROVINCE, p_set=_series(grid, problem.need_gw))
    river_lowest = np.maximum(problem.river_gw - problem.river_highest_gw, 0.0)
    _sink(grid, "river_spilled", PROVINCE, problem.river_gw, SPILLING_CNY_PER_MWH, river_lowest)
    _sink(grid, "curtailed", PROVINCE, problem.renewable_gw, CURTAILING_CNY_PER_MWH)
    for number, price in enumerate(problem.step_cny_per_mwh):
        _generator(grid, f"step_{number:02d}", PROVINCE, problem.step_gw[:, number], float(price))
    for number, name in enumerate(STORES):
        _store(grid, problem, number, name)
    return grid


def _library() -> Any:
    try:
        import pypsa
    except ImportError as missing:
        allowed = "needs the extra pypsa: pip install 'fleetsim[pypsa]'"
        raise InputError([Problem("fleetsim grid", None, "--pypsa", str(missing), allowed)]) from missing
    return pypsa


def _store(grid: Any, problem: WaterProblem, number: int, name: str) -> None:
    """One class of hydro with storage."""
    bus, highest_gw = f"water_{name}", float(problem.highest_gw[number])
    full_gwh = float(problem.level_highest_gwd[number]) * HOURS_PER_DAY
    holding = float(holding_cny_per_mwh_day(len(STORES))[number])
    grid.add("Bus", bus)
    grid.add("Load", f"inflow_{name}", bus=bus, p_set=_series(grid, -problem.inflow_gw[number]))
    grid.add(
        "Link", name, bus0=bus, bus1=PROVINCE, p_nom=highest_gw,
        p_min_pu=_series(grid, problem.lowest_gw[number] / highest_gw),
    )  # fmt: skip
    spillway = np.full(problem.need_gw.size, NO_LIMIT_GW)
    _sink(grid, f"spilled_{name}", bus, spillway, SPILLING_CNY_PER_MWH)
    lowest, highest = np.zeros(problem.need_gw.size), np.ones(problem.need_gw.size)
    if problem.end_gwd is not None:
        lowest[-1] = highest[-1] = problem.end_gwd[number] * HOURS_PER_DAY / full_gwh
    if problem.open_end:
        highest[-1] = 0.0
        _sold_at_the_end(grid, problem, number, bus, holding)
    cyclic = problem.start_gwd is None
    initial = 0.0 if problem.start_gwd is None else float(problem.start_gwd[number]) * HOURS_PER_DAY
    grid.add(
        "Store", f"level_{name}", bus=bus, e_nom=full_gwh, e_initial=initial, e_cyclic=cyclic,
        e_min_pu=_series(grid, lowest), e_max_pu=_series(grid, highest),
        marginal_cost_storage=holding / HOURS_PER_DAY,
    )  # fmt: skip


def _sold_at_the_end(grid: Any, problem: WaterProblem, number: int, bus: str, holding: float) -> None:
    """What is left is sold in the last period, part by part at its worth less the cost of holding it there."""
    parts = problem.end_cny_per_mwh.size
    sold = np.zeros(problem.need_gw.size)
    sold[-1] = problem.level_highest_gwd[number] / parts / problem.period_d
    for part, worth in enumerate(problem.end_cny_per_mwh):
        _sink(grid, f"left_{bus}_{part}", bus, sold, holding * problem.period_d - float(worth))


def _generator(grid: Any, name: str, bus: str, highest_gw: Series, cost: float, **more: Any) -> None:
    largest = max(float(highest_gw.max()), 1e-9)
    grid.add(
        "Generator", name, bus=bus, p_nom=largest, p_max_pu=_series(grid, highest_gw / largest), marginal_cost=cost,
        **more,
    )  # fmt: skip


def _sink(grid: Any, name: str, bus: str, highest_gw: Series, cost: float, lowest_gw: Series | None = None) -> None:
    """Something that takes power away."""
    largest = max(float(highest_gw.max()), 1e-9)
    lowest = np.zeros_like(highest_gw) if lowest_gw is None else lowest_gw / largest
    _generator(grid, name, bus, highest_gw, cost, sign=-1.0, p_min_pu=_series(grid, lowest))


def _series(grid: Any, values: Series) -> Any:
    import pandas as pd

    return pd.Series(values, index=grid.snapshots)

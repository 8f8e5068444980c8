"""Prints the grid's part of ``docs/validation.md``: model beside published figures, misses included.

Run from the root of the repository: ``python docs/_validation/grid.py``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from fleetsim.clock import SLOTS_PER_DAY, Clock
from fleetsim.errors import InputError, Problem
from fleetsim.grid.balance import WET_MONTHS, year_balance
from fleetsim.grid.inputs import GridInputs, load_grid
from fleetsim.grid.mix import GridSlots
from fleetsim.grid.model import grid_slots
from fleetsim.grid.solar import solar_series
from fleetsim.grid.spec import GridSpec

ROOT = Path(__file__).resolve().parents[2]
SEED = 1
WEATHER_YEARS = 8
PUBLISHED_CLEAN = {2018: 0.904, 2019: 0.905, 2020: 0.881, 2021: 0.868}
PUBLISHED_RESIDUAL = {2018: 0.829, 2019: 0.829, 2020: 0.798, 2021: 0.788}
PUBLISHED_FACTOR = {2021: 0.1235, 2022: 0.1073, 2023: 0.1333}
PUBLISHED_WET_BALANCE_TWH = {2020: 98.9, 2022: 83.9, 2024: 106.9}
PUBLISHED_IRRADIATION = {"kunming": 5598.0, "lijiang": 1621 * 3.6}
PUBLISHED_YIELD = {"kunming": 1353.0, "lijiang": 1416.0}


def markdown() -> str:
    """All tables, one below the other."""
    problems: list[Problem] = []
    inputs = load_grid(ROOT, problems)
    if inputs is None:
        raise InputError(problems)
    return "\n".join(part(inputs) for part in (months_of_2020, years, balances, sun, week))


def table(title: str, remark: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """One Markdown table under its heading."""
    head = list(header)
    lines = [f"### {title}", "", remark, "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def whole_year(inputs: GridInputs, year: int) -> tuple[GridSlots, np.ndarray]:
    """Slots of a calendar year at the power station (no grid losses), with the month of each."""
    clock = Clock(date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days, 0)
    spec = GridSpec(level="month_hour", year=year, hydrology="published", loss_share=0.0)
    grid = grid_slots(spec, inputs, clock, SEED)
    return grid, np.repeat([day.month for day in clock.dates], SLOTS_PER_DAY)


def weighted(series: np.ndarray, grid: GridSlots) -> float:
    """Mean of a series, weighted by generation."""
    return float(np.average(series, weights=grid.generation_mw.sum(axis=1)))


def without_monthly_shares(inputs: GridInputs) -> GridInputs:
    """The inputs as if only annual figures had been published."""
    years = tuple(year.model_copy(update={"clean_share_by_month": None}) for year in inputs.zone.years)
    return replace(inputs, zone=inputs.zone.model_copy(update={"years": years}))


def months_of_2020(inputs: GridInputs) -> str:
    """Clean share by month."""
    unguided = year_balance(without_monthly_shares(inputs), 2020, "published").clean_share
    grid, month = whole_year(inputs, 2020)
    generation = grid.generation_mw.sum(axis=1)
    published = inputs.statistics(2020).clean_share_by_month or ()
    rows = []
    for number, share in enumerate(published, start=1):
        here = month == number
        model = float(np.average(grid.clean_share[here], weights=generation[here]))
        guess = float(unguided[number - 1])
        rows.append((number, f"{share:.1%}", f"{model:.1%}", f"{guess:.1%}", f"{100 * (guess - share):+.1f}"))
    error = 100 * float(np.sqrt(np.mean((unguided - np.array(published)) ** 2)))
    return table(
        "Clean share of generation by month, 2020",
        "The published share is an input of the year, so the model meets it. Unguided is the model with annual figures "
        "and shapes only, as it works for years without monthly figures; its root mean square error is "
        f"{error:.1f} points (not a blind test: the shapes were fitted to figures of 2019-2021). January and February "
        "are one published block.",
        ("month", "published", "model", "unguided", "points"),
        rows,
    )


def years(inputs: GridInputs) -> str:
    """Clean share, residual mix and emission factor by year."""
    rows = []
    for year in range(2018, 2025):
        grid, _ = whole_year(inputs, year)
        clean, factor = weighted(grid.clean_share, grid), weighted(grid.emission_kg_per_kwh, grid)
        residual = float(np.average(grid.clean_share_dedicated, weights=grid.demand_mw))
        official = PUBLISHED_FACTOR.get(year)
        rows.append(
            (
                year,
                f"{clean:.1%}",
                f"{PUBLISHED_CLEAN[year]:.1%}" if year in PUBLISHED_CLEAN else "-",
                f"{residual:.1%}",
                f"{PUBLISHED_RESIDUAL[year]:.1%}" if year in PUBLISHED_RESIDUAL else "-",
                f"{factor:.4f}",
                f"{official:.4f} ({factor / official - 1:+.1%})" if official else "-",
            )
        )
    return table(
        "Clean share and emission factor by year",
        "Average of production without grid losses; residual: contracted hydro exported first. Not inputs, but for the "
        "energies of 2018. 2022 and later are run from capacity, hydro and consumption alone.",
        ("year", "clean share", "published", "residual", "published", "kg CO2/kWh", "official"),
        rows,
    )


def balances(inputs: GridInputs) -> str:
    """Thermal energy, wet-season balance and dry springs: none of them an input."""
    rows: list[tuple[object, ...]] = []
    for year, thermal_twh in ((2019, 30.9), (2020, 41.0), (2021, 45.2)):
        balance = year_balance(inputs, year, "published")
        rows.append((f"thermal {year}, TWh", f"{balance.energy_twh(balance.thermal_mw):.1f}", thermal_twh))
    for year, wet_twh in PUBLISHED_WET_BALANCE_TWH.items():
        balance = year_balance(inputs, year, "published")
        model = (balance.export_mw * balance.hours)[WET_MONTHS].sum() / 1e6
        rows.append((f"balance June-October {year}, TWh", f"{model:.1f}", wet_twh))
    for dry, before, published in ((2020, 2019, "-29.0%"), (2023, 2022, "-20.5%")):
        springs = [
            float((balance.hydro_mw * balance.hours)[:5].sum())
            for balance in (year_balance(inputs, year, "published") for year in (dry, before))
        ]
        rows.append((f"hydro January-May {dry} against {before}", f"{springs[0] / springs[1] - 1:+.1%}", published))
    return table(
        "Energy balances", "Anchors of the shapes, met as far as smooth shapes allow.", ("", "model", "published"), rows
    )


def sun(inputs: GridInputs) -> str:
    """Irradiation and yield of both cities, mean of some years of weather."""
    rows = []
    for city in inputs.sky.sites:
        series = [solar_series(inputs.sky, city, seed, date(2023, 1, 1), 365) for seed in range(WEATHER_YEARS)]
        irradiation = float(np.mean([one.ghi_w_m2.sum() for one in series])) * 900 / 1e6
        yields = float(np.mean([one.pv_kw_per_kwp.sum() for one in series])) / 4
        rows.append(
            (
                city,
                f"{irradiation:.0f}",
                f"{PUBLISHED_IRRADIATION[city]:.0f} ({irradiation / PUBLISHED_IRRADIATION[city] - 1:+.1%})",
                f"{yields:.0f}",
                f"{PUBLISHED_YIELD[city]:.0f} ({yields / PUBLISHED_YIELD[city] - 1:+.1%})",
            )
        )
    return table(
        "Sun",
        f"Mean of {WEATHER_YEARS} years of weather. Kunming's irradiation is a measurement (1993-2016), Lijiang's and "
        "the yields are computed from a data set; the clearness index by month is the input.",
        ("city", "MJ/m2", "published", "kWh/kWp", "published"),
        rows,
    )


def week(inputs: GridInputs) -> str:
    """The week of the scenarios."""
    clock = Clock(date(2026, 3, 9), 7, 2)
    reported = slice(clock.report_from_s // 900, None)
    rows = []
    for kind in ("dry", "normal", "wet"):
        spec = GridSpec.model_validate({"level": "month_hour", "year": 2026, "hydrology": kind})
        grid = grid_slots(spec, inputs, clock, SEED)
        generation, demand = grid.generation_mw[reported].sum(axis=1), grid.demand_mw[reported]
        rows.append(
            (
                kind,
                f"{np.average(grid.clean_share[reported], weights=generation):.1%}",
                f"{grid.clean_share[reported].min():.1%} to {grid.clean_share[reported].max():.1%}",
                f"{np.average(grid.clean_share_dedicated[reported], weights=demand):.1%}",
                f"{np.average(grid.emission_kg_per_kwh[reported], weights=generation):.4f}",
            )
        )
    return table(
        "The week of 2026-03-09 to 2026-03-15",
        "No figures to compare with: capacities and consumption of 2024 (assumed), grid losses of 5 % in the emission.",
        ("hydrology", "clean share", "range", "residual", "kg CO2/kWh at the meter"),
        rows,
    )


if __name__ == "__main__":
    sys.stdout.write(markdown())

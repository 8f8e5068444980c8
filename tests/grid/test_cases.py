"""Cases that the default level must meet: published figures of 2018-2021, which were in its fit, and of later years."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
import pytest

from fleetsim.clock import SLOTS_PER_DAY, Clock
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.model import grid_slots
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.totals import Row, totals

EVERY_MONTH = ((1, 2), *((month,) for month in range(3, 13)))
REVISED = ((1, 2), *((month,) for month in range(3, 9)), (9, 10, 11), (12,))
SHARES = {
    2018: dict(zip(EVERY_MONTH, (86.0, 81.5, 84.3, 82.3, 89.3, 95.5, 95.4, 95.5, 95.7, 92.6, 88.2), strict=True)),
    2019: dict(zip(EVERY_MONTH, (90.0, 90.8, 87.8, 89.7, 87.7, 95.3, 95.5, 95.4, 92.6, 85.0, 80.5), strict=True)),
    2020: dict(zip(REVISED, (80.6, 78.9, 74.9, 77.8, 86.9, 94.6, 96.1, 94.6, 79.1), strict=True)),
    2021: dict(zip(REVISED, (77.6, 77.2, 78.7, 83.6, 88.8, 94.2, 95.1, 91.6, 78.5), strict=True)),
}
"""Published clean share of generation by block of months, per cent."""
Months = Callable[[int], list[Row]]
THERMAL_TWH = {2018: 28.7, 2019: 30.9, 2020: 41.0, 2021: 45.2}


@pytest.fixture(scope="module")
def months(inputs: GridInputs) -> Months:
    @lru_cache
    def of(year: int) -> list[Row]:
        clock = Clock(date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days, 0)
        spec = GridSpec(year=year, hydrology="published", loss_share=0.0)
        return totals(grid_slots(spec, inputs, clock, 1), clock, "month")

    return of


def energy_gwh(rows: list[Row], *sources: str) -> float:
    return sum(float(row[f"{source}_gwh"] or 0.0) for row in rows for source in sources)


def clean_share(rows: list[Row]) -> float:
    clean = energy_gwh(rows, "hydro", "wind", "solar")
    return 100.0 * clean / (clean + energy_gwh(rows, "thermal"))


@pytest.mark.parametrize("year", list(SHARES))
def test_the_monthly_clean_share_is_met_within_three_points(months: Months, year: int) -> None:
    blocks = SHARES[year]
    wrong = [clean_share([months(year)[month - 1] for month in block]) - share for block, share in blocks.items()]
    assert np.sqrt(np.average(np.square(wrong), weights=[len(block) for block in blocks])) <= 3.0


@pytest.mark.parametrize("year", list(SHARES))
def test_annual_thermal_follows_from_clean_generation_and_consumption(months: Months, year: int) -> None:
    assert energy_gwh(months(year), "thermal") / 1e3 == pytest.approx(THERMAL_TWH[year], rel=0.07)


@pytest.mark.parametrize("year", list(SHARES))
def test_annual_figures_alone_give_the_monthly_clean_share_within_three_points(inputs: GridInputs, year: int) -> None:
    """Without the levels of the stores and the wet share of the inflow: the way in which later years are run."""
    water = inputs.zone.water.model_copy(update={"years": inputs.zone.water.years[:1]})
    unknown = replace(inputs, zone=inputs.zone.model_copy(update={"water": water}))
    clock = Clock(date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days, 0)
    spec = GridSpec(year=year, hydrology="published", loss_share=0.0)
    rows, blocks = totals(grid_slots(spec, unknown, clock, 1), clock, "month"), SHARES[year]
    wrong = [clean_share([rows[month - 1] for month in block]) - share for block, share in blocks.items()]
    assert np.sqrt(np.average(np.square(wrong), weights=[len(block) for block in blocks])) <= 3.0


@pytest.mark.parametrize(("year", "wet_share"), [(2022, 0.550), (2023, 0.601), (2024, 0.603)])
def test_the_wet_months_of_years_outside_the_fit_have_their_share(months: Months, year: int, wet_share: float) -> None:
    rows = months(year)
    assert energy_gwh(rows[5:10], "hydro") / energy_gwh(rows, "hydro") == pytest.approx(wet_share, abs=0.03)


@pytest.mark.parametrize(("year", "official"), [(2021, 0.1235), (2022, 0.1073), (2023, 0.1333)])
def test_the_production_average_is_near_the_official_factor(months: Months, year: int, official: float) -> None:
    rows, kg_per_kwh = months(year), 0.88
    thermal, clean = energy_gwh(rows, "thermal"), energy_gwh(rows, "hydro", "wind", "solar")
    assert kg_per_kwh * thermal / (thermal + clean) == pytest.approx(official, rel=0.08)


def test_the_clean_share_of_2020_is_that_of_the_statistics(months: Months) -> None:
    assert clean_share(months(2020)) == pytest.approx(88.1, abs=1.0)


def test_the_spring_of_2020_is_as_dry_against_2019_as_it_was(months: Months) -> None:
    dry, before = (energy_gwh(months(year)[:5], "hydro") for year in (2020, 2019))
    assert 100.0 * (dry / before - 1.0) == pytest.approx(-29.0, abs=3.0)


def test_the_wet_months_have_their_share_of_the_hydro_of_2020(months: Months) -> None:
    rows = months(2020)
    assert energy_gwh(rows[5:10], "hydro") / energy_gwh(rows, "hydro") == pytest.approx(0.614, abs=0.03)


def test_marginal_emissions_lie_in_the_band_of_the_regression(inputs: GridInputs) -> None:
    """Mean of the four years of the fit; a year by itself may stick out."""
    seasons: dict[str, list[float]] = {"wet": [], "dry": []}
    for year in SHARES:
        clock = Clock(date(year, 1, 1), 365, 0)
        grid = grid_slots(GridSpec(year=year, hydrology="published", loss_share=0.0), inputs, clock, 1)
        wet = np.repeat([6 <= day.month <= 10 for day in clock.dates], SLOTS_PER_DAY)
        seasons["wet"].append(grid.emission_marginal_province_kg_per_kwh[wet].mean())
        seasons["dry"].append(grid.emission_marginal_province_kg_per_kwh[~wet].mean())
    for season, found in seasons.items():
        low, high = getattr(inputs.zone.observed_marginal, season)
        assert low <= np.mean(found) <= high

"""The monthly balances against published figures; those that are inputs are called so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fleetsim.grid.balance import WET_MONTHS, YearBalance, year_balance
from fleetsim.grid.inputs import GridInputs


def energy_twh(balance: YearBalance, monthly_mw: np.ndarray, months: slice) -> float:
    return float((monthly_mw * balance.hours)[months].sum() / 1e6)


@pytest.mark.parametrize("year", [2019, 2020, 2021])
def test_published_monthly_clean_shares_are_met(inputs: GridInputs, year: int) -> None:
    """An input: only thermal is derived from it, so the agreement is exact."""
    published = inputs.statistics(year).clean_share_by_month
    assert year_balance(inputs, year, "published").clean_share == pytest.approx(published, abs=1e-12)


@pytest.mark.parametrize("year", [2019, 2020, 2021])
def test_annual_figures_and_shapes_alone_come_near_the_monthly_shares(inputs: GridInputs, year: int) -> None:
    """The way of all years without monthly figures: root mean square error of 3 points at most."""
    published = inputs.statistics(year)
    years = tuple(one.model_copy(update={"clean_share_by_month": None}) for one in inputs.zone.years)
    unguided = replace(inputs, zone=inputs.zone.model_copy(update={"years": years}))
    error = year_balance(unguided, year, "published").clean_share - np.array(published.clean_share_by_month)
    assert np.sqrt(np.mean(error**2)) <= 0.03


@pytest.mark.parametrize(("year", "share"), [(2018, 0.904), (2019, 0.905), (2020, 0.881), (2021, 0.868)])
def test_annual_clean_share_is_near_the_published_one(inputs: GridInputs, year: int, share: float) -> None:
    """Not an input in 2019-2021: months give it."""
    balance = year_balance(inputs, year, "published")
    assert balance.mean(balance.clean_mw) / balance.mean(balance.generation_mw) == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize(("year", "thermal_twh"), [(2019, 30.9), (2020, 41.0), (2021, 45.2)])
def test_annual_thermal_follows_from_monthly_shares(inputs: GridInputs, year: int, thermal_twh: float) -> None:
    balance = year_balance(inputs, year, "published")
    assert balance.energy_twh(balance.thermal_mw) == pytest.approx(thermal_twh, rel=0.02)


@pytest.mark.parametrize("year", [2018, 2022, 2023, 2024])
def test_annual_energies_are_met_where_no_monthly_share_is_published(inputs: GridInputs, year: int) -> None:
    balance, energy = year_balance(inputs, year, "published"), inputs.statistics(year).energy_twh
    for source in ("hydro", "wind", "solar", "thermal"):
        assert balance.energy_twh(getattr(balance, f"{source}_mw")) == pytest.approx(getattr(energy, source), rel=1e-9)


@pytest.mark.parametrize(("year", "share"), [(2018, 0.829), (2019, 0.829), (2020, 0.798), (2021, 0.788)])
def test_residual_mix_after_hydro_exports(inputs: GridInputs, year: int, share: float) -> None:
    balance = year_balance(inputs, year, "published")
    residual = 1.0 - balance.mean(balance.thermal_mw) / balance.mean(balance.demand_mw)
    assert residual == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(("year", "wet_twh"), [(2020, 98.9), (2022, 83.9), (2024, 106.9)])
def test_wet_season_balance_is_near_the_published_one(inputs: GridInputs, year: int, wet_twh: float) -> None:
    balance = year_balance(inputs, year, "published")
    assert energy_twh(balance, balance.export_mw, WET_MONTHS) == pytest.approx(wet_twh, rel=0.05)


@pytest.mark.parametrize(("dry", "before", "change"), [(2020, 2019, -0.290), (2023, 2022, -0.205)])
def test_dry_springs_are_as_dry_as_reported(inputs: GridInputs, dry: int, before: int, change: float) -> None:
    springs = []
    for year in (dry, before):
        balance = year_balance(inputs, year, "published")
        springs.append(energy_twh(balance, balance.hydro_mw, slice(0, 5)))
    assert springs[0] / springs[1] - 1.0 == pytest.approx(change, abs=0.03)


def test_wet_share_of_hydro_in_a_normal_year(inputs: GridInputs) -> None:
    """Published for 2018-2024 without the spoiled 2021: 57.4, 52.6, 61.4, 55.0, 60.1, 60.3 %."""
    balance = year_balance(inputs, 2026, "normal")
    share = energy_twh(balance, balance.hydro_mw, WET_MONTHS) / balance.energy_twh(balance.hydro_mw)
    assert share == pytest.approx(np.mean([0.574, 0.526, 0.614, 0.550, 0.601, 0.603]), abs=0.03)


def test_less_water_means_a_dirtier_spring_and_less_export(inputs: GridInputs) -> None:
    dry, normal, wet = (year_balance(inputs, 2026, kind) for kind in ("dry", "normal", "wet"))
    spring = slice(0, 5)
    assert np.all(dry.clean_share[spring] < normal.clean_share[spring])
    assert np.all(normal.clean_share[spring] < wet.clean_share[spring])
    assert dry.mean(dry.export_mw) < normal.mean(normal.export_mw) < wet.mean(wet.export_mw)


def test_exports_take_their_share_of_a_change_and_thermal_the_rest(inputs: GridInputs) -> None:
    published, dry = year_balance(inputs, 2020, "published"), year_balance(inputs, 2020, "dry")
    change = dry.clean_mw - published.clean_mw
    inside = (dry.thermal_mw > dry.floor_mw * 1.001) & (dry.thermal_mw < 0.679 * 15_110) & (np.abs(change) > 1.0)
    assert inside.any()
    assert (dry.export_mw - published.export_mw)[inside] == pytest.approx(0.86 * change[inside], rel=1e-9)


@pytest.mark.parametrize("hydrology", ["published", "dry", "normal", "wet"])
@pytest.mark.parametrize("year", [2018, 2021, 2023, 2030])
def test_thermal_stays_within_what_was_observed(inputs: GridInputs, year: int, hydrology: str) -> None:
    balance = year_balance(inputs, year, hydrology)
    assert balance.thermal_mw.max() <= 0.68 * balance.capacity_gw.thermal * 1e3 + 1e-6
    assert balance.thermal_mw.min() >= 0.12 * balance.capacity_gw.thermal * 1e3


def test_years_after_the_statistics_keep_the_last_capacities(inputs: GridInputs) -> None:
    later = year_balance(inputs, 2030, "normal")
    assert later.capacity_gw == inputs.statistics(2024).capacity_gw
    assert later.energy_twh(later.solar_mw) == pytest.approx(37.23 * 1.2)

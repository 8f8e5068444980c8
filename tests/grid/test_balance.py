"""The monthly balances against published figures; those that are inputs are called so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fleetsim.grid.balance import WET_MONTHS, YearBalance, flood_kept, grown, year_balance, year_energy
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.spec import GridSpec, YearPlan


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


def test_annual_energies_are_met_where_no_monthly_share_is_published(inputs: GridInputs) -> None:
    balance, energy = year_balance(inputs, 2018, "published"), inputs.statistics(2018).energy_twh
    for source in ("hydro", "wind", "solar", "thermal"):
        assert balance.energy_twh(getattr(balance, f"{source}_mw")) == pytest.approx(getattr(energy, source), rel=1e-9)


@pytest.mark.parametrize("year", [2022, 2023, 2024])
def test_a_later_year_knows_capacity_hydro_and_consumption_and_nothing_else(inputs: GridInputs, year: int) -> None:
    """What keeps the months published of these years a test."""
    figures = inputs.statistics(year)
    assert figures.energy_twh.model_dump(exclude_none=True).keys() == {"hydro"}
    assert (figures.hydro_shape, figures.hydro_wet_share, figures.clean_share_by_month) == ("normal", None, None)
    assert all(one.year <= 2022 for one in inputs.zone.water.years)
    balance = year_balance(inputs, year, "published")
    assert balance.energy_twh(balance.hydro_mw) == pytest.approx(figures.energy_twh.hydro)
    assert balance.energy_twh(balance.demand_mw) == pytest.approx(figures.consumption_twh)


def test_wind_and_solar_by_rule_follow_the_capacity_that_ran(inputs: GridInputs) -> None:
    """Most of what a year builds stands at its end only."""
    energy, rule = year_energy(inputs, 2023), inputs.zone.by_rule
    assert rule.built_share < 0.5
    assert energy.wind == pytest.approx((9.12 + rule.built_share * (15.31 - 9.12)) * rule.wind_hours / 1e3)
    assert energy.solar == pytest.approx((5.85 + rule.built_share * (20.72 - 5.85)) * rule.solar_hours / 1e3)


def test_a_growing_capacity_is_there_for_its_part_of_the_year() -> None:
    """From nothing to 1 GW: the months of a flat shape are the capacity itself, whose mean is ``built_share``."""
    monthly = grown(np.full(12, 1.0 / 12.0), 1.0, 2.0, 1.0 / 3.0)
    there = monthly / monthly[0]
    capacity = 1.0 + ((np.arange(12) + 0.5) / 12.0) ** 2
    assert there == pytest.approx(capacity / capacity[0])
    assert capacity.mean() - 1.0 == pytest.approx(1.0 / 3.0, abs=1e-3)


@pytest.mark.parametrize("size", [0.9, 1.0, 1.1])
def test_what_a_year_has_more_or_less_of_water_its_dry_season_has(inputs: GridInputs, size: float) -> None:
    usual = np.array(inputs.zone.water.inflow.shape)
    shape = size * flood_kept(usual, size)
    assert shape[WET_MONTHS].sum() == pytest.approx(usual[WET_MONTHS].sum())
    assert shape.sum() == pytest.approx(size)


def test_however_little_water_some_of_it_comes_in_the_dry_season(inputs: GridInputs) -> None:
    shape = flood_kept(np.array(inputs.zone.water.inflow.shape), 0.3)
    assert shape.min() > 0.0
    assert shape.sum() == pytest.approx(1.0)


def test_what_is_built_within_a_year_generates_at_its_end(inputs: GridInputs) -> None:
    """Solar of 2023 more than tripled: December has more of it than January, by more than the sun says."""
    solar = year_balance(inputs, 2023, "published").solar_mw
    steady = np.array(inputs.zone.solar.shape)
    assert solar[11] / solar[0] > 2.0 * steady[11] / steady[0]
    later = year_balance(inputs, 2030, "normal").solar_mw
    assert later[11] / later[0] == pytest.approx(steady[11] / steady[0])


@pytest.mark.parametrize("year", [2022, 2026])
def test_thermal_by_rule_closes_the_balance(inputs: GridInputs, year: int) -> None:
    energy, consumption = year_energy(inputs, year), inputs.statistics(year).consumption_twh
    rule, clean = inputs.zone.by_rule, energy.hydro + energy.wind + energy.solar
    exported = rule.balance_share * consumption + rule.balance_slope * (clean - consumption)
    assert clean + energy.thermal == pytest.approx(consumption + exported)


@pytest.mark.parametrize(("year", "balance_twh"), [(2018, 132.9), (2019, 143.7), (2020, 142.6), (2021, 129.6)])
def test_the_balance_by_rule_is_near_the_published_one(inputs: GridInputs, year: int, balance_twh: float) -> None:
    energy, rule = year_energy(inputs, year), inputs.zone.by_rule
    consumption = inputs.statistics(year).consumption_twh
    surplus = energy.hydro + energy.wind + energy.solar - consumption
    assert rule.balance_share * consumption + rule.balance_slope * surplus == pytest.approx(balance_twh, rel=0.02)
    assert energy.contract == pytest.approx(balance_twh, rel=0.06)


def test_a_plan_is_all_that_a_year_needs(inputs: GridInputs) -> None:
    """The figures of 2023 given by a scenario are the year 2023, but for what was built within it."""
    figures = inputs.statistics(2023)
    plan = YearPlan(capacity_gw=figures.capacity_gw, consumption_twh=251.3, hydro_twh=289.8)
    planned = inputs.planned(GridSpec(year=2023, hydrology="published", plan=plan))
    assert year_energy(planned, 2023) == year_energy(inputs, 2023)
    far = inputs.planned(GridSpec(year=2035, hydrology="published", plan=plan))
    assert year_energy(far, 2035).wind == pytest.approx(15.31 * inputs.zone.by_rule.wind_hours / 1e3)


def test_hydro_of_a_plan_asks_for_its_own_water(inputs: GridInputs) -> None:
    plan = YearPlan(capacity_gw=inputs.statistics(2023).capacity_gw, consumption_twh=251.3, hydro_twh=289.8)
    with pytest.raises(ValueError, match="needs hydrology published"):
        GridSpec(year=2035, hydrology="dry", plan=plan)


@pytest.mark.parametrize(("year", "share"), [(2018, 0.829), (2019, 0.829), (2020, 0.798), (2021, 0.788)])
def test_residual_mix_after_hydro_exports(inputs: GridInputs, year: int, share: float) -> None:
    balance = year_balance(inputs, year, "published")
    residual = 1.0 - balance.mean(balance.thermal_mw) / balance.mean(balance.demand_mw)
    assert residual == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(("year", "wet_twh"), [(2020, 98.9)])
def test_wet_season_balance_is_near_the_published_one(inputs: GridInputs, year: int, wet_twh: float) -> None:
    balance = year_balance(inputs, year, "published")
    assert energy_twh(balance, balance.export_mw, WET_MONTHS) == pytest.approx(wet_twh, rel=0.05)


def test_a_dry_spring_is_as_dry_as_reported(inputs: GridInputs) -> None:
    springs = []
    for year in (2020, 2019):
        balance = year_balance(inputs, year, "published")
        springs.append(energy_twh(balance, balance.hydro_mw, slice(0, 5)))
    assert springs[0] / springs[1] - 1.0 == pytest.approx(-0.290, abs=0.03)


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
    inside = (dry.thermal_mw > dry.floor_mw * 1.001) & (dry.thermal_mw < 0.749 * 15_110) & (np.abs(change) > 1.0)
    assert inside.any()
    assert (dry.export_mw - published.export_mw)[inside] == pytest.approx(0.85 * change[inside], rel=1e-9)


@pytest.mark.parametrize("hydrology", ["published", "dry", "normal", "wet"])
@pytest.mark.parametrize("year", [2018, 2021, 2023, 2030])
def test_thermal_stays_between_its_floor_and_what_units_can(inputs: GridInputs, year: int, hydrology: str) -> None:
    balance = year_balance(inputs, year, hydrology)
    assert balance.thermal_mw.max() <= inputs.zone.thermal.highest_share * balance.capacity_gw.thermal * 1e3 + 1e-6
    assert balance.thermal_mw.min() >= 0.07 * balance.mean(balance.demand_mw)


def test_years_after_the_statistics_keep_the_last_capacities(inputs: GridInputs) -> None:
    later = year_balance(inputs, 2030, "normal")
    assert later.capacity_gw == inputs.statistics(2024).capacity_gw
    assert later.energy_twh(later.solar_mw) == pytest.approx(37.23 * inputs.zone.by_rule.solar_hours / 1e3)

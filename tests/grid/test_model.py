"""The slots of the grid: they close, they repeat, and a longer horizon leaves the first days alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from fleetsim.clock import SLOTS_PER_DAY, Clock
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.mix import GridSlots
from fleetsim.grid.model import grid_slots, signals
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.tariff import Tariff
from fleetsim.results.schema import SOURCES

WEEK = Clock(date(2026, 3, 9), 7, 2)
SPEC = GridSpec(level="month_hour", year=2026)


def whole_year(inputs: GridInputs, year: int) -> GridSlots:
    spec = GridSpec(level="month_hour", year=year, hydrology="published", loss_share=0.0)
    return grid_slots(spec, inputs, Clock(date(year, 1, 1), 366 if year % 4 == 0 else 365, 0), seed=1)


def power(grid: GridSlots, source: str) -> np.ndarray:
    return grid.generation_mw[:, SOURCES.index(source)]


@pytest.fixture(scope="module")
def year_2026(inputs: GridInputs) -> GridSlots:
    return whole_year(inputs, 2026)


@pytest.fixture(scope="module")
def year_2020(inputs: GridInputs) -> GridSlots:
    return whole_year(inputs, 2020)


def test_generation_is_demand_and_export_in_every_slot(year_2020: GridSlots, year_2026: GridSlots) -> None:
    for grid in (year_2020, year_2026):
        assert grid.generation_mw.min() >= 0.0
        assert grid.export_mw.min() >= 0.0
        assert grid.generation_mw.sum(axis=1) == pytest.approx(grid.demand_mw + grid.export_mw, rel=1e-12)


def test_shares_are_shares_and_the_sources_add_up_to_the_whole(year_2020: GridSlots) -> None:
    shares = year_2020.generation_mw / year_2020.generation_mw.sum(axis=1, keepdims=True)
    assert shares.sum(axis=1) == pytest.approx(1.0)
    dirty = shares[:, SOURCES.index("thermal")]
    assert year_2020.clean_share == pytest.approx(1.0 - dirty)
    for series in (year_2020.clean_share, year_2020.clean_share_consumption, year_2020.clean_share_dedicated):
        assert series.min() > 0.0
        assert series.max() < 1.0


def test_exporting_hydro_first_leaves_less_of_it_at_home(year_2020: GridSlots) -> None:
    assert np.all(year_2020.clean_share_dedicated <= year_2020.clean_share)
    assert year_2020.clean_share_consumption == pytest.approx(year_2020.clean_share)


@pytest.mark.parametrize("year", [2019, 2020, 2021])
def test_the_slots_of_a_month_give_its_published_clean_share(inputs: GridInputs, year: int) -> None:
    """An input, but it must survive the way down to slots with weather: exact to 1e-9."""
    grid = whole_year(inputs, year)
    month = np.repeat([day.month for day in Clock(date(year, 1, 1), grid.demand_mw.size // 96, 0).dates], SLOTS_PER_DAY)
    published = inputs.statistics(year).clean_share_by_month
    assert published is not None
    for number in range(1, 13):
        generation = grid.generation_mw[month == number].sum(axis=1)
        mean = np.average(grid.clean_share[month == number], weights=generation)
        assert mean == pytest.approx(published[number - 1], abs=1e-9)


def test_emission_factor_is_near_the_official_one(inputs: GridInputs) -> None:
    """Not an input of this level. The official factor is an average of production, without grid losses."""
    grid = whole_year(inputs, 2021)
    mean = np.average(grid.emission_kg_per_kwh, weights=grid.generation_mw.sum(axis=1))
    assert mean == pytest.approx(0.1235, rel=0.08)


def test_losses_raise_the_emission_and_leave_the_share(inputs: GridInputs) -> None:
    bare = grid_slots(GridSpec(level="month_hour", year=2026, loss_share=0.0), inputs, WEEK, 1)
    lossy = grid_slots(GridSpec(level="month_hour", year=2026, loss_share=0.05), inputs, WEEK, 1)
    assert lossy.emission_kg_per_kwh == pytest.approx(bare.emission_kg_per_kwh / 0.95)
    assert np.array_equal(lossy.clean_share, bare.clean_share)


def test_the_same_seed_gives_the_same_slots_and_another_seed_another_weather(inputs: GridInputs) -> None:
    first, again, other = (grid_slots(SPEC, inputs, WEEK, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.generation_mw, again.generation_mw)
    assert not np.array_equal(power(first, "solar"), power(other, "solar"))
    assert not np.array_equal(power(first, "wind"), power(other, "wind"))


def test_neither_a_longer_horizon_nor_another_start_moves_a_day(inputs: GridInputs) -> None:
    week = grid_slots(SPEC, inputs, WEEK, 1)
    longer = grid_slots(SPEC, inputs, Clock(date(2026, 3, 9), 60, 2), 1)
    earlier = grid_slots(SPEC, inputs, Clock(date(2026, 2, 20), 40, 0), 1)
    shift = (date(2026, 3, 7) - date(2026, 2, 20)).days * SLOTS_PER_DAY
    assert np.array_equal(week.generation_mw, longer.generation_mw[: WEEK.slots])
    assert np.array_equal(week.generation_mw, earlier.generation_mw[shift : shift + WEEK.slots])


def test_sources_keep_their_limits(inputs: GridInputs, year_2026: GridSlots) -> None:
    capacity = inputs.statistics(2026).capacity_gw
    for source in ("hydro", "wind", "solar", "thermal"):
        assert power(year_2026, source).max() <= getattr(capacity, source) * 1e3
    floor_mw = inputs.zone.thermal.floor_share * inputs.statistics(2026).consumption_twh * 1e6 / 8760
    assert power(year_2026, "thermal").min() >= floor_mw - 1e-6


def test_the_sun_does_not_shine_at_night(year_2026: GridSlots) -> None:
    by_hour = power(year_2026, "solar").reshape(-1, 24, 4).mean(axis=(0, 2))
    assert by_hour[[0, 1, 2, 3, 4, 22, 23]].max() == 0.0
    assert by_hour.argmax() in (12, 13)


def test_the_day_has_the_published_peaks_and_valley(year_2026: GridSlots) -> None:
    by_hour = year_2026.demand_mw.reshape(-1, 24, 4).mean(axis=(0, 2))
    relative = by_hour / by_hour.mean()
    assert relative[11] == pytest.approx(1.17, abs=0.02)
    assert relative[18] == pytest.approx(1.18, abs=0.02)
    assert relative[4] == pytest.approx(0.79, abs=0.02)
    assert relative.min() / relative.max() == pytest.approx(0.67, abs=0.01)


def test_marginal_emissions_are_empty_at_these_levels(inputs: GridInputs) -> None:
    week = grid_slots(SPEC, inputs, WEEK, 1)
    assert np.isnan(week.emission_marginal_province_kg_per_kwh).all()
    assert np.isnan(week.emission_marginal_southern_kg_per_kwh).all()
    assert week.generation_mw.shape == (WEEK.slots, len(SOURCES))


def test_the_constant_level_is_the_official_factor_at_the_meter(inputs: GridInputs) -> None:
    grid = grid_slots(GridSpec(level="constant", year=2022, hydrology="published"), inputs, WEEK, 1)
    assert grid.emission_kg_per_kwh == pytest.approx(0.1073 / 0.95)
    assert np.ptp(grid.clean_share) == 0.0
    assert grid.generation_mw.sum(axis=1) == pytest.approx(grid.demand_mw + grid.export_mw)
    assert grid.notes["emission_factor"] == "official average of 2022"


def test_fleets_are_met_by_less_export_and_some_thermal(inputs: GridInputs) -> None:
    bare = grid_slots(SPEC, inputs, WEEK, 1)
    fleet = np.full(WEEK.slots, 100.0)
    loaded = grid_slots(SPEC, inputs, WEEK, 1, fleet)
    assert loaded.demand_mw == pytest.approx(bare.demand_mw + 100.0)
    assert bare.export_mw - loaded.export_mw == pytest.approx(85.0)
    assert power(loaded, "thermal") - power(bare, "thermal") == pytest.approx(15.0)
    assert loaded.generation_mw.sum(axis=1) == pytest.approx(loaded.demand_mw + loaded.export_mw)


def test_imports_count_as_not_clean(inputs: GridInputs) -> None:
    starved = grid_slots(SPEC, inputs, WEEK, 1, np.full(WEEK.slots, 60_000.0))
    assert power(starved, "import").max() > 0.0
    importing = power(starved, "import") > 0.0
    assert np.all(starved.clean_share_consumption[importing] < starved.clean_share[importing])
    assert starved.generation_mw.sum(axis=1) == pytest.approx(starved.demand_mw + starved.export_mw)


def test_assumptions_stand_in_the_notes(inputs: GridInputs) -> None:
    assert "2024" in grid_slots(SPEC, inputs, WEEK, 1).notes["year_figures"]


def test_signals_carry_price_valley_and_clean_share(inputs: GridInputs, tariff: Tariff) -> None:
    grid, prices = grid_slots(SPEC, inputs, WEEK, 1), tariff.prices(WEEK)
    followed = signals(grid, prices)
    assert np.array_equal(followed.clean_share, grid.clean_share)
    assert np.array_equal(followed.price_cny_per_kwh, prices.price_cny_per_kwh)
    assert np.array_equal(followed.valley, prices.valley)


def test_heavy_libraries_wait_until_the_sun_is_asked_for() -> None:
    code = "import sys, fleetsim.grid.model; print({'pvlib', 'pandas', 'scipy', 'simpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

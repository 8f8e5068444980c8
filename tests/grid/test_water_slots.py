"""The level ``water`` as the rest of the program sees it: slots, shares, marginal emissions, cost."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from fleetsim.clock import SLOTS_PER_DAY, Clock
from fleetsim.grid import water_slots
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.mix import GridSlots
from fleetsim.grid.model import grid_slots
from fleetsim.grid.spec import GridSpec
from fleetsim.results.schema import SOURCES

WEEK = Clock(date(2026, 3, 9), 7, 2)
SPEC = GridSpec(year=2026)


def power(grid: GridSlots, source: str) -> np.ndarray:
    return grid.generation_mw[:, SOURCES.index(source)]


@pytest.fixture(scope="module", params=["dry", "normal", "wet"])
def year_2026(request: pytest.FixtureRequest, inputs: GridInputs) -> GridSlots:
    return grid_slots(GridSpec(year=2026, hydrology=request.param), inputs, Clock(date(2026, 1, 1), 365, 0), 1)


@pytest.fixture(scope="module")
def week(inputs: GridInputs) -> GridSlots:
    return grid_slots(SPEC, inputs, WEEK, 1)


def test_water_is_the_level_of_a_scenario_that_asks_for_none() -> None:
    assert SPEC.level == "water"


def test_generation_is_demand_and_export_in_every_slot(year_2026: GridSlots) -> None:
    assert year_2026.generation_mw.min() >= 0.0
    assert year_2026.generation_mw.sum(axis=1) == pytest.approx(year_2026.demand_mw + year_2026.export_mw, rel=1e-12)


def test_sources_keep_their_limits_of_power(inputs: GridInputs, year_2026: GridSlots) -> None:
    capacity, zone = inputs.statistics(2026).capacity_gw, inputs.zone
    assert power(year_2026, "hydro").max() <= zone.hydro.highest_share * capacity.hydro * 1e3 + 1e-3
    for source in ("wind", "solar", "thermal"):
        assert power(year_2026, source).max() <= getattr(capacity, source) * 1e3
    floor_mw = inputs.zone.thermal.floor_share * inputs.statistics(2026).consumption_twh * 1e6 / 8760
    assert power(year_2026, "thermal").min() >= floor_mw - 1e-3
    lines = zone.water.export.corridor_gw * 1e3
    assert year_2026.export_mw.max() <= lines + 1e-6


def test_the_slots_of_a_day_give_the_energies_of_its_plan(inputs: GridInputs) -> None:
    found = water_slots.water_slots(SPEC, inputs, Clock(date(2026, 1, 1), 365, 0), 1)
    hydro_mw = found.dispatch.hydro_mw.reshape(-1, SLOTS_PER_DAY).mean(axis=1)
    case = water_slots.WaterCase(water_slots.content(inputs), inputs, 2026, "normal", 2026, 1, None)
    solved = water_slots.solved_year(case)
    plan, problem = solved.plan, solved.year.problem
    planned_gw = plan.release_gw.sum(axis=0) + problem.river_gw - plan.river_spill_gw
    assert hydro_mw == pytest.approx(planned_gw * 1e3, rel=1e-9)


def test_shares_are_in_their_order(year_2026: GridSlots) -> None:
    for series in (year_2026.clean_share, year_2026.clean_share_consumption, year_2026.clean_share_dedicated):
        assert series.min() > 0.0
        assert series.max() < 1.0
    assert np.all(year_2026.clean_share_dedicated <= year_2026.clean_share + 1e-12)
    assert np.all(year_2026.clean_share_consumption <= year_2026.clean_share + 1e-12)


def test_marginal_emissions_lie_between_none_and_coal_and_the_wider_boundary_sees_more(year_2026: GridSlots) -> None:
    province, southern = (
        getattr(year_2026, f"emission_marginal_{boundary}_kg_per_kwh") for boundary in ("province", "southern")
    )
    assert not np.isnan(province).any()
    assert province.min() >= -1e-9
    assert southern.max() <= 0.88 / 0.95 + 1e-9
    assert np.all(southern >= province - 1e-9)


def test_a_dry_year_is_dirtier_than_a_normal_one_and_that_than_a_wet_one(inputs: GridInputs) -> None:
    clean = [
        grid_slots(GridSpec.model_validate({"year": 2026, "hydrology": kind}), inputs, WEEK, 1).clean_share.mean()
        for kind in ("dry", "normal", "wet")
    ]
    assert clean[0] < clean[1] < clean[2]


def test_the_same_seed_gives_the_same_slots_and_another_seed_others(inputs: GridInputs, week: GridSlots) -> None:
    water_slots.solved_year.cache_clear()
    again, other = grid_slots(SPEC, inputs, WEEK, 1), grid_slots(SPEC, inputs, WEEK, 2)
    assert np.array_equal(week.generation_mw, again.generation_mw)
    assert np.array_equal(week.emission_marginal_province_kg_per_kwh, again.emission_marginal_province_kg_per_kwh)
    assert not np.array_equal(power(week, "hydro"), power(other, "hydro"))


def test_neither_a_longer_horizon_nor_another_start_moves_a_day(inputs: GridInputs, week: GridSlots) -> None:
    longer = grid_slots(SPEC, inputs, Clock(date(2026, 3, 9), 60, 2), 1)
    earlier = grid_slots(SPEC, inputs, Clock(date(2025, 12, 20), 100, 0), 1)
    shift = (date(2026, 3, 7) - date(2025, 12, 20)).days * SLOTS_PER_DAY
    for name in ("generation_mw", "emission_marginal_province_kg_per_kwh"):
        here = getattr(week, name)
        assert np.array_equal(here, getattr(longer, name)[: WEEK.slots])
        assert np.array_equal(here, getattr(earlier, name)[shift : shift + WEEK.slots])


def test_fleets_add_what_the_marginal_emission_says(inputs: GridInputs, week: GridSlots) -> None:
    """10 MW for a week: the emission of the year rises by the marginal emission of its days, to a tenth."""
    clock = Clock(date(2026, 1, 1), 365, 0)
    fleet = np.zeros(clock.slots)
    fleet[68 * SLOTS_PER_DAY : 75 * SLOTS_PER_DAY] = 10.0
    spec = GridSpec(year=2026, loss_share=0.0)
    bare, loaded = grid_slots(spec, inputs, clock, 1), grid_slots(spec, inputs, clock, 1, fleet)
    assert loaded.demand_mw == pytest.approx(bare.demand_mw + fleet)
    more = 0.88 * (power(loaded, "thermal") - power(bare, "thermal")).sum()
    assert more == pytest.approx((bare.emission_marginal_province_kg_per_kwh * fleet).sum(), rel=0.1)


def test_a_load_that_nobody_can_serve_is_cut_and_said(inputs: GridInputs) -> None:
    starved = grid_slots(SPEC, inputs, WEEK, 1, np.full(WEEK.slots, 80_000.0))
    assert starved.generation_mw.sum(axis=1) == pytest.approx(starved.demand_mw + starved.export_mw)
    assert starved.demand_mw.max() < 110_000.0
    assert "not served 0 GWh" not in starved.notes["losses_2026"]


def test_notes_name_method_boundary_and_foresight(week: GridSlots) -> None:
    assert week.notes["level"] == "water"
    assert "perfect" in week.notes["foresight"]
    assert "province" in week.notes["emission_marginal"]
    assert "southern" in week.notes["emission_marginal"]
    assert "regression on published months" in week.notes["emission_marginal_2026"]


def test_a_year_is_solved_once(inputs: GridInputs, week: GridSlots) -> None:
    before = water_slots.solved_year.cache_info().misses
    grid_slots(SPEC, inputs, WEEK, 1)
    assert water_slots.solved_year.cache_info().misses - before <= 1
    grid_slots(SPEC, inputs, Clock(date(2026, 3, 9), 20, 2), 1)
    assert water_slots.solved_year.cache_info().misses - before <= 1


def test_heavy_libraries_wait_until_a_year_is_asked_for() -> None:
    code = "import sys, fleetsim.grid.water_slots; print({'pvlib', 'pandas', 'scipy', 'simpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

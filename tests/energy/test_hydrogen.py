"""Hydrogen by formula, against bounds and figures that are not inputs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fleetsim.energy.air import pressure_hpa
from fleetsim.energy.hydrogen import (
    GAS_CONSTANT_J_PER_KG_K,
    LHV_KWH_PER_KG,
    compression_kwh_per_kg,
    electrolyser_kwh_per_kg,
    fuel_cell_efficiency,
    fuel_cell_limit_kw,
    hydrogen_kg,
)


def test_the_fuel_cell_loses_a_fifth_of_its_power_in_lijiang_and_nothing_at_sea() -> None:
    assert float(fuel_cell_limit_kw(100, pressure_hpa(2_400))) == pytest.approx(81, abs=1)
    assert float(fuel_cell_limit_kw(100, pressure_hpa(0))) == 100


def test_power_never_rises_with_height() -> None:
    assert (np.diff(fuel_cell_limit_kw(80, pressure_hpa(np.linspace(0, 4_000, 50)))) <= 0).all()


def test_compression_costs_more_than_the_isothermal_least_and_less_with_more_stages() -> None:
    least_kwh = GAS_CONSTANT_J_PER_KG_K * 293.15 * math.log(45 / 2) / 3.6e6
    by_stages = [
        compression_kwh_per_kg(2, 45, stages=stages, isentropic_efficiency=1, motor_efficiency=1)
        for stages in (1, 2, 3, 6, 20)
    ]
    assert by_stages == sorted(by_stages, reverse=True)
    assert by_stages[-1] > least_kwh


def test_compression_from_an_electrolyser_lies_in_the_published_range() -> None:
    assert 1.5 < compression_kwh_per_kg(3, 45) < compression_kwh_per_kg(2, 45) < 3.0


def test_an_electrolyser_is_dearest_at_its_lowest_load() -> None:
    by_load = [electrolyser_kwh_per_kg(load, 55) for load in (0.1, 0.3, 0.7, 1.0)]
    assert max(by_load) == by_load[0]
    assert by_load[-1] == pytest.approx(55)
    assert all(50 < each < 75 for each in by_load)


def test_hydrogen_gives_back_its_heating_value_times_efficiency() -> None:
    efficiency = fuel_cell_efficiency(0.6, [(0.25, 0.54), (1.0, 0.46)])
    kg = hydrogen_kg(100.0, efficiency, 0.96)
    assert float(kg * LHV_KWH_PER_KG * efficiency * 0.96) == pytest.approx(100)

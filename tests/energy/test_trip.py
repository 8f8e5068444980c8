"""Energy of a leg: its laws, and the figures it must meet."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.energy.trip import GRAVITY_M_PER_S2, Array, leg_energy
from fleetsim.profiles import VehicleModel

ROOT = Path(__file__).resolve().parents[2]
VALIDATION = runpy.run_path(str(ROOT / "docs" / "_validation" / "energy.py"))

LEVEL: dict[str, Any] = {
    "distance_km": 10.0,
    "speed_kmh": 18.0,
    "stops_per_km": 2.3,
    "stop_time_share": 0.34,
    "climb_m": 0.0,
    "undulation_m_per_km": 3.0,
    "load_share": 0.5,
    "temperature_c": 20.0,
    "air_density_kg_per_m3": 0.95,
}

SHEET = VehicleModel.model_validate(
    {
        "name": {"en": "bus", "zh": "bus"},
        "battery_kwh": 300,
        "charge_limit_kw": 120,
        "charge_curve": [{"soc": 0, "c_rate": 1}, {"soc": 1, "c_rate": 1}],
        "battery_efficiency": 0.95,
        "curb_kg": 12_000,
        "payload_kg": 4_000,
        "rolling_resistance": 0.01,
        "drag_area_m2": 5.0,
        "rotating_mass_factor": 1.1,
        "drive_efficiency": 0.9,
        "regeneration_efficiency": 0.9,
        "regeneration_share": 0.9,
        "peak_speed_factor": 1.3,
        "auxiliary_kw": 3.0,
        "heating_kw_per_k": 0.5,
        "heating_below_c": 10,
        "cooling_kw_per_k": 0.4,
        "cooling_above_c": 24,
    }
)

legs = st.fixed_dictionaries(
    {
        "distance_km": st.floats(0.01, 60),
        "speed_kmh": st.floats(3, 90),
        "stops_per_km": st.floats(0, 6),
        "stop_time_share": st.floats(0, 0.6),
        "climb_m": st.floats(-900, 900),
        "undulation_m_per_km": st.floats(0, 40),
        "load_share": st.floats(0, 1),
        "temperature_c": st.floats(-15, 40),
        "air_density_kg_per_m3": st.floats(0.6, 1.3),
    }
)


def net(model: VehicleModel, **leg: Any) -> Array:
    draw, back = leg_energy(model, **{**LEVEL, **leg})
    return draw - back


def test_a_lone_leg_costs_what_hand_arithmetic_says() -> None:
    leg = {**LEVEL, "stops_per_km": 0.0, "undulation_m_per_km": 0.0, "speed_kmh": 36.0, "stop_time_share": 0.0}
    draw, back = leg_energy(SHEET, **leg)
    rolling_j = 14_000 * 9.80665 * 0.01 * 10_000
    air_j = 0.5 * 0.95 * 5.0 * 11.0**2 * 10_000
    assert float(draw) == pytest.approx((rolling_j + air_j) / 0.9 / 3.6e6 + 3.0 * 10 / 36)
    assert float(back) == 0.0


def test_a_leg_of_no_length_uses_nothing_even_where_heights_differ() -> None:
    draw, back = leg_energy(SHEET, **{**LEVEL, "distance_km": [0.0, 0.0], "climb_m": [5.0, -5.0]})
    assert draw.tolist() == back.tolist() == [0.0, 0.0]


@given(leg=legs)
def test_draw_and_return_are_never_negative(leg: dict[str, float]) -> None:
    draw, back = leg_energy(SHEET, **leg)
    assert draw > 0
    assert back >= 0


@given(leg=legs, share=st.floats(0.01, 0.99))
def test_a_leg_of_even_slope_may_be_cut_anywhere(leg: dict[str, Any], share: float) -> None:
    parts = np.array([share, 1.0 - share])
    whole = leg_energy(SHEET, **leg)
    cut = leg_energy(SHEET, **{**leg, "distance_km": leg["distance_km"] * parts, "climb_m": leg["climb_m"] * parts})
    for energy, of_parts in zip(whole, cut, strict=True):
        assert float(of_parts.sum()) == pytest.approx(float(energy), rel=1e-9, abs=1e-9)


@given(leg=legs)
def test_going_up_and_down_never_costs_less_than_level_road(leg: dict[str, float]) -> None:
    up, down, level = net(SHEET, **{**leg, "climb_m": np.array([leg["climb_m"], -leg["climb_m"], 0.0])})
    assert up + down >= 2 * level - 1e-9 * abs(level)


@given(leg=legs)
def test_a_lossless_vehicle_gets_its_height_back(leg: dict[str, float]) -> None:
    lossless = SHEET.model_copy(
        update={"drive_efficiency": 1.0, "regeneration_efficiency": 1.0, "regeneration_share": 1.0}
    )
    hill, level = net(lossless, **{**leg, "climb_m": np.array([leg["climb_m"], 0.0])})
    lift_kwh = (12_000 + 4_000 * leg["load_share"]) * GRAVITY_M_PER_S2 * leg["climb_m"] / 3.6e6
    assert hill - level == pytest.approx(lift_kwh, rel=1e-9, abs=1e-7)


def test_gravity_pays_for_rolling_before_the_motor_turns() -> None:
    """On the slope that just keeps the bus rolling neither draws nor returns but for stops and auxiliaries."""
    leg = {**LEVEL, "stops_per_km": 0.0, "undulation_m_per_km": 0.0, "speed_kmh": 18.0, "air_density_kg_per_m3": 0.0}
    draw, back = leg_energy(SHEET, **{**leg, "climb_m": -0.01 * 10_000})
    assert float(draw) == pytest.approx(3.0 * 10 / 18)
    assert float(back) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("temperature_c", "extra_kw"), [(4.0, 3.0), (10.0, 0.0), (24.0, 0.0), (34.0, 4.0)])
def test_heating_and_cooling_run_by_the_hour(temperature_c: float, extra_kw: float) -> None:
    extra_kwh = net(SHEET, temperature_c=temperature_c) - net(SHEET)
    assert float(extra_kwh) == pytest.approx(extra_kw * 10 / 18, abs=1e-12)


def test_all_arguments_broadcast_into_one_shape() -> None:
    leg: dict[str, Any] = {**LEVEL, "distance_km": np.full((3, 1), 2.0), "temperature_c": np.arange(4.0)}
    draw, back = leg_energy(SHEET, **leg)
    assert draw.shape == back.shape == (3, 4)
    draw[0, 0] = back[0, 0] = 0.0
    assert draw[1, 0] > 0 < back[1, 0]


@pytest.mark.parametrize(("name", "speed", "temperature", "heating", "low", "high"), VALIDATION["EXPECTED"])
def test_classes_consume_what_was_computed_beforehand(
    vehicles: dict[str, VehicleModel],
    name: str,
    speed: float,
    temperature: float,
    heating: float,
    low: float,
    high: float,
) -> None:
    model = vehicles[name].model_copy(update={"heating_below_c": heating})
    consumption = VALIDATION["town_consumption"](model, speed, temperature)
    assert low - 0.015 <= consumption <= high + 0.015


def test_line_101_costs_twice_the_level_going_up_and_nothing_coming_down(vehicles: dict[str, VehicleModel]) -> None:
    up = VALIDATION["line_101"](vehicles["bus_12m"], up=True)
    down = VALIDATION["line_101"](vehicles["bus_12m"], up=False)
    assert 28 < up.distance_km.sum() < 30
    assert up.consumption_kwh_per_km == pytest.approx(1.9, abs=0.1)
    assert -0.2 < down.consumption_kwh_per_km < 0.1
    assert down.draw_kwh[0] - down.back_kwh[0] < 0 < down.draw_kwh[-1] - down.back_kwh[-1]


@pytest.mark.skipif("FLEETSIM_REFERENCE_DATA" not in os.environ, reason="needs FLEETSIM_REFERENCE_DATA")
def test_measured_missions_of_an_articulated_bus_are_met() -> None:
    fit = VALIDATION["ztbus_fit"](Path(os.environ["FLEETSIM_REFERENCE_DATA"]) / VALIDATION["MISSIONS"])
    assert fit.missions == 864
    assert fit.measured_kwh_per_km == pytest.approx(1.631, abs=0.001)
    assert abs(fit.total_error) < 0.02
    assert fit.mape < 0.065


@pytest.mark.skipif("FLEETSIM_REFERENCE_DATA" not in os.environ, reason="needs FLEETSIM_REFERENCE_DATA")
def test_measured_missions_are_met_in_every_bin_of_temperature() -> None:
    bins = VALIDATION["ztbus_bins"](Path(os.environ["FLEETSIM_REFERENCE_DATA"]) / VALIDATION["MISSIONS"])
    assert sum(fit.missions for fit in bins) == 864
    assert all(fit.missions > 50 for fit in bins)
    assert all(abs(fit.total_error) < 0.03 for fit in bins)

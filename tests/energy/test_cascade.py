"""Hydrogen under pressure, against published figures and by its own laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.energy.cascade import Vessel, density_kg_per_m3, flow_kg, gas_pressure_mpa, until_margin_s

A = (0.05888460, -0.06136111, -0.002650473, 0.002731125, 0.001802374, -0.001150707, 0.9588528e-4, -0.1109040e-6,
     0.1264403e-9)  # fmt: skip
B = (1.325, 1.87, 2.5, 2.8, 2.938, 3.14, 3.37, 3.75, 4.0)
C = (1.0, 1.0, 2.0, 2.0, 2.42, 2.63, 3.0, 4.0, 5.0)
"""Table 1 of Lemmon, Huber and Leachman, J. Res. NIST 113 (2008) 341: hydrogen within 0.04 % of measurements."""
MPA = st.floats(1, 90)
KG = st.floats(5, 500)


def nist_compressibility(pressure_mpa: float, temperature_k: float) -> float:
    return 1 + sum(
        a * (100 / temperature_k) ** b * pressure_mpa**c for a, b, c in zip(A, B, C, strict=True)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("temperature_k", "pressure_mpa", "published"),
    [(200, 1, 1.00675450), (300, 10, 1.05985282), (400, 50, 1.24304763), (500, 200, 1.74461629)],
)
def test_the_published_equation_gives_its_published_figures(
    temperature_k: float, pressure_mpa: float, published: float
) -> None:
    assert nist_compressibility(pressure_mpa, temperature_k) == pytest.approx(published, abs=1e-8)


@pytest.mark.parametrize("temperature_k", [273.15, 288.15, 300, 323.15])
@pytest.mark.parametrize("pressure_mpa", [2, 5, 10, 20, 35, 40, 45, 70, 88])
def test_density_lies_within_0_8_per_cent_of_the_published_equation(temperature_k: float, pressure_mpa: float) -> None:
    moles_per_m3 = pressure_mpa * 1e6 / (nist_compressibility(pressure_mpa, temperature_k) * 8.314472 * temperature_k)
    assert density_kg_per_m3(pressure_mpa, temperature_k) == pytest.approx(moles_per_m3 * 2.01588e-3, rel=0.008)


def test_makers_tanks_hold_what_their_sheets_say() -> None:
    """Eight cylinders of 140 L hold 26.9 kg at 35 MPa."""
    assert Vessel(8 * 0.140).content_kg(35) == pytest.approx(26.9, rel=0.008)


@given(pressure_mpa=MPA, temperature_k=st.floats(250, 330))
def test_pressure_and_density_are_each_others_inverse(pressure_mpa: float, temperature_k: float) -> None:
    density = density_kg_per_m3(pressure_mpa, temperature_k)
    assert gas_pressure_mpa(density, temperature_k) == pytest.approx(pressure_mpa, rel=1e-9)


@given(bank_kg=KG, bank_mpa=MPA, tank_kg=st.floats(1, 40), share=st.floats(0.01, 1), margin_mpa=st.floats(0, 3))
def test_a_flow_ends_exactly_at_the_margin_and_loses_nothing(
    bank_kg: float, bank_mpa: float, tank_kg: float, share: float, margin_mpa: float
) -> None:
    bank, tank = Vessel.holding(bank_kg, bank_mpa), Vessel.holding(tank_kg, 35)
    level_kg = share * tank_kg
    kg = flow_kg(bank, tank, (bank_kg, level_kg), margin_mpa)
    if bank_mpa - tank.pressure_mpa(level_kg) <= margin_mpa:
        assert kg == pytest.approx(0, abs=1e-9)
    else:
        gap_mpa = bank.pressure_mpa(bank_kg - kg) - tank.pressure_mpa(level_kg + kg)
        assert gap_mpa == pytest.approx(margin_mpa, abs=1e-6)


@given(inflow=st.floats(0, 0.05), margin_mpa=st.floats(0, 3))
def test_the_moment_does_not_depend_on_where_time_is_cut(inflow: float, margin_mpa: float) -> None:
    """Half of the way first, then the rest: the same moment, with the compressor feeding the bank meanwhile."""
    bank, tank, rates = Vessel.holding(40, 45), Vessel.holding(25, 35), (inflow - 1 / 30, 1 / 30)
    whole_s = until_margin_s(bank, tank, (40, 5), rates, margin_mpa)
    half_s = min(whole_s, 500) / 2
    rest_s = until_margin_s(bank, tank, (40 + rates[0] * half_s, 5 + rates[1] * half_s), rates, margin_mpa)
    assert math.isfinite(whole_s)
    assert half_s + rest_s == pytest.approx(whole_s, rel=1e-9)


def test_a_gap_that_grows_never_closes() -> None:
    bank, tank = Vessel.holding(40, 45), Vessel.holding(25, 35)
    assert until_margin_s(bank, tank, (30, 5), (0.1, 0.0), 1.0) == math.inf

"""Air pressure and density at altitude."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.energy.air import density_kg_per_m3, pressure_hpa


@pytest.mark.parametrize(
    ("elevation_m", "expected_hpa"), [(0, 1013.25), (1895, 805), (2103, 785), (2400, 756), (3100, 692), (5000, 540.2)]
)
def test_pressure_is_that_of_the_standard_atmosphere(elevation_m: float, expected_hpa: float) -> None:
    assert float(pressure_hpa(elevation_m)) == pytest.approx(expected_hpa, abs=0.6)


@pytest.mark.parametrize(
    ("elevation_m", "temperature_c", "over_sea_level"),
    [(1895, 15.7, 0.79), (2103, 15.0, 0.78), (2400, 13.2, 0.75), (3100, 8.0, 0.70)],
)
def test_air_is_thinner_by_what_is_known_of_kunming_and_lijiang(
    elevation_m: float, temperature_c: float, over_sea_level: float
) -> None:
    density = density_kg_per_m3(elevation_m, temperature_c)
    assert float(density) / 1.225 == pytest.approx(over_sea_level, abs=0.01)


def test_density_broadcasts_places_against_hours() -> None:
    density = density_kg_per_m3(np.array([[0.0], [2400.0]]), np.array([0.0, 10.0, 20.0]))
    assert density.shape == (2, 3)
    assert (np.diff(density, axis=1) < 0).all()
    assert (np.diff(density, axis=0) < 0).all()

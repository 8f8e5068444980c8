"""Air at altitude: pressure of the standard atmosphere and density at a temperature."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEA_LEVEL_HPA = 1013.25
GAS_CONSTANT_J_PER_KG_K = 287.053
"""Specific gas constant of dry air."""
ZERO_C_IN_K = 273.15

_LAPSE_K_PER_M = 0.0065
_SEA_LEVEL_K = 288.15
_EXPONENT = 9.80665 / (GAS_CONSTANT_J_PER_KG_K * _LAPSE_K_PER_M)


def pressure_hpa(elevation_m: ArrayLike) -> NDArray[np.float64]:
    """Air pressure at an elevation, hPa.

    ``p = 1013.25 (1 - 0.0065 h / 288.15) ^ 5.256``: the troposphere of the standard atmosphere (ISO 2533:1975),
    whose temperature falls by 6.5 K per kilometre. Kunming, Lijiang and the end of line 101:

    >>> pressure_hpa([0, 1895, 2400, 3100]).round(1).tolist()
    [1013.2, 805.4, 756.3, 692.2]
    """
    elevation = np.asarray(elevation_m, dtype=np.float64)
    return np.asarray(SEA_LEVEL_HPA * (1.0 - _LAPSE_K_PER_M * elevation / _SEA_LEVEL_K) ** _EXPONENT)


def density_kg_per_m3(elevation_m: ArrayLike, temperature_c: ArrayLike) -> NDArray[np.float64]:
    """Density of dry air at an elevation and a temperature, kg/m3.

    ``rho = p / (R T)``: the ideal gas at the pressure of the standard atmosphere. The same places at the mean
    temperature of their year, a fifth to a third below the 1.225 of sea level:

    >>> density_kg_per_m3([0, 1895, 2400, 3100], [15.0, 15.7, 13.2, 8.0]).round(3).tolist()
    [1.225, 0.971, 0.92, 0.858]
    """
    temperature_k = np.asarray(temperature_c, dtype=np.float64) + ZERO_C_IN_K
    return np.asarray(100.0 * pressure_hpa(elevation_m) / (GAS_CONSTANT_J_PER_KG_K * temperature_k))

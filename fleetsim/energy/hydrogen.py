"""Hydrogen: what it takes to make and compress it, and what a fuel cell gives back, thin air included."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

LHV_KWH_PER_KG = 33.33
"""Lower heating value of hydrogen."""
GAS_CONSTANT_J_PER_KG_K = 4_124.2
"""Specific gas constant of hydrogen."""
ISENTROPIC_EXPONENT = 1.41
VIRIAL_K_PER_PA = 1.9155e-6
"""Slope of the compressibility factor over pressure and temperature (fit to NIST data, 173 to 393 K)."""
FULL_POWER_HPA = 867.0
"""Air pressure below which the compressor of a commercial 100 kW fuel cell runs out of flow."""
ALTITUDE_EXPONENT = 1.5
"""How steeply power falls below ``FULL_POWER_HPA``; an assumption."""
J_PER_KWH = 3.6e6

Array = NDArray[np.float64]


def fuel_cell_limit_kw(rated_kw: float, pressure_hpa: ArrayLike) -> Array:
    """Highest net power of a fuel cell at an air pressure, kW: ``rated x min(1, p / 867 hPa) ^ 1.5``.

    The pressure limit is measured (Ulm University, Energies 17, 2024, 6309), the exponent assumed. Sea level,
    Kunming and Lijiang:

    >>> fuel_cell_limit_kw(100.0, [1013.2, 805.4, 756.3]).round(1).tolist()
    [100.0, 89.5, 81.5]
    """
    share = np.minimum(1.0, np.asarray(pressure_hpa, dtype=np.float64) / FULL_POWER_HPA)
    return np.asarray(rated_kw * share**ALTITUDE_EXPONENT)


def fuel_cell_efficiency(load_share: ArrayLike, corners: Sequence[tuple[float, float]]) -> Array:
    """Net efficiency (LHV) at a share of the rated power: straight between corners, level beyond them.

    Typical of bus systems: 0.52-0.55 at a quarter load, 0.45-0.48 at rated power.

    >>> fuel_cell_efficiency([0.1, 0.25, 0.625, 1.0], [(0.25, 0.54), (1.0, 0.46)]).round(3).tolist()
    [0.54, 0.54, 0.5, 0.46]
    """
    loads, efficiencies = zip(*corners, strict=True)
    return np.asarray(np.interp(np.asarray(load_share, dtype=np.float64), loads, efficiencies))


def air_share(pressure_hpa: ArrayLike, extra_share: float) -> Array:
    """Hydrogen over that at full air pressure: ``1 + extra`` below 867 hPa, where the air compressor works harder.

    3 to 6 % is reported for plateaus; the step is a simplification.

    >>> air_share([1013.2, 756.3], 0.045).tolist()
    [1.0, 1.045]
    """
    thin = np.asarray(pressure_hpa, dtype=np.float64) < FULL_POWER_HPA
    return np.where(thin, 1.0 + extra_share, 1.0)


def hydrogen_kg(energy_kwh: ArrayLike, efficiency: ArrayLike, converter_efficiency: float) -> Array:
    """Hydrogen for electric energy behind the converter, kg: ``E / (LHV eta eta_dcdc)``.

    A 12 m bus at 0.95 kWh/km and a fuel cell at 0.48 takes 6.2 kg on 100 km:

    >>> hydrogen_kg(95.0, 0.48, 0.96).round(2).tolist()
    6.19
    """
    chain = LHV_KWH_PER_KG * np.asarray(efficiency, dtype=np.float64) * converter_efficiency
    return np.asarray(np.asarray(energy_kwh, dtype=np.float64) / chain)


def compressibility(pressure_mpa: float, temperature_k: float) -> float:
    """Compressibility factor of hydrogen: ``Z = 1 + 1.9155e-6 K/Pa x p / T``.

    >>> round(compressibility(45.0, 293.15), 3)
    1.294
    """
    return 1.0 + VIRIAL_K_PER_PA * pressure_mpa * 1e6 / temperature_k


def compression_kwh_per_kg(
    suction_mpa: float,
    discharge_mpa: float,
    *,
    stages: int = 3,
    isentropic_efficiency: float = 0.65,
    motor_efficiency: float = 0.92,
    temperature_k: float = 293.15,
) -> float:
    """Electricity to compress hydrogen in stages of equal ratio, cooled back in between, kWh/kg.

    ``w = sum over stages of Z k/(k-1) R T ((p2/p1)^((k-1)/k) - 1) / (eta eta_motor)``, Z the mean of the stage's
    ends. From an electrolyser to 45 MPa 2.2-3.0 kWh/kg are usual:

    >>> round(compression_kwh_per_kg(2.0, 45.0), 2), round(compression_kwh_per_kg(20.0, 45.0), 2)
    (2.24, 0.57)
    """
    ratio = (discharge_mpa / suction_mpa) ** (1.0 / stages)
    power = (ISENTROPIC_EXPONENT - 1.0) / ISENTROPIC_EXPONENT
    stage_j = GAS_CONSTANT_J_PER_KG_K * temperature_k / power * (ratio**power - 1.0)
    ends = [compressibility(suction_mpa * ratio**number, temperature_k) for number in range(stages + 1)]
    factors = sum((low + high) / 2.0 for low, high in pairwise(ends))
    return float(factors * stage_j / (isentropic_efficiency * motor_efficiency * J_PER_KWH))


def electrolyser_kwh_per_kg(
    load_share: float, rated_kwh_per_kg: float, *, auxiliary_share: float = 0.04, stack_gain: float = 0.10
) -> float:
    """Electricity per kilogram of a whole electrolyser system at a share of its rated power.

    ``k = k_r ((1 - a) (1 - g (1 - x)) + a / x)``: the stack gains as its voltage falls, the auxiliaries stay as they
    are. Both shares are assumptions; the rated figure (50-60, mean 55) is published.

    >>> [round(electrolyser_kwh_per_kg(load, 55.0), 1) for load in (1.0, 0.7, 0.3)]
    [55.0, 54.4, 56.4]
    """
    stack = (1.0 - auxiliary_share) * (1.0 - stack_gain * (1.0 - load_share))
    return rated_kwh_per_kg * (stack + auxiliary_share / load_share)

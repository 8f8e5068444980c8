"""Voltage and current of a traction battery, which the simulation does not know, from its power and state of charge."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LARGE_KWH = 100.0
LARGE_V, SMALL_V = 576.0, 352.0
"""Nominal voltages, assumed: 180 cells of 3.2 V in buses and trucks, 110 in cars (usual for LFP packs, no source)."""
SWING = 0.06
"""Open-circuit voltage of a full pack over that of an empty one, as a share of nominal; assumed for LFP."""


def nominal_v(battery_kwh: ArrayLike) -> Floats:
    """Nominal voltage of a pack of some energy.

    >>> nominal_v([45.0, 300.0]).tolist()
    [352.0, 576.0]
    """
    return np.where(np.asarray(battery_kwh, dtype=np.float64) >= LARGE_KWH, LARGE_V, SMALL_V)


def voltage_v(nominal: ArrayLike, soc: ArrayLike) -> Floats:
    """Voltage at a state of charge: nominal at half, straight in between, ``U = U_n (1 + swing (SOC - 1/2))``.

    >>> voltage_v(576.0, [0.0, 0.5, 1.0]).round(2).tolist()
    [558.72, 576.0, 593.28]
    """
    return np.asarray(nominal) * (1.0 + SWING * (np.asarray(soc, dtype=np.float64) - 0.5))


def current_a(power_kw: ArrayLike, volts: ArrayLike) -> Floats:
    """Current at a power, positive while the battery gives: ``I = P / U``.

    >>> current_a([57.6, -120.0], 576.0).round(1).tolist()
    [100.0, -208.3]
    """
    return np.asarray(power_kw, dtype=np.float64) * 1_000.0 / np.asarray(volts, dtype=np.float64)

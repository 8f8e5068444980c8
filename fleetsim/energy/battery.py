"""What cold and age do to a battery: how warm it is, how much of its charge power is left, how much of its energy."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fleetsim.clock import Clock
from fleetsim.energy.weather import temperatures_c
from fleetsim.profiles import Climate

COLD_C = (0.0, 5.0, 15.0)
COLD_SHARES = (0.3, 0.6, 1.0)
"""Charge power that a cell accepts over that of a warm one: 0.3 below 0 degC, 0.6 at 5, all from 15, straight between
(typical of LFP; estimated)."""
ACCEPTANCE_STEP = 0.05
"""Step to which the share is rounded, so that few charge curves differ."""
MEMORY_H = 24
"""Hours of air temperature that a pack averages, for it weighs hundreds of kilograms and sits in a box; assumed."""
LOSS_PER_YEAR = 0.025
"""Energy that a pack loses each year of its life, of new: 2 to 3 % (estimated), so that 80 % is left after eight."""

Array = NDArray[np.float64]


def charge_share(battery_c: ArrayLike) -> Array:
    """Charge power that a battery accepts at a temperature, over that at 15 to 35 degC.

    >>> charge_share([-10.0, 0.0, 5.0, 10.0, 20.0]).round(2).tolist()
    [0.3, 0.3, 0.6, 0.8, 1.0]
    """
    return np.asarray(np.interp(np.asarray(battery_c, dtype=np.float64), COLD_C, COLD_SHARES))


def battery_temperatures_c(city: str, climate: Climate, seed: int, clock: Clock) -> Array:
    """Temperature of a standing battery at each full hour of the run: mean of the air over the 24 hours before."""
    air_c = temperatures_c(city, climate, seed, Clock(clock.start_date, clock.days, clock.warmup_days + 1))
    summed = np.concatenate(([0.0], np.cumsum(air_c)))
    return np.asarray((summed[MEMORY_H:-1] - summed[: -MEMORY_H - 1]) / MEMORY_H)


def rounded_share(share: Array) -> Array:
    """Shares of charge power to the nearest step."""
    return np.asarray(np.round(share / ACCEPTANCE_STEP) * ACCEPTANCE_STEP)


def aged_share(age_years: float) -> float:
    """Energy left in a battery of an age, over new: ``1 - 0.025 a``, and never below a half.

    >>> aged_share(0.0), aged_share(8.0), aged_share(40.0)
    (1.0, 0.8, 0.5)
    """
    return max(0.5, 1.0 - LOSS_PER_YEAR * age_years)

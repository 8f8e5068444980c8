"""Wind from day to day: how a month's energy falls on its days."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import SLOTS_PER_DAY
from fleetsim.grid.days import daily, persistent
from fleetsim.grid.zone import Wind


def wind_profile(wind: Wind, zone: str, seed: int, first: date, days: int) -> NDArray[np.float64]:
    """Output over its mean for each slot of the days: log-normal from day to day, straight between the noons."""
    normal = daily(lambda rng: persistent(rng, wind.persistence), seed, first, days, "wind", zone)
    factor = np.exp(wind.day_to_day * normal - wind.day_to_day**2 / 2)
    noons = np.arange(days) + 0.5
    slots = (np.arange(days * SLOTS_PER_DAY) + 0.5) / SLOTS_PER_DAY
    return np.interp(slots, noons, factor)

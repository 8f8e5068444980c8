"""Inflow by day: a month's profile, the size of the year, and wet and dry spells."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import Clock
from fleetsim.grid.days import DAYS_PER_WEEK
from fleetsim.grid.water_spec import Inflow
from fleetsim.randomness import generator

Series = NDArray[np.float64]


def year_factor(spread: float, quantile: float) -> float:
    """Inflow of a year over the mean: 1 + spread x z, z the standard normal quantile.

    >>> round(year_factor(0.06, 0.1), 3)
    0.923
    """
    return 1.0 + spread * NormalDist().inv_cdf(quantile)


def smooth_profile(shape: Series, year: int) -> Series:
    """Power of each day over the year's mean: straight between the middles of the months, each month's share kept."""
    lengths = np.array([monthrange(year, month)[1] for month in range(1, 13)])
    month = np.repeat(np.arange(12), lengths)
    middles = np.cumsum(lengths) - lengths / 2.0
    days = np.arange(lengths.sum()) + 0.5
    monthly = shape / lengths * lengths.sum()
    profile: Series = np.interp(days, middles, monthly, period=float(lengths.sum()))
    means = np.bincount(month, profile) / lengths
    profile *= (monthly / means)[month]
    return profile


def spells(inflow: Inflow, zone: str, seed: int, year: int) -> Series:
    """Factor of each day of a calendar year, mean 1 before it is scaled to the year.

    z[d] = r z[d-1] + sqrt(1 - r^2) e[d]; the factor is exp(s z - s^2 / 2).
    """
    first, days = date(year, 1, 1), 366 if monthrange(year, 2)[1] == 29 else 365
    weeks = Clock(first, days, 0).week_starts()
    drawn = [generator(seed, week, "inflow", zone).standard_normal(DAYS_PER_WEEK) for week in weeks]
    normal = np.concatenate(drawn)[first.weekday() :][:days]
    kept = inflow.persistence
    for day in range(1, days):
        normal[day] = kept * normal[day - 1] + np.sqrt(1.0 - kept**2) * normal[day]
    factor: Series = np.exp(inflow.day_to_day * normal - inflow.day_to_day**2 / 2.0)
    return factor

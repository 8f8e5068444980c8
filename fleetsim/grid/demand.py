"""Demand by slot: what a month consumes, by kind of day and hour.

On day d of month m, slot h, with M the mean power of the month, S that of the year, f the factor of the day and w the
shape of the hours (mean 1):

    P = M[m] f[d] / F + S (w[h] - 1).

The swing of the hours is that of the year's mean: what one month consumes beyond another, and a working day beyond a
holiday, is mostly industry, which runs flat. F is the mean of f over the month, weighted by M; January and February,
which the statistics publish as one, share theirs, since the Spring Festival moves between them.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import SLOTS_PER_DAY
from fleetsim.grid.zone import Consumption

Series = NDArray[np.float64]
HOURS_PER_DAY = 24


def demand_slots(consumption: Consumption, monthly_mw: Series, mean_mw: float, calendar_year: int) -> Series:
    """Demand in MW on the days of a calendar year, ``(days, slots)``; ``monthly_mw`` are the means of its months."""
    days = days_of(calendar_year)
    block = np.array([max(day.month, 2) for day in days])
    factor = np.array([consumption.factor(day) for day in days])
    level = monthly_mw[[day.month - 1 for day in days]]
    wanted, given = np.bincount(block, level), np.bincount(block, level * factor)
    mean = level * factor * np.divide(wanted, given, out=np.ones_like(given), where=given > 0.0)[block]
    demand: Series = mean[:, None] + mean_mw * (hours_to_slots(consumption.hours) - 1.0)
    return demand


def days_of(calendar_year: int) -> list[date]:
    """The days of a calendar year."""
    first = date(calendar_year, 1, 1)
    return [first + timedelta(days=number) for number in range((date(calendar_year + 1, 1, 1) - first).days)]


def hours_to_slots(hours: tuple[float, ...]) -> Series:
    """A shape by hour as one by slot: straight between the middles of the hours, round the clock, mean 1."""
    middles = np.arange(HOURS_PER_DAY) + 0.5
    slots = (np.arange(SLOTS_PER_DAY) + 0.5) * HOURS_PER_DAY / SLOTS_PER_DAY
    shape: Series = np.interp(slots, middles, np.asarray(hours), period=HOURS_PER_DAY)
    shape /= shape.mean()
    return shape

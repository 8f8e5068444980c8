"""Weather: the outside temperature of each hour of a run."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fleetsim.clock import Clock
from fleetsim.profiles import Climate
from fleetsim.randomness import generator

COLDEST_H = 6.0
WARMEST_H = 15.0
MEMORY_DAYS = 28
"""Days of weather that still weigh on today's; with a persistence of 0.7 what lies before counts less than 1e-4."""

Array = NDArray[np.float64]


def temperatures_c(city: str, climate: Climate, seed: int, clock: Clock) -> Array:
    """Mean outside temperature of each hour of the run, warm-up included; shape ``(24 * total_days,)``.

    A smooth year through the months' means, a daily swing, and a deviation of each day that persists to the next
    (it changes at midnight). The temperature of an hour depends on seed, city and calendar day alone, so neither
    a longer run nor another start changes it.
    """
    hours = np.arange(24 * clock.total_days)
    day_of_run, hour_of_day = hours // 24, hours % 24 + 0.5
    day_of_year = np.array([day.timetuple().tm_yday for day in clock.dates])[day_of_run] - 1 + hour_of_day / 24.0
    mean = over_the_year([month.mean_c for month in climate.months], day_of_year)
    swing = over_the_year([month.daily_swing_k for month in climate.months], day_of_year)
    deviation = day_deviations_k(city, climate, seed, clock.dates)[day_of_run]
    return np.asarray(mean + swing * daily_shape(hour_of_day) + deviation)


def over_the_year(monthly: ArrayLike, day_of_year: ArrayLike) -> Array:
    """Monthly figures as a curve without steps: straight between the middles of the months, round the year's end.

    ``day_of_year`` counts from 0 at the first midnight of the year; a month is a twelfth of 365.25 days. The curve's
    own mean over a month may miss the month's figure by some tenths of a kelvin where the year turns.

    >>> over_the_year([9, 11, 15, 18, 19, 21, 20, 20, 18, 16, 12, 9], [15.21875, 30.4375, 365.25]).tolist()
    [9.0, 10.0, 9.0]
    """
    month = np.asarray(day_of_year, dtype=np.float64) * 12.0 / 365.25
    return np.asarray(np.interp(month, np.arange(12) + 0.5, np.asarray(monthly, dtype=np.float64), period=12.0))


def daily_shape(hour_of_day: ArrayLike) -> Array:
    """The day's course between -0.5 (06:00) and 0.5 (15:00): half a cosine up, a longer half down, mean 0.

    >>> daily_shape([6.0, 12.0, 15.0, 20.0]).round(3).tolist()
    [-0.5, 0.25, 0.5, 0.25]
    """
    since_coldest = (np.asarray(hour_of_day, dtype=np.float64) - COLDEST_H) % 24.0
    rise_h = WARMEST_H - COLDEST_H
    phase = np.where(since_coldest < rise_h, since_coldest / rise_h, 1.0 + (since_coldest - rise_h) / (24.0 - rise_h))
    return np.asarray(-0.5 * np.cos(np.pi * phase))


def day_deviations_k(city: str, climate: Climate, seed: int, days: tuple[date, ...]) -> Array:
    """Deviation of each of some consecutive days from the mean of its season, K.

    ``a(d) = sigma sum_k phi^k e(d - k) / sqrt(sum_k phi^2k)`` over the last ``MEMORY_DAYS`` days: the first-order
    autoregressive process, cut where it has forgotten, so that a day's value hangs on the calendar and not on
    where the run begins. The innovations ``e`` are drawn week by week.
    """
    return _deviations_k(city, climate.persistence, climate.day_to_day_k, seed, days)


@lru_cache(maxsize=64)
def _deviations_k(city: str, persistence: float, day_to_day_k: float, seed: int, days: tuple[date, ...]) -> Array:
    """As :func:`day_deviations_k`: every site of a city and every size of a site in a week asks for the same."""
    first = days[0] - timedelta(days=MEMORY_DAYS - 1)
    monday = first - timedelta(days=first.weekday())
    weeks = (days[-1] - monday).days // 7 + 1
    innovations = np.concatenate(
        [
            generator(seed, monday + timedelta(days=7 * week), "weather", city).standard_normal(7)
            for week in range(weeks)
        ]
    )[(first - monday).days :]
    weights = persistence ** np.arange(MEMORY_DAYS, dtype=np.float64)
    deviation = np.zeros(len(days))
    for lag, weight in enumerate(weights):
        start = MEMORY_DAYS - 1 - lag
        deviation += weight * innovations[start : start + len(days)]
    deviation = np.asarray(day_to_day_k * deviation / np.sqrt(np.sum(weights**2)))
    deviation.flags.writeable = False
    return deviation

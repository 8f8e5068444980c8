"""Draws by day: always whole calendar weeks, cut afterwards, so that a longer horizon moves nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import Clock
from fleetsim.randomness import generator

DAYS_PER_WEEK = 7


def daily(
    draw: Callable[[np.random.Generator], NDArray[np.float64]],
    seed: int,
    first: date,
    days: int,
    purpose: str,
    subject: str,
) -> NDArray[np.float64]:
    """``draw`` makes the seven days of a week, along its last axis; the days from ``first`` on come back."""
    weeks = Clock(first, days, 0).week_starts()
    drawn = np.concatenate([draw(generator(seed, week, purpose, subject)) for week in weeks], axis=-1)
    skipped = (first - weeks[0]).days
    return drawn[..., skipped : skipped + days]


def persistent(rng: np.random.Generator, correlation: float) -> NDArray[np.float64]:
    """Standard normal numbers for the days of a week, each correlated with the day before.

    z[d] = r z[d-1] + sqrt(1 - r^2) e[d], begun afresh each Monday so that a week depends on nothing before it.
    """
    normal = rng.standard_normal(DAYS_PER_WEEK)
    for day in range(1, DAYS_PER_WEEK):
        normal[day] = correlation * normal[day - 1] + np.sqrt(1.0 - correlation**2) * normal[day]
    return normal

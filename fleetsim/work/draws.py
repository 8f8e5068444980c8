"""What chance adds to work: running times and loads, drawn per vehicle and week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from fleetsim.clock import Clock
from fleetsim.randomness import generator
from fleetsim.work.plan import Series


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """What a set of blocks meets against its plan: arrays of shape (B, P)."""

    run_factor: Series
    """Running time over its plan."""
    load: Series
    """Share of the payload on board."""
    expected_load: Series
    """The load that a dispatcher reckons with."""

    @property
    def certain(self) -> bool:
        """Whether all goes by the plan."""
        return bool((self.run_factor == 1.0).all() and (self.load == self.expected_load).all())


def trip_normals(seed: int, fleet: str, subjects: Sequence[str | int], trips_per_day: int, clock: Clock) -> Series:
    """Standard normal numbers for running time and load: shape ``(2, subjects, days, trips_per_day)``.

    Each subject (a vehicle of a rotation, a block of a timetable) and calendar week has a generator of its own,
    asked for the whole week and then cut to the run.
    """
    first = clock.origin.date()
    drawn = np.empty((2, len(subjects), clock.total_days, trips_per_day))
    for monday in clock.week_starts():
        start, end = days_within(monday, first, clock.total_days)
        offset = (first - monday).days
        for row, subject in enumerate(subjects):
            week = generator(seed, monday, "trips", fleet, subject).standard_normal((2, 7, trips_per_day))
            drawn[:, row, start:end] = week[:, start + offset : end + offset]
    return drawn


def days_within(monday: date, first: date, days: int) -> tuple[int, int]:
    """First and last day of a calendar week, counted from the first day of the run and cut to it."""
    start = (monday - first).days
    return max(0, start), min(days, start + 7)


def run_factor(normals: Series, coefficient_of_variation: float) -> Series:
    """Lognormal factors of mean 1 for running times.

    >>> run_factor(np.array([0.0]), 0.0)
    array([1.])
    """
    sigma2 = np.log1p(coefficient_of_variation**2)
    return np.asarray(np.exp(np.sqrt(sigma2) * normals - sigma2 / 2))


def load_share(normals: Series, mean: float, coefficient_of_variation: float) -> Series:
    """Share of the payload on board, between 0 and 1."""
    return np.clip(mean * (1.0 + coefficient_of_variation * normals), 0.0, 1.0)

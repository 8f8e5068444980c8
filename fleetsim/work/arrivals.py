"""Arrivals of others at public chargers: when each comes and for how much energy, drawn before the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from fleetsim.clock import DAY_S, HOUR_S, Clock
from fleetsim.randomness import generator
from fleetsim.work.draws import run_factor
from fleetsim.work.plan import Series

HOURS_PER_DAY = 24


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """The arrivals at one station, in order of time; arrays of shape ``(arrivals,)``."""

    at_s: Series
    energy_factor: Series
    """Energy that each comes for, over the mean."""


def arrivals(
    *,
    fleet: str,
    station: str,
    per_day: float,
    hours: Sequence[float],
    day_factor: Callable[[date], float],
    energy_cv: float,
    seed: int,
    clock: Clock,
) -> Arrivals:
    """Draw the arrivals at a station: a Poisson process whose rate follows the hours of the day and the calendar.

    ``per_day`` is the mean of a day of factor 1. A station has a generator of its own for each week, so that neither
    another station nor its chargers change who comes.
    """
    shape = np.array(hours) / np.sum(hours)
    first = clock.origin.date()
    times, factors = [], []
    for monday in clock.week_starts():
        chance = generator(seed, monday, "arrivals", fleet, station)
        days = [day_factor(monday + timedelta(days=day)) for day in range(7)]
        rate = per_day * np.outer(days, shape).ravel()
        hour = np.repeat(np.arange(7 * HOURS_PER_DAY), chance.poisson(rate))
        at_s = (monday - first).days * DAY_S + np.sort(hour + chance.random(len(hour))) * HOUR_S
        here = (at_s >= 0.0) & (at_s < clock.end_s)
        times.append(at_s[here])
        factors.append(run_factor(chance.standard_normal(len(hour)), energy_cv)[here])
    return Arrivals(np.concatenate(times), np.concatenate(factors))

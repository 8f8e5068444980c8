"""Passengers of a line: when each of them comes to its two ends, drawn week by week."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from fleetsim.clock import DAY_S, HOUR_S, Clock
from fleetsim.profiles import PassengerDemand
from fleetsim.randomness import generator
from fleetsim.work.plan import Series


def arrivals_s(demand: PassengerDemand, fleet: str, seed: int, clock: Clock) -> tuple[Series, Series]:
    """Times at which the passengers of a run come to the first and to the last waypoint, in order.

    A Poisson process whose rate changes by the hour. Each end and week has a generator of its own, asked for the
    whole week and then cut to the run.
    """
    out = _end_s("out", demand.out_per_hour, demand, fleet, seed, clock)
    return out, _end_s("back", demand.back_per_hour, demand, fleet, seed, clock)


def _end_s(
    end: str, per_hour: tuple[float, ...], demand: PassengerDemand, fleet: str, seed: int, clock: Clock
) -> Series:
    first = clock.origin.date()
    weeks = []
    for monday in clock.week_starts():
        factors = [demand.factor(monday + timedelta(days=day)) for day in range(7)]
        rate_per_h = np.outer(factors, per_hour).ravel()
        draw = generator(seed, monday, "passengers", fleet, end)
        hours = np.repeat(np.arange(len(rate_per_h)), draw.poisson(rate_per_h))
        weeks.append((monday - first).days * DAY_S + np.sort(hours + draw.random(len(hours))) * HOUR_S)
    times_s = np.concatenate(weeks)
    return times_s[(times_s >= 0.0) & (times_s < clock.end_s)]

"""Customers one by one: when and where each wants a taxi, and where to; drawn before the run, a week at a time.

Their rides add up to the distance with passengers that the fleet would drive if nobody competed, so that the demand is
the same with and without competition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import DAY_S, HOUR_S, Clock
from fleetsim.profiles import TaxiDemand
from fleetsim.randomness import generator
from fleetsim.work.cruising import HOURS_PER_WEEK, Spot, week_shape
from fleetsim.work.geography import straight_line_km
from fleetsim.work.plan import Series

LEAST_RIDE_KM = 1.0
"""Nobody hails a taxi for less."""


@dataclass(frozen=True, slots=True, eq=False)
class Customers:
    """The customers of a fleet, in order of time; arrays of shape ``(customers,)``."""

    at_s: Series
    origin: NDArray[np.intp]
    destination: NDArray[np.intp]
    """Numbers of spots."""
    ride_km: Series


def rides_km(where: Sequence[Spot], detour: float) -> Series:
    """Road distance of a ride from each spot to each other, shape ``(spots, spots)``."""
    return np.array(
        [[max(LEAST_RIDE_KM, detour * straight_line_km(one.point, other.point)) for other in where] for one in where]
    )


def customers(
    demand: TaxiDemand, where: Sequence[Spot], *, fleet: str, ridden_km: float, seed: int, clock: Clock
) -> Customers:
    """Draw the customers of a run; ``ridden_km`` is what all taxis together drive with passengers on a mean day.

    Customers come by a Poisson process whose rate follows the shape of the week; both ends of a ride are drawn by the
    shares of the zones.
    """
    shares = np.array([spot.share for spot in where])
    shares = shares / shares.sum()
    by_pair_km = rides_km(where, demand.detour)
    each_km = float(shares @ by_pair_km @ shares)
    rate = ridden_km / each_km * week_shape(demand).ravel()
    parts = [_week(generator(seed, monday, "customers", fleet), rate, shares) for monday in clock.week_starts()]
    first_s = -clock.origin.date().weekday() * DAY_S
    at_s = np.concatenate([at_s + first_s + week * 7 * DAY_S for week, (at_s, _, _) in enumerate(parts)])
    origin, destination = (np.concatenate([part[column] for part in parts]) for column in (1, 2))
    here = (at_s >= 0.0) & (at_s < clock.end_s)
    at_s, origin, destination = at_s[here], origin[here], destination[here]
    return Customers(at_s, origin, destination, by_pair_km[origin, destination])


def _week(
    chance: np.random.Generator, rate: Series, shares: Series
) -> tuple[Series, NDArray[np.intp], NDArray[np.intp]]:
    """Time since Monday, origin and destination of a week's customers, in order of time."""
    hours = np.repeat(np.arange(HOURS_PER_WEEK), chance.poisson(rate))
    at_s = np.sort((hours + chance.random(len(hours))) * HOUR_S)
    edges = np.cumsum(shares)
    edges[-1] = 1.0
    origin, destination = (np.searchsorted(edges, chance.random(len(hours)), side="right") for _ in range(2))
    return at_s, origin, destination

"""How fast the traffic of a route is at a time of the week."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import numpy as np

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.work.plan import Series

PEAKS_H = ((7, 9), (17, 19))
"""Hours of the peaks on workdays; facts of Kunming's service day, estimated."""


class Traffic(Protocol):
    """A route, or the streets of a city: mean speeds with stops."""

    @property
    def speed_kmh(self) -> float:
        """Off the peaks."""

    @property
    def peak_speed_kmh(self) -> float:
        """In the peaks of a workday."""


def speed_kmh(route: Traffic, depart_s: Series, first_day: date) -> Series:
    """Mean speed of trips that leave at ``depart_s``, stops included."""
    hour = depart_s % DAY_S / HOUR_S
    workday = (depart_s // DAY_S + first_day.weekday()) % 7 < 5
    peak = workday & np.logical_or.reduce([(hour >= start) & (hour < end) for start, end in PEAKS_H])
    return np.where(peak, route.peak_speed_kmh, route.speed_kmh)

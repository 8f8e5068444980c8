"""The power of one site at every instant: constant between the changes of its draws and clocks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fleetsim.accounting.clocks import INSTANT_S, draws_by_clock
from fleetsim.accounting.sums import Floats, Ints, sums
from fleetsim.clock import SLOT_S
from fleetsim.results.schema import Frame


class SitePower(NamedTuple):
    """Stretches of constant power, one after the other, none reaching over the edge of a slot."""

    edges_s: Floats
    """Start of each stretch, and the end of the last."""
    power_kw: Floats

    def peaks_kw(self, slots: Ints) -> Floats:
        """Highest power in each slot; shorter stretches than an instant are the rounding of times."""
        lasting = np.where(np.diff(self.edges_s) < INSTANT_S, -np.inf, self.power_kw)
        return np.asarray(np.maximum.reduceat(lasting, np.searchsorted(self.edges_s, slots * float(SLOT_S))))


def site_power(draws: Frame, clocks: Frame, slots: Ints) -> SitePower:
    """The power of a site's draws over consecutive slots."""
    edges_s = np.append(slots, slots[-1] + 1) * float(SLOT_S)
    start_s, end_s = (np.clip(draws[name], edges_s[0], edges_s[-1]) for name in ("start_at", "end_at"))
    changes_s = np.clip(clocks["start_at"], edges_s[0], edges_s[-1])
    points_s = np.unique(np.concatenate((start_s, end_s, changes_s, edges_s)))
    power_kw = np.zeros(len(points_s) - 1)
    for rows, clock in draws_by_clock(draws, clocks):
        offered_kw = draws["offered_kw"][rows]
        steps_kw = sums(offered_kw, np.searchsorted(points_s, start_s[rows]), len(points_s))
        steps_kw -= sums(offered_kw, np.searchsorted(points_s, end_s[rows]), len(points_s))
        power_kw += np.cumsum(steps_kw[:-1]) * clock.factor(points_s[:-1])
    return SitePower(points_s, power_kw)

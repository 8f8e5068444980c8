"""Halts: layovers of a block at a terminal with chargers, and what a dispatcher counts on them for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace

import numpy as np
from numpy.typing import NDArray

from fleetsim.energy.curve import ChargeSteps
from fleetsim.results.schema import PURPOSES
from fleetsim.work.plan import BlockSet, Codes, Series

_DEADHEAD = PURPOSES.index("deadhead")


@dataclass(frozen=True, slots=True, eq=False)
class Halts:
    """The halts of the blocks of a set, and the charge that is expected there; arrays of shape ``(B, P)`` by trip.

    A halt comes before its trip. Levels are energies in the battery.
    """

    terminal: Codes
    """Terminal before each trip, numbered as its fleet names them, shape ``(P,)``; -1 where a vehicle does not halt."""
    charge_s: Series
    """Time that a dispatcher expects a vehicle to charge before each trip."""
    curve: NDArray[np.intp]
    """Which of ``curves`` it then climbs: charger and cold decide."""
    curves: tuple[ChargeSteps, ...]
    target_kwh: float
    reserve_kwh: float
    least_kwh: Series
    """Level with which each trip must be begun so that the rest of the block can be run above the reserve."""

    def next_halt(self, done: int) -> int:
        """The first halt after ``done`` trips; all trips where there is none."""
        later = np.flatnonzero(self.terminal[done + 1 :] >= 0)
        return done + 1 + int(later[0]) if len(later) else len(self.terminal)

    def trips_ahead(self, blocks: BlockSet, row: int, done: int, level_kwh: float) -> int:
        """How many trips of a block a dispatcher lets a vehicle run in all that has run ``done`` and now leaves.

        All of them, or the most after which the way home is still within what stands above the reserve; see
        :func:`fleetsim.vehicles.driving.trips_within` for a block without halts.
        """
        shape, expected_kwh = blocks.shape, blocks.expected_kwh[row]
        if level_kwh >= self.least_kwh[row, done] - 1e-9:
            return shape.trips
        home_kwh = shape.home_draw_kwh - shape.home_regeneration_kwh
        good = done
        for trip in range(done, shape.trips):
            charged_kwh = self._charged(row, trip, level_kwh) if trip > done else level_kwh
            level_kwh = charged_kwh - float(expected_kwh[trip])
            if level_kwh < self.reserve_kwh:
                break
            if level_kwh - home_kwh[trip] >= self.reserve_kwh and shape.purpose[trip] != _DEADHEAD:
                good = trip + 1
        return good

    def _charged(self, row: int, trip: int, level_kwh: float) -> float:
        if self.charge_s[row, trip] <= 0.0 or level_kwh >= self.target_kwh:
            return level_kwh
        steps, charge_s = self.curves[int(self.curve[row, trip])], float(self.charge_s[row, trip])
        return min(self.target_kwh, steps.level_at(steps.time_at(level_kwh) + charge_s))


def least_levels_kwh(
    expected_kwh: Series,
    charge_s: Series,
    curve: NDArray[np.intp],
    curves: Sequence[ChargeSteps],
    target_kwh: float,
    reserve_kwh: float,
) -> Series:
    """Level with which each trip must be begun so that the rest can be run above the reserve, from the last trip back.

    Before trip i a vehicle that charges for t seconds needs L(T(n) - t), where T(level) is the time at full power from
    empty, L its inverse, and n what the trip must be begun with. Nobody charges beyond the target, so that a need above
    it stays one.
    """
    least_kwh = np.empty_like(expected_kwh)
    ahead_kwh = np.full(len(expected_kwh), reserve_kwh)
    for trip in range(expected_kwh.shape[1] - 1, -1, -1):
        before_kwh = np.maximum(reserve_kwh, expected_kwh[:, trip] + ahead_kwh)
        least_kwh[:, trip] = ahead_kwh = before_kwh
        for number, steps in enumerate(curves):
            climbs = (curve[:, trip] == number) & (charge_s[:, trip] > 0.0) & (before_kwh <= target_kwh + 1e-9)
            if climbs.any():
                time_s = np.interp(before_kwh[climbs], steps.level_kwh, steps.time_s) - charge_s[climbs, trip]
                ahead_kwh = ahead_kwh.copy()
                ahead_kwh[climbs] = np.maximum(reserve_kwh, np.interp(time_s, steps.time_s, steps.level_kwh))
    return least_kwh


def granted(arrive_s: Series, depart_s: Series, guns: int) -> NDArray[np.bool_]:
    """Which of some planned layovers find a gun, given out in order of arrival, each until its vehicle leaves.

    >>> granted(np.array([0.0, 60.0, 600.0]), np.array([600.0, 700.0, 900.0]), guns=1).tolist()
    [True, False, True]
    """
    free_s = [-np.inf] * guns
    heapify(free_s)
    found = np.zeros(len(arrive_s), dtype=np.bool_)
    for row in np.lexsort((depart_s, arrive_s)).tolist():
        if free_s[0] <= arrive_s[row]:
            heapreplace(free_s, float(depart_s[row]))
            found[row] = True
    return found

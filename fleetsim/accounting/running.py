"""Running integrals: the power of draws over time, alone and times signals, without a step from slot to slot.

Power is offered power times the factor of a clock, both constant between changes; a signal is constant within a slot.
Between the edges of the slots and the changes of the clock, the integral of factor times signal is a straight line. So
that of a draw is the difference of two points of a line with few corners, however many slots the draw reaches over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from fleetsim.accounting.clocks import ClockAxis, draws_by_clock
from fleetsim.accounting.sums import Floats, Ints, sums
from fleetsim.clock import SLOT_S
from fleetsim.results.schema import Frame

DRAWS_IN_CACHE = 1 << 14
"""Few enough for the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """Draws of one site and clock, on stretches of time with one factor and one slot each."""

    rows: Ints
    """Rows of the draws."""
    site: int
    clock: ClockAxis
    corners_s: Floats
    """Start of each stretch, and the end of the last: the edge of a slot, as that of the first is."""
    factors: Floats
    """Factor in each stretch."""
    slot: Ints
    """Slot of each stretch."""
    first: Ints
    """Stretch in which each draw begins."""
    since_s: Floats
    """Time from the start of that stretch to that of the draw."""
    last: Ints
    """Stretch in which each draw ends."""
    after_s: Floats
    """Time from the start of that stretch to the end of the draw."""

    @property
    def window(self) -> slice:
        """The slots that the draws touch."""
        return slice(int(self.slot[0]), int(self.slot[-1]) + 1)

    def part(self, draws: Ints) -> Running:
        """Some of the draws."""
        names = ("rows", "first", "since_s", "last", "after_s")
        return replace(self, **{name: getattr(self, name)[draws] for name in names})

    def integrals(self, rates: Floats) -> Floats:
        """Integral of each of some rates over each draw, shape ``(rates, draws)``; ``rates`` are by stretch.

        NaN where a rate is unknown at either end of a draw; what is unknown is so for years at a time.
        """
        out = np.empty((len(rates), len(self.first)))
        heights = self._heights(rates)
        for begin in range(0, len(self.first), DRAWS_IN_CACHE):
            here = slice(begin, begin + DRAWS_IN_CACHE)
            first, since_s, last, after_s = (each[here] for each in (self.first, self.since_s, self.last, self.after_s))
            for integral, height, rate in zip(out[:, here], heights, rates, strict=True):
                np.subtract(height[last], height[first], out=integral)
                integral += rate[last] * after_s
                integral -= rate[first] * since_s
        return out

    def by_slot(self, weights: Floats, rates: Floats) -> Floats:
        """Integral of a rate by slot of the window, summed over the draws by their weights.

        A draw gives a part to the slots in which it begins and ends; to those between, what is open gives the whole.
        """
        slots, slot = int(self.slot[-1] - self.slot[0]) + 1, self.slot - self.slot[0]
        height = self._heights(rates[np.newaxis])[0]
        edges = np.append(height[np.searchsorted(slot, np.arange(slots))], height[-1])
        start, end = (
            height[self.first] + rates[self.first] * self.since_s,
            height[self.last] + rates[self.last] * self.after_s,
        )
        first, last = slot[self.first], slot[self.last]
        out = sums(weights * (np.minimum(edges[first + 1], end) - start), first, slots)
        over = np.flatnonzero(last > first)
        first, last, weights = first[over], last[over], weights[over]
        out += sums(weights * (end[over] - edges[last]), last, slots)
        number = np.cumsum(np.bincount(first, minlength=slots) - np.bincount(last - 1, minlength=slots))
        going = np.cumsum(sums(weights, first, slots) - sums(weights, last - 1, slots))
        going[number == 0] = 0.0
        out[1:] += going[:-1] * np.diff(edges)[1:]
        return out

    def _heights(self, rates: Floats) -> Floats:
        """Integral of each rate up to each corner."""
        out = np.zeros((len(rates), len(self.corners_s)))
        np.cumsum(np.nan_to_num(rates) * np.diff(self.corners_s), axis=1, out=out[:, 1:])
        return out


def running(draws: Frame, clocks: Frame) -> Iterator[Running]:
    """All draws, those of one site and clock together, some draws after the other."""
    for rows, clock in draws_by_clock(draws, clocks):
        start_s, end_s = draws["start_at"][rows], draws["end_at"][rows]
        after_slot = max(np.ceil(end_s.max() / SLOT_S), np.floor(start_s.max() / SLOT_S) + 1)
        edges_s = np.arange(np.floor(start_s.min() / SLOT_S), after_slot + 1) * SLOT_S
        changes_s = clock.changes_s(edges_s[0], edges_s[-1])
        corners_s = np.union1d(edges_s, changes_s) if len(changes_s) else edges_s
        first, last = _stretches(edges_s, corners_s, start_s, end_s)
        yield Running(
            rows=rows,
            site=int(draws["site"][rows[0]]),
            clock=clock,
            corners_s=corners_s,
            factors=clock.factor(corners_s[:-1]),
            slot=(corners_s[:-1] // SLOT_S).astype(np.int64),
            first=first,
            since_s=start_s - corners_s[first],
            last=last,
            after_s=end_s - corners_s[last],
        )


def _stretches(edges_s: Floats, corners_s: Floats, start_s: Floats, end_s: Floats) -> tuple[Ints, Ints]:
    """Stretches in which some draws begin and end; one that ends with a stretch does not touch the next."""
    if len(edges_s) == len(corners_s):
        first = ((start_s - edges_s[0]) / SLOT_S).astype(np.int64)
        last = np.ceil((end_s - edges_s[0]) / SLOT_S).astype(np.int64) - 1
    else:
        first = np.searchsorted(corners_s, start_s, side="right") - 1
        last = np.searchsorted(corners_s, end_s, side="left") - 1
    return first, np.maximum(last, first)

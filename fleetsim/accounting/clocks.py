"""The clocks of the sites: how far the power of a draw is scaled, and the time that counts as full power."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.sums import Floats, Ints, blocks
from fleetsim.results.schema import Frame

FULL_POWER = -1
"""Number of the clock that never scales."""
INSTANT_S = 1e-3
"""Overlaps shorter than this are the rounding of times, not power."""


@dataclass(frozen=True, slots=True, eq=False)
class ClockAxis:
    """One clock: rows of constant factor in order of time; between rows, before and after them the factor is 0."""

    starts_s: Floats
    ends_s: Floats
    factors: Floats

    def scaled_s(self, at_s: Floats) -> Floats:
        """Integral of the factor up to each time, in seconds at full power.

        >>> clock = ClockAxis(np.array([0.0, 100.0]), np.array([100.0, 300.0]), np.array([1.0, 0.5]))
        >>> clock.scaled_s(np.array([50.0, 100.0, 200.0, 400.0])).tolist()
        [50.0, 100.0, 150.0, 200.0]
        """
        return self._integral(self.factors, at_s)

    def active_s(self, at_s: Floats) -> Floats:
        """Seconds with a factor above zero up to each time."""
        return self._integral((self.factors > 0.0).astype(np.float64), at_s)

    def factor(self, at_s: Floats) -> Floats:
        """The factor that holds from each time on."""
        row = np.searchsorted(self.starts_s, at_s, side="right") - 1
        inside = (row >= 0) & (at_s < self.ends_s[row])
        return np.where(inside, self.factors[row], 0.0)

    def changes_s(self, from_s: float, to_s: float) -> Floats:
        """Times between two others at which the factor may change."""
        starts, ends = (
            times[np.searchsorted(times, from_s, side="right") : np.searchsorted(times, to_s)]
            for times in (self.starts_s, self.ends_s)
        )
        return np.concatenate((starts, ends))

    def highest(self, start_s: Floats, end_s: Floats) -> Floats:
        """Highest factor between each pair of times."""
        first = np.maximum(np.searchsorted(self.starts_s, start_s + INSTANT_S, side="right") - 1, 0)
        last = np.maximum(np.searchsorted(self.starts_s, end_s - INSTANT_S, side="left") - 1, first)
        level = np.frexp(last - first + 1)[1] - 1
        tops = _range_tops(self.factors, int(level.max(initial=0)))
        out = np.empty(len(first))
        for power, top in enumerate(tops):
            here = level == power
            out[here] = np.maximum(top[first[here]], top[last[here] - (1 << power) + 1])
        return out

    def _integral(self, values: Floats, at_s: Floats) -> Floats:
        lengths = self.ends_s - self.starts_s
        before = np.concatenate(([0.0], np.cumsum(values[:-1] * lengths[:-1])))
        row = np.maximum(np.searchsorted(self.starts_s, at_s, side="right") - 1, 0)
        return np.asarray(before[row] + values[row] * np.clip(at_s - self.starts_s[row], 0.0, lengths[row]))


ALWAYS_FULL = ClockAxis(np.array([0.0]), np.array([np.inf]), np.array([1.0]))
"""The clock of draws that nothing scales."""


def _range_tops(values: Floats, levels: int) -> list[Floats]:
    """Maxima over 1, 2, 4, ... values, so that the maximum of any range is that of two entries."""
    tops = [values]
    for level in range(levels):
        below, step = tops[-1], 1 << level
        tops.append(np.maximum(below[:-step], below[step:]))
    return tops


def clock_axes(clocks: Frame) -> dict[tuple[int, int], ClockAxis]:
    """The clocks of every site, by site and number."""
    columns = [clocks[name] for name in ("site", "clock", "start_at", "end_at", "factor")]
    if not _in_order(*columns[:3]):
        order = np.lexsort(columns[2::-1])
        columns = [column[order] for column in columns]
    site, number, starts, ends, factors = columns
    return {
        (int(site[run.start]), int(number[run.start])): ClockAxis(starts[run], ends[run], factors[run])
        for run in _runs(site, number)
    }


def draws_by_clock(draws: Frame, clocks: Frame) -> Iterator[tuple[Ints, ClockAxis]]:
    """Rows of the draws that share a site and a clock, with that clock, some draws after the other.

    Raises ``ValueError`` where a draw names a clock that its site does not have.
    """
    axes = clock_axes(clocks)
    for block in blocks(len(draws["site"])):
        site, number = draws["site"][block], draws["clock"][block]
        order = _order(site * (np.int64(number.max()) + 1 - FULL_POWER) + number - FULL_POWER)
        for run in _runs(site[order], number[order]):
            rows = order[run]
            key = (int(site[rows[0]]), int(number[rows[0]]))
            if key[1] != FULL_POWER and key not in axes:
                raise ValueError(f"draws refer to clock {key[1]} of site {key[0]}, which has no rows")
            yield block.start + rows, ALWAYS_FULL if key[1] == FULL_POWER else axes[key]


def _order(keys: Ints) -> Ints:
    """Stable order of keys that are not negative; for small ones NumPy counts in place of comparing."""
    return np.argsort(keys.astype(np.uint16) if keys.max() <= np.iinfo(np.uint16).max else keys, kind="stable")


def _in_order(*keys: NDArray[Any]) -> bool:
    """Whether rows are ordered by the first key, those that share it by the next, and so on."""
    tied = np.ones(max(len(keys[0]) - 1, 0), dtype=bool)
    for key in keys:
        if np.any(tied & (key[1:] < key[:-1])):
            return False
        tied &= key[1:] == key[:-1]
    return True


def _runs(*keys: NDArray[np.integer]) -> list[slice]:
    """Each run of equal keys."""
    changed = np.zeros(max(len(keys[0]) - 1, 0), dtype=bool)
    for key in keys:
        changed |= key[1:] != key[:-1]
    bounds = [0, *(np.flatnonzero(changed) + 1).tolist(), len(keys[0])]
    return [slice(*run) for run in pairwise(bounds) if run[0] < run[1]]

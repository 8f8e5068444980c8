"""Sums and ratios of columns, by group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.results import spool

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


ROWS_AT_ONCE = 1 << 19
"""Few enough for memory, whatever the length of a run."""


def blocks(rows: int) -> Iterator[slice]:
    """Rows, some after the other.

    >>> list(blocks(3))
    [slice(0, 3, None)]
    """
    for first in range(0, rows, ROWS_AT_ONCE):
        yield slice(first, min(first + ROWS_AT_ONCE, rows))


def by_group(group: NDArray[Any], groups: int) -> tuple[NDArray[np.int32], Ints]:
    """The rows of each group in their order, one group after the other, and the bounds between the groups.

    >>> by_group(np.array([1, 0, 1]), 2)
    (array([1, 0, 2], dtype=int32), array([0, 1, 3]))
    """
    counts = np.zeros(groups, dtype=np.int64)
    for rows in blocks(len(group)):
        counts += np.bincount(group[rows], minlength=groups)
    bounds = np.concatenate(([0], np.cumsum(counts)))
    out, filled = spool.zeros(len(group), dtype=np.int32), bounds[:-1].copy()
    for rows in blocks(len(group)):
        order = np.argsort(group[rows], kind="stable")
        here = group[rows][order]
        found, first, number = np.unique(here, return_index=True, return_counts=True)
        out[filled[here] + np.arange(len(here)) - np.repeat(first, number)] = rows.start + order
        filled[found] += number
    return out, bounds


def sums(values: NDArray[Any], group: NDArray[Any], groups: int) -> Floats:
    """Sum of the values of each group, shape ``(groups,)``.

    >>> sums(np.array([1.0, 2.0, 4.0]), np.array([0, 2, 0]), 3).tolist()
    [5.0, 0.0, 2.0]
    """
    return np.asarray(np.bincount(group, values, minlength=groups), dtype=np.float64)


def ratio(over: NDArray[Any], under: NDArray[Any]) -> Floats:
    """One column over another; NaN where the lower one is zero.

    >>> ratio(np.array([3.0, 3.0]), np.array([2.0, 0.0])).tolist()
    [1.5, nan]
    """
    out = np.full(np.shape(over), np.nan)
    np.divide(over, under, out=out, where=np.asarray(under) != 0.0)
    return out

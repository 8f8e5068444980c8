"""Sums and ratios of columns, by group."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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

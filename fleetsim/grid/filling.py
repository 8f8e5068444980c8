"""Water filling: move a profile up or down until its mean is right, within bounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_HALVINGS = 60
"""Enough to pin the level to the last bits of a double."""


def fill(
    profile: ArrayLike, mean: ArrayLike, lowest: ArrayLike, highest: ArrayLike, weights: ArrayLike = 1.0
) -> NDArray[np.float64]:
    """``clip(profile + c, lowest, highest)`` with the one c that gives the weighted mean ``mean``.

    A mean that the bounds do not allow gives the nearest bound. Of a table each row is filled by itself; means
    and bounds by row have shape ``(rows, 1)``.

    >>> fill([0.0, 2.0, 6.0], 4.0, 0.0, 5.0)
    array([2.5, 4.5, 5. ])
    """
    shape = np.asarray(profile, dtype=np.float64)
    low = np.broadcast_to(np.asarray(lowest, dtype=np.float64), shape.shape)
    high = np.broadcast_to(np.asarray(highest, dtype=np.float64), shape.shape)
    weight = np.broadcast_to(np.asarray(weights, dtype=np.float64), shape.shape)
    wanted = np.asarray(mean, dtype=np.float64) * weight.sum(axis=-1, keepdims=True)
    below, above = np.min(low - shape, axis=-1, keepdims=True), np.max(high - shape, axis=-1, keepdims=True)
    for _ in range(_HALVINGS):
        level = (below + above) / 2
        short = (np.clip(shape + level, low, high) * weight).sum(axis=-1, keepdims=True) < wanted
        below, above = np.where(short, level, below), np.where(short, above, level)
    filled: NDArray[np.float64] = np.clip(shape + (below + above) / 2, low, high)
    return filled

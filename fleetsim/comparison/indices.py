"""Indices of sensitivity: which share of a metric's variance goes back to which input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES = 500
_SEED_OF_RESAMPLES = 1


@dataclass(frozen=True, slots=True)
class Index:
    """How far one input moves one metric."""

    variant: str
    metric: str
    unit: str
    key: str
    """The input, as the study names it."""
    first: float
    """First-order index: share of the variance that goes when this input alone is known."""
    first_low: float
    first_high: float
    total: float
    """Total index: share of the variance that stays when all but this input are known."""
    total_low: float
    total_high: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The indices of a study, metric by metric."""

    study: str
    runs: int
    samples: int
    indices: tuple[Index, ...]
    unmoved: tuple[str, ...]
    """Metrics that are the same in all runs."""
    confidence: float


def indices_of(values: Floats, inputs: int, confidence: float) -> Floats:
    """First-order and total index of each input, each with the ends of its interval, from the values at all points.

    Estimators of Saltelli and others (Computer Physics Communications 181, 2010) by SciPy; intervals are percentiles of
    the indices of resampled points.
    """
    whole = values.reshape(inputs + 2, -1)
    draw = np.random.default_rng(_SEED_OF_RESAMPLES)
    resampled = np.array(
        [_estimated(whole[:, draw.integers(0, whole.shape[1], whole.shape[1])]) for _ in range(RESAMPLES)]
    )
    ends = np.nanquantile(resampled, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    first, total = _estimated(whole.copy())
    return np.array([first, *ends[:, 0], total, *ends[:, 1]]).T


def _estimated(whole: Floats) -> Floats:
    """First-order and total indices from the values of the sets A, B and the mixed ones, which SciPy overwrites."""
    from scipy.stats import sobol_indices

    sets: Any = {"f_A": whole[:1], "f_B": whole[1:2], "f_AB": whole[2:, None]}
    with np.errstate(invalid="ignore", divide="ignore"):
        found = sobol_indices(func=sets, n=whole.shape[1])
    return np.array([np.ravel(found.first_order), np.ravel(found.total_order)])

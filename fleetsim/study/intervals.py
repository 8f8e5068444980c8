"""Intervals of a service level: how far a share that some weeks show can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Interval:
    """A share with two bounds, each of which holds by itself with ``confidence``."""

    share: float
    low: float
    high: float
    confidence: float


def share_interval(good: ArrayLike, due: ArrayLike, confidence: float = 0.95) -> Interval:
    """The share of good duties over independent weeks, bounds one-sided.

    Duties of one week hang together, so the weeks are the sample: ``r = sum g / sum d``, and its standard error is
    ``s = sqrt(n / (n - 1) sum (g - r d)^2) / sum d`` (ratio estimate of cluster samples; Cochran, Sampling Techniques,
    1977, 6.3), with Student's t on ``n - 1``. Where the bounds of Clopper and Pearson for independent duties are wider,
    as without a single failure, those count.

    >>> found = share_interval([100, 100], [100, 100])
    >>> round(found.low, 4), found.high
    (0.9851, 1.0)
    """
    from scipy.stats import beta, t

    successes, trials = np.asarray(good, dtype=np.float64), np.asarray(due, dtype=np.float64)
    weeks, hits, total = len(trials), float(successes.sum()), float(trials.sum())
    share = hits / total
    low = float(beta.ppf(1.0 - confidence, hits, total - hits + 1.0)) if hits > 0.0 else 0.0
    high = float(beta.ppf(confidence, hits + 1.0, total - hits)) if hits < total else 1.0
    if weeks > 1:
        spread = float(np.sum((successes - share * trials) ** 2))
        half = float(t.ppf(confidence, weeks - 1)) * (weeks / (weeks - 1) * spread) ** 0.5 / total
        low, high = min(low, share - half), max(high, share + half)
    return Interval(share, max(low, 0.0), min(high, 1.0), confidence)

"""What charging may follow: plain arrays on 15-minute slots, computed before the fleets run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import SLOT_S


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Price and cleanliness by slot, each of shape ``(slots,)``, from the start of the warm-up on."""

    price_cny_per_kwh: NDArray[np.float64]
    """Whole price of a kilowatt-hour at the meter."""
    valley: NDArray[np.bool_]
    """Slots that the tariff calls valley."""
    clean_share: NDArray[np.float64]
    """Expected clean share of production, without the fleets of the scenario."""


def windows(flags: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """Runs of true slots as ``(start_s, end_s)``.

    >>> windows(np.array([False, True, True, False, True]))
    ((900.0, 2700.0), (3600.0, 4500.0))
    """
    steps = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return tuple((float(a * SLOT_S), float(b * SLOT_S)) for a, b in zip(starts, ends, strict=True))

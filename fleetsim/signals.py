"""What charging may follow: plain arrays on 15-minute slots, computed before the fleets run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import SLOT_S


@dataclass(frozen=True, slots=True, eq=False)
class SiteSupply:
    """What a site has beside its connection, by slot from the start of the warm-up on."""

    solar_kw: NDArray[np.float64]
    """Power that its panels can give, AC."""
    promised_kw: NDArray[np.float64]
    """Power that its storage is sure to draw or, negative, to give if it is asked."""
    stored_kwh: float = 0.0
    """Energy in its storage at the start of the reported time, at least."""
    peak: NDArray[np.bool_] | None = None
    """Slots in which its storage gives what it has; those in which it promises to, where they are not said."""

    @property
    def may_give(self) -> NDArray[np.bool_]:
        """Slots in which a storage that follows the tariff gives."""
        return self.promised_kw < 0.0 if self.peak is None else self.peak

    @property
    def raise_kw(self) -> NDArray[np.float64]:
        """By how much the site's loads may exceed the limit of its connection."""
        return self.solar_kw - self.promised_kw


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Price and cleanliness by slot, each of shape ``(slots,)``, from the start of the warm-up on."""

    price_cny_per_kwh: NDArray[np.float64]
    """Whole price of a kilowatt-hour at the meter."""
    valley: NDArray[np.bool_]
    """Slots that the tariff calls valley."""
    peak: NDArray[np.bool_]
    """Slots that it calls peak or critical."""
    clean_share: NDArray[np.float64]
    """Expected clean share of production, without the fleets of the scenario."""
    supply: Mapping[str, SiteSupply] = field(default_factory=dict)
    """Solar and storage by site, of those that have any."""


def windows(flags: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """Runs of true slots as ``(start_s, end_s)``.

    >>> windows(np.array([False, True, True, False, True]))
    ((900.0, 2700.0), (3600.0, 4500.0))
    """
    steps = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return tuple((float(a * SLOT_S), float(b * SLOT_S)) for a, b in zip(starts, ends, strict=True))

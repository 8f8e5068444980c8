"""How a session climbs its charge curve within a plan, by itself: what it draws, and when."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fleetsim.charging.view import Plan, Slot
from fleetsim.clock import HOUR_S, SLOT_S

SMALL_KWH = 1e-9

Needs = tuple[tuple[float, float], ...]
"""Steps of a charge curve: energy at the meter (kWh) and full power (kW)."""


def climb(needs: Needs, plan: Plan, from_s: float) -> Iterator[Slot]:
    """The stretches of constant power that a session draws from a moment on, ``max_kw`` being what it draws.

    >>> [tuple(drawn) for drawn in climb(((50.0, 100.0), (10.0, 20.0)), (Slot(0.0, 3600.0),), 900.0)]
    [(900.0, 2700.0, 100.0), (2700.0, 3600.0, 20.0)]
    """
    steps = iter(needs)
    left_kwh, step_kw = next(steps, (0.0, 0.0))
    for start_s, end_s, max_kw in plan:
        at_s = max(start_s, from_s)
        while left_kwh > 0.0 and at_s < end_s and (kw := min(step_kw, max_kw)) > 0.0:
            done_s = min(end_s, at_s + left_kwh / kw * HOUR_S)
            yield Slot(at_s, done_s, kw)
            left_kwh -= kw * (done_s - at_s) / HOUR_S
            at_s = done_s
            if done_s < end_s or left_kwh <= SMALL_KWH:
                left_kwh, step_kw = next(steps, (0.0, 0.0))


def drawn_kwh(needs: Needs, plan: Plan, from_s: float) -> float:
    """Energy at the meter that a session draws within its plan."""
    return sum(kw * (end_s - start_s) for start_s, end_s, kw in climb(needs, plan, from_s)) / HOUR_S


def highest_kw(needs: Needs, plan: Plan, from_s: float) -> NDArray[np.float64]:
    """The highest power that a session draws within its plan, by slot from that of ``from_s`` on.

    >>> highest_kw(((50.0, 100.0), (10.0, 20.0)), (Slot(0.0, 7200.0),), 900.0)
    array([100., 100.,  20.,  20.])
    """
    first = int(from_s // SLOT_S)
    drawn = list(climb(needs, plan, from_s))
    power_kw = np.zeros(int(np.ceil(drawn[-1].end_s / SLOT_S)) - first if drawn else 0)
    for start_s, end_s, kw in drawn:
        here = slice(int(start_s // SLOT_S) - first, int(np.ceil(end_s / SLOT_S)) - first)
        power_kw[here] = np.maximum(power_kw[here], kw)
    return power_kw

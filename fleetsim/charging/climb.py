"""How a session climbs its charge curve within a plan, and comes down where it feeds back: what it draws, and when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from fleetsim.charging.view import FeedView, Needs, Plan, Slot
from fleetsim.clock import HOUR_S, SLOT_S

SMALL_KWH = 1e-9


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


def ride(feeds: FeedView, plan: Plan, from_s: float) -> Iterator[Slot]:
    """As :func:`climb`, for a session that may feed back; ``max_kw`` is negative while it does.

    >>> battery = FeedView(50.0, 0.8, ((50.0, 100.0), (10.0, 20.0)), level_kwh=50.0, floor_kwh=25.0)
    >>> [tuple(each) for each in ride(battery, (Slot(0.0, 3600.0, -40.0), Slot(3600.0, 9000.0)), 0.0)]
    [(0.0, 1800.0, -40.0), (3600.0, 4500.0, 100.0), (4500.0, 6300.0, 20.0)]
    """
    edges_kwh = tuple(accumulate((energy_kwh for energy_kwh, _ in feeds.needs), initial=0.0))
    level_kwh = feeds.level_kwh
    for start_s, end_s, max_kw in plan:
        at_s = max(start_s, from_s)
        if max_kw < 0.0:
            kw = min(-max_kw, feeds.power_kw)
            spare_kwh = (level_kwh - feeds.floor_kwh) * feeds.round_trip
            if spare_kwh > SMALL_KWH and at_s < end_s:
                done_s = min(end_s, at_s + spare_kwh / kw * HOUR_S)
                yield Slot(at_s, done_s, -kw)
                level_kwh -= kw * (done_s - at_s) / HOUR_S / feeds.round_trip
            continue
        while at_s < end_s and level_kwh < edges_kwh[-1] - SMALL_KWH:
            step = bisect_right(edges_kwh, level_kwh + SMALL_KWH) - 1
            kw = min(feeds.needs[step][1], max_kw)
            if kw <= 0.0:
                break
            done_s = min(end_s, at_s + (edges_kwh[step + 1] - level_kwh) / kw * HOUR_S)
            yield Slot(at_s, done_s, kw)
            level_kwh += kw * (done_s - at_s) / HOUR_S
            at_s = done_s


def drawn_kwh(needs: Needs, plan: Plan, from_s: float) -> float:
    """Energy at the meter that a session draws within its plan."""
    return sum(kw * (end_s - start_s) for start_s, end_s, kw in climb(needs, plan, from_s)) / HOUR_S


def highest_kw(drawn: Iterable[Slot], from_s: float) -> NDArray[np.float64]:
    """The highest power of what a session draws, by slot from that of ``from_s`` on; negative where it feeds back.

    >>> highest_kw(climb(((50.0, 100.0), (10.0, 20.0)), (Slot(0.0, 7200.0),), 900.0), 900.0)
    array([100., 100.,  20.,  20.])
    """
    first, drawn = int(from_s // SLOT_S), list(drawn)
    power_kw = np.zeros(int(np.ceil(drawn[-1].end_s / SLOT_S)) - first if drawn else 0)
    begin_s, fed_s = first * float(SLOT_S), from_s
    for start_s, end_s, kw in drawn:
        if kw > 0.0:
            here = slice(int(start_s // SLOT_S) - first, int(np.ceil(end_s / SLOT_S)) - first)
            power_kw[here] = np.maximum(power_kw[here], kw)
            continue
        begin_s = begin_s if start_s == fed_s else start_s  # of all the time for which it has fed back
        whole = slice(int(max(np.ceil(begin_s / SLOT_S), start_s // SLOT_S)) - first, int(end_s // SLOT_S) - first)
        power_kw[whole] = kw
        fed_s = end_s
    return power_kw

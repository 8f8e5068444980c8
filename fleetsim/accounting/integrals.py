"""Exact integrals of the power of draws, alone and times a signal on 15-minute slots.

Power is offered power times the factor of a clock, both constant between changes; a signal is constant within
a slot. So a draw is cut at the edges of the slots, each piece has one value of every signal, and its energy is
offered power times the difference of the clock's scaled time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fleetsim.accounting.clocks import ClockAxis, draws_by_clock
from fleetsim.accounting.sums import Floats, Ints
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.results.schema import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Draws cut at the edges of the slots: one entry for each draw and each slot that it touches."""

    draw: Ints
    """Row of the draw."""
    slot: Ints
    """Slot, from the start of the warm-up."""
    kwh: Floats
    """Energy at the meter, AC."""
    drawing_s: Floats
    """Time with power."""


def cut(draws: Frame, clocks: Frame) -> Pieces:
    """Cut the draws at the edges of the slots."""
    nothing = Pieces(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))
    parts = [nothing, *(_cut(draws, rows, clock) for rows, clock in draws_by_clock(draws, clocks))]
    return Pieces(
        np.concatenate([part.draw for part in parts]),
        np.concatenate([part.slot for part in parts]),
        np.concatenate([part.kwh for part in parts]),
        np.concatenate([part.drawing_s for part in parts]),
    )


def _cut(draws: Frame, rows: Ints, clock: ClockAxis) -> Pieces:
    """Cut the draws of one clock."""
    start_s, end_s, offered_kw = draws["start_at"][rows], draws["end_at"][rows], draws["offered_kw"][rows]
    first_slot = np.floor(start_s / SLOT_S).astype(np.int64)
    count = np.maximum(np.ceil(end_s / SLOT_S).astype(np.int64) - first_slot, 1)
    first, last = np.cumsum(count) - count, np.cumsum(count) - 1
    of = np.repeat(np.arange(len(rows)), count)
    slot = np.arange(len(of)) + (first_slot - first)[of]
    edges_s: Floats = np.arange(int(slot.max()) + 2) * np.float64(SLOT_S)

    def seconds(integral: Callable[[Floats], Floats]) -> Floats:
        at_edges = integral(edges_s)
        lower, upper = at_edges[slot], at_edges[slot + 1]
        lower[first], upper[last] = integral(start_s), integral(end_s)
        between: Floats = upper - lower
        return between

    scaled_s = seconds(clock.scaled_s)
    active_s = scaled_s if np.all(clock.factors == 1.0) else seconds(clock.active_s)
    offered = offered_kw[of]
    return Pieces(rows[of], slot, offered * scaled_s / HOUR_S, np.where(offered != 0.0, active_s, 0.0))


def energy_kwh(draws: Frame, clocks: Frame, until_s: float = np.inf) -> Iterator[tuple[Ints, Floats]]:
    """Rows of draws and the energy of each at the meter, as far as it lies before ``until_s``."""
    for rows, clock in draws_by_clock(draws, clocks):
        start_s, end_s = np.minimum(draws["start_at"][rows], until_s), np.minimum(draws["end_at"][rows], until_s)
        yield rows, draws["offered_kw"][rows] * (clock.scaled_s(end_s) - clock.scaled_s(start_s)) / HOUR_S

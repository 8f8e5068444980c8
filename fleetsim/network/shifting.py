"""Charging moved within what its sessions allow: the same plug, the same energy, no more power, gone in time.

Each session may draw whenever it was plugged in in the run, at most at its own highest power, and no site more than
at its own peak before. So what comes out is a schedule that could have been run as the vehicles came and went: a
bound that is reached by a controller that knows what comes, not a wish. Left out is that a nearly full battery takes
less than its highest power.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.network.slots import Loads
from fleetsim.network.state import sites_below
from fleetsim.network.sweep import Floats, Ints

PASSES = 2
"""Rounds over the sessions; each finds its best place beside all others."""

Marked = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Movable:
    """Sessions that may move: one entry for each, and one for each slot of its stay."""

    site: Ints
    """Number of its site in the network."""
    begins: Ints
    """First entry of its stay; the one behind the last session's ends the list."""
    slot: Ints
    """Reported slot."""
    drawn_kw: Floats
    """Mean power in the run."""
    most_kw: Floats
    """Mean power if it drew its highest for as long as it was plugged in then."""


def shifted(carried: Loads, movable: Movable, number: int, load_kw: Floats, over: Marked) -> Floats:
    """Power of the sites when the sessions below an asset, which carries ``load_kw``, draw where it carries least.

    Sessions whose stay touches no slot that is ``over`` remain as they are.
    """
    site_kw, load_kw = carried.site_kw.copy(), load_kw.copy()
    peak_kw = site_kw.max(axis=1, initial=0.0)
    touched = np.logical_or.reduceat(over[movable.slot], movable.begins[:-1]) if len(movable.site) else movable.site > 0
    moving = np.flatnonzero(touched & np.isin(movable.site, sites_below(carried.net, number)))
    stays = [slice(int(movable.begins[row]), int(movable.begins[row + 1])) for row in moving]
    drawn = [movable.drawn_kw[stay].copy() for stay in stays]
    for _ in range(PASSES):
        for at, (site, stay) in enumerate(zip(movable.site[moving], stays, strict=True)):
            slots = movable.slot[stay]
            load_kw[slots] -= drawn[at]
            site_kw[site, slots] -= drawn[at]
            most = np.maximum(np.minimum(movable.most_kw[stay], peak_kw[site] - site_kw[site, slots]), 0.0)
            drawn[at] = lowest_first(load_kw[slots], most, float(drawn[at].sum()))
            load_kw[slots] += drawn[at]
            site_kw[site, slots] += drawn[at]
    return site_kw


def lowest_first(load_kw: Floats, most_kw: Floats, total_kw: float) -> Floats:
    """``total_kw`` poured over slots where the load is lowest, at most ``most_kw`` in each.

    >>> lowest_first(np.array([5.0, 1.0, 2.0]), np.array([4.0, 4.0, 4.0]), 5.0).tolist()
    [0.0, 3.0, 2.0]
    """
    levels = np.sort(np.concatenate([load_kw, load_kw + most_kw]))
    poured = np.clip(levels[:, np.newaxis] - load_kw, 0.0, most_kw).sum(axis=1)
    found: Floats = np.clip(np.interp(total_kw, poured, levels) - load_kw, 0.0, most_kw)
    return found

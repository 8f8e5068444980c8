"""Series over time for the figures: what each site drew and why, thinned to what a page can show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import SLOT_S
from fleetsim.report.view import ReportView
from fleetsim.results.records import Records
from fleetsim.results.schema import LOADS, Frame, select

Series = NDArray[np.float64]

MOST_POINTS = 1_344
"""Points of a series that a page shows: two weeks of 15-minute slots; longer runs are averaged."""
_STEPS = (1, 2, 4, 8, 16, 32, 96)


@dataclass(frozen=True, slots=True, eq=False)
class SitePower:
    """Mean power of a site on 15-minute slots, split by what draws it, kW AC."""

    site: str
    slot_s: Series
    vehicles_kw: Series
    base_kw: Series
    standby_kw: Series
    hydrogen_kw: Series
    """Electrolyser and compressor."""
    load_kw: Series
    """All loads together."""
    solar_kw: Series
    """What the site's own panels gave."""
    storage_kw: Series
    """What its battery took or, negative, gave."""
    fed_back_kw: Series
    """What vehicles fed back."""
    grid_kw: Series
    peak_kw: Series
    """Highest power within each slot."""
    limit_kw: Series
    """NaN without a limit."""


def site_powers(records: Records) -> tuple[SitePower, ...]:
    """Each site that has slots, in the order of the site list."""
    slots, draws = records.tables["site_slots"], records.tables["draws"]
    powers = []
    for code, site in enumerate(records.entities["sites"]):
        rows = select(slots, slots["site"] == code)
        if not len(rows["slot_at"]):
            continue
        rows = select(rows, np.argsort(rows["slot_at"], kind="stable"))
        own = select(draws, draws["site"] == code)
        base_kw = constant_draw_kw(own, "base", rows["slot_at"])
        standby_kw = constant_draw_kw(own, "standby", rows["slot_at"])
        hydrogen_kw = constant_draw_kw(own, "electrolyser", rows["slot_at"])
        hydrogen_kw = hydrogen_kw + constant_draw_kw(own, "compressor", rows["slot_at"])
        others_kw = base_kw + standby_kw + hydrogen_kw
        powers.append(
            SitePower(
                site=site,
                slot_s=rows["slot_at"],
                vehicles_kw=np.maximum(np.nan_to_num(rows["load_kw"]) - others_kw, 0.0),
                base_kw=base_kw,
                standby_kw=standby_kw,
                hydrogen_kw=hydrogen_kw,
                load_kw=rows["load_kw"],
                solar_kw=np.nan_to_num(rows["solar_kw"]),
                storage_kw=np.nan_to_num(rows["storage_kw"]),
                fed_back_kw=np.nan_to_num(rows["fed_back_kw"]),
                grid_kw=rows["grid_kw"],
                peak_kw=rows["peak_kw"],
                limit_kw=rows["limit_kw"],
            )
        )
    return tuple(powers)


def constant_draw_kw(draws: Frame, load: str, slot_s: Series) -> Series:
    """Mean power in each slot of the draws of one load that no clock scales (buildings, standby, hydrogen).

    Energy up to an instant is a chain of straight lines whose slope changes by the power of each draw at its
    start and end, so a slot's mean is a difference of two points on it.
    """
    rows = select(draws, draws["load"] == LOADS.index(load))
    if not len(rows["start_at"]) or not len(slot_s):
        return np.zeros(len(slot_s))
    at = np.concatenate([rows["start_at"], rows["end_at"]])
    change_kw = np.concatenate([rows["offered_kw"], -rows["offered_kw"]])
    order = np.argsort(at, kind="stable")
    corners_s = at[order]
    slope_kw = np.cumsum(change_kw[order])
    energy_kws = np.concatenate([[0.0], np.cumsum(slope_kw[:-1] * np.diff(corners_s))])
    reached = np.interp(np.concatenate([slot_s, [slot_s[-1] + SLOT_S]]), corners_s, energy_kws)
    mean_kw: Series = np.diff(reached) / SLOT_S
    return mean_kw


def step(slots: int) -> int:
    """Slots that one point of a figure stands for."""
    needed = math.ceil(slots / MOST_POINTS)
    return next((size for size in _STEPS if size >= needed), 96 * math.ceil(needed / 96))


def thin(values: Series, size: int) -> Series:
    """Means of ``size`` values each; the last may stand for fewer.

    >>> thin(np.array([1.0, 3.0, 5.0, 7.0, 9.0]), 2)
    array([2., 6., 9.])
    """
    if size == 1 or not len(values):
        return values
    edges = np.arange(0, len(values), size)
    means: Series = np.add.reduceat(values, edges) / np.diff(np.append(edges, len(values)))
    return means


def total_kw(powers: Sequence[SitePower], *, loads: bool = False) -> tuple[Series, Series]:
    """Slots that any site has, and the power of all connections, or of all loads, together in each."""
    slot_s = np.unique(np.concatenate([power.slot_s for power in powers]))
    total = np.zeros(len(slot_s))
    for power in powers:
        total[np.searchsorted(slot_s, power.slot_s)] += np.nan_to_num(power.load_kw if loads else power.grid_kw)
    return slot_s, total


def first_highest(values: Series) -> int:
    """Where the highest value is reached first; values equal but for rounding, as at a limit, count as reached.

    >>> first_highest(np.array([1.0, 5.0, 3.0, 5.0 + 1e-12]))
    1
    """
    highest = np.nanmax(values)
    return int(np.argmax(values >= highest - 1e-9 * abs(highest)))


def civil(view: ReportView, at_s: float) -> datetime:
    """A second of the run as civil time."""
    moment: datetime = view.records.clock.civil(np.array([at_s]))[0].item()
    return moment

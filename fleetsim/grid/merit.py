"""The merit order within a day: the day's energies become slots of 15 minutes, within the limits of power.

Coal runs near-flat above its floor, the river as it comes; pondage, then the seasonal and the multi-year stores
follow what is left, each with the energy of its day between its lowest release and its capacity. What
remains flattens the export. Where the lines are full, wind and solar are cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.grid.filling import fill

Series = NDArray[np.float64]
FULL_MW = 1e-3
"""Hydro this near to its capacity can give no more."""


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Energies of days as mean powers in MW; by slot ``(days, slots)``, by store ``(stores, days)``."""

    demand_mw: Series
    """By slot, as far as it is served."""
    wind_mw: Series
    """By slot."""
    solar_mw: Series
    """By slot."""
    coal_mw: Series
    coal_floor_mw: Series
    coal_highest_mw: float
    coal_follow_share: float
    river_mw: Series
    release_mw: Series
    lowest_mw: Series
    highest_mw: Series
    """Capacity of each store."""
    corridor_mw: float


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """The result, ``(days, slots)`` in MW; releases ``(stores, days, slots)``."""

    wind_mw: Series
    solar_mw: Series
    thermal_mw: Series
    river_mw: Series
    release_mw: Series
    hydro_full: NDArray[np.bool_]
    """Where no store can give more."""
    lines_full: NDArray[np.bool_]
    """Where wind and solar are cut."""

    @property
    def hydro_mw(self) -> Series:
        """All hydro."""
        hydro: Series = self.river_mw + self.release_mw.sum(axis=0)
        return hydro


def merit_order(days: Days) -> Slots:
    """The slots of the days, each by itself."""
    net = days.demand_mw - days.wind_mw - days.solar_mw
    thermal = fill(
        days.coal_follow_share * net, days.coal_mw[:, None], days.coal_floor_mw[:, None], days.coal_highest_mw
    )
    river = np.broadcast_to(days.river_mw[:, None], net.shape)
    left = net - thermal - river
    releases = []
    for release, lowest, highest in zip(days.release_mw, days.lowest_mw, days.highest_mw, strict=True):
        releases.append(fill(left, release[:, None], lowest[:, None], highest))
        left = left - releases[-1]
    release_mw = np.stack(releases)
    surplus = np.maximum(-left - days.corridor_mw, 0.0)
    renewable = days.wind_mw + days.solar_mw
    cut = np.divide(np.minimum(surplus, renewable), renewable, out=np.zeros_like(renewable), where=renewable > 0.0)
    return Slots(
        wind_mw=days.wind_mw * (1.0 - cut),
        solar_mw=days.solar_mw * (1.0 - cut),
        thermal_mw=thermal,
        river_mw=river,
        release_mw=release_mw,
        hydro_full=release_mw.sum(axis=0) > days.highest_mw.sum() - FULL_MW,
        lines_full=surplus > 0.0,
    )

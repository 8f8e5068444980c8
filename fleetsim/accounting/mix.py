"""What a kilowatt-hour is made of where it is taken: the grid's mix, or that of a site with supply of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fleetsim.accounting.integrals import Pieces
from fleetsim.accounting.sums import Floats, ratio
from fleetsim.grid.mix import GridSlots
from fleetsim.results.schema import SOURCES, STOCK_SOURCES, Frame

INITIAL, CLEAN, CONSUMPTION, DEDICATED, ZONE, EMISSION, COST = range(7)
"""Columns of a mix: shares of unknown origin and of clean energy by each boundary, then kg CO2 and CNY per kWh."""
FIRST_SOURCE = 7
"""From this column on: shares of the ``STOCK_SOURCES`` up to ``site_solar``."""
SITE_SOLAR = FIRST_SOURCE + STOCK_SOURCES.index("site_solar")
COLUMNS = SITE_SOLAR + 1
PER_KWH = (EMISSION, COST)
"""Columns that grow with every loss; the others are shares."""


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """The mix of all sites, as rows: first the slots of the grid, then those of each site that differs from it."""

    grid: GridSlots
    price_cny_per_kwh: Floats
    sites: Mapping[int, Floats]
    """Mix of the loads of a site in each slot of the run, shape ``(slots, COLUMNS)``, by code of the site."""

    def placed(self, pieces: Pieces, draws: Frame) -> Pieces:
        """Pieces of draws with rows of the mix where their slots were."""
        if not self.sites:
            return pieces
        slots = len(self.price_cny_per_kwh)
        first = np.zeros(max(int(draws["site"].max(initial=-1)), *self.sites) + 1, dtype=np.int64)
        for number, site in enumerate(self.sites):
            first[site] = (number + 1) * slots
        return replace(pieces, slot=pieces.slot + first[draws["site"]][pieces.draw])

    def column(self, column: int, of_grid: Floats) -> Floats:
        """One property by row of the mix; that of the grid is given by slot."""
        return np.concatenate([of_grid, *(site[:, column] for site in self.sites.values())]) if self.sites else of_grid

    def everywhere(self, of_grid: Floats) -> Floats:
        """A property of the grid by row of the mix, where what stands at a site changes nothing: a margin."""
        return np.tile(of_grid, 1 + len(self.sites)) if self.sites else of_grid


def source_ratios(grid: GridSlots) -> list[Floats]:
    """Share of each source in what the grid gives, slot by slot."""
    total_mw = grid.generation_mw.sum(axis=1)
    return [ratio(source_mw, total_mw) for source_mw in grid.generation_mw.T]


def of_grid(grid: GridSlots, price_cny_per_kwh: Floats, city: str) -> Floats:
    """The mix of the grid as a site in a city gets it, shape ``(slots, COLUMNS)``."""
    zone = None if grid.zones is None else grid.zones.of(city)
    out = np.zeros((len(price_cny_per_kwh), COLUMNS))
    out[:, CLEAN] = grid.clean_share
    out[:, CONSUMPTION] = grid.clean_share_consumption
    out[:, DEDICATED] = grid.clean_share_dedicated
    out[:, ZONE] = np.nan if zone is None else zone
    out[:, EMISSION] = grid.emission_kg_per_kwh
    out[:, COST] = price_cny_per_kwh
    out[:, FIRST_SOURCE : FIRST_SOURCE + len(SOURCES)] = np.column_stack(source_ratios(grid))
    return out


def of_sun() -> Floats:
    """The mix of a site's own panels: clean by every boundary, without emission, and paid for already."""
    out = np.zeros(COLUMNS)
    out[[CLEAN, CONSUMPTION, DEDICATED, ZONE, SITE_SOLAR]] = 1.0
    return out


def unknown() -> Floats:
    """The mix of what was there when the reported time began."""
    out = np.zeros(COLUMNS)
    out[INITIAL] = 1.0
    return out

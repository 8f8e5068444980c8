"""What a kilowatt-hour is made of where it is taken: the grid's mix, or that of a site with supply of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from fleetsim.accounting.sums import Floats, ratio
from fleetsim.grid.mix import GridSlots
from fleetsim.results.schema import SOURCES, STOCK_SOURCES

INITIAL, CLEAN, CONSUMPTION, DEDICATED, ZONE, EMISSION, COST = range(7)
"""Columns of a mix: shares of unknown origin and of clean energy by each boundary, then kg CO2 and CNY per kWh."""
FIRST_SOURCE = 7
"""From this column on: shares of the ``STOCK_SOURCES`` up to ``site_solar``."""
SITE_SOLAR = FIRST_SOURCE + STOCK_SOURCES.index("site_solar")
COLUMNS = SITE_SOLAR + 1
MARGINAL_PROVINCE, MARGINAL_SOUTHERN, ENERGY = range(COLUMNS, COLUMNS + 3)
"""Signals beside the mix: emission of one more kWh of demand, kg CO2 per kWh, and 1, by which energy itself counts."""
SIGNALS = COLUMNS + 3
PER_KWH = (EMISSION, COST)
"""Columns that grow with every loss; the others are shares."""


@dataclass(frozen=True, slots=True, eq=False)
class Mix:
    """What a kilowatt-hour is made of at every site: the grid's mix, but where a site has supply of its own."""

    grid: GridSlots
    price_cny_per_kwh: Floats
    sites: Mapping[int, Floats]
    """Mix of the loads of a site in each slot of the run, shape ``(slots, COLUMNS)``, by code of the site."""
    cities: Mapping[int, str] = field(default_factory=dict)
    """City of each site by its code."""
    _made: dict[int | str, Floats] = field(default_factory=dict, init=False)

    @property
    def margins(self) -> dict[int, Floats]:
        """Signals that what stands at a site changes nothing of."""
        return {
            MARGINAL_PROVINCE: self.grid.emission_marginal_province_kg_per_kwh,
            MARGINAL_SOUTHERN: self.grid.emission_marginal_southern_kg_per_kwh,
        }

    def signals(self, site: int) -> Floats:
        """All signals at a site by slot, shape ``(SIGNALS, slots)``."""
        city = self.cities.get(site, "")
        key = site if site in self.sites else city
        if key not in self._made:
            mix = self.sites[site] if site in self.sites else of_grid(self.grid, self.price_cny_per_kwh, city)
            out = np.ones((SIGNALS, len(self.price_cny_per_kwh)))
            out[:COLUMNS] = mix.T
            for margin, of_kwh in self.margins.items():
                out[margin] = of_kwh
            if self.grid.zones is None or self.grid.zones.of(city) is None:
                out[ZONE] = np.nan
            self._made[key] = out
        return self._made[key]


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

"""The ladder of a year: what gives way as a kilowatt-hour becomes dearer, in steps of price.

Coal offers its tiers, buyers of the export give up theirs, each evenly over a band of prices. Where bands overlap,
both move together in proportion to their sizes: that is the tie-break between tiers of one price. Then
come industry that can stop, the firm export and, without limit, everybody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fleetsim.grid.water_spec import PriceTier, WaterModel

MW_PER_GW = 1e3
STEP_CNY_PER_KWH = 0.01
"""Widest step of price."""
UNLIMITED_MW = 1e6

Series = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """The steps, cheapest first; sizes in MW have shape ``(12, steps)``."""

    price_cny_per_kwh: Series
    coal_mw: Series
    """Coal that comes in."""
    export_mw: Series
    """Export that is given up."""
    load_mw: Series
    """Load that goes without."""
    floor_mw: Series
    """Coal below the first step, by month."""
    top_export_mw: Series
    """Export before the first step, by month."""

    @property
    def relief_mw(self) -> Series:
        """Power that the province gains by a step."""
        relief: Series = self.coal_mw + self.export_mw + self.load_mw
        return relief

    def parts(self, of_mw: Series) -> Series:
        """What ``coal_mw``, ``export_mw`` or ``load_mw`` is of the relief; 0 where a step is empty in a month."""
        return np.divide(of_mw, self.relief_mw, out=np.zeros_like(of_mw), where=self.relief_mw > 0.0)


def ladder(
    model: WaterModel, floor_mw: Series, highest_mw: float, coal_mw: float, contract_mw: Series, demand_mw: Series
) -> Ladder:
    """The ladder for coal above a floor, tiers of ``coal_mw`` up to its highest mean, an export contract and demand.

    Surplus above the contract is offered as far as the lines carry it.
    """
    bands = _bands((*model.coal.tiers, *model.export.tiers))
    available = np.array(model.coal.available)[:, None]
    offers = np.cumsum(coal_mw * available * _sizes(model.coal.tiers, bands), axis=1)
    coal = np.diff(np.minimum(offers, available * np.maximum(highest_mw - floor_mw, 0.0)[:, None]), axis=1, prepend=0.0)
    offered = contract_mw[:, None] * _sizes(model.export.tiers, bands)
    firm = contract_mw * (1.0 + model.export.surplus_share) - offered.sum(axis=1)
    corridor_mw = model.export.corridor_gw * MW_PER_GW
    kept = np.minimum(np.cumsum(offered[:, ::-1], axis=1)[:, ::-1] + firm[:, None], corridor_mw)
    elastic = np.maximum(kept - np.column_stack([kept[:, 1:], np.minimum(firm, corridor_mw)]), 0.0)
    industry = demand_mw * model.industry.share
    none, free = np.zeros(12), np.full(12, UNLIMITED_MW)
    return Ladder(
        np.concatenate(
            [
                bands.mean(axis=1),
                [
                    model.industry.price_cny_per_kwh,
                    model.export.firm_cny_per_kwh,
                    model.industry.shedding_cny_per_kwh,
                ],
            ]
        ),
        coal_mw=np.column_stack([coal, none, none, none]),
        export_mw=np.column_stack([elastic, none, np.minimum(firm, corridor_mw), none]),
        load_mw=np.column_stack([np.zeros_like(coal), industry, none, free]),
        floor_mw=floor_mw,
        top_export_mw=kept[:, 0],
    )


def _bands(tiers: tuple[PriceTier, ...]) -> Series:
    """Bounds of the steps of price, shape ``(steps, 2)``: no step holds the end of a tier inside."""
    ends = sorted({end for tier in tiers for end in (tier.from_cny_per_kwh, tier.to_cny_per_kwh)})
    bands = []
    for low, high in pairwise(ends):
        if any(tier.from_cny_per_kwh < high and tier.to_cny_per_kwh > low for tier in tiers):
            edges = np.linspace(low, high, int(np.ceil((high - low) / STEP_CNY_PER_KWH - 1e-9)) + 1)
            bands.append(np.column_stack([edges[:-1], edges[1:]]))
    return np.concatenate(bands)


def _sizes(tiers: tuple[PriceTier, ...], bands: Series) -> Series:
    """Part of the whole that comes in within each band."""
    sizes = np.zeros(len(bands))
    for tier in tiers:
        overlap = np.minimum(bands[:, 1], tier.to_cny_per_kwh) - np.maximum(bands[:, 0], tier.from_cny_per_kwh)
        sizes += tier.share * np.maximum(overlap, 0.0) / (tier.to_cny_per_kwh - tier.from_cny_per_kwh)
    return sizes

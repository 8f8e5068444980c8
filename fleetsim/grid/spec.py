"""How a scenario describes the grid it draws from."""

from __future__ import annotations

from typing import Literal

from fleetsim.spec import SourcedSpec
from fleetsim.units import Share, Year


class GridSpec(SourcedSpec):
    """Choice of the grid model and of the year it shows."""

    level: Literal["constant", "month_hour", "water"] = "water"
    """``constant``: one official factor; ``month_hour``: published monthly generation, shaped over the day;
    ``water``: reservoirs by day, merit order by 15 minutes, with marginal emissions."""
    year: Year
    """Year whose capacities and energy the grid has (2018 to 2024 are published)."""
    hydrology: Literal["published", "dry", "normal", "wet"] = "normal"
    """Water of the year; ``published`` takes the figures of ``year`` itself where there are any."""
    loss_share: Share = 0.05
    """Transmission and distribution losses between power station and meter; they raise the emission, not the share."""

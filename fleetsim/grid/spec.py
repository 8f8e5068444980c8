"""How a scenario describes the grid it draws from."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from annotated_types import Ge, Le
from pydantic import Field, model_validator

from fleetsim.spec import SourcedSpec, Spec
from fleetsim.units import CapacityGw, EnergyTwh, Share, Year

Multiple = Annotated[float, Ge(0), Le(1_000)]


class CapacityBySource(Spec):
    """Capacity at the end of a year, GW."""

    hydro: CapacityGw
    wind: CapacityGw
    solar: CapacityGw
    thermal: Annotated[CapacityGw, Field(gt=0)]


class YearPlan(SourcedSpec):
    """A year as it is planned: enough to run it, everything else follows from the rules of ``grid/yunnan.yaml``."""

    capacity_gw: CapacityBySource
    """Capacity."""
    consumption_twh: Annotated[EnergyTwh, Field(gt=0)]
    """Consumption, line losses included."""
    hydro_twh: EnergyTwh | None = None
    """Hydro of the year, for ``hydrology: published``; the kinds of year have their own."""


class GridSpec(SourcedSpec):
    """Choice of the grid model and of the year it shows."""

    level: Literal["constant", "month_hour", "water", "hourly"] = "water"
    """``constant``: one official factor; ``month_hour``: published monthly generation, shaped over the day;
    ``water``: reservoirs by day, merit order by 15 minutes, with marginal emissions; ``hourly``: the same program by
    hour, the slow reference."""
    year: Year
    """Year whose capacities and energy the grid has: those of ``grid/yunnan.yaml``, after its last year that one's."""
    plan: YearPlan | None = None
    """The year's own capacities and consumption, instead of those of ``grid/yunnan.yaml``."""
    hydrology: Literal["published", "dry", "normal", "wet"] = "normal"
    """Water of the year; ``published`` takes the figures of ``year`` itself where there are any."""
    loss_share: Share = 0.05
    """Transmission and distribution losses between power station and meter; they raise the emission, not the share."""
    city_solar: Multiple | None = None
    """Panels of ``grid/network/solar.csv`` that stand on the distribution network, in multiples of what the table says;
    none: nothing of it."""
    city_storage: Multiple | None = None
    """The same of the batteries of ``grid/network/storage.csv``."""
    certificates_mwh: Annotated[float, Field(ge=0)] | None = None
    """Green certificates held for the reported energy of the fleets; they enter the contractual clean share alone."""

    @model_validator(mode="after")
    def _own_hydro(self) -> Self:
        given = self.plan is not None and self.plan.hydro_twh is not None
        if given and self.hydrology != "published":
            raise ValueError(f"plan.hydro_twh needs hydrology published; a {self.hydrology} year has its own water")
        return self

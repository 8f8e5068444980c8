"""The specification of ``grid/zones.yaml``: cities within the province, and the provinces its exports go to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from fleetsim.grid.shapes import SHAPE_TOLERANCE
from fleetsim.spec import Name, SourcedSpec
from fleetsim.units import EmissionKgPerKwh, EnergyTwh, Share


def _whole(mix: dict[str, float]) -> dict[str, float]:
    total = sum(mix.values())
    if abs(total - 1.0) > SHAPE_TOLERANCE:
        raise ValueError(f"the shares must add up to 1, they add up to {total:.4f}")
    return {source: share / total for source, share in mix.items()}


class City(SourcedSpec):
    """A zone within the province; a site in the city of that name belongs to it."""

    name: Name
    """Name of the city."""
    demand_share: Share
    """Part of the province's demand."""
    hydro_share: Share = 0.0
    """Part of the province's hydro."""
    wind_share: Share = 0.0
    """Part of its wind."""
    solar_share: Share = 0.0
    """Part of its solar."""
    thermal_share: Share = 0.0
    """Part of its thermal."""

    def part(self, source: str) -> float:
        """Part of a source's generation that stands in the city."""
        part: float = getattr(self, f"{source}_share", 0.0)
        return part


Source = Literal["hydro", "wind", "solar", "biomass", "nuclear", "thermal"]


class Neighbour(SourcedSpec):
    """A province that takes the exports, as the mean of a year."""

    name: Name
    """Name."""
    export_share: Share
    """Part of the exports, and of imports."""
    generation_twh: Annotated[EnergyTwh, Field(gt=0)]
    """Its own generation of a year."""
    mix: Annotated[dict[Source, Share], AfterValidator(_whole)]
    """Its sources."""
    thermal_emission_kg_per_kwh: EmissionKgPerKwh
    """Emission of its thermal generation."""

    def part(self, source: str) -> float:
        """Share of a source in its generation."""
        return sum(share for name, share in self.mix.items() if name == source)


class Zones(SourcedSpec):
    """The file."""

    rest: Name
    """Name of what is left of the province."""
    cities: tuple[City, ...] = ()
    """Cities."""
    neighbours: Annotated[tuple[Neighbour, ...], Field(min_length=1)]
    """Where exports go; together all of them."""

    @model_validator(mode="after")
    def _parts(self) -> Zones:
        total = sum(neighbour.export_share for neighbour in self.neighbours)
        if abs(total - 1.0) > SHAPE_TOLERANCE:
            raise ValueError(f"the export shares must add up to 1, they add up to {total:.4f}")
        for key in ("demand", "hydro", "wind", "solar", "thermal"):
            taken = sum(getattr(city, f"{key}_share") for city in self.cities)
            if taken > 1.0:
                raise ValueError(
                    f"the cities' {key}_share must leave something to the rest, they add up to {taken:.3f}"
                )
        return self

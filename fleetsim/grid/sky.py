"""The specification of ``grid/solar.yaml``: the sky over a city and the panel under it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fleetsim.spec import Name, SourcedSpec, Spec
from fleetsim.units import (
    AzimuthDeg,
    Efficiency,
    ElevationM,
    LatitudeDeg,
    LongitudeDeg,
    Ratio,
    Share,
    TemperatureC,
    TiltDeg,
)


class SkySite(SourcedSpec):
    """The sun of a city, as a weather station saw it."""

    lat: LatitudeDeg
    """Degrees north."""
    lon: LongitudeDeg
    """Degrees east."""
    elevation_m: ElevationM
    """Height above the sea."""
    fleet_weight: Ratio
    """Weight of the city in the provincial solar fleet; 0 leaves it out."""
    clearness: Annotated[tuple[Share, ...], Field(min_length=12, max_length=12)]
    """Mean clearness index by month: irradiation on the ground over that above the air."""
    air_c: Annotated[tuple[TemperatureC, ...], Field(min_length=12, max_length=12)]
    """Mean air temperature by month; it warms the panels."""


class Sky(SourcedSpec):
    """How clear and overcast days follow each other."""

    clear_clearness: Share
    """Mean clearness index of a clear day."""
    clear_spread: Share
    """Its standard deviation."""
    overcast_lowest: Share
    """Lowest clearness index of an overcast day."""
    overcast_highest: Share
    """Highest clearness index of an overcast day; between the two all are equally likely."""
    persistence: Share
    """Correlation of the state of one day with the next."""
    linke_turbidity: Annotated[float, Field(ge=1, le=10)]
    """Linke turbidity of the clear sky."""


class Panel(SourcedSpec):
    """A solar plant of 1 kWp."""

    tilt_deg: TiltDeg
    """Tilt from the horizontal."""
    azimuth_deg: AzimuthDeg
    """Direction it faces, degrees from north through east."""
    temperature_coefficient_per_k: Annotated[float, Field(ge=-0.01, le=0)]
    """Change of power with cell temperature."""
    loss_share: Share
    """Soiling, shading, mismatch, wiring and the like."""
    inverter_efficiency: Efficiency
    """AC over DC."""


class SkyInputs(Spec):
    """The file."""

    sites: dict[Name, SkySite] = Field(min_length=1)
    """Cities by name."""
    sky: Sky
    """The weather."""
    panel: Panel
    """The plant."""

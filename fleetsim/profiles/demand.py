"""What ``profiles/taxi_demand.yaml`` describes: when and where the taxis of a city drive, and through what traffic."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fleetsim.spec import Name, SourcedSpec, Text
from fleetsim.units import AscentMPerKm, DistanceKm, Factor, Share, SpeedKmh, StopsPerKm

HourShape = Annotated[tuple[Factor, ...], Field(min_length=24, max_length=24)]
"""A shape over the hours of a day: only the ratios count."""


class DemandZone(SourcedSpec):
    """A part of the city where taxis are wanted."""

    place: Name
    """Place of ``profiles/places.yaml`` that stands for it."""
    share: Factor
    """Weight of the zone: how often a taxi is there, against the other zones."""
    radius_km: DistanceKm = 0.0
    """How far the zone reaches around its place; taxis are spread evenly over it."""


class TaxiDemand(SourcedSpec):
    """How the taxis of a city drive: when, where, and through what traffic."""

    name: Text
    """Name for the report."""
    city: Name
    """City whose climate it meets."""
    workday: HourShape
    """Distance driven in each hour from Monday to Friday; only the ratios count."""
    weekend: HourShape
    """Distance driven in each hour on Saturday and Sunday; only the ratios count."""
    weekdays: Annotated[tuple[Factor, ...], Field(min_length=7, max_length=7)]
    """Distance of each day from Monday to Sunday; only the ratios count."""
    zones: Annotated[tuple[DemandZone, ...], Field(min_length=1, max_length=200)]
    """Where the taxis are."""
    speed_kmh: SpeedKmh
    """Mean speed while driving, stops included, off the peaks."""
    peak_speed_kmh: SpeedKmh
    """The same in the peaks of a workday."""
    stops_per_km: StopsPerKm
    """Stops of any cause per kilometre."""
    stop_time_share: Share
    """Share of the driving time that the vehicle stands in traffic."""
    undulation_m_per_km: AscentMPerKm
    """Ascent and equal descent per kilometre."""
    detour: Factor
    """Road distance over the straight line, for the ways to stations."""

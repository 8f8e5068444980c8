"""What a scenario file may say of the others who come to its public chargers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleetsim.profiles.demand import HourShape
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.spec import Name
from fleetsim.units import ArrivalsPerDay, BatteryKwh, ConsumptionKwhPerKm, DurationMin, Factor, Share


class VisitorFleet(RoamingFleet):
    """Cars of others: they come, charge and go, and what they do in between is not the scenario's business."""

    kind: Literal["visitors"]
    """``visitors``"""
    stations: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Public stations to which they come."""
    arrivals_per_day: ArrivalsPerDay
    """Arrivals at each station on the mean day, all cars together; they come by chance, one independent of another."""
    hours: HourShape
    """Arrivals by hour of the day; only the ratios count."""
    weekdays: Annotated[tuple[Factor, ...], Field(min_length=7, max_length=7)] = (1.0,) * 7
    """Monday to Sunday: arrivals over those of the mean day."""
    season: Name | None = None
    """Calendar of ``profiles/seasons.yaml`` that the arrivals follow."""
    energy_kwh: BatteryKwh
    """Mean energy that a car comes for."""
    energy_cv: Share = 0.4
    """Spread of that: standard deviation over mean; nobody comes for more than lies between reserve and target."""
    consumption_kwh_per_km: ConsumptionKwhPerKm = 0.15
    """Consumption by which the distance between two visits is told."""
    balk_min: DurationMin = 15.0
    """Expected wait from which on a car drives on."""
    patience_min: DurationMin = 30.0
    """Time after which a car leaves the queue."""

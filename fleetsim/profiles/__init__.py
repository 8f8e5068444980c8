"""What ``profiles/`` describes: vehicle sheets, charger types, places, routes, climates and taxi demand."""

from __future__ import annotations

from fleetsim.profiles.demand import DemandZone, TaxiDemand
from fleetsim.profiles.spec import (
    Body,
    ChargePoint,
    ChargerType,
    Climate,
    ClimateMonth,
    Place,
    Profiles,
    Route,
    VehicleModel,
    Waypoint,
)

__all__ = [
    "Body",
    "ChargePoint",
    "ChargerType",
    "Climate",
    "ClimateMonth",
    "DemandZone",
    "Place",
    "Profiles",
    "Route",
    "TaxiDemand",
    "VehicleModel",
    "Waypoint",
]

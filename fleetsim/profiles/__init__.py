"""What ``profiles/`` describes: vehicle sheets, charger types, places, routes and climates."""

from __future__ import annotations

from fleetsim.profiles.spec import (
    Body,
    ChargePoint,
    ChargerType,
    Climate,
    ClimateMonth,
    FuelCellPoint,
    HydrogenDrive,
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
    "FuelCellPoint",
    "HydrogenDrive",
    "Place",
    "Profiles",
    "Route",
    "VehicleModel",
    "Waypoint",
]

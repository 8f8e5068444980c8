"""What ``profiles/`` describes: vehicle sheets, charger types, places, routes, climates, passengers, taxis."""

from __future__ import annotations

from fleetsim.profiles.demand import DemandZone, TaxiDemand
from fleetsim.profiles.spec import (
    Body,
    ChargePoint,
    ChargerType,
    Climate,
    ClimateMonth,
    FuelCellPoint,
    HydrogenDrive,
    PassengerDemand,
    Place,
    Profiles,
    Route,
    Season,
    SeasonCalendar,
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
    "FuelCellPoint",
    "HydrogenDrive",
    "PassengerDemand",
    "Place",
    "Profiles",
    "Route",
    "Season",
    "SeasonCalendar",
    "TaxiDemand",
    "VehicleModel",
    "Waypoint",
]

"""What ``profiles/`` describes: vehicle sheets, charger types, places, routes, climates, passengers, taxis."""

from __future__ import annotations

from fleetsim.profiles.demand import DemandZone, TaxiDemand
from fleetsim.profiles.spec import (
    Body,
    ChargePoint,
    ChargerType,
    Climate,
    ClimateMonth,
    FeedBackSheet,
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
    "FeedBackSheet",
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

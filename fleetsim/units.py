"""Number types that carry their unit and the range in which a value is plausible.

The range is wide enough for any real vehicle or site and narrow enough to catch a value in the wrong
unit: a charger of 120 000 "kW" was meant in watts.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, Lt, Unit
from pydantic import BeforeValidator


def _plain_number(value: Any) -> Any:
    """Let only numbers through: YAML reads ``1,200`` as text and ``yes`` as a truth value."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e300:
        raise ValueError("must be a plain number, without quotes, unit or thousands separator")
    return value


def _plain_date(value: Any) -> Any:
    """Let only dates through: a number would be taken for seconds since 1970."""
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return date.fromisoformat(value)
    raise ValueError("must be a date like 2026-03-09")


Day = Annotated[date, BeforeValidator(_plain_date)]

_Number = Annotated[float, BeforeValidator(_plain_number)]
_Whole = Annotated[int, BeforeValidator(_plain_number)]

Count = Annotated[_Whole, Gt(0), Le(100_000)]
OutOfService = Annotated[_Whole, Ge(0), Le(100_000)]
ReportedDays = Annotated[_Whole, Ge(1), Le(3_660), Unit("days")]
WarmupDays = Annotated[_Whole, Ge(0), Le(60), Unit("days")]
Seed = Annotated[_Whole, Ge(0), Le(2**31)]
Year = Annotated[_Whole, Ge(2018), Le(2040)]

Share = Annotated[_Number, Ge(0), Le(1)]
AgeYears = Annotated[_Number, Ge(0), Le(20), Unit("years")]
ArrivalsPerDay = Annotated[_Number, Gt(0), Le(100_000), Unit("1/day")]
PassengersPerHour = Annotated[_Number, Ge(0), Le(100_000), Unit("1/h")]
CruisingShare = Annotated[_Number, Ge(0), Le(0.9)]
PositiveShare = Annotated[_Number, Gt(0), Le(1)]
Efficiency = Annotated[_Number, Gt(0), Le(1)]
Factor = Annotated[_Number, Ge(0), Le(10)]
Ratio = Annotated[_Number, Ge(0), Le(100)]

BatteryKwh = Annotated[_Number, Gt(0), Le(2_000), Unit("kWh")]
ChargerKw = Annotated[_Number, Gt(0), Le(1_500), Unit("kW")]
ConnectionKw = Annotated[_Number, Gt(0), Le(200_000), Unit("kW")]
SolarKwp = Annotated[_Number, Gt(0), Le(200_000), Unit("kWp")]
TiltDeg = Annotated[_Number, Ge(0), Le(90), Unit("deg")]
AzimuthDeg = Annotated[_Number, Ge(0), Lt(360), Unit("deg")]
SkylineDeg = Annotated[_Number, Ge(0), Lt(90), Unit("deg")]
StorageKwh = Annotated[_Number, Gt(0), Le(1_000_000), Unit("kWh")]
StorageKw = Annotated[_Number, Gt(0), Le(200_000), Unit("kW")]
TransformerKva = Annotated[_Number, Gt(0), Le(200_000), Unit("kVA")]
DeratingPer100M = Annotated[_Number, Ge(0), Le(0.05), Unit("1/100 m")]
LoadKw = Annotated[_Number, Ge(0), Le(100_000), Unit("kW")]
StandbyKw = Annotated[_Number, Ge(0), Le(5), Unit("kW")]
CycleKwh = Annotated[_Number, Ge(0), Le(20), Unit("kWh")]
AuxiliaryKw = Annotated[_Number, Ge(0), Le(60), Unit("kW")]
TankKg = Annotated[_Number, Gt(0), Le(200), Unit("kg")]
StorageKg = Annotated[_Number, Gt(0), Le(50_000), Unit("kg")]
HydrogenKg = Annotated[_Number, Ge(0), Le(50_000), Unit("kg")]
LiftKgPerH = Annotated[_Number, Gt(0), Le(2_000), Unit("kg/h")]
DispenseKgPerMin = Annotated[_Number, Gt(0), Le(20), Unit("kg/min")]
ElectrolysisKwhPerKg = Annotated[_Number, Ge(39.4), Le(100), Unit("kWh/kg")]
PressureMpa = Annotated[_Number, Gt(0), Le(100), Unit("MPa")]
PayloadKg = Annotated[_Number, Ge(0), Le(40_000), Unit("kg")]
PersonKg = Annotated[_Number, Gt(0), Le(150), Unit("kg")]
MassKg = Annotated[_Number, Gt(0), Le(60_000), Unit("kg")]
DragAreaM2 = Annotated[_Number, Gt(0), Le(15), Unit("m2")]
RollingResistance = Annotated[_Number, Gt(0), Le(0.05)]
RotatingMassFactor = Annotated[_Number, Ge(1), Le(1.5)]
DistanceKm = Annotated[_Number, Ge(0), Le(2_000), Unit("km")]
WorkingKm = Annotated[_Number, Gt(0), Le(500), Unit("km")]
SpeedKmh = Annotated[_Number, Gt(0), Le(130), Unit("km/h")]
StopsPerKm = Annotated[_Number, Ge(0), Le(20), Unit("1/km")]
AscentMPerKm = Annotated[_Number, Ge(0), Le(150), Unit("m/km")]
ElevationM = Annotated[_Number, Ge(-500), Le(6_000), Unit("m")]
ConsumptionKwhPerKm = Annotated[_Number, Gt(0), Le(20), Unit("kWh/km")]
TemperatureC = Annotated[_Number, Ge(-50), Le(55), Unit("degC")]
TemperatureK = Annotated[_Number, Ge(0), Le(40), Unit("K")]
DurationMin = Annotated[_Number, Ge(0), Le(2_880), Unit("min")]
MoveMin = Annotated[_Number, Gt(0), Le(120), Unit("min")]
SwapS = Annotated[_Number, Ge(10), Le(1_800), Unit("s")]
SpellMin = Annotated[_Number, Gt(0), Le(2_880), Unit("min")]
PriceCnyPerKwh = Annotated[_Number, Ge(0), Le(10), Unit("CNY/kWh")]
LatitudeDeg = Annotated[_Number, Ge(-90), Le(90), Unit("deg")]
LongitudeDeg = Annotated[_Number, Ge(-180), Le(180), Unit("deg")]
FailuresPerYear = Annotated[_Number, Gt(0), Le(1_000), Unit("1/year")]
OutageH = Annotated[_Number, Gt(0), Le(8_784), Unit("h")]
EmissionKgPerKg = Annotated[_Number, Ge(0), Le(50), Unit("kg/kg")]
EmissionKgPerKwh = Annotated[_Number, Ge(0), Le(3), Unit("kg/kWh")]
PriceCny = Annotated[_Number, Ge(0), Le(1e9), Unit("CNY")]
PriceCnyPerL = Annotated[_Number, Ge(0), Le(100), Unit("CNY/L")]
PriceCnyPerKm = Annotated[_Number, Ge(0), Le(100), Unit("CNY/km")]
PriceCnyPerKw = Annotated[_Number, Ge(0), Le(100_000), Unit("CNY/kW")]
PackPriceCnyPerKwh = Annotated[_Number, Ge(0), Le(20_000), Unit("CNY/kWh")]
EmissionKgPerL = Annotated[_Number, Ge(0), Le(10), Unit("kg/L")]
FuelLPer100Km = Annotated[_Number, Gt(0), Le(200), Unit("L/100 km")]
LifeYears = Annotated[_Number, Ge(1), Le(100), Unit("years")]
YearDays = Annotated[_Number, Gt(0), Le(366), Unit("days")]
DemandPriceCnyPerKwMonth = Annotated[_Number, Ge(0), Le(500), Unit("CNY/kW/month")]
CapacityGw = Annotated[_Number, Ge(0), Le(1_000), Unit("GW")]
EnergyTwh = Annotated[_Number, Ge(0), Le(5_000), Unit("TWh")]
FullLoadHours = Annotated[_Number, Ge(0), Le(8_784), Unit("h")]

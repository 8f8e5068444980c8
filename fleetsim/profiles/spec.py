"""The specifications of ``profiles/``: vehicle sheets, charger types, places, routes, climates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import Doc

from fleetsim.profiles.demand import TaxiDemand
from fleetsim.spec import Name, SourcedSpec, Spec, Text
from fleetsim.units import (
    AscentMPerKm,
    AuxiliaryKw,
    BatteryKwh,
    ChargerKw,
    CycleKwh,
    DistanceKm,
    DragAreaM2,
    Efficiency,
    ElevationM,
    Factor,
    LatitudeDeg,
    LongitudeDeg,
    MassKg,
    PassengersPerHour,
    PayloadKg,
    PositiveShare,
    PressureMpa,
    Ratio,
    RollingResistance,
    RotatingMassFactor,
    Share,
    SpeedKmh,
    StandbyKw,
    StopsPerKm,
    TankKg,
    TemperatureC,
    TemperatureK,
    Year,
)


class ChargePoint(Spec):
    """One corner of a charge curve."""

    soc: Share
    """State of charge, 0 to 1."""
    c_rate: Ratio
    """Power the battery accepts there, kW per kWh of battery."""


class Body(Spec):
    """What a working vehicle carries on its chassis, and what that takes from the battery beside the drive."""

    working_kw: AuxiliaryKw = 0.0
    """Mean power while it sweeps or sprays."""
    cycle_kwh: CycleKwh = 0.0
    """Energy of lifting and pressing one bin."""
    water_kg: PayloadKg = 0.0
    """Water that it sprays from a full tank."""


class LoadPoint(Spec):
    """One corner of a charger's efficiency curve."""

    load_share: PositiveShare
    """DC output over its nameplate."""
    efficiency: Efficiency
    """DC output over AC input."""


class FuelCellPoint(Spec):
    """One corner of a fuel cell's efficiency curve."""

    load_share: Share
    """Net power over rated power."""
    efficiency: Efficiency
    """Net electricity over hydrogen (LHV)."""


class HydrogenDrive(SourcedSpec):
    """What makes a vehicle a fuel-cell vehicle; the battery of its sheet is then the buffer beside the fuel cell."""

    tank_kg: TankKg
    """Usable hydrogen of a full tank."""
    tank_mpa: PressureMpa = 35.0
    """Pressure of the full tank at 15 °C; it matters where a station has banks."""
    fuel_cell_kw: ChargerKw
    """Rated net power of the fuel cell at full air pressure."""
    efficiency_curve: tuple[FuelCellPoint, ...] = Field(min_length=1)
    """Efficiency against load, in order of load."""
    converter_efficiency: Efficiency
    """DC/DC converter between fuel cell and battery."""
    thin_air_share: Share
    """Extra hydrogen for the air compressor where the air pressure is below 867 hPa."""
    buffer_set_point: PositiveShare
    """State of charge to which the fuel cell keeps the buffer battery."""
    buffer_floor: Share
    """State of charge below which the buffer battery is not drawn."""


class FeedBackSheet(SourcedSpec):
    """What a vehicle can give back through a bidirectional charger."""

    power_kw: ChargerKw
    """Highest power at the meter, AC."""
    floor_soc: Share
    """State of charge below which it gives nothing back."""
    efficiency: Efficiency
    """Energy at the meter (AC) over energy that leaves the battery (DC), one way; the battery's own round-trip loss is
    in ``battery_efficiency`` already."""


class VehicleModel(SourcedSpec):
    """A vehicle sheet: what a class of vehicle weighs, stores, accepts and uses."""

    name: Text
    """Name for the report."""
    battery_kwh: BatteryKwh
    """Usable energy of a new battery."""
    charge_limit_kw: ChargerKw
    """Highest DC power through all guns that the vehicle can use at once."""
    two_guns: bool = False
    """Whether it can charge through two guns at once, where a depot gives it both (``both_guns``)."""
    swappable: bool = False
    """Whether its battery can be exchanged at a swap station."""
    charge_curve: tuple[ChargePoint, ...] = Field(min_length=2)
    """Power accepted against state of charge; straight between corners, two corners at one state are a jump."""
    battery_warmth_k: TemperatureK = 5.0
    """Battery over the mean air temperature of the last 24 hours, by use and insulation; more where it is heated. Below
    15 degC it accepts less than its charge curve says."""
    battery_efficiency: Efficiency
    """Energy stored over energy delivered at the charger's outlet; carries the whole round-trip loss."""
    curb_kg: MassKg
    """Mass without load."""
    payload_kg: PayloadKg
    """Mass of a full load."""
    rolling_resistance: RollingResistance
    """Coefficient of rolling resistance."""
    drag_area_m2: DragAreaM2
    """Drag coefficient times frontal area."""
    rotating_mass_factor: RotatingMassFactor
    """Inertia of rotating parts: effective mass over mass."""
    drive_efficiency: Efficiency
    """Battery to wheel."""
    regeneration_efficiency: Efficiency
    """Wheel to battery."""
    regeneration_share: Share
    """Share of braking that the motor takes; the friction brakes take the rest."""
    peak_speed_factor: Ratio
    """Peak speed before a stop over the mean moving speed."""
    auxiliary_kw: AuxiliaryKw
    """Power of auxiliaries without heating or cooling."""
    heating_kw_per_k: AuxiliaryKw
    """Heating power per kelvin below ``heating_below_c``."""
    heating_below_c: TemperatureC
    """Outside temperature below which the cabin is heated."""
    cooling_kw_per_k: AuxiliaryKw
    """Cooling power per kelvin above ``cooling_above_c``."""
    cooling_above_c: TemperatureC
    """Outside temperature above which the cabin is cooled."""
    feed_back: FeedBackSheet | None = None
    """What it can give back to its depot; nothing where it only draws."""
    body: Body | None = None
    """What it works with, on a vehicle that does more than drive."""
    hydrogen: HydrogenDrive | None = None
    """Tank and fuel cell, of a fuel-cell vehicle."""


class ChargerType(SourcedSpec):
    """A charger as it is bought."""

    name: Text
    """Name for the report."""
    power_kw: ChargerKw
    """Nameplate power, DC output."""
    efficiency: Efficiency
    """DC output over AC input while charging; at full load where there is a curve."""
    efficiency_curve: tuple[LoadPoint, ...] = ()
    """The same by load, straight between corners and level beyond; nothing where one figure holds for all loads."""
    standby_kw: StandbyKw
    """AC power of its electronics, drawn at all times."""


class Place(SourcedSpec):
    """A point on the map."""

    name: Text
    """Name for the report."""
    city: Name
    """City whose climate and grid zone it belongs to."""
    lat: LatitudeDeg
    """Degrees north (WGS-84)."""
    lon: LongitudeDeg
    """Degrees east (WGS-84)."""
    elevation_m: ElevationM
    """Height above the sea."""
    quality: Literal["A", "A2", "B", "C"]
    """How exact the position is: A 0.3 km, A2 and B 1 km, C 2 to 5 km or synthetic."""


class Waypoint(Spec):
    """A place that a route passes."""

    place: Name
    """Name of the place."""
    distance_km: DistanceKm
    """Distance from the start of the route."""


class Route(SourcedSpec):
    """A road that vehicles run to and fro, with what its traffic is like."""

    name: Text
    """Name for the report."""
    city: Name
    """City it belongs to."""
    waypoints: tuple[Waypoint, ...] = Field(min_length=2)
    """The places it passes, in order; the height between two of them changes evenly."""
    speed_kmh: SpeedKmh
    """Mean speed outside the peaks, stops included."""
    peak_speed_kmh: SpeedKmh
    """Mean speed in the peaks (07:00-09:00 and 17:00-19:00 on workdays), stops included."""
    stops_per_km: StopsPerKm
    """Stops of any cause per kilometre."""
    stop_time_share: Share
    """Share of the running time that the vehicle stands."""
    undulation_m_per_km: AscentMPerKm
    """Ascent and equal descent per kilometre beyond what the waypoints show."""


class ClimateMonth(Spec):
    """Air temperature of a month."""

    mean_c: TemperatureC
    """Mean."""
    daily_swing_k: TemperatureK
    """Mean difference between the warmest and the coldest hour of a day."""


class Climate(SourcedSpec):
    """The air of a city."""

    name: Text
    """Name of the city for the report."""
    lat: LatitudeDeg
    """Degrees north."""
    lon: LongitudeDeg
    """Degrees east."""
    elevation_m: ElevationM
    """Height above the sea at which it was measured."""
    months: tuple[ClimateMonth, ...] = Field(min_length=12, max_length=12)
    """January to December."""
    day_to_day_k: TemperatureK
    """Standard deviation of a day's mean around the month's mean."""
    persistence: Share
    """Correlation of one day's deviation with the next day's, 0 to 1."""


MonthDay = Annotated[
    str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"), Doc("a day of the year like 05-01")
]


class Season(Spec):
    """Days of the year with a demand of their own, in place of their months'."""

    first_day: MonthDay
    """First of the days."""
    last_day: MonthDay
    """Last of the days; before the first where the season runs over the end of the year."""
    factor: Factor
    """Demand over that of the mean day."""
    year: Year | None = None
    """Year of the first day, for a feast that moves; none means every year."""

    def covers(self, day: date) -> bool:
        """Whether a date is one of the days.

        >>> Season(first_day="12-30", last_day="01-02", factor=1.5).covers(date(2026, 1, 1))
        True
        """
        at = day.strftime("%m-%d")
        over_new_year = self.first_day > self.last_day
        began = day.year - (over_new_year and at <= self.last_day)
        if self.year is not None and began != self.year:
            return False
        if over_new_year:
            return at >= self.first_day or at <= self.last_day
        return self.first_day <= at <= self.last_day


class SeasonCalendar(SourcedSpec):
    """How a demand changes over the week and the year."""

    name: Text
    """Name for the report."""
    weekdays: tuple[Factor, ...] = Field(min_length=7, max_length=7)
    """Monday to Sunday: demand over that of the mean day."""
    months: tuple[Factor, ...] = Field(min_length=12, max_length=12)
    """January to December: demand over that of the mean day."""
    seasons: tuple[Season, ...] = ()
    """Days that differ from their month; the first that covers a day counts."""

    def factor(self, day: date) -> float:
        """Demand of a day over that of the mean day."""
        season = next((s.factor for s in self.seasons if s.covers(day)), self.months[day.month - 1])
        return season * self.weekdays[day.weekday()]


class PassengerDemand(SeasonCalendar):
    """Who comes to the two ends of a line, and when."""

    out_per_hour: tuple[PassengersPerHour, ...] = Field(min_length=24, max_length=24)
    """Passengers that come to the route's first waypoint in each hour of the mean day."""
    back_per_hour: tuple[PassengersPerHour, ...] = Field(min_length=24, max_length=24)
    """Passengers that come to its last waypoint."""


@dataclass(frozen=True, slots=True)
class Profiles:
    """Everything that ``profiles/`` describes, by name."""

    vehicles: Mapping[str, VehicleModel]
    chargers: Mapping[str, ChargerType]
    places: Mapping[str, Place]
    routes: Mapping[str, Route]
    cities: Mapping[str, Climate]
    demands: Mapping[str, PassengerDemand] = field(default_factory=dict)
    taxi_demand: Mapping[str, TaxiDemand] = field(default_factory=dict)
    seasons: Mapping[str, SeasonCalendar] = field(default_factory=dict)

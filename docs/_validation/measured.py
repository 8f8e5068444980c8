"""What the vehicle sheets predict of fleets that others measured: Markdown for docs/validation.md.

Usage: python docs/_validation/measured.py. No sheet was fitted to any of these figures but bus 183 (see energy.py).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from energy import MISSIONS, ROOT, town_consumption, ztbus_fit

from fleetsim.energy.air import density_kg_per_m3, pressure_hpa
from fleetsim.energy.trip import leg_energy
from fleetsim.profiles import Profiles, Route, TaxiDemand, VehicleModel
from fleetsim.profiles.loading import load_profiles
from fleetsim.work.fuel import FuelCell

KMH_PER_MPH = 1.609344


@dataclass(frozen=True)
class Row:
    """One measured figure beside what the program predicts."""

    fleet: str
    assumed: str
    """Conditions that the source does not give."""
    predicted: float
    low: float
    high: float
    unit: str = "kWh/km"

    @property
    def error(self) -> float:
        """Prediction over the nearest measured value, less one; 0 within the range."""
        nearest = min(max(self.predicted, self.low), self.high)
        return self.predicted / nearest - 1.0

    def line(self) -> str:
        """The row as Markdown."""
        digits = ".2g" if self.unit.startswith("kg") else ".3g"
        measured = f"{self.low:{digits}}" + (f"-{self.high:{digits}}" if self.high > self.low else "")
        error = "within" if self.error == 0.0 else f"{self.error:+.0%}"
        return f"| {self.fleet} | {self.assumed} | {self.predicted:{digits}} | {measured} | {self.unit} | {error} |"


def at_sea_level(model: VehicleModel, speed_kmh: float, temperature_c: float, heating_below_c: float = 14.0) -> float:
    """Consumption in level town traffic at sea level, half load, kWh/km."""
    heated = model.model_copy(update={"heating_below_c": heating_below_c})
    return town_consumption(heated, speed_kmh, temperature_c, float(density_kg_per_m3(0.0, temperature_c)))


@cache
def profiles() -> Profiles:
    """The profiles of the workspace."""
    return load_profiles(ROOT, []).profiles


def street_consumption(
    model: VehicleModel, streets: Route | TaxiDemand, temperature_c: float, load_share: float, elevation_m: float
) -> float:
    """Consumption in the traffic of some streets off the peaks, kWh/km."""
    draw, back = leg_energy(
        model,
        distance_km=1.0,
        speed_kmh=streets.speed_kmh,
        stops_per_km=streets.stops_per_km,
        stop_time_share=streets.stop_time_share,
        climb_m=0.0,
        undulation_m_per_km=streets.undulation_m_per_km,
        load_share=load_share,
        temperature_c=temperature_c,
        air_density_kg_per_m3=density_kg_per_m3(elevation_m, temperature_c),
    )
    return float(draw - back)


def taxi_consumption(model: VehicleModel, temperature_c: float, **changes: float) -> float:
    """Consumption of a car in the traffic of Kunming's taxis, at sea level with one passenger, kWh/km."""
    car = model.model_copy(update={"heating_below_c": 16.0, **changes})
    return street_consumption(car, profiles().taxi_demand["kunming"], temperature_c, 0.3, 0.0)


CLASSES = (
    ("bus_8_5m", "", 0.62, 0.80),
    ("bus_10_5m", "", 0.80, 1.00),
    ("bus_12m", "", 0.95, 1.20),
    ("bus_18m", "", 1.35, 1.75),
    ("coach_9m", "", 0.65, None),
    ("taxi_plug", "km_cars", 0.145, 0.175),
    ("taxi_swap", "km_cars", 0.145, 0.175),
    ("official_car", "km_cars", 0.14, None),
    ("van_4m3", "km_cars", 0.22, None),
    ("light_truck_4_5t", "km_streets", 0.34, None),
    ("sweeper_18t", "km_streets", 0.95, None),
    ("sprinkler_18t", "km_streets", 1.0, None),
    ("compactor_18t", "km_streets", 1.1, None),
    ("shuttle_14", "lj_shuttle", 0.185, None),
)
"""Class, the streets it runs in (none: a town line at 18 km/h), and what is usual of it: mild, and at 5 or 30 degC."""


def class_rows() -> Iterator[str]:
    """Each class of the shipped sheets beside its usual figures."""
    for name, streets, mild, harsh in CLASSES:
        model = profiles().vehicles[name]

        def predicted(temperature_c: float, model: VehicleModel = model, streets: str = streets) -> float:
            if streets:
                return street_consumption(model, profiles().routes[streets], temperature_c, 0.5, 1_895.0)
            return town_consumption(model, 18.0, temperature_c)

        now, worse = predicted(20.0), max(predicted(5.0), predicted(30.0))
        usual = "- | " if harsh is None else f"{harsh:.3g} | {worse / harsh - 1.0:+.0%}"
        yield f"| {name} | {now:.3g} | {mild:.3g} | {now / mild - 1.0:+.0%} | {worse:.3g} | {usual} |"


def hydrogen_kg_per_100km(model: VehicleModel, speed_kmh: float, temperature_c: float, elevation_m: float) -> float:
    """Hydrogen of a fuel-cell bus in level town traffic at half load."""
    air_kg_per_m3 = float(density_kg_per_m3(elevation_m, temperature_c))
    kwh_per_km = town_consumption(model, speed_kmh, temperature_c, air_kg_per_m3)
    drawn_kwh, hours = np.array(100.0 * kwh_per_km), np.array(100.0 / speed_kmh)
    return float(FuelCell.of(model).consumption_kg(drawn_kwh, hours, pressure_hpa(elevation_m)))


def rows() -> list[Row]:
    """All measured fleets, the calibration first where its data are at hand."""
    sheets = profiles().vehicles
    bus = sheets["bus_12m"]
    found = []
    if folder := os.environ.get("FLEETSIM_REFERENCE_DATA"):
        fit = ztbus_fit(Path(folder) / MISSIONS)
        measured = fit.measured_kwh_per_km
        found.append(
            Row("ZTBus bus 183, 19 m (calibration)", "10 m/km of ascent", fit.modelled_kwh_per_km, measured, measured)
        )
    mild = at_sea_level(bus, 20.0, 17.0)
    cold, warm = (at_sea_level(bus, 20.0, celsius) for celsius in (7.0, 24.5))
    found += [
        Row("ViriCiti, 79 buses of 12 m, Netherlands", "20 km/h, 10 degC", at_sea_level(bus, 20.0, 10.0), 1.15, 1.15),
        Row("the same, -10 to 14 degC over mild days", "7 over 17 degC", cold / mild, 1.14, 1.14, "times"),
        Row("the same, 20 to 29 degC over mild days", "24.5 over 17 degC", warm / mild, 1.09, 1.09, "times"),
    ]
    for low_mph, high_mph, measured in ((2.5, 5, 2.48), (5, 7.5, 1.64), (7.5, 10, 1.35), (10, 12.5, 1.23)):
        speed_kmh = (low_mph + high_mph) / 2.0 * KMH_PER_MPH
        predicted = at_sea_level(bus, speed_kmh, 13.0)
        fleet = f"MTA New York, 40 ft, {low_mph:g}-{high_mph:g} mph (planning table)"
        found.append(Row(fleet, f"{speed_kmh:.1f} km/h, 13 degC", predicted, measured, measured))
    shenzhen = [at_sea_level(sheets[name], 18.0, 28.0) for name in ("bus_10_5m", "bus_12m")]
    found += [
        Row("Shenzhen, 10.5 m", "18 km/h, 28 degC", shenzhen[0], 0.95, 1.15),
        Row("Shenzhen, 12 m", "18 km/h, 28 degC", shenzhen[1], 0.95, 1.15),
    ]
    taxi = sheets["taxi_plug"]
    found += [
        Row(
            "Taxi e6, maker 2010", "2.3 t in place of 1.65", taxi_consumption(taxi, 20.0, curb_kg=2300.0), 0.215, 0.215
        ),
        Row("Taxi e6, Shenzhen", "2.3 t, 28 degC", taxi_consumption(taxi, 28.0, curb_kg=2300.0), 0.22, 0.26),
    ]
    found += [
        Row("Fuel-cell bus, Xichang (claim)", "10.5 m, 25 km/h, 18 degC, 1 500 m",
            hydrogen_kg_per_100km(sheets["fc_bus_10_5m"], 25.0, 18.0, 1_500.0), 4.0, 4.0, "kg/100 km"),
        Row("Fuel-cell bus, King Long, Changle (claim)", "10.5 m, 25 km/h, 18 degC",
            hydrogen_kg_per_100km(sheets["fc_bus_10_5m"], 25.0, 18.0, 0.0), 4.2, 4.2, "kg/100 km"),
        Row("Fuel-cell buses 10.5-12 m, usual in service", "12 m, 18 km/h, 18 degC, 1 900 m",
            hydrogen_kg_per_100km(sheets["fc_bus_12m"], 18.0, 18.0, 1_900.0), 5.5, 7.5, "kg/100 km"),
    ]  # fmt: skip
    return found


def markdown() -> str:
    """The whole section."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield (
        "The sheets as they are shipped, level streets at half load; only bus 183 served to calibrate the form. The "
        "sources give little of speed, weather and load, so the conditions are assumed and a miss may lie in either. "
        "Makers' and operators' claims are marked; the table of New York is one for planning, not a measurement: see "
        "[below](#new-yorks-buses).\n"
    )
    yield "| fleet | assumed | predicted | measured | | error |"
    yield "|---|---|---|---|---|---|"
    yield from (row.line() for row in rows())
    yield (
        "\n### Classes beside what is usual of them\n\nAt the battery, kWh/km, as the sheets are shipped, at "
        "half load in Kunming's air: town lines at 18 km/h on level road, cars and trucks in their streets. "
        "What is usual of a class is an estimate of the trade, not a measurement. At 5 or 30 degC the worse of both is "
        "shown; the sheets of Kunming heat below 10 degC only, so that they fall short there. A van that delivers also "
        "stops at its customers, which this table leaves out.\n"
    )
    yield "| class | 20 degC | usual, mild | error | 5 or 30 degC | usual there | error |"
    yield "|---|---|---|---|---|---|---|"
    yield from class_rows()


if __name__ == "__main__":
    sys.stdout.write(markdown())

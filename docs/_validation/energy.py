"""How the trip formula meets what is known of electric buses: Markdown for docs/validation.md.

Usage: python docs/_validation/energy.py. The measured missions are read from the folder that the environment
variable FLEETSIM_REFERENCE_DATA names (ztbus_bus183_missions.csv); without it that part says so.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fleetsim.documents import parse_mapping, read_yaml
from fleetsim.energy.air import density_kg_per_m3
from fleetsim.energy.trip import leg_energy
from fleetsim.profiles import Place, Route, VehicleModel

ROOT = Path(__file__).resolve().parents[2]
MISSIONS = "ztbus_bus183_missions.csv"

KUNMING_AIR_KG_PER_M3 = 0.95
TOWN_STOP_TIME_SHARE = 0.34
ZURICH_M = 450.0
ZURICH_UNDULATION_M_PER_KM = 10.0
ZTBUS_STOPS_PER_KM = 3.35
PASSENGER_KG = 68.0
ZERO_C_IN_K = 273.15


def vehicles() -> dict[str, VehicleModel]:
    """The vehicle sheets of the workspace."""
    document = read_yaml(ROOT / "profiles" / "vehicles.yaml", ROOT)
    return parse_mapping(VehicleModel, document, document.data, (), [])


def stops_per_km(speed_kmh: float) -> float:
    """Stops of a town line by its speed: 3.0 per km at 14 km/h, 1.2 at 25, straight between."""
    return 3.0 - 1.8 * (speed_kmh - 14.0) / 11.0


def town_consumption(
    model: VehicleModel, speed_kmh: float, temperature_c: float, air_kg_per_m3: float = KUNMING_AIR_KG_PER_M3
) -> float:
    """Consumption at the battery on level town streets at half load, in Kunming's air unless told otherwise, kWh/km."""
    draw, back = leg_energy(
        model,
        distance_km=1.0,
        speed_kmh=speed_kmh,
        stops_per_km=stops_per_km(speed_kmh),
        stop_time_share=TOWN_STOP_TIME_SHARE,
        climb_m=0.0,
        undulation_m_per_km=0.0,
        load_share=0.5,
        temperature_c=temperature_c,
        air_density_kg_per_m3=air_kg_per_m3,
    )
    return float(draw - back)


@dataclass(frozen=True)
class Line101:
    """One direction of line 101, stretch by stretch between its waypoints."""

    places: tuple[str, ...]
    distance_km: NDArray[np.float64]
    climb_m: NDArray[np.float64]
    draw_kwh: NDArray[np.float64]
    back_kwh: NDArray[np.float64]

    @property
    def consumption_kwh_per_km(self) -> float:
        """Net consumption over the whole line."""
        return float((self.draw_kwh - self.back_kwh).sum() / self.distance_km.sum())


def line_101(model: VehicleModel, *, up: bool, temperature_c: float = 12.0) -> Line101:
    """Line 101 at half load, up from the Old Town or down from Ganhaizi."""
    document = read_yaml(ROOT / "profiles" / "routes.yaml", ROOT)
    route = parse_mapping(Route, document, document.data, (), [])["line_101"]
    document = read_yaml(ROOT / "profiles" / "places.yaml", ROOT)
    places = parse_mapping(Place, document, document.data, (), [])
    waypoints = route.waypoints if up else route.waypoints[::-1]
    elevation_m = np.array([places[point.place].elevation_m for point in waypoints])
    distance_km = np.abs(np.diff([point.distance_km for point in waypoints]))
    climb_m = np.diff(elevation_m)
    draw, back = leg_energy(
        model,
        distance_km=distance_km,
        speed_kmh=route.speed_kmh,
        stops_per_km=route.stops_per_km,
        stop_time_share=route.stop_time_share,
        climb_m=climb_m,
        undulation_m_per_km=route.undulation_m_per_km,
        load_share=0.5,
        temperature_c=temperature_c,
        air_density_kg_per_m3=density_kg_per_m3(elevation_m[:-1] + climb_m / 2.0, temperature_c),
    )
    return Line101(tuple(point.place for point in waypoints), distance_km, climb_m, draw, back)


@dataclass(frozen=True)
class Fit:
    """How the formula meets measured missions."""

    missions: int
    measured_kwh_per_km: float
    modelled_kwh_per_km: float
    total_error: float
    """Of all energy, as a share."""
    mape: float
    """Mean absolute error of a mission, as a share of what was measured."""


@dataclass(frozen=True)
class Missions:
    """Measured missions, and what the formula says of each."""

    distance_km: NDArray[np.float64]
    temperature_c: NDArray[np.float64]
    measured_kwh: NDArray[np.float64]
    modelled_kwh: NDArray[np.float64]

    def fit(self, low_c: float = -np.inf, high_c: float = np.inf) -> Fit:
        """How the two meet in a range of temperature."""
        within = (self.temperature_c >= low_c) & (self.temperature_c < high_c)
        km, measured, modelled = (values[within] for values in (self.distance_km, self.measured_kwh, self.modelled_kwh))
        return Fit(
            missions=int(within.sum()),
            measured_kwh_per_km=float(measured.sum() / km.sum()),
            modelled_kwh_per_km=float(modelled.sum() / km.sum()),
            total_error=float(modelled.sum() / measured.sum() - 1.0),
            mape=float(np.mean(np.abs(modelled / measured - 1.0))),
        )


BINS_C = (-np.inf, 5.0, 10.0, 15.0, 20.0, 25.0, np.inf)
"""Edges of the bins of ambient temperature."""


def ztbus_fit(file: Path, undulation_m_per_km: float = ZURICH_UNDULATION_M_PER_KM) -> Fit:
    """How the formula meets all missions of ZTBus bus 183."""
    return ztbus_missions(file, undulation_m_per_km).fit()


def ztbus_bins(file: Path) -> list[Fit]:
    """The same in bins of ambient temperature."""
    missions = ztbus_missions(file)
    return [missions.fit(low_c, high_c) for low_c, high_c in pairwise(BINS_C)]


def ztbus_missions(file: Path, undulation_m_per_km: float = ZURICH_UNDULATION_M_PER_KM) -> Missions:
    """The missions of ZTBus bus 183 in Zurich, by the formula with the constants of the 18 m bus."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    distance_km = np.array([float(row["drivenDistance"]) / 1000.0 for row in rows])
    measured_kwh = np.array([float(row["energyConsumption"]) / 3.6e6 for row in rows])
    load_kg = PASSENGER_KG * np.array([float(row["itcs_numberOfPassengers_mean"]) for row in rows])
    temperature_c = np.array([float(row["temperature_ambient_mean"]) for row in rows]) - ZERO_C_IN_K
    hours = np.array([_hours(row["startTime_iso"], row["endTime_iso"]) for row in rows])
    model = vehicles()["bus_18m"].model_copy(update={"heating_below_c": 16.7})
    draw, back = leg_energy(
        model,
        distance_km=distance_km,
        speed_kmh=distance_km / hours,
        stops_per_km=ZTBUS_STOPS_PER_KM,
        stop_time_share=TOWN_STOP_TIME_SHARE,
        climb_m=0.0,
        undulation_m_per_km=undulation_m_per_km,
        load_share=load_kg / model.payload_kg,
        temperature_c=temperature_c,
        air_density_kg_per_m3=density_kg_per_m3(ZURICH_M, temperature_c),
    )
    return Missions(distance_km, temperature_c, measured_kwh, draw - back)


def _hours(start: str, end: str) -> float:
    span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return span.total_seconds() / 3600.0


EXPECTED = (
    ("bus_8_5m", 18.0, 20.0, 10.0, 0.63, 0.63),
    ("bus_10_5m", 18.0, 20.0, 10.0, 0.80, 0.80),
    ("bus_12m", 14.0, 20.0, 10.0, 0.90, 0.92),
    ("bus_12m", 18.0, 20.0, 10.0, 0.90, 0.92),
    ("bus_12m", 25.0, 20.0, 10.0, 0.90, 0.92),
    ("bus_12m", 14.0, 10.0, 14.0, 1.06, 1.06),
    ("bus_12m", 14.0, 2.0, 14.0, 1.35, 1.35),
    ("bus_12m", 18.0, 10.0, 14.0, 1.02, 1.02),
    ("bus_12m", 18.0, 2.0, 14.0, 1.24, 1.24),
    ("bus_12m", 14.0, 28.0, 10.0, 0.96, 1.02),
    ("bus_18m", 14.0, 20.0, 16.7, 1.30, 1.35),
    ("bus_18m", 25.0, 20.0, 16.7, 1.30, 1.35),
)
"""Class, speed km/h, temperature degC, heating below degC, lower and upper bound of what was computed beforehand."""


def markdown() -> str:
    """The whole section."""
    sheets = vehicles()
    parts = (_by_temperature(sheets), _against_expected(sheets), _line_101(sheets["bus_12m"]), _ztbus())
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _table(*columns: str) -> Iterator[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "|---" * len(columns) + "|"


def _by_temperature(sheets: dict[str, VehicleModel]) -> Iterator[str]:
    temperatures = (0.0, 5.0, 10.0, 20.0, 28.0, 33.0)
    yield "### Consumption by class and temperature\n"
    yield "At the battery, kWh/km: level town streets of Kunming at 18 km/h, half load, heating below 10 degC.\n"
    yield from _table("class", *(f"{temperature:.0f} degC" for temperature in temperatures))
    for name, model in sheets.items():
        cells = (f"{town_consumption(model, 18.0, temperature):.2f}" for temperature in temperatures)
        yield f"| {name} | " + " | ".join(cells) + " |"


def _against_expected(sheets: dict[str, VehicleModel]) -> Iterator[str]:
    yield "### Against figures computed beforehand\n"
    yield (
        "Level town streets of Kunming at half load; the figures were made with the same equations elsewhere. The "
        "payloads of the sheets (2.6, 3.6, 4.0, 6.0 t) were chosen with them in sight, so this checks the program, not "
        "the model.\n"
    )
    yield from _table("class", "km/h", "degC", "heating below", "expected", "model", "miss")
    for name, speed, temperature, heating, low, high in EXPECTED:
        value = town_consumption(sheets[name].model_copy(update={"heating_below_c": heating}), speed, temperature)
        miss = min(value - low, 0.0) + max(value - high, 0.0)
        shown = f"{miss:+.2f}" if abs(miss) >= 0.005 else ""
        expected = f"{low:.2f}" if low == high else f"{low:.2f}-{high:.2f}"
        yield f"| {name} | {speed:.0f} | {temperature:.0f} | {heating:g} | {expected} | {value:.2f} | {shown} |"


def _line_101(model: VehicleModel) -> Iterator[str]:
    yield "### Line 101, stretch by stretch\n"
    yield "Bus of 12 m at half load and 12 degC; about 1.9 kWh/km up was expected.\n"
    yield from _table("stretch", "km", "climb m", "drawn kWh", "offered back kWh", "net kWh/km")
    for up in (True, False):
        line = line_101(model, up=up)
        for leg, stretch in enumerate(pairwise(line.places)):
            km, draw, back = line.distance_km[leg], line.draw_kwh[leg], line.back_kwh[leg]
            figures = f"{km:.1f} | {line.climb_m[leg]:+.0f} | {draw:.1f} | {back:.1f} | {(draw - back) / km:.2f}"
            yield f"| {' - '.join(stretch)} | {figures} |"
        sums = f"{line.draw_kwh.sum():.1f} | {line.back_kwh.sum():.1f} | **{line.consumption_kwh_per_km:.2f}**"
        whole = f"{line.distance_km.sum():.1f} | {line.climb_m.sum():+.0f} | {sums}"
        yield f"| **{'up' if up else 'down'}** | {whole} |"


def _ztbus() -> Iterator[str]:
    yield "### Measured missions: ZTBus bus 183\n"
    folder = os.environ.get("FLEETSIM_REFERENCE_DATA")
    if not folder:
        yield "Not computed: FLEETSIM_REFERENCE_DATA names no folder."
        return
    yield (
        "Articulated bus of 19 t in Zurich, Apr 2019 - Dec 2022 (Widmer, Ritter, Onder, Sci Data 10, 2023, CC BY 4.0). "
        "No independent test: stops per km, standing and peak speed were read off two missions of the data set; "
        "heating and cooling are a fit to this bus; the ascent of 10 m/km is a guess, shown with its effect.\n"
    )
    yield from _table("ascent m/km", "missions", "measured kWh/km", "model kWh/km", "total", "MAPE")
    for ascent in (0.0, 10.0, 20.0):
        fit = ztbus_fit(Path(folder) / MISSIONS, ascent)
        figures = f"{fit.measured_kwh_per_km:.3f} | {fit.modelled_kwh_per_km:.3f}"
        yield f"| {ascent:.0f} | {fit.missions} | {figures} | {fit.total_error:+.1%} | {fit.mape:.1%} |"
    yield "\nBy ambient temperature, with 10 m/km of ascent:\n"
    yield from _table("degC", "missions", "measured kWh/km", "model kWh/km", "total", "MAPE")
    for (low_c, high_c), fit in zip(pairwise(BINS_C), ztbus_bins(Path(folder) / MISSIONS), strict=True):
        edges = f"below {high_c:.0f}" if low_c == -np.inf else f"{low_c:.0f} to {high_c:.0f}"
        edges = f"from {low_c:.0f}" if high_c == np.inf else edges
        figures = f"{fit.measured_kwh_per_km:.3f} | {fit.modelled_kwh_per_km:.3f}"
        yield f"| {edges} | {fit.missions} | {figures} | {fit.total_error:+.1%} | {fit.mape:.1%} |"


if __name__ == "__main__":
    sys.stdout.write(markdown())

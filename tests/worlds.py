"""Small made-up worlds for tests: a depot, a fleet, a road, all in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import numpy as np

from fleetsim.clock import Clock
from fleetsim.profiles import (
    ChargerType,
    Climate,
    PassengerDemand,
    Place,
    Profiles,
    Route,
    TaxiDemand,
    VehicleModel,
)
from fleetsim.results.records import Records
from fleetsim.scenario.schema import Scenario, ScenarioSpec
from fleetsim.signals import Signals
from fleetsim.simulation import simulate
from fleetsim.work.timetable import TimetableTrips

Result = TypeVar("Result")
Job = TypeVar("Job")

NAME = {"en": "x", "zh": "x"}
FLAT = ((0.0, 2.0), (1.0, 2.0))
LFP = ((0.0, 0.4), (0.05, 0.4), (0.05, 1.0), (0.6, 1.0), (0.6, 0.8), (0.8, 0.8), (0.8, 0.5), (0.9, 0.5), (0.9, 0.25),
       (0.95, 0.25), (0.95, 0.12), (1.0, 0.06))  # fmt: skip


def vehicle(**changes: Any) -> VehicleModel:
    """A bus of 300 kWh with an ideal charge curve."""
    sheet = {
        "name": NAME, "battery_kwh": 300, "charge_limit_kw": 120, "battery_efficiency": 0.96, "curb_kg": 12_800,
        "payload_kg": 5_000, "rolling_resistance": 0.0125, "drag_area_m2": 5.0, "rotating_mass_factor": 1.1,
        "drive_efficiency": 0.92, "regeneration_efficiency": 0.9, "regeneration_share": 0.95, "peak_speed_factor": 1.3,
        "auxiliary_kw": 3.5, "heating_kw_per_k": 0.5, "heating_below_c": 10, "cooling_kw_per_k": 0.35,
        "cooling_above_c": 24, "charge_curve": [{"soc": soc, "c_rate": rate} for soc, rate in FLAT],
    }  # fmt: skip
    return VehicleModel.model_validate(sheet | changes)


FEED_BACK = {"power_kw": 60, "floor_soc": 0.4, "efficiency": 0.95}
"""What a vehicle sheet says of a vehicle that may give back 60 kW as long as it is above 40 %."""


def fuel_cell_vehicle(**changes: Any) -> VehicleModel:
    """A bus with a tank of 25 kg, and a fuel cell of 100 kW that always turns half of its hydrogen into electricity."""
    drive = {
        "tank_kg": 25, "fuel_cell_kw": 100, "efficiency_curve": [{"load_share": 1, "efficiency": 0.5}],
        "converter_efficiency": 1, "thin_air_share": 0.05, "buffer_set_point": 0.6, "buffer_floor": 0.3,
    }  # fmt: skip
    return vehicle(battery_kwh=100, hydrogen=drive | changes)


def profiles(model: VehicleModel | None = None, climb_m: float = 0.0) -> Profiles:
    """One road of 25 km from the depot's gate, rising evenly by ``climb_m``."""
    at = {"name": NAME, "city": "town", "lon": 102.7, "quality": "C"}
    places = {
        "gate": Place.model_validate(at | {"lat": 25.0, "elevation_m": 1_900}),
        "top": Place.model_validate(at | {"lat": 25.2, "elevation_m": 1_900 + climb_m}),
    }
    road = {
        "name": NAME, "city": "town", "speed_kmh": 20, "peak_speed_kmh": 20, "stops_per_km": 2, "stop_time_share": 0.3,
        "undulation_m_per_km": 5,
        "waypoints": [{"place": "gate", "distance_km": 0}, {"place": "top", "distance_km": 25}],
    }  # fmt: skip
    climate = {
        "name": NAME, "lat": 25, "lon": 102.7, "elevation_m": 1_900, "day_to_day_k": 2, "persistence": 0.6,
        "months": [{"mean_c": 15, "daily_swing_k": 10}] * 12,
    }  # fmt: skip
    charger = {"name": NAME, "power_kw": 120, "efficiency": 0.95, "standby_kw": 0.1}
    return Profiles(
        vehicles={"bus": model or vehicle(), "fc_bus": fuel_cell_vehicle()},
        chargers={"dc": ChargerType.model_validate(charger)},
        places=places,
        routes={"road": Route.model_validate(road)},
        cities={"town": Climate.model_validate(climate)},
        demands={"crowd": crowd()},
    )


def crowd(**changes: Any) -> PassengerDemand:
    """Sixty passengers an hour out from 8 to 10, and back from 12 to 14, every day of the year."""
    out, back = [0] * 24, [0] * 24
    out[8:10], back[12:14] = [60, 60], [60, 60]
    entry = {"name": NAME, "out_per_hour": out, "back_per_hour": back, "weekdays": [1] * 7, "months": [1] * 12}
    return PassengerDemand.model_validate(entry | changes)


def fleet(count: int = 4, **changes: Any) -> dict[str, Any]:
    """A fleet that runs two blocks of 100 km a day from the depot's gate, at 1.1 kWh/km."""
    work = changes.pop("work", None) or rotation()
    base = {"kind": "bus", "model": "bus", "count": count, "home": "depot", "initial_soc": 0.95, "work": work}
    return base | {"consumption_kwh_per_km": 1.1} | changes


def rotation(**changes: Any) -> dict[str, Any]:
    """The work of :func:`fleet`."""
    blocks = [{"start": "05:00", "trips": 4, "layover_min": 5}, {"start": "14:00", "trips": 4, "layover_min": 5}]
    return {"kind": "rotation", "route": "road", "deadhead_km": 0, "blocks": blocks} | changes


def on_demand(**changes: Any) -> dict[str, Any]:
    """Work on the road of 25 km for the passengers of :func:`crowd`."""
    return {
        "kind": "on_demand", "route": "road", "demand": "crowd", "seats": 30, "max_wait_min": 20, "turnaround_min": 5,
        "stand": 3, "trips_per_block": 4, "break_min": 60, "passenger_kg": 65,
    } | changes  # fmt: skip


def truck(**changes: Any) -> VehicleModel:
    """A truck that can sweep with 33 kW, empty bins at 0.1 kWh each, and spray 4 t of water."""
    return vehicle(body={"working_kw": 33, "cycle_kwh": 0.1, "water_kg": 4_000}).model_copy(update=changes)


def rounds(*shifts: Mapping[str, Any], count: int = 4, **changes: Any) -> dict[str, Any]:
    """A sanitation fleet that works at the end of the road, 25 km away, and charges at the depot's gate."""
    work = {"kind": "rounds", "route": "road", "area": "top", "detour": 1.0, "shifts": list(shifts)}
    work |= changes.pop("work", {})
    base = {"kind": "sanitation", "model": "bus", "count": count, "home": "depot", "initial_soc": 0.95, "work": work}
    return base | changes


def depot(count: int = 4, **changes: Any) -> dict[str, Any]:
    """A depot with chargers of 120 kW."""
    return {"kind": "depot", "place": "gate", "chargers": [{"type": "dc", "count": count}]} | changes


def fuel_cell_fleet(count: int = 4, **changes: Any) -> dict[str, Any]:
    """A fleet of fuel-cell buses with the work of :func:`fleet`, full tanks and a station at the gate."""
    base = {"kind": "hydrogen_bus", "model": "fc_bus", "count": count, "home": "station", "initial_share": 1.0}
    return base | {"work": rotation(), "consumption_kwh_per_km": 1.1} | changes


def station(**changes: Any) -> dict[str, Any]:
    """A hydrogen station at the depot's gate: 9 kg an hour, a storage of 200 kg, two dispensers of 2 kg a minute."""
    base = {
        "kind": "hydrogen_station", "place": "gate", "storage_kg": 200, "dispensers": 2, "dispense_kg_per_min": 2,
        "electrolyser": {"rated_kw": 500, "kwh_per_kg": 55, "min_load_share": 0.3},
    }  # fmt: skip
    if changes.get("electrolyser") is not None:
        changes["electrolyser"] = base["electrolyser"] | changes["electrolyser"]
    return base | changes


def scenario(
    *,
    sites: Mapping[str, Any] | None = None,
    fleets: Mapping[str, Any] | None = None,
    world: Profiles | None = None,
    timetables: Mapping[str, TimetableTrips] | None = None,
    **changes: Any,
) -> Scenario:
    """A scenario of one depot and one fleet unless told otherwise; it has no grid, for runs of the fleets alone."""
    text = {
        "name": "world", "title": NAME, "start_date": "2026-03-09", "days": 2, "warmup_days": 0,
        "grid": {"year": 2024}, "tariff": "any", "sites": sites or {"depot": depot()},
        "fleets": fleets or {"line": fleet()},
    }  # fmt: skip
    return Scenario(
        spec=ScenarioSpec.model_validate(text | changes),
        workspace=Path(),
        file="world.yaml",
        profiles=world or profiles(),
        timetables=timetables or {},
        grid=cast(Any, None),
        tariff=cast(Any, SimpleNamespace(demand_cny_per_kw_month=0.0)),
        inputs={},
    )


def signals(clock: Clock) -> Signals:
    """A tariff with its valley from 02:00 to 06:00 and from 12:00 to 16:00."""
    hour = np.arange(clock.slots) % 96 / 4
    valley = ((hour >= 2) & (hour < 6)) | ((hour >= 12) & (hour < 16))
    peak = ((hour >= 7) & (hour < 9)) | (hour >= 18)
    price = np.where(valley, 0.4, np.where(peak, 0.8, 0.6))
    return Signals(price_cny_per_kwh=price, valley=valley, peak=peak, clean_share=np.full(clock.slots, 0.8))


class Here:
    """Carries out jobs one after the other."""

    def map(self, function: Callable[[Job], Result], jobs: Sequence[Job]) -> Iterable[Result]:
        return [function(job) for job in jobs]


def run(world: Scenario) -> Records:
    """Run a scenario in this process."""
    return simulate(world, signals(world.spec.clock), Here())


def city(**changes: Any) -> Profiles:
    """The world of :func:`profiles` with taxis of 50 kWh and an even demand at the gate, all at 30 km/h."""
    world = profiles()
    sheet = {"battery_kwh": 50, "charge_limit_kw": 60, "swappable": True, "curb_kg": 1_700, "payload_kg": 375}
    demand = {
        "name": NAME, "city": "town", "workday": [1] * 24, "weekend": [1] * 24, "weekdays": [1] * 7,
        "zones": [{"place": "gate", "share": 1}], "speed_kmh": 30, "peak_speed_kmh": 30, "stops_per_km": 1,
        "stop_time_share": 0.2, "undulation_m_per_km": 0, "detour": 1.35,
    }  # fmt: skip
    return replace(
        world,
        vehicles=world.vehicles | {"taxi": vehicle(**sheet), "plugged": vehicle(**sheet | {"swappable": False})},
        taxi_demand={"even": TaxiDemand.model_validate(demand | changes)},
    )


def one_site(site: Mapping[str, Any], fleets: Mapping[str, Mapping[str, Any]], days: int) -> Scenario:
    """One site, called ``here``, that all fleets use and no other: taxis in their city, buses on their road."""
    hailed = any(fleet["kind"] == "taxi" for fleet in fleets.values())
    use = {"stations": ["here"]} if hailed else {"home": "here"}
    users = {name: {**fleet, **use} for name, fleet in fleets.items()}
    return scenario(sites={"here": site}, fleets=users, world=city() if hailed else None, days=days)


def taxis(count: int = 1, **changes: Any) -> dict[str, Any]:
    """Taxis without any chance in them: 480 km a day at 0.15 kWh/km, so 3 kWh an hour; from full, energy at 20 %."""
    even = {"daily_km_cv": 0, "hourly_km_cv": 0, "consumption_cv": 0, "seek_soc": [0.2, 0.2], "initial_soc": [0.9, 0.9]}
    base = {"kind": "taxi", "model": "taxi", "count": count, "demand": "even", "stations": ["swap"], "daily_km": 480}
    return base | even | {"consumption_kwh_per_km": 0.15} | changes


def swap_station(**changes: Any) -> dict[str, Any]:
    """A station at the gate with one lane, 100 s a swap, four packs and four slots of 60 kW, ready at 90 %."""
    base = {"kind": "swap_station", "place": "gate", "lanes": 1, "swap_s": 100, "packs": 4, "initial_soc": 0.9}
    return base | {"ready_soc": 0.9, "slots": {"type": "dc", "count": 4, "power_kw": 60}} | changes


def public_station(count: int = 1, **changes: Any) -> dict[str, Any]:
    """A station at the gate with fast chargers of 60 kW."""
    return {"kind": "public_station", "place": "gate", "chargers": [{"type": "dc", "count": count, "power_kw": 60}]} | (
        changes
    )


def terminal(count: int = 1, **changes: Any) -> dict[str, Any]:
    """A terminal at the far end of the road with chargers of 120 kW and a minute to plug in."""
    base = {"kind": "terminal", "place": "top", "plug_in_min": 1, "chargers": [{"type": "dc", "count": count}]}
    return base | changes


def opportunity(**changes: Any) -> dict[str, Any]:
    """What a fleet says that charges at the site ``far``."""
    return {"terminals": ["far"]} | changes


def taxi_world(count: int = 1, **changes: Any) -> Scenario:
    """A scenario of taxis and one swap station, called ``swap``, unless told otherwise."""
    base = {"sites": {"swap": swap_station()}, "fleets": {"cabs": taxis(count)}, "world": city()}
    return scenario(**base | changes)

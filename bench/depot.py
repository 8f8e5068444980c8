"""The common depot workload, which other depot simulators have been measured on.

One depot, N buses of 300 kWh, N/2 chargers of 120 kW, two blocks a day of 100 km at 1.1 kWh/km, all back at once,
seven days with the last night's charge, charging at once, no site limit: 1 540 kWh into each battery.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from fleetsim.workspace import packaged_inputs

NAME = {"en": "benchmark", "zh": "benchmark"}
PLACE = {"name": NAME, "city": "kunming", "lon": 102.7, "elevation_m": 1_900, "quality": "C"}
BUS: dict[str, Any] = {
    "name": NAME, "battery_kwh": 300, "charge_limit_kw": 120, "battery_efficiency": 0.955, "curb_kg": 12_800,
    "payload_kg": 4_000, "rolling_resistance": 0.0125, "drag_area_m2": 5.0, "rotating_mass_factor": 1.1,
    "drive_efficiency": 0.92, "regeneration_efficiency": 0.9, "regeneration_share": 0.95, "peak_speed_factor": 1.3,
    "auxiliary_kw": 3.5, "heating_kw_per_k": 0.5, "heating_below_c": 10, "cooling_kw_per_k": 0.35,
    "cooling_above_c": 24, "charge_curve": [{"soc": 0.0, "c_rate": 1.0}, {"soc": 1.0, "c_rate": 1.0}],
}  # fmt: skip
ROAD: dict[str, Any] = {
    "name": NAME, "city": "kunming", "speed_kmh": 20, "peak_speed_kmh": 20, "stops_per_km": 2, "stop_time_share": 0.3,
    "undulation_m_per_km": 5,
    "waypoints": [{"place": "gate", "distance_km": 0}, {"place": "end", "distance_km": 25}],
}  # fmt: skip
CHARGER = {"name": NAME, "power_kw": 120, "efficiency": 0.955, "standby_kw": 0.08}


def write(folder: Path, vehicles: int, sharing: str = "proportional") -> Path:
    """A workspace in ``folder`` with the workload; returns the scenario file."""
    packaged = packaged_inputs()
    shutil.copytree(packaged / "grid", folder / "grid")
    profiles = folder / "profiles"
    profiles.mkdir()
    shutil.copy(packaged / "profiles" / "climates.yaml", profiles)
    places = {"gate": PLACE | {"lat": 25.0}, "end": PLACE | {"lat": 25.2}}
    sheets = {"vehicles": {"bus": BUS}, "chargers": {"dc": CHARGER}, "places": places, "routes": {"road": ROAD}}
    for name, sheet in sheets.items():
        (profiles / f"{name}.yaml").write_text(yaml.safe_dump(sheet), encoding="utf-8")
    scenario = _scenario(vehicles)
    scenario["sites"]["depot"]["sharing"] = sharing
    file = folder / "depot.yaml"
    file.write_text(yaml.safe_dump(scenario), encoding="utf-8")
    return file


def _scenario(vehicles: int) -> dict[str, Any]:
    blocks = [{"start": start, "trips": 4, "layover_min": 5} for start in ("05:00", "14:00")]
    work = {"kind": "rotation", "route": "road", "deadhead_km": 0, "blocks": blocks}
    return {
        "name": "depot", "title": NAME, "start_date": "2026-03-09", "days": 7, "warmup_days": 0,
        "grid": {"year": 2026, "level": "month_hour"}, "tariff": "yunnan_general",
        "sites": {"depot": {"kind": "depot", "place": "gate", "chargers": [{"type": "dc", "count": vehicles // 2}]}},
        "fleets": {
            "line": {
                "kind": "bus", "model": "bus", "count": vehicles, "home": "depot", "initial_soc": 0.95,
                "consumption_kwh_per_km": 1.1, "work": work,
            }
        },
    }  # fmt: skip

"""The whole-city week: 6 000 buses in 60 depots, 9 000 plug-in taxis at 120 stations, 1 500 trucks in 20 depots.

Vehicles, chargers, roads and habits are those of the packaged profiles; depots and stations stand in rows
over Kunming.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from fleetsim.workspace import packaged_inputs

NAME = {"en": "benchmark", "zh": "benchmark"}
CENTRE = (25.03, 102.72)
BUS_DEPOTS, STATIONS, SANITATION_DEPOTS = 60, 120, 20
BUSES, TAXIS, TRUCKS = 100, 9_000, 75
"""Buses and trucks of each depot; taxis of the city."""


def vehicles(scale: float, *, taxis_alone: bool = False) -> int:
    """Vehicles of a city of a part of the size."""
    if taxis_alone:
        return _many(TAXIS, scale)
    return _many(BUS_DEPOTS, scale) * BUSES + _many(TAXIS, scale) + _many(SANITATION_DEPOTS, scale) * TRUCKS


def write(folder: Path, scale: float = 1.0, days: int = 7, *, taxis_alone: bool = False) -> Path:
    """A workspace in ``folder`` with the workload; returns the scenario file."""
    packaged = packaged_inputs()
    for name in ("grid", "profiles"):
        shutil.copytree(packaged / name, folder / name)
    places = folder / "profiles" / "places.yaml"
    known = yaml.safe_load(places.read_text(encoding="utf-8"))
    made = _spread("bench_bus", BUS_DEPOTS) | _spread("bench_fast", STATIONS) | _spread("bench_san", SANITATION_DEPOTS)
    places.write_text(yaml.safe_dump({**known, **made}), encoding="utf-8")
    file = folder / "city.yaml"
    file.write_text(yaml.safe_dump(_scenario(scale, days, taxis_alone=taxis_alone)), encoding="utf-8")
    return file


def _many(whole: int, scale: float) -> int:
    return max(1, round(whole * scale))


def _spread(prefix: str, count: int) -> dict[str, Any]:
    """Places in rows over the city, 2.2 km apart."""
    columns = round(count**0.5)
    at = {"name": NAME, "city": "kunming", "elevation_m": 1_900, "quality": "C"}
    return {
        f"{prefix}_{number:03}": at
        | {
            "lat": CENTRE[0] + 0.02 * (number // columns - columns / 2),
            "lon": CENTRE[1] + 0.022 * (number % columns - columns / 2),
        }
        for number in range(count)
    }


def _scenario(scale: float, days: int, *, taxis_alone: bool) -> dict[str, Any]:
    sites: dict[str, Any] = {}
    fleets: dict[str, Any] = {}
    roads = ("km_trunk_north", "km_trunk_south", "km_trunk_west", "km_trunk_east")
    for number in range(0 if taxis_alone else _many(BUS_DEPOTS, scale)):
        name = f"bench_bus_{number:03}"
        sites[name] = _depot(name, "dc_120", 33, 3_200)
        blocks = [
            {"start": start, "spread_min": 90, "trips": trips, "layover_min": 6}
            for start, trips in (("05:45", 4), ("14:00", 4))
        ]
        work = {"kind": "rotation", "route": roads[number % 4], "blocks": blocks}
        fleets[f"buses_{number:03}"] = {
            "kind": "bus", "model": "bus_10_5m", "count": BUSES, "home": name, "work": work,
        }  # fmt: skip
    for number in range(0 if taxis_alone else _many(SANITATION_DEPOTS, scale)):
        name = f"bench_san_{number:03}"
        sites[name] = _depot(name, "dc_60", 25, 1_300)
        fleets[f"trucks_{number:03}"] = _trucks(name)
    for number in range(_many(STATIONS, scale)):
        name = f"bench_fast_{number:03}"
        sites[name] = _depot(name, "dc_60", 30, 1_500) | {"kind": "public_station"}
    fleets["taxis"] = {
        "kind": "taxi", "model": "taxi_plug", "count": _many(TAXIS, scale), "demand": "kunming", "daily_km": 350,
        "shift_changes": [{"start": "06:30", "spread_min": 60}, {"start": "16:30", "spread_min": 120}],
    }  # fmt: skip
    return {
        "name": "city", "title": NAME, "start_date": "2026-03-09", "days": days, "warmup_days": 0,
        "grid": {"year": 2026, "level": "water"}, "tariff": "yunnan_general", "sites": sites, "fleets": fleets,
    }  # fmt: skip


def _depot(place: str, charger: str, count: int, connection_kw: float) -> dict[str, Any]:
    return {
        "kind": "depot", "place": place, "chargers": [{"type": charger, "count": count}],
        "connection_kw": connection_kw, "base_load_kw": 20,
    }  # fmt: skip


def _trucks(home: str) -> dict[str, Any]:
    return {
        "kind": "sanitation", "model": "sweeper_18t", "count": TRUCKS, "home": home,
        "work": _packaged("kunming_sanitation.yaml")["fleets"]["sweepers"]["work"],
    }  # fmt: skip


def _packaged(config: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((packaged_inputs() / "configs" / config).read_text(encoding="utf-8"))
    return loaded

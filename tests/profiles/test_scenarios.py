"""The scenarios of ``configs/`` keep the rules that stand at their heads."""

from __future__ import annotations

from datetime import date
from math import ceil
from typing import Any

import numpy as np
import pytest

from fleetsim.clock import Clock
from fleetsim.energy.air import density_kg_per_m3
from fleetsim.energy.trip import leg_energy
from fleetsim.energy.weather import temperatures_c
from fleetsim.profiles import Profiles, Route
from fleetsim.scenario.loading import load
from fleetsim.workspace import packaged_inputs
from tests.worlds import run

Yaml = dict[str, Any]

SERVICE_HOURS = slice(6, 22)
TURNAROUND_MIN = 60
"""Least time between two blocks of a bus: the way home and out, and half an hour on a charger."""


def piles(site: Yaml) -> int:
    return sum(int(group["count"]) for group in site["chargers"])


def nameplate_kw(site: Yaml, profiles: Profiles) -> float:
    return sum(
        float(group["count"] * group.get("power_kw", profiles.chargers[group["type"]].power_kw))
        for group in site["chargers"]
    )


def deadhead_km(fleet: Yaml, scenario: Yaml, profiles: Profiles) -> float:
    home = profiles.places[scenario["sites"][fleet["home"]]["place"]]
    terminal = profiles.places[profiles.routes[fleet["work"]["route"]].waypoints[0].place]
    north_km, east_km = 111.2 * (home.lat - terminal.lat), 111.2 * 0.9 * (home.lon - terminal.lon)
    return float(1.35 * (north_km**2 + east_km**2) ** 0.5)


def daily_km(fleet: Yaml, scenario: Yaml, profiles: Profiles) -> float:
    length_km = profiles.routes[fleet["work"]["route"]].waypoints[-1].distance_km
    blocks = fleet["work"]["blocks"]
    return sum(int(b["trips"]) for b in blocks) * length_km + 2 * len(blocks) * deadhead_km(fleet, scenario, profiles)


def consumption_kwh_per_km(fleet: Yaml, scenario: Yaml, profiles: Profiles) -> float:
    """Mean net consumption out and back over the service hours of the reported week, off the peaks."""
    route = profiles.routes[fleet["work"]["route"]]
    clock = Clock(scenario["start_date"], scenario["days"], scenario["warmup_days"])
    hourly_c = temperatures_c(route.city, profiles.cities[route.city], scenario["seed"], clock)
    service_c = hourly_c.reshape(-1, 24)[scenario["warmup_days"] :, SERVICE_HOURS].ravel()
    elevation_m = np.array([profiles.places[point.place].elevation_m for point in route.waypoints])
    distance_km = np.diff([point.distance_km for point in route.waypoints])
    climb_m = np.diff(elevation_m)[None, None, :] * np.array([1.0, -1.0])[:, None, None]
    draw, back = leg_energy(
        profiles.vehicles[fleet["model"]],
        distance_km=distance_km,
        speed_kmh=route.speed_kmh,
        stops_per_km=route.stops_per_km,
        stop_time_share=route.stop_time_share,
        climb_m=climb_m,
        undulation_m_per_km=route.undulation_m_per_km,
        load_share=0.5,
        temperature_c=service_c[None, :, None],
        air_density_kg_per_m3=density_kg_per_m3(elevation_m.mean(), service_c[None, :, None]),
    )
    return float((draw - back).sum(axis=2).mean() / distance_km.sum())


def meter_mwh_per_day(scenario: Yaml, profiles: Profiles) -> float:
    total_kwh = 0.0
    for fleet in scenario["fleets"].values():
        charger = profiles.chargers[scenario["sites"][fleet["home"]]["chargers"][0]["type"]]
        losses = profiles.vehicles[fleet["model"]].battery_efficiency * charger.efficiency
        used_kwh = daily_km(fleet, scenario, profiles) * consumption_kwh_per_km(fleet, scenario, profiles)
        total_kwh += fleet["count"] * used_kwh / losses
    return total_kwh / 1000.0


def finish_min(route: Route, block: Yaml) -> float:
    """Minute of the day at which the first vehicle ends the block, peaks counted as on a workday."""
    hours, minutes = block["start"].split(":")
    now = 60.0 * int(hours) + int(minutes)
    for _ in range(block["trips"]):
        peak = 420 <= now < 540 or 1020 <= now < 1140
        speed_kmh = route.peak_speed_kmh if peak else route.speed_kmh
        now += 60.0 * route.waypoints[-1].distance_km / speed_kmh + block["layover_min"]
    return float(now - block["layover_min"])


def test_the_week_is_the_agreed_one(scenarios: dict[str, Yaml]) -> None:
    assert {"first_depot", "kunming_buses", "lijiang_buses"} <= scenarios.keys()
    for name in ("first_depot", "kunming_buses", "lijiang_buses"):
        scenario = scenarios[name]
        assert scenario["name"] == name
        assert (scenario["start_date"], scenario["days"], scenario["warmup_days"]) == (date(2026, 3, 9), 7, 2)
        assert (scenario["grid"]["year"], scenario["grid"]["hydrology"]) == (2026, "normal")


def test_kunming_has_the_documented_piles_and_power(scenarios: dict[str, Yaml], profiles: Profiles) -> None:
    sites = scenarios["kunming_buses"]["sites"]
    assert len(sites) == 14
    assert sum(name.startswith("synthetic_") for name in sites) == 6
    assert sum(piles(site) for site in sites.values()) == 285
    assert piles(sites["bandao"]) == 141
    assert sum(nameplate_kw(site, profiles) for site in sites.values()) == 15_190


def test_synthetic_depots_and_no_others_stand_at_synthetic_places(
    scenarios: dict[str, Yaml], profiles: Profiles
) -> None:
    for name, site in scenarios["kunming_buses"]["sites"].items():
        assert name.startswith("synthetic_") == profiles.places[site["place"]].name.en.endswith("(synthetic)")


def test_kunming_uses_the_documented_energy(scenarios: dict[str, Yaml], profiles: Profiles) -> None:
    gwh_per_year = 0.365 * meter_mwh_per_day(scenarios["kunming_buses"], profiles)
    assert gwh_per_year == pytest.approx(10.80, rel=0.015)
    assert gwh_per_year / (15.190 * 8.760) == pytest.approx(0.081, abs=0.002)


def test_lijiang_has_the_documented_buses_and_energy(scenarios: dict[str, Yaml]) -> None:
    scenario = scenarios["lijiang_buses"]
    assert sum(fleet["count"] for fleet in scenario["fleets"].values()) == 396
    week = run(load(packaged_inputs() / "configs" / "lijiang_buses.yaml"))
    assert week.tables["sessions"]["energy_kwh"].sum() / 7_000 == pytest.approx(57.0, rel=0.015)


def test_lijiang_has_a_charger_for_three_buses(scenarios: dict[str, Yaml]) -> None:
    scenario = scenarios["lijiang_buses"]
    for name, site in scenario["sites"].items():
        buses = sum(fleet["count"] for fleet in scenario["fleets"].values() if fleet["home"] == name)
        assert piles(site) == ceil(buses / 3)


@pytest.mark.parametrize("name", ["kunming_buses", "lijiang_buses"])
def test_connections_carry_eighty_per_cent_of_the_nameplate(
    scenarios: dict[str, Yaml], profiles: Profiles, name: str
) -> None:
    for site in scenarios[name]["sites"].values():
        assert site["connection_kw"] == pytest.approx(0.8 * nameplate_kw(site, profiles), abs=5)


@pytest.mark.parametrize("name", ["first_depot", "kunming_buses", "lijiang_buses"])
def test_each_block_is_within_the_battery_and_leaves_time_to_charge(
    scenarios: dict[str, Yaml], profiles: Profiles, name: str
) -> None:
    scenario = scenarios[name]
    for fleet in scenario["fleets"].values():
        if fleet["work"]["kind"] != "rotation":
            continue
        route, model = profiles.routes[fleet["work"]["route"]], profiles.vehicles[fleet["model"]]
        way_home_min = 60.0 * deadhead_km(fleet, scenario, profiles) / route.speed_kmh
        kwh_per_km = consumption_kwh_per_km(fleet, scenario, profiles)
        share = daily_km(fleet, scenario, profiles) / len(fleet["work"]["blocks"]) * kwh_per_km / model.battery_kwh
        assert share < 0.95 - 0.20
        previous_min = None
        for block in fleet["work"]["blocks"]:
            start_min = 60 * int(block["start"][:2]) + int(block["start"][3:])
            if previous_min is not None:
                assert start_min - previous_min - 2 * way_home_min >= TURNAROUND_MIN
            previous_min = finish_min(route, block)
            assert block["trips"] % 2 == 0
            assert previous_min + block["spread_min"] < 23 * 60

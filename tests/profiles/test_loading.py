"""Profiles are read whole and checked against each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fleetsim.errors import Problem
from fleetsim.profiles.loading import LoadedProfiles, load_profiles

Edit = Callable[..., Path]


def load(root: Path) -> tuple[LoadedProfiles, list[str]]:
    problems: list[Problem] = []
    return load_profiles(root, problems), [str(problem) for problem in problems]


def test_good_profiles_are_read_by_name(small_workspace: Path) -> None:
    loaded, problems = load(small_workspace)

    assert problems == []
    assert list(loaded.profiles.vehicles) == ["bus_small", "bus_large"]
    assert loaded.profiles.routes["line_1"].waypoints[1].distance_km == 9.7
    assert loaded.profiles.cities["kunming"].months[0].mean_c == 9
    assert loaded.names["places"] == {"depot_east", "station"}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "vehicles",
            "- {soc: 0.8, c_rate: 0.5}",
            "- {soc: 0.7, c_rate: 0.5}",
            "profiles/vehicles.yaml:8: bus_small.charge_curve.2.soc: found 0.7; "
            "must not be below the corner before, 0.8",
        ),
        (
            "vehicles",
            "- {soc: 0.0, c_rate: 1.0}",
            "- {soc: 0.1, c_rate: 1.0}",
            "profiles/vehicles.yaml:6: bus_small.charge_curve.0.soc: found 0.1; the first corner must stand at 0",
        ),
        (
            "vehicles",
            "- {soc: 1.0, c_rate: 0.1}",
            "- {soc: 0.9, c_rate: 0.1}",
            "profiles/vehicles.yaml:9: bus_small.charge_curve.3.soc: found 0.9; the last corner must stand at 1",
        ),
        (
            "vehicles",
            "battery_kwh: 150",
            "battery_kwh: -150",
            "profiles/vehicles.yaml:3: bus_small.battery_kwh: found -150; must be above 0 and at most 2000 kWh",
        ),
        (
            "chargers",
            "power_kw: 120",
            "power_kw: 120000",
            "profiles/chargers.yaml:9: dc_120.power_kw: found 120000; must be above 0 and at most 1500 kW "
            "(was it given in W?)",
        ),
        (
            "places",
            "lon: 102.72",
            "lon: 102.72 E",
            "profiles/places.yaml:13: station.lon: found '102.72 E'; must be a plain number without a unit, "
            "at least -180 and at most 180 deg",
        ),
        (
            "places",
            "quality: B",
            "quality: D",
            "profiles/places.yaml:7: depot_east.quality: found 'D'; must be one of: A, A2, B, C",
        ),
        (
            "routes",
            "place: station",
            "place: sation",
            "profiles/routes.yaml:6: line_1.waypoints.1.place: found 'sation'; must be a name in profiles/places.yaml: "
            "depot_east, station (did you mean station?)",
        ),
        (
            "routes",
            "distance_km: 9.7",
            "distance_km: 0",
            "profiles/routes.yaml:6: line_1.waypoints.1.distance_km: found 0; must be above the waypoint before, 0 km",
        ),
        (
            "routes",
            "distance_km: 0",
            "distance_km: 1",
            "profiles/routes.yaml:5: line_1.waypoints.0.distance_km: found 1; the first waypoint must be at 0 km",
        ),
        (
            "routes",
            "city: kunming",
            "city: kumming",
            "profiles/routes.yaml:3: line_1.city: found 'kumming'; must be a name in profiles/climates.yaml: "
            "kunming (did you mean kunming?)",
        ),
    ],
)
def test_a_faulty_profile_says_what_is_allowed(edited: Edit, file: str, old: str, new: str, message: str) -> None:
    root = edited(old, new, f"profiles/{file}.yaml").parent.parent

    assert load(root)[1] == [message]


def test_a_faulty_profile_can_still_be_named(edited: Edit) -> None:
    root = edited("lat: 25.02", "lat: 2502", "profiles/places.yaml").parent.parent

    loaded, problems = load(root)

    assert len(problems) == 1
    assert "station" not in loaded.profiles.places
    assert "station" in loaded.names["places"]


def test_a_missing_and_an_empty_file_are_named(small_workspace: Path) -> None:
    (small_workspace / "profiles" / "routes.yaml").unlink()
    (small_workspace / "profiles" / "chargers.yaml").write_text("")

    assert load(small_workspace)[1] == [
        "profiles/chargers.yaml: the file is empty",
        "profiles/routes.yaml: the file does not exist",
    ]

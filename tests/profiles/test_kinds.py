"""The kinds beside buses and taxis keep to the figures of their class: daily distance, consumption, hours."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from fleetsim.results.records import Records
from fleetsim.results.schema import PURPOSES, select
from fleetsim.scenario.loading import load
from fleetsim.workspace import packaged_inputs
from tests.worlds import run

HOUR_S, DAY_S = 3_600, 86_400


@cache
def records(name: str) -> Records:
    return run(load(packaged_inputs() / "configs" / f"{name}.yaml"))


def trips_of(name: str, fleet: str) -> dict[str, np.ndarray]:
    found = records(name)
    vehicles = found.tables["vehicles"]
    mine = vehicles["vehicle"][vehicles["fleet"] == found.entities["fleets"].index(fleet)]
    trips = found.tables["trips"]
    return dict(select(trips, np.isin(trips["vehicle"], mine) & np.isfinite(trips["depart_at"])))


@pytest.mark.parametrize(
    ("name", "fleet", "least_km", "most_km", "least", "most"),
    [
        ("lijiang_coaches", "coaches", 80, 200, 0.55, 0.80),
        ("lijiang_coaches", "shuttles", 40, 80, 0.13, 0.22),
        ("kunming_logistics", "vans", 100, 180, 0.20, 0.26),
        ("kunming_logistics", "light_trucks", 100, 180, 0.30, 0.38),
        ("kunming_cars", "official_cars", 20, 60, 0.13, 0.16),
        ("kunming_cars", "residents", 10, 60, 0.13, 0.16),
    ],
)
def test_a_vehicle_that_is_out_drives_and_uses_what_its_class_does(
    name: str, fleet: str, least_km: float, most_km: float, least: float, most: float
) -> None:
    trips = trips_of(name, fleet)
    days = np.unique(np.stack((trips["vehicle"], trips["depart_at"] // DAY_S)), axis=1).shape[1]
    assert least_km <= trips["distance_km"].sum() / days <= most_km
    assert least <= trips["used_kwh"].sum() / trips["distance_km"].sum() <= most


def test_coaches_go_up_in_convoys_in_the_morning_and_the_afternoon() -> None:
    trips = trips_of("lijiang_coaches", "coaches")
    service = select(trips, trips["purpose"] == PURPOSES.index("service"))
    depart, number = np.unique(service["planned_depart_at"], return_counts=True)
    assert number.max() == 5
    hour = depart % DAY_S / HOUR_S
    assert np.average(((hour >= 8) & (hour < 12)) | ((hour >= 13) & (hour < 18)), weights=number) == 1.0


def test_more_vehicles_are_out_in_the_holidays_than_after() -> None:
    week = records("lijiang_coaches").tables["trips"]
    spec = load(packaged_inputs() / "configs" / "lijiang_coaches.yaml", overrides=["start_date=2026-10-12"])
    after = run(spec).tables["trips"]
    assert week["distance_km"].sum() > 1.4 * after["distance_km"].sum()


def test_official_cars_are_idle_at_night_and_at_weekends() -> None:
    trips = trips_of("kunming_cars", "official_cars")
    day, hour = trips["depart_at"] // DAY_S, trips["depart_at"] % DAY_S / HOUR_S
    first = records("kunming_cars").clock.origin.weekday()
    assert ((day + first) % 7 < 5).all()
    assert hour.min() >= 8.0
    assert hour.max() <= 19.0


def test_residents_charge_in_the_valley_though_they_plug_in_the_evening() -> None:
    found = records("kunming_cars")
    sessions = found.tables["sessions"]
    here = select(sessions, sessions["site"] == found.entities["sites"].index("estate"))
    begun = np.isfinite(here["start_at"]) & (here["energy_kwh"] > 1.0)
    plugged = here["plug_at"][begun] % DAY_S / HOUR_S
    started = here["start_at"][begun] % DAY_S / HOUR_S
    valley = ((started >= 2) & (started < 6)) | ((started >= 12) & (started < 16))
    assert np.mean(plugged > 15) > 0.5
    assert valley.mean() > 0.9


def test_the_holiday_brings_more_than_twice_the_travellers_and_they_wait() -> None:
    spec = load(packaged_inputs() / "configs" / "expressway_service.yaml", overrides=["start_date=2026-10-12"])
    holiday, after = records("expressway_service").tables, run(spec).tables
    assert len(holiday["trips"]["vehicle"]) > 2.1 * len(after["trips"]["vehicle"])
    waited_s = [float((each["waits"]["end_at"] - each["waits"]["arrive_at"]).sum()) for each in (holiday, after)]
    assert waited_s[0] > 5 * waited_s[1]

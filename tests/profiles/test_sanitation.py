"""The sanitation trucks keep to the figures of their classes and of the planning case that their depot scales down."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from fleetsim.energy.air import density_kg_per_m3
from fleetsim.energy.trip import leg_energy
from fleetsim.profiles import Profiles
from fleetsim.results.records import Records
from fleetsim.results.schema import PURPOSES
from fleetsim.scenario.loading import load
from fleetsim.workspace import packaged_inputs
from tests.worlds import run


@cache
def week() -> Records:
    return run(load(packaged_inputs() / "configs" / "kunming_sanitation.yaml"))


def by_fleet(column: str, purpose: str | None = None) -> dict[str, float]:
    """Sum of a column of the trips that were driven, a vehicle and day."""
    records = week()
    trips, vehicles = records.tables["trips"], records.tables["vehicles"]
    counted = np.isfinite(trips["used_kwh"])
    if purpose is not None:
        counted &= trips["purpose"] == PURPOSES.index(purpose)
    fleet = vehicles["fleet"][trips["vehicle"]]
    return {
        name: float(trips[column][counted & (fleet == code)].sum() / (vehicles["fleet"] == code).sum() / 7)
        for code, name in enumerate(records.entities["fleets"])
    }


def counts() -> dict[str, int]:
    records = week()
    number = np.bincount(records.tables["vehicles"]["fleet"])
    return dict(zip(records.entities["fleets"], number.tolist(), strict=True))


def test_sixty_trucks_use_the_planning_case_s_energy_within_five_per_cent() -> None:
    kwh, number = by_fleet("used_kwh"), counts()
    large = ("sweepers", "sprinklers", "compactors")
    assert sum(number.values()) == 60
    assert sum(number[name] for name in large) == 20
    mean_kwh = sum(kwh[name] * number[name] for name in number) / 60
    assert mean_kwh == pytest.approx(110, rel=0.05)
    assert sum(kwh[name] * number[name] for name in large) / 20 == pytest.approx(220, rel=0.06)


@pytest.mark.parametrize(
    ("fleet", "low_km", "high_km"), [("sweepers", 40, 80), ("sprinklers", 60, 120), ("compactors", 60, 120)]
)
def test_daily_distances_are_those_of_the_trade(fleet: str, low_km: float, high_km: float) -> None:
    assert low_km <= by_fleet("distance_km")[fleet] <= high_km


def test_a_sweeper_at_work_draws_about_39_kw() -> None:
    """6.5 kWh/km at 6 km/h."""
    kwh, km = by_fleet("used_kwh", "round")["sweepers"], by_fleet("distance_km", "round")["sweepers"]
    assert kwh / km == pytest.approx(6.5, rel=0.05)


def test_trucks_of_18_t_meet_their_class_in_transit(profiles: Profiles) -> None:
    """About 0.95 kWh/km for a sweeper, 1.0 for a sprinkler, 1.1 for a compactor at half load."""
    street = profiles.routes["km_streets"]
    for name, expected in (("sweeper_18t", 0.95), ("sprinkler_18t", 1.0), ("compactor_18t", 1.1)):
        draw, back = leg_energy(
            profiles.vehicles[name], distance_km=10.0, speed_kmh=street.speed_kmh, stops_per_km=street.stops_per_km,
            stop_time_share=street.stop_time_share, climb_m=0.0, undulation_m_per_km=street.undulation_m_per_km,
            load_share=0.5, temperature_c=18.0, air_density_kg_per_m3=density_kg_per_m3(1_900.0, 18.0),
        )  # fmt: skip
        assert (draw - back) / 10.0 == pytest.approx(expected, rel=0.15)

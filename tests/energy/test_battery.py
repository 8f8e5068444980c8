"""Cold and age: what a battery accepts, how warm it is, and what is left of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from fleetsim.clock import Clock
from fleetsim.energy.battery import aged_share, battery_temperatures_c, charge_share, rounded_share
from fleetsim.energy.weather import temperatures_c
from fleetsim.profiles import Climate, Profiles
from tests import laws, worlds


def climate(mean_c: float = 15.0) -> Climate:
    sheet = worlds.profiles().cities["town"].model_dump()
    return Climate.model_validate(sheet | {"months": [{"mean_c": mean_c, "daily_swing_k": 10}] * 12})


def test_cold_takes_charge_power_and_warmth_gives_no_more_than_all() -> None:
    share = charge_share(np.linspace(-40, 40, 200))
    assert (np.diff(share) >= 0).all()
    assert charge_share([-1, 0, 5, 15, 35]).tolist() == pytest.approx([0.3, 0.3, 0.6, 1.0, 1.0])
    assert (np.abs(rounded_share(share) - share) <= 0.025 + 1e-12).all()


def test_a_battery_is_as_warm_as_the_day_before_and_hardly_knows_night() -> None:
    clock = Clock(date(2026, 3, 9), 10, 0)
    air_c = temperatures_c("town", climate(), 1, clock)
    battery_c = battery_temperatures_c("town", climate(), 1, clock)
    assert battery_c.shape == air_c.shape
    assert battery_c[24] == pytest.approx(air_c[:24].mean())
    assert np.ptp(battery_c) < 0.6 * np.ptp(air_c)


def test_the_warmth_of_a_battery_hangs_on_the_calendar_alone() -> None:
    late = battery_temperatures_c("town", climate(), 1, Clock(date(2026, 3, 11), 2, 0))
    early = battery_temperatures_c("town", climate(), 1, Clock(date(2026, 3, 11), 2, 2))
    assert late.tolist() == pytest.approx(early[48:].tolist(), abs=1e-12)


def test_eight_years_leave_the_share_that_sizing_reckons_with() -> None:
    assert aged_share(8) == pytest.approx(0.8)


def charged(world: Profiles, **changes: Any) -> dict[str, np.ndarray]:
    block = {"start": "06:00", "trips": 8, "layover_min": 5}
    line = worlds.fleet(1, work=worlds.rotation(blocks=[block]), **changes)
    records = worlds.run(worlds.scenario(fleets={"line": line}, world=world, days=2))
    laws.check(records)
    return dict(records.tables["sessions"])


def in_air(mean_c: float, **sheet: Any) -> Profiles:
    model = worlds.vehicle(charge_curve=[{"soc": 0, "c_rate": 0.4}, {"soc": 1, "c_rate": 0.4}], **sheet)
    world = worlds.profiles(model)
    return Profiles(
        **{field: getattr(world, field) for field in world.__slots__} | {"cities": {"town": climate(mean_c)}}
    )


def seconds_per_kwh(sessions: dict[str, np.ndarray]) -> float:
    """Pace of the longest session."""
    row = int(np.argmax(sessions["stored_kwh"]))
    return float((sessions["end_at"] - sessions["start_at"])[row] / sessions["stored_kwh"][row])


def test_a_cold_battery_takes_the_time_that_its_share_of_power_asks_for() -> None:
    """300 kWh at 0.4 C accept 120 kW warm, and 36 kW in hard frost."""
    warm, frost = (seconds_per_kwh(charged(in_air(mean_c), patience_min=600)) for mean_c in (20.0, -20.0))
    assert warm == pytest.approx(3_600 / (120 * 0.96))
    assert frost == pytest.approx(3_600 / (36 * 0.96))


def test_a_heated_pack_charges_in_frost_as_a_warm_one() -> None:
    assert seconds_per_kwh(charged(in_air(-10.0, battery_warmth_k=30))) == pytest.approx(3_600 / (120 * 0.96))


def test_age_and_health_shrink_the_battery() -> None:
    old = worlds.scenario(fleets={"line": worlds.fleet(1, age_years=8, state_of_health=0.9)})
    assert worlds.run(old).tables["vehicles"]["battery_kwh"].tolist() == pytest.approx([300 * 0.9 * 0.8])

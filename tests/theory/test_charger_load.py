"""Chargers whose efficiency depends on their load: what is lost on the way, by the power of every moment."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.accounting import account
from fleetsim.accounting.balance import site_balance
from fleetsim.charging.rules import RULES
from fleetsim.charging.strategies import STRATEGIES
from fleetsim.energy.charger import LoadCurve
from fleetsim.errors import FleetsimError
from fleetsim.profiles import ChargerType, Profiles
from fleetsim.results.records import Records
from fleetsim.results.schema import TRIP_STATUS
from fleetsim.scenario.loading import load
from tests import laws
from tests.accounting.synthetic import grid_and_prices
from tests.worlds import (
    LFP,
    NAME,
    city,
    depot,
    fleet,
    profiles,
    public_station,
    rotation,
    run,
    scenario,
    swap_station,
    taxis,
    vehicle,
)  # fmt: skip

BATTERY, FULL = 0.96, 0.955
LOADS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75)
CURVE = (*((load, FULL - 0.08 * exp(-8 * load)) for load in LOADS), (1.0, FULL))
"""Best efficiency less 0.08 exp(-8 load), known to the trade: 0.92 at a tenth of the load, 0.94 at a fifth."""
ONE_BLOCK = rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}])


def with_curve(world: Profiles, corners: tuple[tuple[float, float], ...] = CURVE, standby_kw: float = 0.1) -> Profiles:
    points = [{"load_share": load, "efficiency": efficiency} for load, efficiency in corners]
    sheet = {"name": NAME, "power_kw": 120, "efficiency": FULL, "standby_kw": standby_kw, "efficiency_curve": points}
    return replace(world, chargers={"dc": ChargerType.model_validate(sheet)})


def curved(**model: Any) -> Profiles:
    return with_curve(profiles(vehicle(charge_curve=[{"soc": soc, "c_rate": rate} for soc, rate in LFP], **model)))


def outlet_kw(meter_kw: np.ndarray, rated_kw: float) -> np.ndarray:
    """The output that takes an input, by halving: a way of its own to the same figure."""
    low, high = np.zeros(len(meter_kw)), np.array(meter_kw, dtype=float)
    for _ in range(100):
        middle = (low + high) / 2
        takes_kw = middle / np.interp(middle / rated_kw, *np.array(CURVE).T)
        low, high = np.where(takes_kw < meter_kw, middle, low), np.where(takes_kw < meter_kw, high, middle)
    return np.asarray(low)


def each_draw_delivers_what_the_curve_says(records: Records, rated_kw: float) -> None:
    """The outlet's energy of each session is the sum of its powers, each through the curve."""
    sessions, draws = records.tables["sessions"], records.tables["draws"]
    mine = draws["session"] >= 0
    hours = (draws["end_at"][mine] - draws["start_at"][mine]) / 3_600
    delivered_kwh = np.bincount(
        draws["session"][mine], outlet_kw(draws["offered_kw"][mine], rated_kw) * hours, len(sessions["session"])
    )
    np.testing.assert_allclose(sessions["delivered_kwh"], delivered_kwh, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(sessions["stored_kwh"], delivered_kwh * BATTERY, rtol=1e-6, atol=1e-6)


@given(st.floats(0.01, 120))
def test_input_and_output_have_one_efficiency(output_kw: float) -> None:
    curve = LoadCurve(120.0, CURVE)
    efficiency = curve.of_output(output_kw)
    assert curve.of_input(output_kw / efficiency) == pytest.approx(efficiency, rel=1e-12)
    assert efficiency == pytest.approx(np.interp(output_kw / 120, *np.array(CURVE).T), rel=1e-12)


def test_a_lone_bus_at_half_the_load_by_hand() -> None:
    """60 of 120 kW into the battery's inlet: 110 kWh / 0.96 at the outlet, over the efficiency at load 0.5."""
    world = with_curve(profiles(vehicle(charge_limit_kw=60)))
    sessions = run(scenario(fleets={"line": fleet(1, work=ONE_BLOCK)}, world=world, days=1)).tables["sessions"]
    at_half = FULL - 0.08 * exp(-4)
    assert sessions["delivered_kwh"] == pytest.approx([110 / BATTERY])
    assert sessions["energy_kwh"] == pytest.approx([110 / BATTERY / at_half])
    assert sessions["end_at"] - sessions["start_at"] == pytest.approx([110 / BATTERY / 60 * 3_600])


def test_a_connection_of_a_fifth_makes_the_charger_worse_and_is_met_exactly() -> None:
    """24 kW at the outlet of a charger of 120 kW: the meter sees 24 over the efficiency at load 0.2 and no more."""
    at_fifth = FULL - 0.08 * exp(-1.6)
    site = depot(1, connection_kw=24 / at_fifth + 0.1)
    records = run(
        scenario(sites={"depot": site}, fleets={"line": fleet(1, work=ONE_BLOCK)}, world=with_curve(profiles()), days=1)
    )
    sessions = records.tables["sessions"]
    assert laws.site_power_kw(records, 0)[1].max() == pytest.approx(24 / at_fifth + 0.1, rel=1e-12)
    assert sessions["end_at"] - sessions["start_at"] == pytest.approx([110 / BATTERY / 24 * 3_600])
    assert sessions["energy_kwh"] == pytest.approx([110 / BATTERY / at_fifth])


def test_a_level_curve_is_the_constant() -> None:
    level = tuple((load, FULL) for load, _ in CURVE)
    worlds = (curved(), with_curve(curved(), level), with_curve(curved(), ()))
    _, by_curve, constant = (
        run(scenario(sites={"depot": depot(3, connection_kw=200)}, fleets={"line": fleet(6)}, world=world, days=3))
        for world in worlds
    )
    for column, values in constant.tables["sessions"].items():
        np.testing.assert_allclose(by_curve.tables["sessions"][column], values, rtol=1e-6, atol=1e-6, err_msg=column)


@settings(max_examples=40, deadline=None)
@given(
    sharing=st.sampled_from(sorted(RULES)),
    strategy=st.sampled_from(("immediate", "valley", "balanced", "staggered")),
    connection_kw=st.floats(20, 900),
    buses=st.integers(1, 8),
    warmup_days=st.integers(0, 1),
)
def test_losses_and_limits_hold_in_any_depot(
    sharing: Any, strategy: str, connection_kw: float, buses: int, warmup_days: int
) -> None:
    site = depot(4, connection_kw=connection_kw, sharing=sharing, strategy=strategy, base_load_kw=5)
    world = scenario(
        sites={"depot": site}, fleets={"line": fleet(buses)}, world=curved(), days=2, warmup_days=warmup_days
    )
    records = run(world)
    laws.check(records)
    each_draw_delivers_what_the_curve_says(records, 120)
    balance = site_balance(account(records, *grid_and_prices(world.spec.clock)))
    assert balance.error.max() < 1e-6
    assert (balance.conversion_loss_kwh > 0.044 * balance.delivered_kwh - 1e-9).all()


@pytest.mark.parametrize("kind", ["public station", "swap station"])
def test_stations_too(kind: str) -> None:
    site = public_station(2, connection_kw=70) if kind == "public station" else swap_station(connection_kw=70)
    cabs = taxis(6, stations=["here"], seek_soc=[0.2, 0.35], initial_soc=[0.3, 0.9])
    world = scenario(sites={"here": site}, fleets={"cabs": cabs}, world=with_curve(city()), days=2)
    records = run(world)
    laws.check(records)
    each_draw_delivers_what_the_curve_says(records, 60)
    assert site_balance(account(records, *grid_and_prices(world.spec.clock))).error.max() < 1e-6


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_no_strategy_loses_a_trip_by_drawing_at_a_poorer_load(strategy: str) -> None:
    late = {"start": "14:00", "spread_min": 60, "trips": 4, "layover_min": 5}
    work = rotation(blocks=[{"start": "05:00", "spread_min": 60, "trips": 4, "layover_min": 5}, late])
    site = depot(6, strategy=strategy)
    records = run(
        scenario(sites={"depot": site}, fleets={"line": fleet(6, work=work)}, world=with_curve(profiles()), days=3)
    )
    assert (records.tables["trips"]["status"] == TRIP_STATUS.index("done")).all()


def shared_cabinet(guns: int, power_kw: float, **cabinet: Any) -> dict[str, Any]:
    return depot(chargers=[{"type": "dc", "count": guns, "cabinet": {"guns": guns, "power_kw": power_kw, **cabinet}}])


@pytest.mark.parametrize("modules", [{}, {"module_kw": 30}])
def test_a_cabinet_gives_its_power_at_the_outlets_and_the_meter_sees_the_load_of_each_gun(modules: Any) -> None:
    """Two buses on a cabinet of 120 kW: 60 kW each at the outlet, at half the load of a gun of 120 kW."""
    at_half = FULL - 0.08 * exp(-4)
    site, line = shared_cabinet(2, 120, **modules), fleet(2, work=ONE_BLOCK)
    records = run(
        scenario(sites={"depot": site}, fleets={"line": line}, world=with_curve(profiles(), standby_kw=0), days=1)
    )
    sessions = records.tables["sessions"]
    assert laws.site_power_kw(records, 0)[1].max() == pytest.approx(120 / at_half, rel=1e-12)
    assert sessions["end_at"] - sessions["start_at"] == pytest.approx([110 / BATTERY / 60 * 3_600] * 2)
    each_draw_delivers_what_the_curve_says(records, 120)


def test_a_connection_that_only_poor_loads_exceed_still_binds() -> None:
    """At full load the cabinet would fit under the connection; two guns at half load do not."""
    at_half = FULL - 0.08 * exp(-4)
    limit_kw = 120 / (at_half + FULL) * 2
    site = shared_cabinet(2, 120) | {"connection_kw": limit_kw}
    world = with_curve(profiles(), standby_kw=0)
    records = run(scenario(sites={"depot": site}, fleets={"line": fleet(2, work=ONE_BLOCK)}, world=world, days=1))
    assert 120 / FULL < limit_kw < 120 / at_half
    assert laws.site_power_kw(records, 0)[1].max() == pytest.approx(limit_kw, rel=1e-12)


def test_two_guns_share_the_load_of_both() -> None:
    """One bus of 240 kW on two guns of 120 is at full load; on one gun it would be so at half the power."""
    world = with_curve(profiles(vehicle(charge_limit_kw=240, two_guns=True)))
    group = {"type": "dc", "count": 2, "both_guns": True}
    records = run(
        scenario(
            sites={"depot": depot(chargers=[group])}, fleets={"line": fleet(1, work=ONE_BLOCK)}, world=world, days=1
        )
    )
    sessions = records.tables["sessions"]
    assert sessions["energy_kwh"].sum() == pytest.approx(sessions["delivered_kwh"].sum() / FULL)


@pytest.mark.parametrize(
    ("curve", "told"),
    [
        ("[{load_share: 0.5, efficiency: 0.9}]", "the last corner must be at load 1"),
        ("[{load_share: 1, efficiency: 0.9}]", "the last corner must be at load 1 with the efficiency"),
        ("[{load_share: 0.5, efficiency: 0.9}, {load_share: 0.4, efficiency: 0.9}]", "above the load of the corner"),
        ("[{load_share: 0.9, efficiency: 0.5}, {load_share: 1, efficiency: 0.945}]", "more load cannot draw less"),
    ],
)
def test_a_curve_that_is_none_is_told(small_workspace: Path, curve: str, told: str) -> None:
    path = small_workspace / "profiles" / "chargers.yaml"
    text = path.read_text(encoding="utf-8")
    key = next(line for line in text.splitlines() if line.strip().startswith("efficiency:"))
    path.write_text(text.replace(key, f"{key}\n  efficiency_curve: {curve}", 1), encoding="utf-8")
    with pytest.raises(FleetsimError, match=told):
        load(small_workspace / "configs" / "depot.yaml")

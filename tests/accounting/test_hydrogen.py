"""What a kilogram is made of: mixing, tracing and the balance, on small runs with a grid that differs in every slot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.accounting import account
from fleetsim.accounting.balance import site_balance, vehicle_balance
from fleetsim.accounting.hydrogen import grid_mix, mixed, trace_hydrogen
from fleetsim.accounting.hydrogen_balance import storage_balance, tank_balance
from fleetsim.accounting.stocks import EMISSION
from fleetsim.energy.hydrogen import LHV_KWH_PER_KG
from fleetsim.grid.mix import GridSlots
from fleetsim.report.metrics import metrics
from fleetsim.results.records import Records
from fleetsim.results.schema import FLOWS, HOLDERS, STOCK_SOURCES
from tests import laws
from tests.accounting.synthetic import grid_and_prices
from tests.worlds import fuel_cell_fleet, run, scenario, station

COMPRESSOR = {"suction_mpa": 2, "discharge_mpa": 45}
TRUCK = {"at": "13:00", "hydrogen_kg": 30, "emission_kg_per_kg": 12}
BANKED = {"storage_kg": None, "banks": [{"capacity_kg": 40, "max_mpa": 25}, {"capacity_kg": 20, "max_mpa": 45}]}
KG = st.floats(1e-3, 1e3)


def accounted(grid: GridSlots | None = None, line: dict[str, Any] | None = None, **site: Any) -> Records:
    """Four days of three buses, a day of them before the report."""
    sites = {"station": station(**{"compressor": COMPRESSOR, "storage_kg": 60, "base_load_kw": 5} | site)}
    fleets = {"line": fuel_cell_fleet(3, **(line or {}))}
    records = run(scenario(sites=sites, fleets=fleets, days=3, warmup_days=1))
    made_up, prices = grid_and_prices(records.clock)
    return account(records, grid or made_up, prices)


def level(grid: GridSlots, **values: float) -> GridSlots:
    """A grid whose series do not change."""
    one_mix = np.tile(grid.generation_mw[:1], (len(grid.generation_mw), 1))
    series = {name: np.full(len(grid.clean_share), value) for name, value in values.items()}
    return replace(grid, generation_mw=one_mix, **series)


def metric(records: Records, name: str) -> float:
    table = metrics(records)
    return float(table["value"][(table["metric"] == name) & (table["subject"] == "run")][0])


@given(level_kg=KG, came_kg=KG, gone_kg=KG)
def test_mixing_loses_nothing_and_stays_between_what_it_mixes(level_kg: float, came_kg: float, gone_kg: float) -> None:
    gone_kg = min(gone_kg, level_kg + came_kg)
    after, given_out = mixed(np.array([1.0]), level_kg, np.array([0.0]), came_kg, gone_kg)
    left_kg = level_kg + came_kg - gone_kg
    assert left_kg * after[0] + gone_kg * given_out[0] == pytest.approx(level_kg, rel=1e-6, abs=1e-6)
    assert -1e-9 <= after[0] <= given_out[0] + 1e-6
    assert given_out[0] <= 1 + 1e-6


@given(level_kg=KG, came_kg=KG, gone_kg=KG)
def test_mixing_in_one_piece_or_in_two_is_the_same(level_kg: float, came_kg: float, gone_kg: float) -> None:
    gone_kg = min(gone_kg, 0.9 * (level_kg + came_kg))
    old, new = np.array([1.0]), np.array([0.0])
    whole, _ = mixed(old, level_kg, new, came_kg, gone_kg)
    half, _ = mixed(old, level_kg, new, came_kg / 2, gone_kg / 2)
    halves, _ = mixed(half, level_kg + (came_kg - gone_kg) / 2, new, came_kg / 2, gone_kg / 2)
    assert halves[0] == pytest.approx(whole[0], rel=1e-6, abs=1e-9)


def test_everything_balances() -> None:
    records = accounted(deliveries=[TRUCK], electrolyser={"vent_share": 0.02, "rated_kw": 200})
    storage, tanks = storage_balance(records), tank_balance(records)
    assert storage.error.max() < 1e-9
    assert tanks.error.max() < 1e-9
    assert site_balance(records).error.max() < 1e-9
    assert vehicle_balance(records).error.max() == 0.0
    assert tanks.filled_kg.sum() == pytest.approx(records.tables["refuels"]["hydrogen_kg"].sum())
    assert storage.vented_kg == pytest.approx(0.02 * storage.produced_kg)
    assert storage.delivered_kg[0] > 0


@pytest.mark.parametrize(
    ("table", "column"), [("refuels", "hydrogen_kg"), ("trips", "hydrogen_kg"), ("trips", "soc_end")]
)
def test_a_wrong_figure_shows_in_the_balance_of_tanks(table: str, column: str) -> None:
    records = accounted()
    frame = records.tables[table]
    wrong = replace(records, tables={**records.tables, table: {**frame, column: frame[column] * 1.01}})
    assert tank_balance(wrong).error.max() > 1e-3


def test_a_wrong_flow_shows_in_the_balance_of_storages() -> None:
    records = accounted()
    flows = records.tables["hydrogen_flows"]
    wrong = flows["hydrogen_kg"] * np.where(flows["flow"] == FLOWS.index("dispensed"), 1.01, 1.0)
    spoilt = {**records.tables, "hydrogen_flows": {**flows, "hydrogen_kg": wrong}}
    assert storage_balance(replace(records, tables=spoilt)).error.max() > 1e-3


def test_an_even_grid_gives_every_fill_and_trip_its_share_and_the_losses_their_emission() -> None:
    grid, _ = grid_and_prices(run(scenario(days=3, warmup_days=1)).clock)
    records = accounted(level(grid, clean_share=0.7, emission_kg_per_kwh=0.2), electrolyser={"vent_share": 0.02})
    refuels, trips, flows = (records.tables[name] for name in ("refuels", "trips", "hydrogen_flows"))
    known = np.isfinite(refuels["clean_share"])
    assert known.any()
    assert refuels["clean_share"][known] == pytest.approx(0.7)
    driven = np.isfinite(trips["clean_share"])
    assert trips["clean_share"][driven] == pytest.approx(0.7)
    assert metric(records, "clean_share_driven") == pytest.approx(0.7)
    made = flows["flow"] == FLOWS.index("produced")
    kwh_per_stored_kg = flows["energy_kwh"][made].sum() / (0.98 * flows["hydrogen_kg"][made].sum())
    assert metric(records, "hydrogen_emission_kg") == pytest.approx(0.2 * flows["energy_kwh"][made].sum())
    distance_km, kg = metric(records, "distance_km"), np.nansum(trips["hydrogen_kg"])
    assert metric(records, "meter_kwh_per_km") == pytest.approx(kwh_per_stored_kg * kg / distance_km)
    assert metric(records, "emission_kg_per_km") == pytest.approx(0.2 * kwh_per_stored_kg * kg / distance_km)


@pytest.mark.parametrize(
    "site",
    [
        {},
        {"dispense_vent_share": 0.05},
        BANKED,
        BANKED | {"dispense_vent_share": 0.05},
        BANKED | {"compressor": COMPRESSOR | {"lift_kg_per_h": 8}, "connection_kw": 40},
    ],
)
def test_what_production_and_trucks_emit_leaves_with_trips_or_stays_in_tanks_and_storage(site: dict[str, Any]) -> None:
    """Whatever is vented: what it took stays with what was filled. Lifting initial hydrogen is left out with it."""
    records = accounted(deliveries=[TRUCK], electrolyser={"vent_share": 0.02, "rated_kw": 200}, **site)
    grid, _ = grid_and_prices(records.clock)
    traced = trace_hydrogen(records, grid_mix(grid))
    held_kg = (traced.tanks.left_held[:, EMISSION] * traced.tanks.left_kwh).sum()
    stored_kg = sum(storage.left[EMISSION] * storage.level_kg[-1] for storage in traced.storages.values())
    filled_kg = (traced.fills[:, EMISSION] * records.tables["refuels"]["hydrogen_kg"]).sum()
    driven_kg = np.nansum(records.tables["trips"]["emission_kg"])
    emitted_kg = np.nansum(records.tables["hydrogen_flows"]["emission_kg"])
    lifted = records.tables["hydrogen_flows"]["energy_kwh"] > 0.0
    lifted &= records.tables["hydrogen_flows"]["hydrogen_kg"] == 0.0
    assert lifted.any() == ("connection_kw" in site)
    assert driven_kg > 0
    assert emitted_kg == pytest.approx(filled_kg + stored_kg, rel=1e-9)
    assert emitted_kg == pytest.approx(driven_kg + held_kg + stored_kg, rel=1e-4 if lifted.any() else 1e-6)


def test_trucked_hydrogen_is_a_source_of_its_own_and_not_clean() -> None:
    records = accounted(connection_kw=6, deliveries=[TRUCK], initial_share=0.1)
    stocks, refuels = records.tables["stocks"], records.tables["refuels"]
    delivered = stocks["source"] == STOCK_SOURCES.index("delivered")
    assert stocks["end_kwh"][delivered & (stocks["holder_kind"] == HOLDERS.index("tank"))].max() > 0
    assert set(refuels["clean_share"][np.isfinite(refuels["clean_share"])]) == {0.0}


def test_stocks_hold_what_tanks_and_storages_hold() -> None:
    records = accounted()
    stocks = records.tables["stocks"]
    for kind, left_kg in (("tank", tank_balance(records).left_kg), ("storage", storage_balance(records).left_kg)):
        mine = stocks["holder_kind"] == HOLDERS.index(kind)
        assert stocks["end_kwh"][mine].sum() == pytest.approx(left_kg.sum() * LHV_KWH_PER_KG, rel=1e-9)
        assert stocks["end_kwh"][mine].min() >= -1e-9


def test_slots_show_the_level_of_the_storage_at_their_end() -> None:
    records = accounted(deliveries=[TRUCK], dispense_vent_share=0.05)
    slots = records.tables["site_slots"]
    for row in range(0, len(slots["site"]), 7):
        end_s = float(slots["slot_at"][row]) + 900.0
        assert slots["hydrogen_kg"][row] == pytest.approx(laws.storage_level_kg(records, 0, end_s), abs=1e-6)


def test_hydrogen_metrics_are_empty_where_there_is_none() -> None:
    records = run(scenario(days=1, warmup_days=1))
    table = metrics(account(records, *grid_and_prices(records.clock)))
    for name in ("hydrogen_kg", "electrolyser_kwh", "balance_error_hydrogen"):
        assert np.isnan(table["value"][table["metric"] == name]).all()

"""Packs carry what they hold from the station into the vehicle and back: conservation by source, and cases by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from synthetic import grid_and_prices, totals_of, whole_composition

from fleetsim.accounting import account
from fleetsim.accounting.balance import pack_balance, site_balance, vehicle_balance
from fleetsim.accounting.sessions import source_shares
from fleetsim.accounting.stocks import EMISSION, FIRST_SOURCE, INITIAL, session_properties, trace
from fleetsim.results.records import Records
from fleetsim.results.schema import HOLDERS, STOCK_SOURCES, Frame
from tests.worlds import city, public_station, run, scenario, swap_station, taxis

CHANCE = {"daily_km_cv": 0.2, "hourly_km_cv": 0.4, "consumption_cv": 0.1, "initial_soc": [0.3, 0.9],
          "charge_target": 0.8}  # fmt: skip


@pytest.fixture(scope="module")
def accounted() -> Records:
    """Three days, one of them unreported, of taxis that swap and plug in."""
    sites = {"swap": swap_station(packs=3), "top": swap_station(place="top"), "fast": public_station(2)}
    cabs = taxis(40, stations=list(sites), **CHANCE)
    world = city(zones=[{"place": "gate", "share": 2}, {"place": "top", "share": 1}])
    records = run(scenario(sites=sites, fleets={"cabs": cabs}, world=world, days=2, warmup_days=1))
    return account(records, *grid_and_prices(records.clock))


def test_the_world_has_what_is_tested(accounted: Records) -> None:
    tables = accounted.tables
    assert len(tables["swaps"]["site"]) > 10
    assert (tables["sessions"]["pack"] >= 0).any()
    assert (tables["sessions"]["vehicle"] >= 0).any()


def test_each_source_is_conserved_over_all_batteries(accounted: Records) -> None:
    tables, (grid, _) = accounted.tables, grid_and_prices(accounted.clock)
    sessions, trips = tables["sessions"], tables["trips"]
    shares = source_shares(totals_of(accounted, grid))
    traced = trace(tables, sessions, session_properties(sessions, shares, np.zeros(len(shares))))
    ran = np.isfinite(trips["used_kwh"])
    driven = (trips["used_kwh"][ran, None] * whole_composition(traced, len(ran))[ran]).sum(axis=0)
    left = (traced.left_kwh[:, None] * traced.left_held).sum(axis=0)
    charged = np.nansum(sessions["stored_kwh"][:, None] * shares, axis=0)
    assert charged == pytest.approx((driven + left)[FIRST_SOURCE:], rel=1e-12)
    assert traced.initial_kwh.sum() == pytest.approx((driven + left)[INITIAL], rel=1e-12)
    assert np.nansum(sessions["emission_kg"]) == pytest.approx((driven + left)[EMISSION], rel=1e-12)


def test_stocks_are_those_of_packs_and_balance_with_what_was_driven(accounted: Records) -> None:
    tables = accounted.tables
    stocks, sessions, trips = tables["stocks"], tables["sessions"], tables["trips"]
    packs = stocks["holder_kind"] == HOLDERS.index("pack")
    assert packs.any()
    assert all(name.startswith("pack_") for name in stocks["holder"][packs])
    change = stocks["end_kwh"].sum() - stocks["start_kwh"].sum()
    assert change == pytest.approx(np.nansum(sessions["stored_kwh"]) - np.nansum(trips["used_kwh"]), abs=1e-9)
    assert set(stocks["source"][stocks["start_kwh"] > 0]) == {STOCK_SOURCES.index("initial")}


def test_the_share_of_a_swap_is_that_of_the_trip_after_it(accounted: Records) -> None:
    swaps, trips = accounted.tables["swaps"], accounted.tables["trips"]
    matched = 0
    for row in range(len(swaps["site"])):
        leaves = trips["depart_at"] == swaps["end_at"][row]
        for trip in np.flatnonzero(leaves & (trips["vehicle"] == swaps["vehicle"][row])):
            np.testing.assert_allclose(swaps["clean_share"][row], trips["clean_share"][trip], rtol=1e-12)
            matched += 1
    assert matched > 10


def test_vehicles_packs_and_sites_balance(accounted: Records) -> None:
    vehicles, packs, sites = vehicle_balance(accounted), pack_balance(accounted), site_balance(accounted)
    assert vehicles.error.max() < 1e-12
    assert packs.error.max() < 1e-12
    assert sites.error.max() < 1e-12
    assert vehicles.swapped_kwh.sum() == pytest.approx(packs.swapped_kwh.sum())
    assert packs.stored_kwh.sum() > 100


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("swaps", "soc_in"),
        ("swaps", "soc_out"),
        ("sessions", "stored_kwh"),
        ("sessions", "soc_start"),
        ("sites", "pack_kwh"),
    ],
)
def test_a_fault_of_any_column_shows(accounted: Records, table: str, column: str) -> None:
    frame = accounted.tables[table]
    faulty = replace(accounted, tables={**accounted.tables, table: {**frame, column: frame[column] * 0.999}})
    assert max(vehicle_balance(faulty).error.max(), pack_balance(faulty).error.max()) > 1e-6


def test_ready_packs_are_those_that_neither_charge_nor_travel(accounted: Records) -> None:
    """At a moment: packs less those that came in and are not charged yet, less the swaps under way."""
    tables = accounted.tables
    slots, sessions, swaps = (tables[name] for name in ("site_slots", "sessions", "swaps"))
    assert np.isnan(slots["packs_ready"][slots["site"] == 0]).all(), "a public station has no packs"
    ready = slots["packs_ready"][slots["site"] == 1].reshape(-1)
    assert ready.min() >= -1e-9
    assert ready.max() <= 3 + 1e-9
    at_s = np.linspace(slots["slot_at"].min(), slots["slot_at"].max() + 900, 200_001)[:-1]

    def running(frame: Frame, start: str, end: str) -> Any:
        mine = frame["site"] == 1
        begun = np.searchsorted(np.sort(frame[start][mine]), at_s, side="right")
        return begun - np.searchsorted(np.sort(frame[end][mine]), at_s, side="right")

    packs = SimpleNamespace(**{name: values[sessions["pack"] >= 0] for name, values in sessions.items()})
    count = 3 - running(vars(packs), "arrive_at", "unplug_at") - running(swaps, "start_at", "end_at")
    assert ready.mean() == pytest.approx(count.mean(), abs=2e-3)


def test_a_charge_follows_its_pack_by_hand() -> None:
    """Energy charged into pack 0 is driven by whoever gets pack 0, not by the taxi that brought it."""
    sites = {"swap": swap_station(packs=1, lanes=2)}
    records = run(scenario(sites=sites, fleets={"cabs": taxis(2)}, world=city(), days=2))
    tables = account(records, *grid_and_prices(records.clock)).tables
    swaps, sessions, trips = tables["swaps"], tables["sessions"], tables["trips"]
    charged = sessions["pack"][0]
    taker = np.flatnonzero(swaps["pack_in"] == charged)[0]
    after = (trips["vehicle"] == swaps["vehicle"][taker]) & (trips["depart_at"] == swaps["end_at"][taker])
    held_kwh, stored_kwh = 0.9 * 50, sessions["stored_kwh"][0]
    assert swaps["vehicle"][taker] != swaps["vehicle"][np.flatnonzero(swaps["pack_out"] == charged)[0]]
    np.testing.assert_allclose(swaps["clean_share"][taker], sessions["clean_share"][0], rtol=1e-12)
    known_kwh = trips["used_kwh"][after] * stored_kwh / held_kwh
    emission_kg = sessions["emission_kg"][0] / stored_kwh * known_kwh
    np.testing.assert_allclose(trips["emission_kg"][after], emission_kg, rtol=1e-9)

"""Panels and batteries at sites: limits, the balance of every slot, and whose kilowatt-hour is whose."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import grid_and_prices
from test_integrals import power_by_second

from fleetsim.accounting import account
from fleetsim.accounting.integrals import cut
from fleetsim.accounting.local_supply import Supplier, local_supplies, mix_of_loads
from fleetsim.accounting.mix import CLEAN, FIRST_SOURCE, SITE_SOLAR, of_grid
from fleetsim.clock import SLOT_S
from fleetsim.energy.storage import level_after, promise
from fleetsim.grid.mix import GridSlots
from fleetsim.results.records import Records
from fleetsim.results.schema import CLEAN_SOURCES, LOADS, SOURCES, STOCK_SOURCES, Frame, select
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Depot
from fleetsim.signals import Signals, SiteSupply
from fleetsim.simulation import simulate
from tests import laws
from tests.worlds import (
    Here,
    depot,
    fleet,
    public_station,
    scenario,
    signals,
    swap_station,
    taxi_world,
    taxis,
)

STORAGE = {"battery_kwh": 400, "power_kw": 150, "round_trip_efficiency": 0.81, "initial_share": 0.3}
SHARES = [f"{source}_share" for source in STOCK_SOURCES if source != "delivered"]
STRATEGIES = (
    {"strategy": "solar_surplus"},
    {"strategy": "valley_to_peak"},
    {"strategy": "peak_shaving", "target_kw": 90},
)


def world(site: dict[str, Any], buses: int = 6) -> Scenario:
    return scenario(
        sites={"depot": depot(4, base_load_kw=20, **site), "other": depot(1)},
        fleets={"line": fleet(buses)},
        days=1,
        warmup_days=1,
    )


def supplied(it: Scenario, *, peak_kw: float = 300.0) -> Signals:
    """Signals with a sun that shines from 06:00 to 18:00, and the battery's promises by the made-up tariff."""
    clock, site = it.spec.clock, it.spec.sites["depot"]
    assert isinstance(site, Depot)
    told, storage = signals(clock), site.storage
    hour = np.arange(clock.slots) % 96 / 4
    sun_kw = np.zeros(clock.slots)
    if site.solar is not None:
        sun_kw = peak_kw * np.maximum(0.0, np.sin((hour - 6) / 12 * np.pi))
    plan_kw, stored_kwh = np.zeros(clock.slots), 0.0
    if storage is not None and storage.strategy == "valley_to_peak":
        room_kw = np.full(clock.slots, 0.5 * ((site.connection_kw or 1e4) - 21.0))
        initial_kwh = storage.battery_kwh * storage.initial_share
        plan_kw = promise(storage.battery, initial_kwh, told.valley, told.price_cny_per_kwh > 0.7, room_kw)
        stored_kwh = level_after(storage.battery, initial_kwh, plan_kw[: clock.report_from_s // SLOT_S])
    has_any = site.solar is not None or storage is not None
    return replace(told, supply={"depot": SiteSupply(sun_kw, plan_kw, stored_kwh)} if has_any else {})


def accounted(site: dict[str, Any], buses: int = 6, seed: int = 7, **sun: float) -> tuple[Records, GridSlots, Any]:
    it = world(site, buses)
    grid, prices = grid_and_prices(it.spec.clock, seed)
    return account(simulate(it, supplied(it, **sun), Here()), grid, prices), grid, prices


@cache
def everything() -> tuple[Records, GridSlots, Any]:
    """A site with panels and a battery that holds energy of unknown origin at first."""
    return accounted({"solar": {"peak_kw": 300}, "storage": STORAGE, "connection_kw": 200})


def of_depot(records: Records, table: str) -> Frame:
    return select(records.tables[table], records.tables[table]["site"] == 0)


@settings(max_examples=25, deadline=None)
@given(
    storage=st.sampled_from((None, *STRATEGIES)),
    peak_kw=st.floats(1, 900),
    battery_kwh=st.floats(5, 2_000),
    power_kw=st.floats(5, 500),
    connection_kw=st.floats(60, 700),
    feed_in=st.booleans(),
    buses=st.integers(1, 8),
)
def test_in_every_slot_the_grid_gives_loads_and_storage_what_the_panels_do_not(
    storage: dict[str, Any] | None,
    peak_kw: float,
    battery_kwh: float,
    power_kw: float,
    connection_kw: float,
    feed_in: bool,
    buses: int,
) -> None:
    site: dict[str, Any] = {"solar": {"peak_kw": peak_kw, "feed_in": feed_in}, "connection_kw": connection_kw}
    if storage is not None:
        site["storage"] = STORAGE | {"battery_kwh": battery_kwh, "power_kw": power_kw} | storage
    records, _, _ = accounted(site, buses, peak_kw=peak_kw)
    laws.check(records)
    slots, supply = of_depot(records, "site_slots"), of_depot(records, "supply_slots")
    assert slots["grid_kw"] == pytest.approx(slots["load_kw"] + slots["storage_kw"] - slots["solar_kw"], abs=1e-6)
    assert slots["solar_kw"] + supply["curtailed_kw"] == pytest.approx(supply["available_kw"], abs=1e-9)
    assert np.all(slots["peak_kw"] >= slots["grid_kw"] - 1e-6)
    assert slots["peak_kw"].max() <= connection_kw * (1 + 1e-9)
    assert supply["fed_in_kw"].max() <= (connection_kw * (1 + 1e-9) if feed_in else 0.0)
    assert np.all((supply["charged_solar_kw"] <= supply["charged_kw"] + 1e-9) & (supply["curtailed_kw"] >= -1e-9))
    assert np.sum([supply[name] for name in SHARES], axis=0) == pytest.approx(1.0)
    if storage is not None:
        level_kwh = np.concatenate((records.tables["site_supply"]["initial_kwh"], slots["storage_kwh"]))
        came, gone = supply["charged_kw"] * 0.9, supply["discharged_kw"] / 0.9
        assert np.diff(level_kwh) == pytest.approx((came - gone) / 4.0, abs=1e-6)
        assert -1e-9 <= level_kwh.min() <= level_kwh.max() <= battery_kwh + 1e-6
    else:
        assert np.all(np.isnan(slots["storage_kwh"]))


def test_draws_of_panels_and_battery_add_up_to_the_connection_at_every_second() -> None:
    records, _, _ = everything()
    draws, slots = records.tables["draws"], of_depot(records, "site_slots")
    rows = np.flatnonzero(draws["site"] == 0)
    power = np.asarray(sum(power_by_second(records, int(row)) for row in rows))
    by_slot = power[records.clock.report_from_s :].reshape(-1, SLOT_S)
    assert slots["grid_kw"] == pytest.approx(by_slot.mean(axis=1), abs=1.0)
    for load, column in (("storage", "storage_kw"), ("solar", "solar_kw")):
        mine = select(draws, rows[draws["load"][rows] == LOADS.index(load)])
        kwh = (mine["offered_kw"] * (mine["end_at"] - mine["start_at"])).sum() / 3_600
        assert kwh == pytest.approx(slots[column].sum() / 4 * (-1 if load == "solar" else 1), rel=1e-9)


def test_by_source_the_loads_and_the_battery_take_what_meter_and_panels_give_in_every_slot() -> None:
    """Sessions and the other loads by source, with storage and its losses, against grid and panels by source."""
    records, grid, prices = everything()
    tables, first = records.tables, records.clock.report_from_s // SLOT_S
    run = replace(records, tables={**tables, "draws": select(tables["draws"], ~_of_supply(tables["draws"]))})
    supply = local_supplies(run, grid, prices.price_cny_per_kwh, {})[0]
    pieces, draws = cut(run.tables["draws"], tables["clocks"]), run.tables["draws"]
    here = draws["site"][pieces.draw] == 0
    of_loads = np.zeros_like(supply.mix)
    np.add.at(of_loads, pieces.slot[here] - first, pieces.kwh[here][:, None] * supply.mix[pieces.slot[here] - first])
    kwh = {name: supply.slots[f"{name}_kw"] / 4 for name in ("drawn", "charged", "charged_solar", "fed_in")}
    from_grid = of_grid(grid, prices.price_cny_per_kwh, "town")[first:]
    sources = [CLEAN, *range(FIRST_SOURCE, SITE_SOLAR + 1)]
    came = kwh["drawn"][:, None] * from_grid
    sun_kwh = supply.slots["available_kw"] / 4 - supply.slots["curtailed_kw"] / 4 - kwh["fed_in"]
    came[:, [CLEAN, SITE_SOLAR]] += sun_kwh[:, None]
    whole = came[:, sources].sum(axis=0)
    stocks = {name: tables["stocks"][name] for name in ("source", "end_kwh", "start_kwh")}
    storage = (tables["stocks"]["holder"] == "depot").nonzero()[0]
    assert stocks["start_kwh"][storage].sum() == pytest.approx(stocks["start_kwh"][storage][-1]) == pytest.approx(120.0)
    stored = dict(zip(np.array(STOCK_SOURCES)[stocks["source"][storage]], stocks["end_kwh"][storage], strict=True))
    assert sum(stored.values()) == pytest.approx(supply.levels_kwh[-1])
    left = [sum(stored[source] for source in (*CLEAN_SOURCES, "site_solar"))]
    left += [stored[source] for source in (*SOURCES, "site_solar")]
    lost = whole - of_loads[:, sources].sum(axis=0) - np.array(left)
    # What went through the battery lost 1 - 0.9 on the way in and again on the way out: no source lost less or more.
    charged = kwh["charged"].sum()
    assert lost[1:].sum() + (120.0 - stored["initial"] - of_loads[:, 0].sum()) == pytest.approx(
        charged - kwh_out(supply.slots) + 120.0 - sum(stored.values())
    )
    in_by_source = (kwh["charged"] - kwh["charged_solar"])[:, None] * from_grid[:, sources]
    in_by_source[:, [0, -1]] += kwh["charged_solar"][:, None]
    through = in_by_source.sum(axis=0) * 0.9 - np.array(left)
    # In every slot the battery holds of each source what it held, and came in, less what the loads got from it.
    direct_kwh = (kwh["drawn"] - kwh["charged"] + kwh["charged_solar"])[:, None] * from_grid[:, sources]
    direct_kwh[:, [0, -1]] += (sun_kwh - kwh["charged_solar"])[:, None]
    held_kwh = np.cumsum(in_by_source * 0.9 - (of_loads[:, sources] - direct_kwh) / 0.9, axis=0)
    assert held_kwh.min() >= -1e-6
    assert held_kwh[-1] == pytest.approx(np.array(left), abs=1e-6)
    initial_kwh = 120.0 - np.cumsum(of_loads[:, 0]) / 0.9
    assert held_kwh[:, 1:].sum(axis=1) + initial_kwh == pytest.approx(supply.levels_kwh[1:], abs=1e-6)
    assert lost == pytest.approx(in_by_source.sum(axis=0) * 0.1 + through * 0.1, rel=1e-9, abs=1e-9)


def kwh_out(slots: Frame) -> float:
    return float(slots["discharged_kw"].sum() / 4)


def _of_supply(draws: Frame) -> Any:
    return np.isin(draws["load"], [LOADS.index(load) for load in ("solar", "storage")])


def test_sessions_have_the_mix_of_their_site_and_slot() -> None:
    records, grid, _ = everything()
    sessions, supply = of_depot(records, "sessions"), of_depot(records, "supply_slots")
    took = sessions["energy_kwh"] > 0
    assert np.all((sessions["clean_share"][took] >= 0) & (sessions["clean_share"][took] <= 1 + 1e-12))
    noon = took & (sessions["start_at"] % 86_400 > 40_000) & (sessions["end_at"] % 86_400 < 50_000)
    assert noon.any()
    day = supply["site_solar_share"] > 0.99
    assert day.any()
    row = int(np.flatnonzero(noon)[0])
    slot = int(sessions["start_at"][row] // SLOT_S)
    assert sessions["clean_share"][row] > grid.clean_share[slot : slot + 8].max()


def test_accounting_twice_changes_nothing() -> None:
    records, grid, prices = everything()
    again = account(records, grid, prices)
    for table, frame in records.tables.items():
        for column, values in frame.items():
            assert np.array_equal(again.tables[table][column], values, equal_nan=values.dtype.kind == "f"), table


def test_relabelling_sources_permutes_them_and_changes_nothing_else() -> None:
    records, grid, prices = everything()
    order = np.array([4, 2, 0, 1, 3, 6, 5])
    relabelled = replace(grid, generation_mw=grid.generation_mw[:, order])
    other = account(records, relabelled, prices)
    for table in ("sessions", "trips", "site_slots", "draws"):
        for column, values in records.tables[table].items():
            assert np.array_equal(other.tables[table][column], values, equal_nan=values.dtype.kind == "f"), column
    before, after = records.tables["supply_slots"], other.tables["supply_slots"]
    for number, source in enumerate(SOURCES):
        assert after[f"{source}_share"] == pytest.approx(before[f"{SOURCES[order[number]]}_share"])
    assert after["site_solar_share"] == pytest.approx(before["site_solar_share"])


def test_a_site_without_supply_is_accounted_as_before() -> None:
    it = world({})
    grid, prices = grid_and_prices(it.spec.clock)
    records = account(simulate(it, signals(it.spec.clock), Here()), grid, prices)
    slots = records.tables["site_slots"]
    assert np.array_equal(slots["grid_kw"], slots["load_kw"])
    assert not slots["solar_kw"].any()
    assert len(records.tables["supply_slots"]["site"]) == 0
    sun = accounted({"solar": {"peak_kw": 100}})[0].tables["site_slots"]
    away = slots["site"] == 1
    assert np.array_equal(sun["grid_kw"][away], slots["grid_kw"][away])


def test_a_limit_is_raised_by_the_sun_and_by_what_the_battery_has_promised() -> None:
    bare, _, _ = accounted({"connection_kw": 100}, buses=8)
    roofed, _, _ = accounted({"connection_kw": 100, "solar": {"peak_kw": 300}}, buses=8)
    storage = STORAGE | {"strategy": "valley_to_peak"}
    stored, _, _ = accounted({"connection_kw": 100, "storage": storage}, buses=8)
    highest = [float(of_depot(records, "site_slots")["load_kw"].max()) for records in (bare, roofed, stored)]
    assert highest[0] <= 100.0 + 1e-9
    assert highest[1] > 150.0
    assert highest[2] > 110.0


def test_buses_that_follow_the_sun_use_more_of_it_than_those_that_charge_at_once_and_lose_no_trip() -> None:
    used_kwh, done = [], []
    for strategy in ("immediate", "solar_following"):
        site = {"strategy": strategy, "solar": {"peak_kw": 200}, "chargers": [{"type": "dc", "count": 6}]}
        records, _, _ = accounted(site, peak_kw=200.0)
        laws.check(records)
        supply = of_depot(records, "supply_slots")
        used_kwh.append(float((supply["available_kw"] - supply["fed_in_kw"]).sum()) / 4)
        done.append((records.tables["trips"]["status"] == 0).sum())
    assert used_kwh[1] > 1.1 * used_kwh[0]
    assert done[0] == done[1] > 0


@pytest.mark.parametrize("kind", ["swap_station", "public_station"])
def test_stations_have_panels_and_batteries_too(kind: str) -> None:
    own = {"solar": {"peak_kw": 100}, "storage": STORAGE | {"power_kw": 40}, "connection_kw": 80}
    if kind == "swap_station":
        it = taxi_world(6, sites={"swap": swap_station(strategy="solar_following", stock_share=0.3, **own)})
    else:
        it = taxi_world(sites={"swap": public_station(3, **own)}, fleets={"cabs": taxis(6, model="plugged")})
    clock = it.spec.clock
    hour = np.arange(clock.slots) % 96 / 4
    sun_kw = 100 * np.maximum(0.0, np.sin((hour - 6) / 12 * np.pi))
    told = replace(signals(clock), supply={"swap": SiteSupply(sun_kw, np.zeros(clock.slots))})
    records = account(simulate(it, told, Here()), *grid_and_prices(clock))
    laws.check(records)
    slots, supply = records.tables["site_slots"], records.tables["supply_slots"]
    assert slots["grid_kw"] == pytest.approx(slots["load_kw"] + slots["storage_kw"] - slots["solar_kw"], abs=1e-6)
    assert supply["site_solar_share"].max() > 0.9
    assert np.nanmax(records.tables["sessions"]["clean_share"]) > 0.95


def test_suppliers_are_mixed_by_the_energy_they_give() -> None:
    grid, sun = np.array([[0.5, 1.0], [0.5, 1.0]]), np.array([1.0, 0.0])
    both = mix_of_loads((Supplier(np.array([1.0, 0.0]), grid), Supplier(np.array([3.0, 0.0]), sun)), grid)
    assert both.tolist() == [[0.875, 0.25], [0.5, 1.0]]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_energy_of_unknown_origin_is_left_out_of_clean_shares(share: float) -> None:
    storage = STORAGE | {"initial_share": share, "strategy": "solar_surplus"}
    records, _, _ = accounted({"storage": storage})
    sessions, supply = of_depot(records, "sessions"), of_depot(records, "supply_slots")
    bare, _, _ = accounted({})
    known = sessions["energy_kwh"] > 0
    if share == 0.0:
        assert not sessions["initial_share"].any()
        assert sessions["clean_share"] == pytest.approx(bare.tables["sessions"]["clean_share"], nan_ok=True)
    else:
        assert supply["initial_share"].max() > 0.99
        assert sessions["initial_share"][known].max() > 0.05
        assert np.nanmax(records.tables["trips"]["initial_share"]) > 0.0
        assert np.nansum(sessions["emission_kg"][known]) < np.nansum(bare.tables["sessions"]["emission_kg"])
        stored = records.tables["stocks"]
        vehicles = stored["source"] == STOCK_SOURCES.index("initial")
        assert stored["end_kwh"][vehicles].sum() > 0.0

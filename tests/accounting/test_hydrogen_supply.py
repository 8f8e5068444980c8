"""Panels and a battery at a hydrogen station: its limit, its balance, and the sun in every kilogram."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import grid_and_prices

from fleetsim import pipeline
from fleetsim.accounting import account
from fleetsim.accounting.hydrogen import grid_mix, site_mixes, trace_hydrogen
from fleetsim.accounting.hydrogen_balance import storage_balance
from fleetsim.accounting.local_supply import SUPPLY_LOADS, local_supplies, mix_of
from fleetsim.accounting.stocks import FIRST_SOURCE
from fleetsim.clock import SLOT_S
from fleetsim.energy.hydrogen import LHV_KWH_PER_KG
from fleetsim.report.metrics import metrics
from fleetsim.results.records import Records
from fleetsim.results.schema import FLOWS, HOLDERS, STOCK_SOURCES, select
from fleetsim.scenario.schema import Scenario
from fleetsim.signals import SiteSupply
from fleetsim.simulation import simulate
from tests import laws
from tests.worlds import Here, fuel_cell_fleet, scenario, signals, station

ROOT = Path(__file__).parents[2]
STORAGE = {"battery_kwh": 600, "power_kw": 200, "round_trip_efficiency": 0.81, "initial_share": 0.3}
STRATEGIES = ({"strategy": "solar_surplus"}, {"strategy": "peak_shaving", "target_kw": 150})
BANKED = {
    "storage_kg": None, "compressor": {"suction_mpa": 2, "discharge_mpa": 45},
    "banks": [{"capacity_kg": 60, "max_mpa": mpa} for mpa in (20, 35, 45)],
}  # fmt: skip


def world(**site: Any) -> Scenario:
    return scenario(
        sites={"station": station(base_load_kw=10, **site)}, fleets={"line": fuel_cell_fleet()}, days=3, warmup_days=1
    )


def accounted(peak_kw: float, **site: Any) -> Records:
    """A sun that shines from 06:00 to 18:00 on the station's panels, if it has any."""
    it = world(solar={"peak_kw": max(peak_kw, 1.0)}, **site)
    clock = it.spec.clock
    hour = np.arange(clock.slots) % 96 / 4
    sun_kw = peak_kw * np.maximum(0.0, np.sin((hour - 6) / 12 * np.pi))
    told = replace(signals(clock), supply={"station": SiteSupply(sun_kw, np.zeros(clock.slots))})
    grid, prices = grid_and_prices(clock, 7)
    return account(simulate(it, told, Here()), grid, prices)


@settings(max_examples=15, deadline=None)
@given(
    storage=st.sampled_from((None, *STRATEGIES)),
    peak_kw=st.floats(0, 900),
    connection_kw=st.floats(120, 700),
    banked=st.booleans(),
    production=st.sampled_from(("constant", "valley")),
)
def test_the_connection_holds_and_every_slot_balances_whatever_sun_and_battery_do(
    storage: dict[str, Any] | None, peak_kw: float, connection_kw: float, banked: bool, production: str
) -> None:
    site: dict[str, Any] = {"connection_kw": connection_kw, "electrolyser": {"strategy": production}}
    site |= BANKED if banked else {}
    if storage is not None:
        site["storage"] = STORAGE | storage
    records = accounted(peak_kw, **site)
    laws.check(records)
    slots, supply = records.tables["site_slots"], records.tables["supply_slots"]
    assert slots["peak_kw"].max() <= connection_kw * (1 + 1e-9)
    assert slots["grid_kw"] == pytest.approx(slots["load_kw"] + slots["storage_kw"] - slots["solar_kw"], abs=1e-6)
    assert slots["solar_kw"] + supply["curtailed_kw"] == pytest.approx(supply["available_kw"], abs=1e-9)
    assert storage_balance(records).error.max() < 1e-9


@cache
def bound() -> Records:
    """A station whose connection binds, with more sun than it leaves."""
    storage = STORAGE | {"strategy": "solar_surplus"}
    return accounted(500.0, connection_kw=300, storage=storage, electrolyser={"vent_share": 0.02})


def test_where_the_connection_binds_the_sun_makes_hydrogen() -> None:
    """Beside the base load of 10 kW the connection leaves 290; the electrolyser takes the sun on top, up to 500 kW."""
    records = bound()
    slots = records.tables["site_slots"]
    making = slots["load_kw"][slots["load_kw"] > 20]
    assert making.max() == pytest.approx(510.0)
    dark = accounted(0.0, connection_kw=300, electrolyser={"vent_share": 0.02})
    assert dark.tables["site_slots"]["load_kw"].max() == pytest.approx(300.0)
    assert slots["grid_kw"].max() <= 300.0 + 1e-9


def test_the_sun_in_fills_and_storage_is_what_the_electrolyser_took_of_it() -> None:
    """By source, in kilograms: made slot by slot = filled into tanks + left in the storage, and so in the stocks."""
    records = bound()
    tables, (grid, prices) = records.tables, grid_and_prices(records.clock, 7)
    price = prices.price_cny_per_kwh
    alone = ~np.isin(tables["draws"]["load"], SUPPLY_LOADS)
    of_run = replace(records, tables={**tables, "draws": select(tables["draws"], alone)})
    mix = mix_of(local_supplies(of_run, grid, price, {}), of_run, grid, price)
    traced = trace_hydrogen(records, grid_mix(grid), site_mixes(mix))
    flows, supply, stocks = tables["hydrogen_flows"], tables["supply_slots"], tables["stocks"]
    slot_s, came_kg = supply["slot_at"], np.zeros(len(supply["slot_at"]))
    for flow, sign in (("produced", 1.0), ("vented", -1.0)):
        rows = select(flows, (flows["flow"] == FLOWS.index(flow)) & (flows["vehicle"] < 0))
        for start, end, kg in zip(rows["start_at"], rows["end_at"], rows["hydrogen_kg"], strict=True):
            overlap_s = np.maximum(0.0, np.minimum(end, slot_s + SLOT_S) - np.maximum(start, slot_s))
            came_kg += sign * kg * overlap_s / (end - start)
    storage = traced.storages[0]
    for source in ("site_solar", "hydro", "thermal"):
        code = STOCK_SOURCES.index(source)
        left_kg = storage.left[FIRST_SOURCE + code] * storage.level_kg[-1]
        filled_kg = float(traced.fills[:, FIRST_SOURCE + code] @ tables["refuels"]["hydrogen_kg"])
        assert filled_kg + left_kg == pytest.approx((came_kg * supply[f"{source}_share"]).sum(), rel=1e-9)
        in_storage = (stocks["source"] == code) & (stocks["holder_kind"] == HOLDERS.index("storage"))
        assert stocks["end_kwh"][in_storage].sum() / LHV_KWH_PER_KG == pytest.approx(left_kg, rel=1e-9)
        assert min(filled_kg, left_kg) > 1.0
    assert (stocks["holder_kind"] == HOLDERS.index("battery")).sum() == len(STOCK_SOURCES)


def test_shares_of_all_sources_in_a_storage_add_up_and_hydrogen_gets_cleaner_with_the_sun() -> None:
    records = bound()
    stocks = records.tables["stocks"]
    left = records.tables["hydrogen_flows"]["flow"] == FLOWS.index("left")
    storage = stocks["holder_kind"] == HOLDERS.index("storage")
    left_kg = records.tables["hydrogen_flows"]["hydrogen_kg"][left].sum()
    assert stocks["end_kwh"][storage].sum() == pytest.approx(left_kg * LHV_KWH_PER_KG)
    dark = accounted(0.0, connection_kw=300, electrolyser={"vent_share": 0.02})

    def share(of: Records) -> float:
        table = metrics(of)
        rows = (table["metric"] == "hydrogen_clean_share") & (table["subject"] == "run")
        return float(table["value"][rows][0])

    assert share(bound()) > share(dark) + 0.02
    refuels = records.tables["refuels"]
    known = np.isfinite(refuels["clean_share"])
    assert np.all((refuels["clean_share"][known] >= 0.0) & (refuels["clean_share"][known] <= 1.0 + 1e-9))


def test_a_battery_of_the_station_promises_what_the_machines_leave_and_lifts_them_in_the_peaks() -> None:
    overrides = [
        "days=2", "warmup_days=1", "sites.h2_station.connection_kw=420",
        "sites.h2_station.solar={peak_kw: 300}", "sites.h2_station.electrolyser.load_share=0.9",
        "sites.h2_station.storage={battery_kwh: 800, power_kw: 200, round_trip_efficiency: 0.85, "
        "strategy: valley_to_peak}",
    ]  # fmt: skip
    loaded = pipeline.load(ROOT / "configs" / "lijiang_hydrogen.yaml", overrides=overrides)
    records = pipeline.simulate(loaded).records
    slots, supply = records.tables["site_slots"], records.tables["supply_slots"]
    assert slots["peak_kw"].max() <= 420 * (1 + 1e-9)
    assert slots["load_kw"].max() > 425
    assert supply["promised_kw"].min() < 0 < supply["promised_kw"].max()
    laws.check(records)

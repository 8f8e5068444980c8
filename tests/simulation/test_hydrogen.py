"""Fuel-cell buses and their station: by hand, by law, and when things go wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.results.records import Records
from fleetsim.results.schema import FLOWS, LOADS, PURPOSES, REFUEL_ENDS, TRIP_REASONS, TRIP_STATUS, WAIT_OUTCOMES
from fleetsim.scenario.schema import Scenario
from tests import laws
from tests.worlds import fuel_cell_fleet, fuel_cell_vehicle, profiles, rotation, run, scenario, station

HOUR = 3_600.0
BLOCK_KG = 110 / (33.33 * 0.5) * 1.05
"""A block of 110 kWh at an efficiency of 0.5, and 5 % more for thin air."""
DONE, LATE, CANCELLED = (TRIP_STATUS.index(word) for word in ("done", "late", "cancelled"))


def world(site: dict[str, Any] | None = None, line: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    sites = {"station": station(**(site or {}))}
    return scenario(sites=sites, fleets={"line": fuel_cell_fleet(**(line or {}))}, **changes)


def dispensed_kg(records: Records) -> float:
    flows = records.tables["hydrogen_flows"]
    return float(flows["hydrogen_kg"][flows["flow"] == FLOWS.index("dispensed")].sum())


def test_a_lone_bus_fills_up_when_its_next_block_asks_for_it() -> None:
    """25 kg make three blocks of 6.93 kg and leave 4.21, too little for a fourth: full again at 2 kg a minute."""
    records = run(world(line={"count": 1}))
    trips, refuels = records.tables["trips"], records.tables["refuels"]
    assert trips["used_kwh"] == pytest.approx([27.5] * 16)
    assert trips["hydrogen_kg"] == pytest.approx([BLOCK_KG / 4] * 16)
    assert trips["soc_end"][3] == pytest.approx(1 - BLOCK_KG / 25)
    assert set(trips["status"]) == {DONE}
    back_s = 34.25 * HOUR
    assert refuels["start_at"] == pytest.approx([back_s])
    assert refuels["hydrogen_kg"] == pytest.approx([3 * BLOCK_KG])
    assert refuels["end_at"] == pytest.approx([back_s + 3 * BLOCK_KG / 2 * 60])
    assert refuels["end_reason"].tolist() == [REFUEL_ENDS.index("full")]
    assert len(records.tables["waits"]["site"]) == 0
    laws.check(records)


def test_an_electrolyser_fills_the_storage_and_stops() -> None:
    """100 kg are missing; 500 kW at 55 kWh/kg make them in 11 hours, and nothing runs after that."""
    records = run(world(line={"count": 1}, days=1))
    draws = records.tables["draws"]
    assert draws["load"].tolist() == [LOADS.index("electrolyser")]
    assert draws["offered_kw"] == pytest.approx([500])
    assert draws["end_at"] == pytest.approx([11 * HOUR])
    flows = records.tables["hydrogen_flows"]
    assert flows["hydrogen_kg"][flows["flow"] == FLOWS.index("left")] == pytest.approx([200])
    assert flows["energy_kwh"][flows["flow"] == FLOWS.index("produced")] == pytest.approx([5_500])


def test_who_comes_second_waits_for_the_dispenser() -> None:
    """Two buses back at the same time, one dispenser: the second waits as long as the first takes."""
    records = run(world({"dispensers": 1}, {"count": 2}))
    waits, refuels = records.tables["waits"], records.tables["refuels"]
    first, second = refuels["end_at"] - refuels["start_at"]
    assert waits["end_at"] - waits["arrive_at"] == pytest.approx([first])
    assert waits["outcome"].tolist() == [WAIT_OUTCOMES.index("served")]
    assert refuels["start_at"][1] == pytest.approx(refuels["end_at"][0])
    assert second == pytest.approx(first)


def test_the_way_to_the_station_takes_time_and_hydrogen() -> None:
    """Parked at the far end of the road: two deadheads of 22 km x 1.35 at 1.1 kWh/km for every fill."""
    line = {"count": 1, "parking": "top", "work": rotation(deadhead_km=None)}
    records = run(world(line=line, days=3))
    trips, refuels = records.tables["trips"], records.tables["refuels"]
    ways = trips["trip"] >= np.bincount(trips["trip"]).size - 2 * len(refuels["site"])
    assert len(refuels["site"]) > 0
    assert trips["distance_km"][ways] == pytest.approx([30.02] * 2 * len(refuels["site"]), rel=0.01)
    laws.check(records)


def test_two_days_without_electrolyser_end_in_failures_with_their_reason() -> None:
    """The storage runs dry; buses wait, run what their tanks allow, cancel the rest, and catch up afterwards."""
    outages = [{"start": "2026-03-10 00:00", "hours": 48}]
    records = run(world({"outages": outages, "storage_kg": 60}, {"count": 6}, days=5))
    trips, waits, outage = (records.tables[name] for name in ("trips", "waits", "outages"))
    cancelled = trips["status"] == CANCELLED
    assert cancelled.any()
    assert set(trips["reason"][cancelled]) == {TRIP_REASONS.index("hydrogen")}
    day = trips["planned_depart_at"] // (24 * HOUR)
    assert not cancelled[(day == 0) | (day == 4)].any()
    assert (waits["end_at"] - waits["arrive_at"]).max() > 3 * HOUR
    assert outage["asset"].tolist() == ["station/electrolyser"]
    assert (outage["end_at"] - outage["start_at"]).tolist() == [48 * HOUR]
    draws = records.tables["draws"]
    assert not ((draws["start_at"] < 72 * HOUR) & (draws["end_at"] > 24 * HOUR)).any()
    laws.check(records)


def test_a_station_out_of_service_breaks_fills_off_and_fills_nobody_until_it_is_back() -> None:
    """It closes five minutes into the first fill, for two days; buses go on from what they have, then cancel."""
    fleet_ = {"count": 6}
    whole = run(world(line=fleet_, days=5)).tables["refuels"]
    first_s = whole["start_at"].min()
    start = datetime(2026, 3, 9) + timedelta(seconds=round(first_s / 60) * 60 + 300)
    closed_s = (start - datetime(2026, 3, 9)).total_seconds()
    outages = [{"start": f"{start:%Y-%m-%d %H:%M}", "hours": 48, "of": "station"}]
    records = run(world({"outages": outages}, fleet_, days=5))
    refuels, trips, outage = (records.tables[name] for name in ("refuels", "trips", "outages"))
    broken = refuels["end_reason"] == REFUEL_ENDS.index("outage")
    assert broken.any()
    assert (refuels["end_at"][broken] == closed_s).all()
    assert not ((refuels["start_at"] < closed_s + 48 * HOUR) & (refuels["end_at"] > closed_s)).any()
    assert (refuels["start_at"] >= closed_s + 48 * HOUR).any()
    cancelled = trips["status"] == CANCELLED
    assert cancelled.any()
    assert set(trips["reason"][cancelled]) == {TRIP_REASONS.index("hydrogen")}
    assert outage["asset"].tolist() == ["station/station"]
    laws.check(records)


def test_a_station_without_any_hydrogen_cancels_everything_and_the_run_ends() -> None:
    line = {"count": 3, "initial_share": 0.1, "patience_min": 20}
    records = run(world({"electrolyser": {}, "initial_share": 0.0, "connection_kw": 20}, line))
    trips = records.tables["trips"]
    assert set(trips["status"]) == {CANCELLED}
    assert set(trips["reason"]) == {TRIP_REASONS.index("hydrogen")}
    assert set(records.tables["waits"]["outcome"]) == {WAIT_OUTCOMES.index("horizon")}
    assert len(records.tables["draws"]["site"]) == 0
    laws.check(records)


def test_a_bus_that_cannot_reach_the_station_stays_where_it_is() -> None:
    line = {"count": 1, "parking": "top", "initial_share": 0.02, "reserve": 0.01, "work": rotation(deadhead_km=None)}
    trips = run(world(line=line)).tables["trips"]
    assert set(trips["status"]) == {CANCELLED}


def test_trucks_fill_what_the_storage_has_room_for() -> None:
    deliveries = [{"at": "03:00", "hydrogen_kg": 150, "emission_kg_per_kg": 10}]
    records = run(world({"electrolyser": {"rated_kw": 1}, "deliveries": deliveries}, {"count": 4}, days=3))
    flows = records.tables["hydrogen_flows"]
    came = flows["flow"] == FLOWS.index("delivered")
    assert flows["hydrogen_kg"][came][0] == pytest.approx(100, abs=0.1)
    assert flows["emission_kg"][came] == pytest.approx(10 * flows["hydrogen_kg"][came])
    assert dispensed_kg(records) > 0
    laws.check(records)


def test_the_valley_strategy_runs_at_its_lowest_load_outside_the_valley() -> None:
    """Rated in the valley (02:00-06:00), 150 kW outside it while the storage is not low."""
    site = {"electrolyser": {"strategy": "valley"}, "storage_kg": 1_000}
    draws = run(world(site, {"count": 1}, days=1)).tables["draws"]
    power_kw = {int(start // HOUR): kw for start, kw in zip(draws["start_at"], draws["offered_kw"], strict=True)}
    assert power_kw == pytest.approx({0: 150, 2: 500, 6: 150, 12: 500, 16: 150})


def test_a_low_storage_does_not_wait_for_the_valley() -> None:
    site = {"electrolyser": {"strategy": "valley"}, "storage_kg": 1_000, "initial_share": 0.25}
    draws = run(world(site, {"count": 1}, days=1)).tables["draws"]
    assert draws["offered_kw"][0] == pytest.approx(500)


def test_the_connection_caps_electrolyser_and_compressor_together() -> None:
    compressor = {"suction_mpa": 2, "discharge_mpa": 45}
    records = run(world({"connection_kw": 300, "base_load_kw": 20, "compressor": compressor}, {"count": 2}, days=1))
    _, power_kw = laws.site_power_kw(records, 0)
    assert power_kw.max() == pytest.approx(300)


def test_thin_air_leaves_the_climb_to_the_buffer_battery_and_a_small_one_cuts_the_block() -> None:
    """A fuel cell of 40 kW gives 36 at 1 900 m; at 2.5 kWh/km and 20 km/h the bus asks for 50."""
    line = {"count": 1, "consumption_kwh_per_km": 2.5}
    work = rotation(blocks=[{"start": "06:00", "trips": 4, "layover_min": 5}])
    sheets = profiles()
    weak = sheets.vehicles | {"fc_bus": fuel_cell_vehicle(fuel_cell_kw=40)}
    thin = type(sheets)(**{name: getattr(sheets, name) for name in sheets.__dataclass_fields__} | {"vehicles": weak})
    trips = run(world(line=line | {"work": work}, world=thin, days=1)).tables["trips"]
    service = trips["purpose"] == PURPOSES.index("service")
    assert trips["status"][service].tolist() == [DONE, CANCELLED, CANCELLED, CANCELLED]
    assert set(trips["reason"][service][1:]) == {TRIP_REASONS.index("battery")}


def test_more_buses_at_another_station_change_nothing_here() -> None:
    sites = {"station": station(), "other": station()}
    alone = run(scenario(sites={"station": station()}, fleets={"line": fuel_cell_fleet()}))
    both = run(scenario(sites=sites, fleets={"line": fuel_cell_fleet(), "more": fuel_cell_fleet(2, home="other")}))
    mine = both.tables["trips"]["vehicle"] < 4
    np.testing.assert_array_equal(both.tables["trips"]["hydrogen_kg"][mine], alone.tables["trips"]["hydrogen_kg"])


@settings(max_examples=30, deadline=None)
@given(
    buses=st.integers(1, 6),
    rated_kw=st.floats(20, 900),
    storage_kg=st.floats(5, 200),
    initial_share=st.floats(0, 1),
    dispensers=st.integers(1, 3),
    strategy=st.sampled_from(("constant", "valley")),
    consumption=st.floats(0.5, 4),
    delivered_kg=st.sampled_from((0.0, 40.0)),
    vent_share=st.sampled_from((0.0, 0.03)),
    outage_h=st.sampled_from((1.0, 20.0)),
    out_of_service=st.sampled_from(("electrolyser", "station")),
    connection_kw=st.sampled_from((None, 120.0)),
    parking=st.sampled_from((None, "top")),
    patience_min=st.floats(0, 90),
)
def test_no_world_breaks_a_law(
    buses: int,
    rated_kw: float,
    storage_kg: float,
    initial_share: float,
    dispensers: int,
    strategy: str,
    consumption: float,
    delivered_kg: float,
    vent_share: float,
    outage_h: float,
    out_of_service: str,
    connection_kw: float | None,
    parking: str | None,
    patience_min: float,
) -> None:
    site = station(
        electrolyser={"rated_kw": rated_kw, "strategy": strategy, "vent_share": vent_share},
        compressor={"suction_mpa": 2, "discharge_mpa": 45},
        storage_kg=storage_kg,
        initial_share=initial_share,
        dispensers=dispensers,
        deliveries=[{"at": "13:00", "hydrogen_kg": delivered_kg, "emission_kg_per_kg": 9}],
        outages=[{"start": "2026-03-09 12:00", "hours": outage_h, "of": out_of_service}],
        connection_kw=connection_kw,
        base_load_kw=10,
    )
    blocks = [{"start": start, "spread_min": 30, "trips": 4, "layover_min": 6} for start in ("05:00", "14:00")]
    line = fuel_cell_fleet(
        buses, parking=parking, consumption_kwh_per_km=consumption, patience_min=patience_min,
        work=rotation(blocks=blocks, run_time_cv=0.15, deadhead_km=2),
    )  # fmt: skip
    records = run(scenario(sites={"station": site}, fleets={"line": line}, days=2, warmup_days=1))
    laws.check(records)
    flows = records.tables["hydrogen_flows"]
    for at_s in np.unique(np.concatenate([flows["start_at"], flows["end_at"]])):
        assert laws.storage_level_kg(records, 0, float(at_s)) <= storage_kg * (1 + 1e-9) + 1e-5

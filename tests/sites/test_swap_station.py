"""Swap stations as their vehicles meet them: lanes, packs, slots, hours and limits."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.results.schema import LOADS, SESSION_ENDS, WAIT_OUTCOMES
from tests import laws
from tests.worlds import run, swap_station, taxi_world, taxis

HOUR = 3_600.0


def test_one_lane_serves_in_order_of_arrival_and_two_lanes_together() -> None:
    waited = []
    for lanes in (1, 2):
        records = run(taxi_world(sites={"swap": swap_station(lanes=lanes)}, fleets={"cabs": taxis(4)}, days=1))
        swaps = records.tables["swaps"]
        waited.append(np.sort((swaps["start_at"] - swaps["arrive_at"])[:4]).tolist())
        laws.check(records)
    assert waited == [[0, 100, 200, 300], [0, 0, 100, 100]]


def test_without_a_ready_pack_a_vehicle_waits_for_the_first_that_is() -> None:
    """One pack for two taxis at the same time: the second gets the pack of the first as soon as it is charged."""
    records = run(taxi_world(sites={"swap": swap_station(packs=1, lanes=2)}, fleets={"cabs": taxis(2)}, days=1))
    swaps, sessions, waits = (records.tables[name] for name in ("swaps", "sessions", "waits"))
    assert swaps["start_at"][1] == sessions["end_at"][0]
    assert swaps["pack_in"][1] == swaps["pack_out"][0]
    assert swaps["start_at"][1] == pytest.approx(swaps["end_at"][0] + 35.075 / (60 * 0.96) * HOUR)
    assert WAIT_OUTCOMES[waits["outcome"][0]] == "served"
    laws.check(records)


def test_packs_wait_on_the_shelf_for_a_slot() -> None:
    station = swap_station(lanes=3, slots={"type": "dc", "count": 1, "power_kw": 60})
    sessions = run(taxi_world(sites={"swap": station}, fleets={"cabs": taxis(3)}, days=1)).tables["sessions"]
    assert sessions["charger"][:3].tolist() == [0, 0, 0]
    assert sessions["plug_at"][1:3].tolist() == sessions["end_at"][:2].tolist()
    assert sessions["arrive_at"][0] == sessions["arrive_at"][1]


def test_a_pack_that_comes_back_full_enough_needs_no_charge() -> None:
    fleet = taxis(seek_soc=[0.5, 0.5], initial_soc=[0.95, 0.95], charge_target=0.99)
    station = swap_station(ready_soc=0.4, initial_soc=0.8)
    tables = run(taxi_world(sites={"swap": station}, fleets={"cabs": fleet}, days=1)).tables
    assert len(tables["swaps"]["site"])
    assert len(tables["sessions"]["site"]) == 0


def test_the_connection_limits_the_slots() -> None:
    station = swap_station(packs=6, lanes=6, slots={"type": "dc", "count": 6, "power_kw": 60}, connection_kw=100,
                           base_load_kw=10)  # fmt: skip
    records = run(taxi_world(sites={"swap": station}, fleets={"cabs": taxis(6)}, days=1))
    laws.check(records)
    _, power_kw = laws.site_power_kw(records, 0)
    assert power_kw.max() == pytest.approx(100)


def test_valley_keeps_its_stock_and_leaves_the_rest_to_the_valley() -> None:
    """Four taxis swap at about 11:42, in the flat hours; with half of four packs as stock, two wait for 12:00."""
    station = swap_station(lanes=4, strategy="valley", stock_share=0.5)
    records = run(taxi_world(sites={"swap": station}, fleets={"cabs": taxis(4)}, days=1))
    sessions = records.tables["sessions"]
    assert np.sort(sessions["start_at"][:4] / HOUR) == pytest.approx([11.711, 11.711, 12.0, 12.0], abs=1e-3)
    assert (sessions["plug_at"][:4] < 12 * HOUR).all()
    laws.check(records)


def test_valley_stops_what_it_began_when_the_valley_ends() -> None:
    """A swap at 15:42 under slow slots: at 16:00 the packs beyond the stock stop, and go on when they are needed."""
    slots = {"type": "dc", "count": 4, "power_kw": 20}
    station = swap_station(lanes=4, strategy="valley", stock_share=0.25, slots=slots)
    fleet = taxis(4, initial_soc=[0.9, 0.9], daily_km=358)
    records = run(taxi_world(sites={"swap": station}, fleets={"cabs": fleet}, days=2))
    draws = records.tables["draws"]
    at_s = draws["end_at"][draws["load"] == LOADS.index("pack")]
    assert np.isclose(at_s, 16 * HOUR).sum() >= 2
    laws.check(records)


def test_a_waiting_vehicle_makes_valley_charge_at_once() -> None:
    station = swap_station(packs=1, strategy="valley", stock_share=0.0)
    fleet = taxis(2, initial_soc=[0.5, 0.5])
    records = run(taxi_world(sites={"swap": station}, fleets={"cabs": fleet}, days=1))
    sessions, swaps = records.tables["sessions"], records.tables["swaps"]
    assert sessions["start_at"][0] == sessions["plug_at"][0]
    assert swaps["start_at"][1] == sessions["end_at"][0]


def test_what_is_open_at_the_end_is_closed_there() -> None:
    """Taxis that need energy at 23:50 find one pack; the others' packs and the swap under way end with the run."""
    station = swap_station(packs=1, swap_s=1_800, lanes=1, initial_soc=0.9)
    fleet = taxis(3, initial_soc=[0.9, 0.9], daily_km=235)
    records = run(taxi_world(sites={"swap": station}, fleets={"cabs": fleet}, days=1))
    swaps, waits = records.tables["swaps"], records.tables["waits"]
    assert [SESSION_ENDS[code] for code in swaps["end_reason"]] == ["horizon"]
    assert swaps["end_at"].tolist() == [24 * HOUR]
    assert [WAIT_OUTCOMES[code] for code in waits["outcome"]] == ["horizon"] * 2
    laws.check(records)

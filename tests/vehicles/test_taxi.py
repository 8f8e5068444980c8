"""Taxis that can be followed with pencil and paper."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.results.schema import PURPOSES, TRIP_REASONS, TRIP_STATUS, WAIT_OUTCOMES
from tests import laws
from tests.worlds import city, public_station, run, swap_station, taxi_world, taxis

HOUR = 3_600.0
WAY_S, WAY_KWH = 60.0, 0.075
"""Half a kilometre to the station at the gate."""


def test_a_lone_taxi() -> None:
    """From 45 kWh down to 10 kWh at 3 kWh an hour, one minute to the station, 100 s for the swap, and on."""
    tables = run(taxi_world(days=1)).tables
    trips, swaps, sessions = tables["trips"], tables["swaps"], tables["sessions"]
    first_s = 35 / 3 * HOUR + WAY_S
    assert trips["arrive_at"] == pytest.approx([first_s, 2 * first_s + 100, 24 * HOUR])
    assert trips["used_kwh"][:2] == pytest.approx([35 + WAY_KWH] * 2)
    assert trips["distance_km"][0] == pytest.approx(35 / 0.15 + 0.5)
    assert [PURPOSES[code] for code in trips["purpose"]] == ["passenger"] * 3
    assert [TRIP_STATUS[code] for code in trips["status"]] == ["done", "done", "horizon"]
    assert (swaps["end_at"] - swaps["start_at"]).tolist() == [100.0, 100.0]
    assert swaps["pack_out"].tolist() == [0, 1], "the pack it began with, then the first of the station's"
    assert swaps["pack_in"].tolist() == [1, 2]
    assert sessions["pack"].tolist() == [0, 1]
    assert sessions["end_at"][0] == pytest.approx(swaps["end_at"][0] + (35 + WAY_KWH) / (60 * 0.96) * HOUR)


def test_a_taxi_with_a_plug_charges_and_goes_at_once() -> None:
    fleet = taxis(model="plugged", stations=["fast"], charge_target=0.8)
    tables = run(taxi_world(sites={"fast": public_station()}, fleets={"cabs": fleet}, days=1)).tables
    sessions = tables["sessions"]
    stored_kwh = 40 - 10 + WAY_KWH
    assert sessions["stored_kwh"][0] == pytest.approx(stored_kwh)
    assert sessions["unplug_at"][0] == sessions["end_at"][0]
    assert sessions["end_at"][0] - sessions["plug_at"][0] == pytest.approx(stored_kwh / (60 * 0.96) * HOUR)
    assert tables["trips"]["depart_at"][1] == sessions["end_at"][0]
    assert np.isnan(sessions["planned_unplug_at"][0])


def test_the_nearer_wait_wins() -> None:
    """Two taxis at the same time: one swaps at the gate, the other finds the lane busy but rather waits than drives."""
    tables = run(taxi_world(2, days=1, sites={"swap": swap_station(), "top": swap_station(place="top")},
                            fleets={"cabs": taxis(2, stations=["swap", "top"])})).tables  # fmt: skip
    assert set(tables["swaps"]["site"]) == {0}
    waits = tables["waits"]
    assert {WAIT_OUTCOMES[code] for code in waits["outcome"]} == {"served"}
    assert waits["end_at"] - waits["arrive_at"] == pytest.approx(np.full(len(waits["site"]), 100.0))


def test_a_driver_balks_at_a_long_queue_and_drives_on() -> None:
    """A swap of 20 minutes and a limit of 10: of the taxis that find the lane taken, those drive on that came later."""
    sites = {"near": swap_station(swap_s=1_200), "top": swap_station(place="top", swap_s=20)}
    fleet = taxis(3, stations=["near", "top"], balk_min=10, seek_soc=[0.5, 0.5])
    records = run(taxi_world(sites=sites, fleets={"cabs": fleet}, days=1))
    waits = records.tables["waits"]
    assert [WAIT_OUTCOMES[code] for code in waits["outcome"]][:2] == ["balked", "balked"]
    ways = records.tables["trips"]["purpose"] == PURPOSES.index("deadhead")
    assert records.tables["trips"]["distance_km"][ways] == pytest.approx(np.full(ways.sum(), 1.35 * 22.239), rel=1e-3)
    laws.check(records)


def test_patience_ends_a_wait_that_drags_on() -> None:
    """No pack gets ready at the near station, so that those who joined its queue leave it after 15 minutes."""
    slow = swap_station(packs=1, slots={"type": "dc", "count": 1, "power_kw": 2})
    sites = {"near": slow, "top": swap_station(place="top")}
    fleet = taxis(3, stations=["near", "top"], balk_min=2_880, patience_min=15, seek_soc=[0.5, 0.5])
    records = run(taxi_world(sites=sites, fleets={"cabs": fleet}, days=1))
    waits = records.tables["waits"]
    left = waits["outcome"] == WAIT_OUTCOMES.index("left")
    assert left.sum() >= 1
    assert (waits["end_at"] - waits["arrive_at"])[left] == pytest.approx(np.full(left.sum(), 900.0))
    laws.check(records)


def test_a_driver_fetches_energy_before_handing_over() -> None:
    """At 06:00, half an hour before the hand-over, 45 - 18 = 27 kWh are below the 60 % that the next driver wants."""
    change = [{"start": "06:30"}]
    fleet = taxis(shift_changes=change, handover_lead_min=30, handover_soc=0.6)
    swaps = run(taxi_world(fleets={"cabs": fleet}, days=1)).tables["swaps"]
    assert swaps["arrive_at"][0] == pytest.approx(6 * HOUR + WAY_S)
    content = taxis(shift_changes=change, handover_lead_min=30, handover_soc=0.5)
    assert run(taxi_world(fleets={"cabs": content}, days=1)).tables["swaps"]["arrive_at"][0] > 11 * HOUR


def test_a_hand_over_does_not_wait_behind_a_queue() -> None:
    change = {"shift_changes": [{"start": "06:30"}], "handover_soc": 0.6, "balk_min": 5}
    records = run(taxi_world(sites={"swap": swap_station(swap_s=600)}, fleets={"cabs": taxis(3, **change)}, days=1))
    waits, trips = records.tables["waits"], records.tables["trips"]
    assert [WAIT_OUTCOMES[code] for code in waits["outcome"]][:2] == ["balked", "balked"]
    assert (trips["depart_at"] == waits["end_at"][0]).any(), "it goes back to work at once"
    laws.check(records)


def test_no_station_in_reach_is_a_failure_with_its_reason() -> None:
    """30 km to the station need 4.5 kWh, and the driver looks for it at 2.5 kWh: the taxi is fetched."""
    fleet = taxis(seek_soc=[0.05, 0.05], reserve=0.0, recovery_min=90)
    records = run(taxi_world(sites={"swap": swap_station(place="top")}, fleets={"cabs": fleet}, days=2))
    trips, swaps = records.tables["trips"], records.tables["swaps"]
    failed = trips["status"] == TRIP_STATUS.index("cancelled")
    assert failed.any()
    assert {TRIP_REASONS[code] for code in trips["reason"][failed]} == {"battery"}
    assert np.isnan(trips["used_kwh"][failed]).all()
    assert swaps["arrive_at"][0] == pytest.approx(trips["planned_depart_at"][failed][0] + 90 * 60)
    assert swaps["soc_out"][0] == pytest.approx(0.05)
    laws.check(records)


def test_a_longer_way_costs_its_energy() -> None:
    world = city(zones=[{"place": "top", "share": 1}])
    trips = run(taxi_world(world=world, days=1)).tables["trips"]
    assert trips["used_kwh"][0] == pytest.approx(35 + 1.35 * 22.239 * 0.15, rel=1e-4)

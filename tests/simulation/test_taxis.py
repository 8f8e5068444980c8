"""Taxis and their stations: conservation in easy and hostile worlds, and what may change a draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.results.records import Records
from fleetsim.results.schema import TRIP_REASONS, TRIP_STATUS, WAIT_OUTCOMES
from fleetsim.scenario.schema import Scenario
from tests import laws
from tests.worlds import city, public_station, run, swap_station, taxis
from tests.worlds import scenario as world_of

CHANCE = {"daily_km_cv": 0.2, "hourly_km_cv": 0.4, "consumption_cv": 0.1, "seek_soc": [0.2, 0.35],
          "initial_soc": [0.3, 0.95], "shift_changes": [{"start": "06:30", "spread_min": 60}]}  # fmt: skip
ZONES = [{"place": "gate", "share": 2, "radius_km": 4}, {"place": "top", "share": 1, "radius_km": 2}]


def town(
    count: int = 20,
    stations: dict[str, Any] | None = None,
    fleet: dict[str, Any] | None = None,
    **changes: Any,
) -> Scenario:
    """Taxis of a town with two swap stations, 22 km apart."""
    sites = stations or {"swap": swap_station(), "top": swap_station(place="top", packs=6)}
    cabs = taxis(count, stations=list(sites), **CHANCE | (fleet or {}))
    return world_of(**{"sites": sites, "fleets": {"cabs": cabs}, "world": city(zones=ZONES), "days": 3} | changes)


def reasons(records: Records) -> set[str]:
    """Why trips failed."""
    trips = records.tables["trips"]
    return {TRIP_REASONS[code] for code in trips["reason"][trips["status"] == TRIP_STATUS.index("cancelled")]}


def outcomes(records: Records) -> set[str]:
    """How waits ended."""
    return {WAIT_OUTCOMES[code] for code in records.tables["waits"]["outcome"]}


@pytest.mark.parametrize(
    ("station", "fleet"),
    [
        pytest.param({}, {}, id="plenty"),
        pytest.param({"connection_kw": 60}, {}, id="weak connection"),
        pytest.param({"connection_kw": 30, "base_load_kw": [5, 25] * 12}, {}, id="hardly any power"),
        pytest.param({"strategy": "valley"}, {}, id="valley"),
        pytest.param({"strategy": "valley", "stock_share": 0.0, "connection_kw": 150}, {}, id="valley without stock"),
        pytest.param({"packs": 1, "slots": {"type": "dc", "count": 3, "power_kw": 40}}, {}, id="one pack"),
        pytest.param({"slots": {"type": "dc", "count": 1, "power_kw": 40}}, {}, id="one slot"),
        pytest.param({"lanes": 3, "swap_s": 900}, {"patience_min": 5, "balk_min": 10}, id="slow and impatient"),
        pytest.param({}, {"consumption_kwh_per_km": None}, id="trip formula"),
    ],
)
def test_energy_is_conserved_and_limits_hold(station: dict[str, Any], fleet: dict[str, Any]) -> None:
    stations = {"swap": swap_station(**station), "top": swap_station(**{"place": "top"} | station)}
    records = run(town(stations=stations, fleet=fleet, warmup_days=1))
    laws.check(records)
    assert len(records.tables["swaps"]["site"])


def test_swaps_and_plugs_go_together() -> None:
    stations = {"swap": swap_station(packs=1), "fast": public_station(2), "top": public_station(1, place="top")}
    records = run(town(stations=stations, fleet={"charge_target": 0.8}))
    laws.check(records)
    sessions = records.tables["sessions"]
    assert {-1} < set(sessions["pack"]), "packs in slots, and taxis at plugs"
    assert (sessions["vehicle"] >= 0).any()


def test_no_station_in_reach_leaves_a_list_of_failures() -> None:
    stations = {"top": swap_station(place="top")}
    zones = [{"place": "gate", "share": 1}]
    records = run(town(stations=stations, fleet={"seek_soc": [0.02, 0.05], "reserve": 0.0}, world=city(zones=zones)))
    laws.check(records)
    assert reasons(records) == {"battery"}


def test_empty_packs_and_no_power_leave_a_queue() -> None:
    """All packs are empty and the slots have next to no power: everybody ends up waiting, and nothing else happens."""
    dead = {"initial_soc": 0.0, "connection_kw": 0.901, "base_load_kw": 0.5}
    stations = {"swap": swap_station(**dead), "top": swap_station(place="top", **dead)}
    records = run(town(stations=stations))
    laws.check(records)
    assert len(records.tables["swaps"]["site"]) == 0
    assert {"horizon", "left"} <= outcomes(records)
    waits = records.tables["waits"]
    assert len(set(waits["vehicle"][waits["outcome"] == WAIT_OUTCOMES.index("horizon")])) >= 15


def test_ten_times_the_demand_shows_as_waits() -> None:
    usual, crowd = run(town(10)), run(town(100))
    laws.check(crowd)
    assert "balked" in outcomes(crowd)
    waits = [records.tables["waits"] for records in (usual, crowd)]
    longest_s = [float(np.max(each["end_at"] - each["arrive_at"], initial=0.0)) for each in waits]
    assert longest_s[0] < 600
    assert longest_s[1] >= 1_800


@settings(max_examples=25, deadline=None)
@given(
    count=st.integers(1, 25),
    packs=st.integers(1, 8),
    slots=st.integers(1, 6),
    lanes=st.integers(1, 3),
    connection_kw=st.floats(1, 400),
    strategy=st.sampled_from(("immediate", "valley")),
    stock_share=st.floats(0, 1),
    swap_s=st.floats(20, 1_800),
    initial_soc=st.floats(0, 1),
    patience_min=st.floats(0, 200),
    seed=st.integers(0, 3),
)
def test_no_world_breaks_a_law(
    count: int, packs: int, slots: int, lanes: int, connection_kw: float, strategy: str, stock_share: float,
    swap_s: float, initial_soc: float, patience_min: float, seed: int,
) -> None:  # fmt: skip
    one = swap_station(
        packs=packs, slots={"type": "dc", "count": slots, "power_kw": 60}, lanes=lanes, connection_kw=connection_kw,
        strategy=strategy, stock_share=stock_share, swap_s=swap_s, initial_soc=initial_soc,
    )  # fmt: skip
    stations = {"swap": one, "top": swap_station(place="top"), "fast": public_station(1, place="top")}
    fleet = {"patience_min": patience_min, "balk_min": patience_min / 2, "charge_target": 0.85}
    laws.check(run(town(count, stations, fleet, days=1, warmup_days=1, seed=seed)))


def driven_until(records: Records, end_s: float) -> Any:
    """Distance of each stretch of work that ended before a moment, by vehicle and departure."""
    trips = records.tables["trips"]
    early = trips["arrive_at"] < end_s
    order = np.lexsort((trips["depart_at"][early], trips["vehicle"][early]))
    return np.column_stack([trips[name][early][order] for name in ("vehicle", "depart_at", "distance_km", "used_kwh")])


def test_a_longer_horizon_and_another_fleet_leave_the_draws() -> None:
    short = driven_until(run(town(days=2)), 30 * 3_600.0)
    assert len(short)
    np.testing.assert_array_equal(short, driven_until(run(town(days=9)), 30 * 3_600.0))
    more = driven_until(run(town(25, days=2)), 6 * 3_600.0)
    few = driven_until(run(town(20, days=2)), 6 * 3_600.0)
    first = {(row[0], row[1]): row for row in more}
    begun = [row for row in few if row[1] == 0.0]
    assert begun
    for row in begun:
        np.testing.assert_allclose(first[row[0], 0.0][3], row[3], atol=3.0, err_msg="more than the way differs")


def test_stations_change_nobody_s_demand() -> None:
    """Until the first need the same energy is used at the same time, whatever the stations are like."""
    starts = []
    for changes in ({}, {"packs": 40, "lanes": 4, "strategy": "valley"}):
        stations = {"swap": swap_station(**changes), "top": swap_station(**{"place": "top"} | changes)}
        trips = run(town(stations=stations)).tables["trips"]
        starts.append(trips["soc_start"][trips["depart_at"] == 0.0])
    np.testing.assert_array_equal(*starts)

"""Other users of public chargers: they take chargers and energy, and the balance closes with them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetsim.results.records import Records
from tests import laws
from tests.worlds import city, public_station, run, scenario, taxis


def visitors(**changes: Any) -> dict[str, Any]:
    base = {"kind": "visitors", "model": "plugged", "count": 60, "stations": ["plugs"], "arrivals_per_day": 40}
    return base | {"hours": [1] * 24, "energy_kwh": 20} | changes


def lived(chargers: int = 4, fleets: dict[str, Any] | None = None, **changes: Any) -> Records:
    world = scenario(
        sites={"plugs": public_station(chargers)}, fleets={"others": visitors(**changes), **(fleets or {})},
        world=city(), days=5,
    )  # fmt: skip
    return run(world)


def test_the_laws_hold_and_a_visit_brings_what_it_came_for() -> None:
    records = lived()
    laws.check(records)
    sessions = records.tables["sessions"]
    ended = np.isfinite(sessions["end_at"]) & (sessions["unmet_kwh"] < 1e-9)
    assert ended.sum() == pytest.approx(200, rel=0.2)
    assert sessions["stored_kwh"][ended].mean() == pytest.approx(20.0, rel=0.15)


def test_more_chargers_change_nobodys_arrival_or_want() -> None:
    few, many = (lived(chargers).tables["trips"] for chargers in (1, 8))
    first = [trips["arrive_at"][trips["trip"] == 0] for trips in (few, many)]
    used = [trips["used_kwh"][trips["trip"] == 0] for trips in (few, many)]
    assert first[0].tolist() == first[1].tolist()
    assert used[0].tolist() == used[1].tolist()


def test_a_full_station_is_left_and_who_leaves_gains_nothing() -> None:
    records = lived(chargers=1, arrivals_per_day=150, patience_min=5)
    laws.check(records)
    waits = records.tables["waits"]
    assert np.isin(waits["outcome"], [1, 2]).any()
    sessions = records.tables["sessions"]
    trips = records.tables["trips"]
    driven = trips["used_kwh"].sum()
    assert driven <= sessions["stored_kwh"].sum() + 60 * 50 * 0.9 + 1e-6


def test_they_stand_in_the_way_of_a_fleet_at_the_same_chargers() -> None:
    cabs = {"cabs": taxis(6, model="plugged", stations=["plugs"])}
    alone = run(scenario(sites={"plugs": public_station(2)}, fleets=cabs, world=city(), days=5))
    among = lived(2, cabs, arrivals_per_day=90)

    def waited_s(records: Records) -> float:
        waits = records.tables["waits"]
        mine = np.isin(waits["vehicle"], np.arange(6))
        return float((waits["end_at"] - waits["arrive_at"])[mine].sum())

    assert waited_s(among) > waited_s(alone) + 3_600

"""Errands: who drives where and when is drawn by names, and nothing else changes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests import laws
from tests.worlds import depot, fleet, run, scenario

OUTING = {"start": "09:00", "spread_min": 60, "share": 0.5, "stay_min": [30, 90]}


def errands(**changes: Any) -> dict[str, Any]:
    work = {"kind": "errands", "route": "road", "destinations": [{"place": "top"}], "outings": [OUTING]} | changes
    return fleet(40, kind="official", work=work)


def driven(days: int = 14, **changes: Any) -> dict[str, np.ndarray]:
    world = scenario(fleets={"cars": errands(**changes)}, sites={"depot": depot(40)}, days=days)
    records = run(world)
    laws.check(records)
    return dict(records.tables["trips"])


def test_cars_leave_within_the_spread_stay_as_long_as_said_and_come_home() -> None:
    trips = driven()
    out, back = (trips["trip"] % 3 == way for way in (0, 1))
    hour = trips["planned_depart_at"] % 86_400 / 3_600
    assert hour[out].min() >= 9.0
    assert hour[out].max() <= 10.0
    stay_min = (trips["planned_depart_at"][back] - trips["planned_arrive_at"][out]) / 60
    assert stay_min.min() >= 30.0
    assert stay_min.max() <= 90.0
    assert (trips["destination"][back] == trips["origin"][out]).all()
    assert out.sum() == back.sum() == pytest.approx(40 * 14 * 0.5, rel=0.15)


def test_idle_days_are_idle() -> None:
    trips = driven(outings=[OUTING | {"days": ["mon", "tue", "wed", "thu", "fri"]}])
    assert {int(day) % 7 for day in trips["planned_depart_at"] // 86_400} == {0, 1, 2, 3, 4}


def test_a_longer_run_and_another_outing_leave_every_draw_as_it_was() -> None:
    late = OUTING | {"start": "15:00"}
    short, long = driven(days=3), driven(days=9, outings=[OUTING, late])
    morning = (long["planned_depart_at"] < 3 * 86_400) & (long["planned_depart_at"] % 86_400 < 13 * 3_600)
    out = (short["trip"] % 3 == 0) & (short["planned_depart_at"] % 86_400 < 10 * 3_600)
    expected = set(zip(short["vehicle"][out].tolist(), short["planned_depart_at"][out].tolist(), strict=True))
    found = set(zip(long["vehicle"][morning].tolist(), long["planned_depart_at"][morning].tolist(), strict=True))
    assert expected <= found


def test_destinations_are_chosen_by_their_weight() -> None:
    weights = [{"place": "top", "share": 3}, {"place": "gate", "share": 0}]
    trips = driven(days=5, destinations=weights)
    assert set(trips["destination"].tolist()) == {0, 1}
    assert (trips["distance_km"] > 20.0).all()

"""Where chargers suffice and the limit is slack, no strategy costs a departure that charging at once would meet."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.charging.strategies import STRATEGIES
from fleetsim.results.records import Records
from tests.worlds import FEED_BACK, depot, fleet, profiles, rotation, run, scenario, vehicle

LATE_S = 1e-3
BOTH_WAYS = profiles(vehicle(feed_back=FEED_BACK | {"floor_soc": 0.1}))


@st.composite
def days(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A depot with a charger for each vehicle and no limit that binds, and a fleet that is more or less in a hurry."""
    first = draw(st.integers(4 * 60, 8 * 60))
    second = first + draw(st.integers(6 * 60, 12 * 60))
    blocks = [
        {"start": f"{at // 60:02d}:{at % 60:02d}", "spread_min": draw(st.integers(0, 90)),
         "trips": draw(st.sampled_from([2, 4])), "layover_min": 5}
        for at in (first, second)
    ]  # fmt: skip
    count = draw(st.integers(1, 4))
    chargers = [
        {"type": "dc", "count": count, "power_kw": draw(st.sampled_from([20.0, 40.0, 120.0])), "bidirectional": True}
    ]
    base_kw = draw(st.sampled_from([20.0, 150.0]))
    site = depot(chargers=chargers, base_load_kw=base_kw, peak_kw=draw(st.sampled_from([None, 60.0])))
    changes = {"initial_soc": draw(st.floats(0.4, 0.95)), "consumption_kwh_per_km": draw(st.floats(0.6, 1.3))}
    return site, fleet(count, work=rotation(blocks=blocks), **changes)


def departures(records: Records) -> dict[tuple[int, float], tuple[float, float]]:
    """How late each trip left, endless where it was not run, and with what state of charge, by vehicle and plan."""
    trips = records.tables["trips"]
    late_s = np.nan_to_num(trips["depart_at"] - trips["planned_depart_at"], nan=np.inf)
    keys = zip(trips["vehicle"].tolist(), trips["planned_depart_at"].tolist(), strict=True)
    return dict(zip(keys, zip(late_s.tolist(), trips["soc_start"].tolist(), strict=True), strict=True))


@pytest.mark.parametrize("strategy", sorted(set(STRATEGIES) - {"immediate"}))
@settings(max_examples=25)
@given(day=days())
def test_no_strategy_misses_a_departure_that_charging_at_once_meets(
    strategy: str, day: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    site, line = day
    at_once, planned = (
        departures(
            run(scenario(sites={"depot": site | {"strategy": name}}, fleets={"line": line}, world=BOTH_WAYS, days=3))
        )
        for name in ("immediate", strategy)
    )
    assert at_once.keys() == planned.keys()
    for key, (late_s, soc) in at_once.items():
        if late_s <= LATE_S:
            assert planned[key][0] <= LATE_S
            assert planned[key][1] >= soc - 1e-6, "what was charged for it is there, too"

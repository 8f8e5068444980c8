"""Conservation, limits and bounds, in easy and in hostile worlds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import laws
from tests.worlds import LFP, depot, fleet, profiles, rotation, run, scenario, vehicle

CURVED = vehicle(charge_curve=[{"soc": soc, "c_rate": rate} for soc, rate in LFP])
BOLD = {"charge_target": 1.0, "reserve": 0.0}
FORMULA = {"consumption_kwh_per_km": None, "work": rotation(run_time_cv=0.1, load_cv=0.3)}


@pytest.mark.parametrize(
    ("site", "line", "climb_m"),
    [
        pytest.param({}, {}, 0, id="plenty"),
        pytest.param({"count": 2}, {"count": 8}, 0, id="few chargers"),
        pytest.param({"connection_kw": 150}, {}, 0, id="weak connection"),
        pytest.param({"connection_kw": 40, "base_load_kw": 30}, {}, 0, id="hardly any power"),
        pytest.param({"connection_kw": 300, "base_load_kw": list(range(0, 240, 10))}, {}, 0, id="base load by hour"),
        pytest.param({"connection_kw": 150, "sharing": "first_come"}, {}, 0, id="first come"),
        pytest.param({"strategy": "valley"}, {}, 0, id="valley"),
        pytest.param({"strategy": "valley", "connection_kw": 200, "count": 2}, {"count": 9}, 0, id="short valley"),
        pytest.param({}, FORMULA, 700, id="mountain"),
        pytest.param({"connection_kw": 90}, FORMULA | BOLD, 1_100, id="steep, no reserve"),
        pytest.param({}, {"consumption_kwh_per_km": 3.5}, 0, id="duty beyond the battery"),
        pytest.param({}, {"consumption_kwh_per_km": 12}, 0, id="no trip possible"),
    ],
)
def test_energy_is_conserved_and_limits_hold(site: dict[str, Any], line: dict[str, Any], climb_m: float) -> None:
    world = scenario(
        sites={"depot": depot(**site)}, fleets={"line": fleet(**line)}, world=profiles(CURVED, climb_m), days=3,
        warmup_days=1,
    )  # fmt: skip
    records = run(world)
    laws.check(records)
    assert len(records.tables["trips"]["trip"])


@settings(max_examples=30, deadline=None)
@given(
    chargers=st.integers(1, 6),
    buses=st.integers(1, 8),
    connection_kw=st.floats(20, 900),
    strategy=st.sampled_from(("immediate", "valley")),
    sharing=st.sampled_from(("proportional", "first_come")),
    consumption=st.floats(0.3, 6),
    spread_min=st.floats(0, 200),
    seed=st.integers(0, 5),
)
def test_no_world_breaks_a_law(
    chargers: int,
    buses: int,
    connection_kw: float,
    strategy: str,
    sharing: str,
    consumption: float,
    spread_min: float,
    seed: int,
) -> None:
    blocks = [{"start": start, "spread_min": spread_min, "trips": 3, "layover_min": 6} for start in ("05:00", "13:00")]
    work = rotation(blocks=blocks, run_time_cv=0.15, load_cv=0.4, deadhead_km=2)
    site = depot(chargers, connection_kw=connection_kw, strategy=strategy, sharing=sharing, base_load_kw=5)
    line = fleet(buses, consumption_kwh_per_km=consumption, work=work)
    laws.check(run(scenario(sites={"depot": site}, fleets={"line": line}, world=profiles(CURVED), seed=seed)))

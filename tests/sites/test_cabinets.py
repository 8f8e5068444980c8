"""Guns that share a charger or a stack: who gets how much, and that no limit is passed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.charging.cabinets import deal_modules
from fleetsim.errors import FleetsimError
from fleetsim.results.records import Records
from fleetsim.scenario.loading import load
from tests import laws
from tests.worlds import depot, fleet, public_station, rotation, run, scenario, taxi_world, taxis

EFFICIENCY = 0.95
ONE_BLOCK = rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}])
HOUR = 3_600.0


def cabinets(count: int = 2, guns: int = 2, power_kw: float = 120, **changes: Any) -> dict[str, Any]:
    """A depot with ``count`` cabinets of ``guns`` guns, 120 kW each."""
    cabinet = {"guns": guns, "power_kw": power_kw} | changes.pop("cabinet", {})
    group = {"type": "dc", "count": count * guns, "cabinet": cabinet} | changes.pop("group", {})
    return depot(chargers=[group], **changes)


def cabinet_run(buses: int, days: int = 2, work: Any = None, **changes: Any) -> Records:
    lines = {"line": fleet(buses, work=work or ONE_BLOCK)}
    return run(scenario(sites={"depot": cabinets(**changes)}, fleets=lines, days=days))


def cabinet_powers_kw(records: Records, number: int) -> list[tuple[float, ...]]:
    """Powers at the meter of the sessions of each cabinet, at every moment that something changes."""
    sessions, draws = records.tables["sessions"], records.tables["draws"]
    draws = {key: column[draws["session"] >= 0] for key, column in draws.items()}
    assert (draws["clock"] < 0).all()
    cabinet = sessions["charger"][draws["session"]] % number
    found = []
    for at_s in np.unique(draws["start_at"]):
        now = (draws["start_at"] <= at_s) & (at_s < draws["end_at"])
        found += [tuple(draws["offered_kw"][now & (cabinet == each)]) for each in range(number)]
    return [powers for powers in found if powers]


def test_two_buses_on_one_charger_have_half_of_its_power_each() -> None:
    records = cabinet_run(2, days=1, count=1)
    assert cabinet_powers_kw(records, 1) == [pytest.approx((60 / EFFICIENCY,) * 2)]
    sessions = records.tables["sessions"]
    assert sessions["end_at"] - sessions["plug_at"] == pytest.approx([2 * HOUR * 110 / (120 * 0.96)] * 2)


def test_buses_spread_over_the_chargers_before_they_share_one() -> None:
    records = cabinet_run(2, days=1, count=2)
    assert cabinet_powers_kw(records, 2) == [pytest.approx((120 / EFFICIENCY,))] * 2


@pytest.mark.parametrize("strategy", ["immediate", "valley"])
@pytest.mark.parametrize("sharing", ["proportional", "first_come"])
@pytest.mark.parametrize("cabinet", [{}, {"module_kw": 30}])
def test_cabinets_and_connection_hold_under_ten_times_the_demand(
    strategy: str, sharing: str, cabinet: dict[str, float]
) -> None:
    often = {"failures": {"per_year": 100, "repair_h": 5}}
    records = cabinet_run(
        20, days=4, work=rotation(), count=2, guns=5, power_kw=60, cabinet=cabinet, group=often,
        strategy=strategy, sharing=sharing, connection_kw=100, base_load_kw=[0.0] * 12 + [30.0] * 12,
    )  # fmt: skip
    sums = [sum(powers) for powers in cabinet_powers_kw(records, 2)]
    assert 5 * 120 >= 10 * 60
    assert max(sums) == pytest.approx(60 / EFFICIENCY, rel=1e-9)
    laws.check(records)
    _, power_kw = laws.site_power_kw(records, 0)
    assert power_kw.max() == pytest.approx(100, rel=1e-9), "the connection binds as well"


def test_modules_go_to_guns_as_a_whole() -> None:
    """120 kW in modules of 40: of two buses one has two modules and the other one."""
    records = cabinet_run(2, days=1, count=1, cabinet={"module_kw": 40})
    assert max(cabinet_powers_kw(records, 1), key=len) == pytest.approx((80 / EFFICIENCY, 40 / EFFICIENCY))
    laws.check(records)


@given(st.lists(st.floats(0, 200), max_size=8), st.sampled_from((20.0, 30.0, 60.0)), st.integers(0, 12))
def test_dealt_modules_are_never_more_than_there_are_and_none_lies_idle(
    wanted_kw: list[float], module_kw: float, modules: int
) -> None:
    given_kw = deal_modules(wanted_kw, module_kw, modules)
    used = sum(-(-kw // module_kw) for kw in given_kw)
    assert used <= modules + 1e-6
    assert all(0 <= kw <= most for kw, most in zip(given_kw, wanted_kw, strict=True))
    if sum(given_kw) < sum(wanted_kw) - 1e-6:
        assert used >= modules


def test_a_charger_that_never_binds_is_like_chargers_for_themselves() -> None:
    alone = run(scenario(sites={"depot": depot(4)}, fleets={"line": fleet(6)}, days=3)).tables["sessions"]
    shared = run(scenario(sites={"depot": cabinets(count=2, power_kw=240)}, fleets={"line": fleet(6)}, days=3)).tables[
        "sessions"
    ]
    for column in ("vehicle", "plug_at", "end_at", "energy_kwh"):
        np.testing.assert_allclose(shared[column], alone[column], rtol=1e-9)


def test_the_hours_that_a_cabinet_binds_are_counted() -> None:
    records = cabinet_run(2, days=1, count=1)
    clocks = records.tables["clocks"]
    assert sorted(set(clocks["clock"].tolist())) == [0, 1]
    bound_s = (clocks["end_at"] - clocks["start_at"])[(clocks["clock"] == 1) & (clocks["factor"] < 1)].sum()
    assert bound_s == pytest.approx(2 * HOUR * 110 / (120 * 0.96))


def test_the_guns_of_a_charger_fail_together() -> None:
    records = cabinet_run(4, days=20, count=2, work=rotation(), group={"failures": {"per_year": 200, "repair_h": 3}})
    outages = records.tables["outages"]
    by_gun = {
        gun: [
            span
            for asset, *span in zip(outages["asset"], outages["start_at"], outages["end_at"], strict=True)
            if asset == f"depot/charger-{gun}"
        ]
        for gun in range(4)
    }
    assert by_gun[0] == by_gun[2] != by_gun[1] == by_gun[3]
    laws.check(records)


def test_the_nameplate_is_that_of_the_cabinets() -> None:
    sites = cabinet_run(2, days=1).tables["sites"]
    assert (sites["chargers"] * sites["charger_kw"]).tolist() == [240]


def test_taxis_share_a_charger_too() -> None:
    group = {"type": "dc", "count": 4, "power_kw": 60, "cabinet": {"guns": 2, "power_kw": 60}}
    site = public_station(chargers=[group])
    records = run(taxi_world(sites={"plug": site}, fleets={"cabs": taxis(12, stations=["plug"])}, days=2))
    laws.check(records)
    assert max(sum(powers) for powers in cabinet_powers_kw(records, 2)) <= 60 / EFFICIENCY * (1 + 1e-9)


@pytest.mark.parametrize(
    ("chargers", "problem"),
    [
        (
            "[{type: dc_60, count: 3, cabinet: {guns: 2, power_kw: 60}}]",
            "must be a multiple of the 2 guns of a cabinet",
        ),
        (
            "[{type: dc_60, count: 4, cabinet: {guns: 2, power_kw: 100, module_kw: 30}}]",
            "must go into the cabinet's 100 kW without a rest",
        ),
    ],
)
def test_cabinets_that_do_not_come_out_even_are_refused(small_workspace: Path, chargers: str, problem: str) -> None:
    with pytest.raises(FleetsimError, match=problem):
        load(small_workspace / "configs" / "depot.yaml", overrides=[f"sites.east.chargers={chargers}"])

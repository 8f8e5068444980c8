"""Packs as a flexible load: every strategy, a floor that none goes below, and no swap lost for the strategy's sake."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fleetsim.charging.strategies import FEEDING, STRATEGIES, add_strategy
from fleetsim.charging.view import Plan, SessionView, SiteView, Slot
from fleetsim.results.records import Records
from fleetsim.results.schema import Frame
from fleetsim.scenario.strategies import allow_strategies
from fleetsim.sites.swap_station import ASKED_ONCE
from tests import laws
from tests.worlds import run, swap_station, taxi_world, taxis

HOUR = 3_600.0
PACK_H = 35.075 / (60 * 0.96)
"""What a pack takes at full power after a taxi has emptied it to 20 %."""
FLEXIBLE = sorted(set(STRATEGIES) - set(ASKED_ONCE) - FEEDING)


def world(strategy: str, count: int = 4, days: int = 2, fleet: dict[str, Any] | None = None, **site: Any) -> Records:
    base = {"packs": 6, "slots": {"type": "dc", "count": 6, "power_kw": 60}, "lanes": 4, "strategy": strategy}
    sites = {"swap": swap_station(**base | site)}
    return run(taxi_world(sites=sites, fleets={"cabs": taxis(count, **(fleet or {}))}, days=days))


def same(one: Frame, other: Frame, columns: tuple[str, ...]) -> None:
    for column in columns:
        np.testing.assert_array_equal(one[column], other[column])


def energy_by_hour(records: Records) -> np.ndarray:
    """What packs drew in each hour of the day."""
    draws = records.tables["draws"]
    mine = draws["session"] >= 0
    edges_s = np.arange(0.0, records.clock.end_s + 1, HOUR)
    hours = np.zeros(len(edges_s) - 1)
    rows = zip(*(draws[name][mine] for name in ("start_at", "end_at", "offered_kw")), strict=True)
    for start_s, end_s, kw in rows:
        hours += kw * np.clip(np.minimum(end_s, edges_s[1:]) - np.maximum(start_s, edges_s[:-1]), 0, None) / HOUR
    return hours.reshape(-1, 24).sum(axis=0)


@pytest.mark.parametrize("strategy", FLEXIBLE)
def test_every_strategy_charges_all_packs_and_keeps_the_laws(strategy: str) -> None:
    records = world(strategy, stock_share=0.2)
    assert len(records.tables["swaps"]["site"]) > 4
    assert (records.tables["sessions"]["end_reason"] == 0).sum() > 4
    laws.check(records)


@pytest.mark.parametrize("strategy", FLEXIBLE)
def test_a_floor_of_all_packs_is_charging_at_once(strategy: str) -> None:
    """To the last digit: every pack is wanted, so no plan counts."""
    at_once, planned = (world(name, stock_share=1.0) for name in ("immediate", strategy))
    same(at_once.tables["swaps"], planned.tables["swaps"], ("vehicle", "arrive_at", "start_at", "pack_in", "soc_in"))
    same(at_once.tables["sessions"], planned.tables["sessions"], ("pack", "start_at", "end_at", "energy_kwh"))


def test_cheapest_draws_in_the_valley_what_the_floor_leaves_to_it() -> None:
    """Taxis swap in the flat hours; without a floor their packs wait for the valleys at 12:00 and at 02:00."""
    at_once, cheap = (world(name, stock_share=0.0) for name in ("immediate", "cheapest"))
    valley = [2, 3, 4, 5, 12, 13, 14, 15]
    share = [energy_by_hour(records)[valley].sum() / energy_by_hour(records).sum() for records in (at_once, cheap)]
    assert share[1] > 0.99 > share[0]


def test_the_floor_charges_at_once_and_the_rest_waits() -> None:
    """Four taxis at 11:42, six packs, a floor of four: two are left, so two of the four that came charge at once."""
    sessions = world("cheapest", days=1, stock_share=4 / 6).tables["sessions"]
    start_h = np.sort(sessions["start_at"][:4] / HOUR)
    assert start_h == pytest.approx([11.711, 11.711, 12.0, 12.0], abs=1e-3)


def test_balanced_holds_the_power_of_a_pack_down_until_the_floor_asks_for_it() -> None:
    """35 kWh over 12 hours less 5 minutes, until later swaps take the ready packs."""
    records = world("balanced", days=1, stock_share=0.0, packs=12, slots={"type": "dc", "count": 12, "power_kw": 60})
    draws = records.tables["draws"]
    packs = draws["session"] >= 0
    assert draws["offered_kw"][packs].max() == pytest.approx(35.075 / 0.96 / 0.95 / (12 - 5 / 60), rel=1e-3)
    busy = world("balanced", days=1, stock_share=0.0, packs=1, fleet={"initial_soc": [0.3, 0.9]})
    drawn = busy.tables["draws"]["offered_kw"][busy.tables["draws"]["session"] >= 0]
    assert drawn.max() == pytest.approx(60 / 0.95)


def test_peak_shaving_stacks_packs_on_the_buildings_and_on_each_other() -> None:
    """Packs come at 11:42; the buildings draw 60 kW from 13:00 to 17:00, and the packs fill up the hours around it."""
    load = [60.0 if 13 <= hour < 17 else 10.0 for hour in range(24)]
    packs = {"packs": 12, "slots": {"type": "dc", "count": 12, "power_kw": 60}, "base_load_kw": load}
    at_once, alone, together = (
        world(name, days=1, stock_share=0.0, **packs) for name in ("immediate", "balanced", "peak_shaving")
    )
    peaks_kw = [laws.site_power_kw(records, 0)[1].max() for records in (at_once, alone, together)]
    assert peaks_kw[2] == pytest.approx(60 + 12 * 0.1)
    assert peaks_kw[2] < peaks_kw[1] < peaks_kw[0]
    assert energy_by_hour(together)[13:17].sum() == pytest.approx(0.0, abs=1e-6)


def test_a_waiting_vehicle_makes_any_strategy_charge_at_once() -> None:
    for strategy in FLEXIBLE:
        records = world(strategy, 2, days=1, packs=1, stock_share=0.0, fleet={"initial_soc": [0.5, 0.5]})
        sessions, swaps = records.tables["sessions"], records.tables["swaps"]
        assert sessions["start_at"][0] == sessions["plug_at"][0], strategy
        assert swaps["start_at"][1] == sessions["end_at"][0], strategy
        assert swaps["start_at"][1] == pytest.approx(swaps["end_at"][0] + PACK_H * HOUR * 0.3 / 0.7, rel=0.5)


def test_packs_take_a_strategy_that_somebody_adds() -> None:
    @add_strategy()
    def at_nine(site: SiteView, _session: SessionView) -> Plan:
        day_s = site.now_s // (24 * HOUR) * 24 * HOUR
        nine_s = day_s + 21 * HOUR
        return (Slot(nine_s, nine_s + 3 * HOUR),)

    try:
        allow_strategies()
        records = world("at_nine", days=1, stock_share=0.0)
    finally:
        del STRATEGIES["at_nine"]
        allow_strategies()
    sessions = records.tables["sessions"]
    assert sessions["start_at"][:4].tolist() == [21 * HOUR] * 4


@settings(max_examples=60, deadline=None)
@given(
    strategy=st.sampled_from(FLEXIBLE),
    count=st.integers(2, 9),
    packs=st.integers(3, 12),
    stock_share=st.floats(0.2, 1.0),
    power_kw=st.floats(15, 90),
    low_soc=st.floats(0.3, 0.85),
    hourly_km_cv=st.sampled_from((0.0, 0.4)),
)
def test_no_swap_is_late_that_an_immediate_charge_would_meet_while_the_floor_is_held(
    strategy: str, count: int, packs: int, stock_share: float, power_kw: float, low_soc: float, hourly_km_cv: float
) -> None:
    """The floor is held where no more swaps begin within the time of a full charge than the stock has packs."""
    site = {
        "packs": packs, "slots": {"type": "dc", "count": packs, "power_kw": power_kw}, "stock_share": stock_share,
        "lanes": 2,
    }  # fmt: skip
    fleet = {"initial_soc": [low_soc, 0.9], "hourly_km_cv": hourly_km_cv}
    at_once = world("immediate", count, fleet=fleet, **site)
    swaps = at_once.tables["swaps"]
    begin_s = np.sort(swaps["start_at"])
    charge_s = 50 * 0.9 / (power_kw * 0.96) * HOUR + 2 * 100
    within = np.searchsorted(begin_s, begin_s, side="right") - np.searchsorted(begin_s, begin_s - charge_s)
    assume(len(begin_s) > 0 and within.max() <= np.ceil(packs * stock_share))
    planned = world(strategy, count, fleet=fleet, **site)
    laws.check(planned)
    same(swaps, planned.tables["swaps"], ("vehicle", "site", "arrive_at", "start_at", "end_at", "soc_in"))
    same(at_once.tables["waits"], planned.tables["waits"], ("vehicle", "arrive_at", "end_at", "outcome"))

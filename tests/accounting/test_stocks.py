"""Stock tracing: conservation by source, and small cases by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import (
    BATTERY_EFFICIENCY,
    BATTERY_KWH,
    CHARGER_EFFICIENCY,
    Diary,
    grid_and_prices,
    totals_of,
    two_depots,
    whole_composition,
)

from fleetsim.accounting import account
from fleetsim.accounting.sessions import source_shares
from fleetsim.accounting.stocks import EMISSION, FIRST_SOURCE, INITIAL, session_properties, trace
from fleetsim.results.schema import SOURCES, STOCK_SOURCES

DAY_S = 86_400.0

EVENTS = st.lists(
    st.tuples(st.integers(0, 2), st.booleans(), st.floats(-0.2, 1.0), st.floats(0.01, 1.0)), min_size=1, max_size=25
)


def diary_of(events: list[tuple[int, bool, float, float]], initial_soc: float) -> Diary:
    """Events in turn: a trip that takes a share of what is there, or a charge of a share of the gap."""
    diary = Diary(initial_soc=(initial_soc,) * 3)
    for site in range(2):
        diary.factor(site, 0, 0.0, diary.clock.end_s, 0.7)
    for turn, (vehicle, charges, taken, share) in enumerate(events):
        start_s = DAY_S + turn * 2_000.0
        held = diary.kwh[vehicle]
        if charges:
            kw = share * max(BATTERY_KWH - held, 0.0) / (0.5 * 0.7 * CHARGER_EFFICIENCY * BATTERY_EFFICIENCY)
            diary.session(vehicle, vehicle // 2, start_s, start_s + 1_900, [(0, start_s + 50, start_s + 1_850, kw)])
        else:
            used = taken * (held if taken > 0 else min(held, BATTERY_KWH - held))
            diary.trip(vehicle, start_s, start_s + 1_900, used)
    return diary


@settings(deadline=None, max_examples=60)
@given(EVENTS, st.floats(0.0, 1.0))
def test_each_source_is_conserved_in_each_vehicle(
    events: list[tuple[int, bool, float, float]], initial_soc: float
) -> None:
    records = diary_of(events, initial_soc).records()
    grid, prices = grid_and_prices()
    accounted = account(records, grid, prices).tables
    sessions, trips = accounted["sessions"], accounted["trips"]
    shares = source_shares(totals_of(records, grid))
    traced = trace(accounted, sessions, session_properties(sessions, shares, np.zeros(len(shares))))
    held = whole_composition(traced, len(trips["trip"]))
    for row, vehicle in enumerate(traced.events.holders):
        mine_s, mine_t = sessions["vehicle"] == vehicle, trips["vehicle"] == vehicle
        stored, used = sessions["stored_kwh"][mine_s], trips["used_kwh"][mine_t]
        charged = np.nansum(stored[:, None] * shares[mine_s], axis=0)
        driven = (used[:, None] * held[mine_t]).sum(axis=0)
        left = traced.left_kwh[row] * traced.left_held[row]
        assert charged == pytest.approx((driven + left)[FIRST_SOURCE:], abs=1e-9)
        assert traced.initial_kwh[row] == pytest.approx((driven + left)[INITIAL], abs=1e-9)
        assert sessions["emission_kg"][mine_s].sum() == pytest.approx((driven + left)[EMISSION], abs=1e-9)
        assert traced.held[:, INITIAL].min() >= -1e-12
        assert traced.held[:, INITIAL].max() <= 1 + 1e-12


def test_a_trip_after_two_charges_by_hand() -> None:
    diary = Diary(initial_soc=(0.0,))
    diary.factor(0, 0, 0.0, diary.clock.end_s, 1.0)
    diary.session(0, 0, DAY_S, DAY_S + 900, [(0, DAY_S, DAY_S + 900, 40.0)])
    diary.trip(0, DAY_S + 900, DAY_S + 1_000, 2.0)
    diary.session(0, 0, DAY_S + 1_800, DAY_S + 2_700, [(0, DAY_S + 1_800, DAY_S + 2_700, 80.0)])
    diary.trip(0, DAY_S + 2_700, DAY_S + 3_600, 5.0)
    grid, prices = grid_and_prices()
    tables = account(diary.records(), grid, prices).tables
    first, second = 10.0 * CHARGER_EFFICIENCY * BATTERY_EFFICIENCY, 20.0 * CHARGER_EFFICIENCY * BATTERY_EFFICIENCY
    share, factor = grid.clean_share[[96, 98]], grid.emission_kg_per_kwh[[96, 98]]
    remaining = first - 2.0
    mixed = (remaining * share[0] + second * share[1]) / (remaining + second)
    assert tables["trips"]["clean_share"] == pytest.approx([share[0], mixed], rel=1e-12)
    per_stored = factor / (CHARGER_EFFICIENCY * BATTERY_EFFICIENCY)
    mixed_kg = (remaining * per_stored[0] + second * per_stored[1]) / (remaining + second)
    assert tables["trips"]["emission_kg"] == pytest.approx([2.0 * per_stored[0], 5.0 * mixed_kg], rel=1e-12)


def test_a_trip_on_initial_energy_alone_has_no_share() -> None:
    diary = Diary()
    diary.trip(0, DAY_S, DAY_S + 100, 10.0)
    trips = account(diary.records(), *grid_and_prices()).tables["trips"]
    assert np.isnan(trips["clean_share"][0])
    assert np.isnan(trips["emission_kg"][0])


def test_initial_energy_is_left_out_of_share_and_emission() -> None:
    diary = Diary(initial_soc=(0.5,))
    diary.factor(0, 0, 0.0, diary.clock.end_s, 1.0)
    diary.session(0, 0, DAY_S, DAY_S + 900, [(0, DAY_S, DAY_S + 900, 120.0)])
    diary.trip(0, DAY_S + 900, DAY_S + 1_800, 12.0)
    grid, prices = grid_and_prices()
    tables = account(diary.records(), grid, prices).tables
    stored = 30.0 * CHARGER_EFFICIENCY * BATTERY_EFFICIENCY
    known = stored / (stored + 100.0)
    assert tables["trips"]["clean_share"][0] == pytest.approx(grid.clean_share[96], rel=1e-12)
    expected_kg = 12.0 * known * grid.emission_kg_per_kwh[96] * 30.0 / stored
    assert tables["trips"]["emission_kg"][0] == pytest.approx(expected_kg, rel=1e-12)


def test_a_descent_that_returns_energy_keeps_the_composition() -> None:
    tables = account(two_depots().records(), *grid_and_prices()).tables
    trips = tables["trips"]
    downhill = np.flatnonzero(trips["used_kwh"] < 0)[0]
    assert trips["clean_share"][downhill] == pytest.approx(trips["clean_share"][downhill - 1], rel=1e-12)
    assert trips["emission_kg"][downhill] < 0


def test_cancelled_trips_use_nothing_and_have_no_share() -> None:
    trips = account(two_depots().records(), *grid_and_prices()).tables["trips"]
    cancelled = np.isnan(trips["used_kwh"])
    assert cancelled.sum() == 1
    assert np.all(np.isnan(trips["clean_share"][cancelled]))


def test_stocks_start_as_initial_and_end_with_what_the_batteries_hold() -> None:
    diary = two_depots()
    tables = account(diary.records(), *grid_and_prices()).tables
    stocks = tables["stocks"]
    assert len(stocks["holder"]) == 3 * len(STOCK_SOURCES)
    initial = stocks["source"] == STOCK_SOURCES.index("initial")
    assert stocks["start_kwh"][initial].tolist() == [soc * BATTERY_KWH for soc in diary.initial_soc]
    assert np.all(stocks["start_kwh"][~initial] == 0.0)
    for vehicle, name in enumerate(("city_line_0", "city_line_1", "school_line_2")):
        mine = stocks["holder"] == name
        assert stocks["end_kwh"][mine].sum() == pytest.approx(diary.kwh[vehicle], rel=1e-12)
    assert stocks["end_kwh"][stocks["source"] == SOURCES.index("hydro")].min() > 0


def test_a_vehicle_without_events_has_no_stock_rows() -> None:
    diary = Diary()
    diary.trip(1, DAY_S, DAY_S + 100, 10.0)
    stocks = account(diary.records(), *grid_and_prices()).tables["stocks"]
    assert set(stocks["holder"]) == {"city_line_1"}

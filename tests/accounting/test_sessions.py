"""Shares, emission, cost and peak of sessions against brute force and by hand."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic import CHARGER_EFFICIENCY, Diary, Flat, grid_and_prices, totals_of, two_depots
from test_integrals import power_by_second

from fleetsim.accounting import account
from fleetsim.accounting.integrals import cut
from fleetsim.accounting.sessions import OF_SESSIONS, source_shares
from fleetsim.clock import SLOT_S
from fleetsim.grid.zones import ZoneSlots
from fleetsim.results.schema import SOURCES


def test_every_signal_of_a_session_is_the_mean_over_its_own_power() -> None:
    records = two_depots().records()
    grid, prices = grid_and_prices()
    sessions = account(records, grid, prices).tables["sessions"]
    draws = records.tables["draws"]
    for row, number in enumerate(sessions["session"]):
        power = sum(power_by_second(records, int(draw)) for draw in np.flatnonzero(draws["session"] == number))
        kwh = np.zeros(records.clock.end_s) + power / 3_600
        if kwh.sum() == 0.0:
            assert np.isnan(sessions["clean_share"][row])
            assert sessions["cost_cny"][row] == sessions["peak_kw"][row] == 0.0
            continue
        for column, signal in (
            ("clean_share", grid.clean_share),
            ("clean_share_consumption", grid.clean_share_consumption),
            ("clean_share_dedicated", grid.clean_share_dedicated),
        ):
            expected = (kwh * np.repeat(signal, SLOT_S)).sum() / kwh.sum()
            assert sessions[column][row] == pytest.approx(expected, rel=1e-10)
        for column, signal in (
            ("emission_kg", grid.emission_kg_per_kwh),
            ("emission_marginal_province_kg", grid.emission_marginal_province_kg_per_kwh),
            ("cost_cny", prices.price_cny_per_kwh),
        ):
            assert sessions[column][row] == pytest.approx((kwh * np.repeat(signal, SLOT_S)).sum(), rel=1e-10)
        assert np.isnan(sessions["emission_marginal_southern_kg"][row])
        assert sessions["peak_kw"][row] == pytest.approx(np.max(power), abs=1e-9)


def test_a_session_across_a_tariff_boundary_by_hand() -> None:
    diary = Diary()
    diary.factor(0, 0, 0.0, diary.clock.end_s, 0.5)
    start_s = 100 * SLOT_S
    diary.session(0, 0, start_s + 300, start_s + 1_500, [(0, start_s + 300, start_s + 1_500, 60.0)])
    grid, _ = grid_and_prices()
    price = np.zeros(diary.clock.slots)
    price[100], price[101] = 0.3, 0.9
    sessions = account(diary.records(), grid, Flat(price)).tables["sessions"]
    assert sessions["cost_cny"][0] == pytest.approx(30 * (600 / 3_600 * 0.3 + 600 / 3_600 * 0.9), rel=1e-12)
    assert sessions["peak_kw"][0] == 30.0
    assert sessions["energy_kwh"][0] == sessions["delivered_kwh"][0] / CHARGER_EFFICIENCY == pytest.approx(10.0)


def test_sources_of_a_session_add_up_and_agree_with_its_clean_share() -> None:
    records = two_depots().records()
    grid, prices = grid_and_prices()
    sessions = account(records, grid, prices).tables["sessions"]
    shares = source_shares(totals_of(records, grid))
    assert shares.shape == (len(sessions["session"]), len(SOURCES) + 1)
    assert not np.any(shares[:, -1] > 0), "no panels, no sun of their own"
    used = sessions["energy_kwh"] > 0
    assert shares[used].sum(axis=1) == pytest.approx(1.0, rel=1e-12)
    assert shares[used, :5].sum(axis=1) == pytest.approx(sessions["clean_share"][used], rel=1e-12)


def test_by_source_the_sessions_and_the_rest_of_the_draws_are_the_meter_in_every_slot() -> None:
    """Sessions' kWh by source, losses and standby included, against the metered energy by source: slot by slot."""
    records = two_depots().records()
    grid, prices = grid_and_prices()
    tables = account(records, grid, prices).tables
    draws, slots = tables["draws"], records.clock.slots
    pieces = cut(draws, tables["clocks"])
    totals, mine = totals_of(records, grid), np.isin(draws["load"][pieces.draw], OF_SESSIONS)
    mix = grid.generation_mw / grid.generation_mw.sum(axis=1, keepdims=True)
    of_sessions = np.zeros((slots, len(SOURCES)))
    np.add.at(of_sessions, pieces.slot[mine], pieces.kwh[mine][:, None] * mix[pieces.slot[mine]])
    others = ~mine
    of_others = np.zeros((slots, len(SOURCES)))
    np.add.at(of_others, pieces.slot[others], pieces.kwh[others][:, None] * mix[pieces.slot[others]])
    metered = np.bincount(pieces.slot, pieces.kwh, slots)
    assert of_sessions + of_others == pytest.approx(metered[:, None] * mix, rel=1e-9, abs=1e-9)
    by_session = np.nan_to_num(source_shares(totals))[:, : len(SOURCES)] * totals.kwh[:, None]
    assert by_session.sum(axis=0) == pytest.approx(of_sessions.sum(axis=0), rel=1e-9)
    stored_and_lost = tables["sessions"]["stored_kwh"] - tables["sessions"]["discharged_kwh"]
    assert np.all(stored_and_lost <= tables["sessions"]["energy_kwh"] + 1e-9)


def test_relabelling_the_sources_permutes_their_energy_and_changes_nothing_else() -> None:
    records = two_depots().records()
    grid, prices = grid_and_prices()
    order = [3, 0, 4, 2, 1, 5, 6]
    relabelled = replace(grid, generation_mw=grid.generation_mw[:, order])
    first, second = (account(records, one, prices).tables for one in (grid, relabelled))
    for table in ("sessions", "trips", "swaps", "site_slots", "refuels"):
        for column, values in first[table].items():
            assert np.array_equal(values, second[table][column], equal_nan=values.dtype.kind == "f"), (table, column)
    assert source_shares(totals_of(records, relabelled)) == pytest.approx(
        source_shares(totals_of(records, grid))[:, [*order, len(order)]], nan_ok=True
    )


def test_certificates_cover_their_part_of_every_kilowatt_hour_and_the_residual_mix_is_the_rest() -> None:
    records = two_depots().records()
    grid, prices = grid_and_prices()
    bare = account(records, grid, prices).tables["sessions"]
    assert np.isnan(bare["clean_share_contractual"]).all(), "without certificates there is no contractual figure"
    used = bare["energy_kwh"] > 0
    total_kwh = bare["energy_kwh"].sum()
    for held, covered in ((0.0, 0.0), (0.25 * total_kwh, 0.25), (3.0 * total_kwh, 1.0)):
        sessions = account(records, replace(grid, certificates_kwh=held), prices).tables["sessions"]
        expected = covered + (1.0 - covered) * bare["clean_share_dedicated"]
        assert sessions["clean_share_contractual"][used] == pytest.approx(expected[used], rel=1e-9)
        for column in ("clean_share", "clean_share_dedicated", "emission_kg"):
            assert np.array_equal(sessions[column], bare[column], equal_nan=True), "certificates stay in their column"


def test_a_session_has_the_share_of_the_zone_of_its_city() -> None:
    records = two_depots().records()
    grid, prices = grid_and_prices()
    assert np.isnan(account(records, grid, prices).tables["sessions"]["clean_share_zone"]).all()
    city = records.entities["cities"][0]
    shares = np.zeros((records.clock.slots, 1, len(SOURCES)))
    shares[:, 0, 0] = grid.clean_share_dedicated
    nothing = np.zeros((records.clock.slots, 1))
    zones = ZoneSlots((city,), nothing, np.zeros_like(shares), nothing, nothing, shares, nothing)
    sessions = account(records, replace(grid, zones=zones), prices).tables["sessions"]
    here = records.tables["sites"]["city"][sessions["site"]] == 0
    assert here.any()
    assert sessions["clean_share_zone"][here] == pytest.approx(sessions["clean_share_dedicated"][here], nan_ok=True)
    assert np.isnan(sessions["clean_share_zone"][~here]).all()


def test_a_draw_of_a_session_that_is_not_recorded_is_refused() -> None:
    records = two_depots().records()
    draws = {**records.tables["draws"], "session": np.where(records.tables["draws"]["session"] == 100, 999, 101)}
    with pytest.raises(ValueError, match="session 999"):
        account(replace(records, tables={**records.tables, "draws": draws}), *grid_and_prices())


def test_accounting_leaves_the_records_given_as_they_are() -> None:
    records = two_depots().records()
    account(records, *grid_and_prices())
    assert np.all(np.isnan(records.tables["sessions"]["clean_share"]))
    assert len(records.tables["site_slots"]["site"]) == 0

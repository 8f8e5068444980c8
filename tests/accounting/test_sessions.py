"""Shares, emission, cost and peak of sessions against brute force and by hand."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic import CHARGER_EFFICIENCY, Diary, Flat, grid_and_prices, two_depots
from test_integrals import power_by_second

from fleetsim.accounting import account
from fleetsim.accounting.integrals import cut
from fleetsim.accounting.sessions import session_energy, session_of_draw, source_shares
from fleetsim.clock import SLOT_S
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
    draws = records.tables["draws"]
    pieces = cut(draws, records.tables["clocks"])
    shares = source_shares(session_energy(pieces, session_of_draw(draws, sessions), len(sessions["session"])), grid)
    assert shares.shape == (len(sessions["session"]), len(SOURCES))
    used = sessions["energy_kwh"] > 0
    assert shares[used].sum(axis=1) == pytest.approx(1.0, rel=1e-12)
    assert shares[used, :5].sum(axis=1) == pytest.approx(sessions["clean_share"][used], rel=1e-12)


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

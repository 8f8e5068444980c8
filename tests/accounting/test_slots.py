"""Site and grid slots against brute force over every second."""

import numpy as np
import pytest
from synthetic import CONNECTION_KW, Diary, grid_and_prices, two_depots
from test_integrals import power_by_second

from fleetsim.accounting import account
from fleetsim.clock import SLOT_S
from fleetsim.results.records import Records
from fleetsim.results.schema import LOADS

STANDBY = LOADS.index("standby")


@pytest.fixture(scope="module")
def accounted() -> Records:
    return account(two_depots().records(), *grid_and_prices())


def reported(by_second: np.ndarray, records: Records) -> np.ndarray:
    return by_second[records.clock.report_from_s :].reshape(-1, SLOT_S)


def test_power_of_a_site_is_that_of_every_second(accounted: Records) -> None:
    slots, draws = accounted.tables["site_slots"], accounted.tables["draws"]
    for site in range(2):
        power = sum(power_by_second(accounted, int(draw)) for draw in np.flatnonzero(draws["site"] == site))
        by_slot = reported(np.asarray(power), accounted)
        mine = slots["site"] == site
        assert slots["load_kw"][mine] == pytest.approx(by_slot.mean(axis=1), abs=1e-9)
        assert slots["grid_kw"][mine].tolist() == slots["load_kw"][mine].tolist()
        assert slots["peak_kw"][mine] == pytest.approx(by_slot.max(axis=1), abs=1e-9)


def test_counts_of_vehicles_are_time_means(accounted: Records) -> None:
    slots, tables = accounted.tables["site_slots"], accounted.tables
    for column, table, start, end in (
        ("plugged", "sessions", "plug_at", "unplug_at"),
        ("queued", "waits", "arrive_at", "end_at"),
    ):
        for site in range(2):
            count = np.zeros(accounted.clock.end_s)
            rows = tables[table]
            for row in np.flatnonzero(rows["site"] == site):
                count[int(rows[start][row]) : int(rows[end][row])] += 1
            expected = reported(count, accounted).mean(axis=1)
            assert slots[column][slots["site"] == site] == pytest.approx(expected, abs=1e-9)


def test_charging_counts_only_seconds_with_power(accounted: Records) -> None:
    slots, draws = accounted.tables["site_slots"], accounted.tables["draws"]
    charging = np.zeros(accounted.clock.end_s)
    for draw in np.flatnonzero((draws["site"] == 0) & (draws["session"] >= 0)):
        charging += power_by_second(accounted, int(draw)) > 0
    expected = reported(charging, accounted).mean(axis=1)
    assert slots["charging"][slots["site"] == 0] == pytest.approx(expected, abs=1e-9)
    assert expected.sum() < slots["plugged"][slots["site"] == 0].sum()


def test_slots_cover_the_reported_time_only_and_say_what_is_missing(accounted: Records) -> None:
    slots = accounted.tables["site_slots"]
    assert len(slots["site"]) == 2 * 96
    assert slots["slot_at"][[0, 95]].tolist() == [86_400.0, 172_800.0 - SLOT_S]
    assert slots["limit_kw"][0] == CONNECTION_KW
    assert np.isnan(slots["limit_kw"][-1])
    assert np.all(np.isnan(slots["storage_kwh"]))
    assert np.all(slots["solar_kw"] == 0.0)
    _, prices = grid_and_prices()
    assert slots["price_cny_per_kwh"][:96].tolist() == prices.price_cny_per_kwh[96:].tolist()


def test_the_grid_carries_what_vehicles_and_standby_draw(accounted: Records) -> None:
    slots, draws = accounted.tables["grid_slots"], accounted.tables["draws"]
    fleet = (draws["session"] >= 0) | (draws["load"] == STANDBY)
    power = sum(power_by_second(accounted, int(draw)) for draw in np.flatnonzero(fleet))
    assert slots["fleet_mw"] * 1e3 == pytest.approx(reported(np.asarray(power), accounted).mean(axis=1), abs=1e-9)
    grid, _ = grid_and_prices()
    assert slots["hydro_mw"].tolist() == grid.generation_mw[96:, 0].tolist()
    assert slots["clean_share"].tolist() == grid.clean_share[96:].tolist()
    assert set(slots["zone"]) == {"yunnan"}


def test_two_draws_that_meet_do_not_add_up_to_a_peak() -> None:
    diary = Diary()
    start_s, middle_s = 90_000.0, 91_234.567
    diary.factor(0, 0, 0.0, diary.clock.end_s, 1.0)
    diary.session(0, 0, start_s, 93_000.0, [(0, start_s, middle_s, 60.0), (0, middle_s - 1e-9, 93_000.0, 50.0)])
    slots = account(diary.records(), *grid_and_prices()).tables["site_slots"]
    assert slots["peak_kw"].max() == pytest.approx(60.0, abs=1e-9)

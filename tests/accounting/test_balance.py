"""The balance holds on records that add up, and fails on each kind of fault."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from synthetic import grid_and_prices, two_depots

from fleetsim.accounting import account
from fleetsim.accounting.balance import site_balance, vehicle_balance
from fleetsim.results.records import Records


def spoilt(records: Records, table: str, column: str, change: Callable[[np.ndarray], np.ndarray]) -> Records:
    frame = records.tables[table]
    return replace(records, tables={**records.tables, table: {**frame, column: change(frame[column])}})


def first_row(factor: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda values: np.concatenate((values[:1] * factor, values[1:]))


@pytest.fixture(scope="module")
def accounted() -> Records:
    return account(two_depots().records(), *grid_and_prices())


def test_records_that_add_up_have_no_error(accounted: Records) -> None:
    assert vehicle_balance(accounted).error.max() < 1e-12
    assert site_balance(accounted).error.max() < 1e-12
    assert site_balance(accounted).meter_kwh.min() > 100


def test_terms_are_those_of_the_records(accounted: Records) -> None:
    vehicles, tables = vehicle_balance(accounted), accounted.tables
    assert vehicles.initial_kwh.tolist() == [100.0, 160.0, 120.0]
    assert vehicles.stored_kwh.sum() == pytest.approx(tables["sessions"]["stored_kwh"].sum())
    assert vehicles.driven_kwh.sum() == pytest.approx(np.nansum(tables["trips"]["used_kwh"]))
    assert site_balance(accounted).standby_kwh == pytest.approx([4.8, 4.8])
    assert site_balance(accounted).base_kwh == pytest.approx([24 * 5 + 276] * 2)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("sessions", "stored_kwh"),
        ("trips", "used_kwh"),
        ("trips", "soc_end"),
        ("sessions", "energy_kwh"),
        ("draws", "offered_kw"),
        ("clocks", "factor"),
    ],
)
def test_a_fault_of_any_column_shows(accounted: Records, table: str, column: str) -> None:
    faulty = spoilt(accounted, table, column, lambda values: values * 0.999)
    worst = max(vehicle_balance(faulty).error.max(), site_balance(faulty).error.max())
    assert worst > 1e-5


def test_one_session_with_the_wrong_meter_reading_shows_in_its_vehicle_and_site(accounted: Records) -> None:
    faulty = spoilt(accounted, "sessions", "energy_kwh", first_row(1.001))
    assert (vehicle_balance(faulty).error > 1e-6).tolist() == [True, False, False]
    assert (site_balance(faulty).error > 1e-6).tolist() == [True, False]


def test_site_slots_that_lost_energy_show(accounted: Records) -> None:
    assert site_balance(spoilt(accounted, "site_slots", "grid_kw", first_row(0.9))).error[0] > 1e-6


def test_energy_stored_beyond_what_was_delivered_shows(accounted: Records) -> None:
    faulty = spoilt(accounted, "sessions", "delivered_kwh", lambda values: values * 0.9)
    assert vehicle_balance(faulty).error.min() > 1e-3

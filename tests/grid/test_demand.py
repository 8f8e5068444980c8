"""Demand by slot: the energy of the year is kept, holidays are low, and the swing of the hours stays."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from fleetsim.grid.balance import year_balance
from fleetsim.grid.demand import days_of, demand_slots, hours_to_slots
from fleetsim.grid.inputs import GridInputs

HOURS_PER_YEAR = 8760.0


def of_year(inputs: GridInputs, year: int, calendar_year: int) -> np.ndarray:
    balance = year_balance(inputs, year, "published")
    mean_mw = balance.mean(balance.demand_mw)
    return demand_slots(inputs.zone.consumption, balance.demand_mw, mean_mw, calendar_year)


@pytest.mark.parametrize("year", [2018, 2023])
def test_the_year_and_its_months_consume_what_they_did(inputs: GridInputs, year: int) -> None:
    """January and February together: the Spring Festival moves between them."""
    balance, demand = year_balance(inputs, year, "published"), of_year(inputs, year, year)
    assert demand.mean() * HOURS_PER_YEAR / 1e6 == pytest.approx(inputs.statistics(year).consumption_twh)
    month = np.array([max(day.month, 2) for day in days_of(year)])
    means = np.bincount(month, demand.mean(axis=1))[2:] / np.bincount(month)[2:]
    assert means[1:] == pytest.approx(balance.demand_mw[2:])
    assert means[0] == pytest.approx(np.average(balance.demand_mw[:2], weights=balance.hours[:2]))


def test_peak_lowest_hour_and_load_factor_of_2018_are_those_of_the_typical_days(inputs: GridInputs) -> None:
    """The kinds of day were set by them, so this is calibration."""
    hourly = of_year(inputs, 2018, 2018).reshape(-1, 4).mean(axis=1) / 1e3
    assert hourly.max() == pytest.approx(25.36, rel=0.005)
    assert hourly.min() == pytest.approx(11.31, rel=0.005)
    assert hourly.mean() / hourly.max() == pytest.approx(0.756, rel=0.005)


def test_the_lowest_day_is_one_of_the_spring_festival(inputs: GridInputs) -> None:
    for year, first, last in (
        (2018, date(2018, 2, 15), date(2018, 2, 21)),
        (2026, date(2026, 2, 16), date(2026, 2, 22)),
    ):
        lowest = days_of(year)[int(of_year(inputs, 2024, year).mean(axis=1).argmin())]
        assert first <= lowest <= last


def test_a_sunday_is_below_a_saturday_and_both_below_a_working_day(inputs: GridInputs) -> None:
    demand, days = of_year(inputs, 2024, 2026).mean(axis=1), days_of(2026)
    at = days.index(date(2026, 3, 13))
    friday, saturday, sunday, monday = demand[at : at + 4]
    assert monday == pytest.approx(friday)
    assert friday > saturday > sunday


def test_a_day_swings_as_far_on_a_holiday_as_in_december(inputs: GridInputs) -> None:
    demand = of_year(inputs, 2022, 2022)
    swing = demand - demand.mean(axis=1, keepdims=True)
    assert swing == pytest.approx(np.broadcast_to(swing[0], swing.shape))
    assert swing[0] == pytest.approx(demand.mean() * (hours_to_slots(inputs.zone.consumption.hours) - 1.0))


def test_every_known_year_has_its_spring_festival_in_january_or_february(inputs: GridInputs) -> None:
    consumption = inputs.zone.consumption
    for year in range(2018, 2037):
        festival = [day for day in days_of(year) if consumption.factor(day) < 0.9]
        assert len(festival) == 7
        assert date(year, 1, 20) < festival[0] < festival[-1] < date(year, 2, 28)

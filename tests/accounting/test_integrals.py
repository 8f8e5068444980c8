"""Integrals of power against brute force over every second."""

from collections.abc import Iterable

import numpy as np
import pytest
from synthetic import HORIZON, two_depots

from fleetsim.accounting.integrals import cut, energy_kwh
from fleetsim.clock import SLOT_S
from fleetsim.results.records import Records


def power_by_second(records: Records, draw: int) -> np.ndarray:
    """Power of a draw in each second of the run, kW, by stepping through the clock's rows."""
    draws, clocks = records.tables["draws"], records.tables["clocks"]
    factor = np.zeros(HORIZON.end_s)
    if draws["clock"][draw] == -1:
        factor[:] = 1.0
    for row in range(len(clocks["site"])):
        if clocks["site"][row] == draws["site"][draw] and clocks["clock"][row] == draws["clock"][draw]:
            factor[int(clocks["start_at"][row]) : int(clocks["end_at"][row])] = clocks["factor"][row]
    power = np.zeros(HORIZON.end_s)
    span = slice(int(draws["start_at"][draw]), int(draws["end_at"][draw]))
    power[span] = draws["offered_kw"][draw] * factor[span]
    return power


def by_draw(parts: Iterable[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """What comes with its rows of the draws, by row."""
    rows, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    return values[np.argsort(rows)]


@pytest.fixture(scope="module")
def records() -> Records:
    return two_depots().records()


def test_pieces_hold_the_energy_of_every_second(records: Records) -> None:
    draws = records.tables["draws"]
    pieces = cut(draws, records.tables["clocks"])
    for draw in range(len(draws["site"])):
        power = power_by_second(records, draw).reshape(-1, SLOT_S)
        mine = pieces.draw == draw
        by_slot, drawing_s = np.zeros(HORIZON.slots), np.zeros(HORIZON.slots)
        by_slot[pieces.slot[mine]], drawing_s[pieces.slot[mine]] = pieces.kwh[mine], pieces.drawing_s[mine]
        assert by_slot == pytest.approx(power.sum(axis=1) / 3_600, abs=1e-9)
        assert drawing_s == pytest.approx((power > 0.0).sum(axis=1), abs=1e-6)


def test_energy_of_a_draw_is_that_of_its_seconds_and_can_stop_early(records: Records) -> None:
    draws, clocks = records.tables["draws"], records.tables["clocks"]
    until_s = HORIZON.report_from_s + 3_500
    whole, part = (by_draw(energy_kwh(draws, clocks, until)) for until in (np.inf, until_s))
    for draw in range(len(draws["site"])):
        power = power_by_second(records, draw)
        assert whole[draw] == pytest.approx(power.sum() / 3_600, abs=1e-9)
        assert part[draw] == pytest.approx(power[:until_s].sum() / 3_600, abs=1e-9)


def test_no_draws_make_no_pieces() -> None:
    records = two_depots().records()
    nothing = {name: values[:0] for name, values in records.tables["draws"].items()}
    assert len(cut(nothing, records.tables["clocks"]).kwh) == 0

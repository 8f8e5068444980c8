"""Running integrals against pieces cut slot by slot."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.accounting.integrals import cut
from fleetsim.accounting.running import running
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.results.schema import Frame, complete

SLOTS = 12
MOMENT = st.one_of(st.integers(0, SLOTS).map(lambda slot: float(slot * SLOT_S)), st.floats(0.0, SLOTS * SLOT_S))
DRAW = st.tuples(st.integers(0, 1), st.integers(-1, 0), MOMENT, MOMENT, st.floats(-50.0, 50.0))
CLOCK = st.lists(st.tuples(MOMENT, st.sampled_from((0.0, 0.25, 1.0))), min_size=1, max_size=6)


def drawn(draws: list[tuple[int, int, float, float, float]]) -> Frame:
    site, clock, one, other, offered_kw = zip(*draws, strict=True)
    return complete(
        "draws",
        {
            "site": np.array(site),
            "load": np.zeros(len(site), dtype=np.int64),
            "clock": np.array(clock),
            "start_at": np.minimum(one, other),
            "end_at": np.maximum(one, other),
            "offered_kw": np.array(offered_kw),
        },
    )


def scaled(changes: list[list[tuple[float, float]]]) -> Frame:
    """A clock 0 for each site, with a hole before its first change and after the last slot but one."""
    rows = []
    for site, of_site in enumerate(changes):
        steps = dict(sorted(of_site))
        ends = [*list(steps)[1:], (SLOTS - 1.0) * SLOT_S]
        rows += [(site, start, end, steps[start]) for start, end in zip(steps, ends, strict=True) if end > start]
        rows.append((site, SLOTS * float(SLOT_S), SLOTS * SLOT_S + 1.0, 1.0))
    site, starts, ends, factors = (np.array(column) for column in zip(*rows, strict=True))
    return complete(
        "clocks",
        {"site": site, "clock": np.zeros(len(site)), "start_at": starts, "end_at": ends, "factor": factors},
    )


@settings(deadline=None, max_examples=150)
@given(st.lists(DRAW, min_size=1, max_size=8), st.tuples(CLOCK, CLOCK), st.integers(0, 5))
def test_running_integrals_are_the_sums_over_the_pieces(
    draws: list[tuple[int, int, float, float, float]], changes: tuple[list[tuple[float, float]], ...], seed: int
) -> None:
    table, clocks = drawn(draws), scaled(list(changes))
    signals = np.random.default_rng(seed).uniform(0.0, 1.0, (3, SLOTS))
    pieces, found = cut(table, clocks), np.full((3, len(draws)), np.nan)
    kwh, drawing_s = np.zeros((2, 2, SLOTS + 1))
    for power in running(table, clocks):
        offered_kw = table["offered_kw"][power.rows]
        found[:, power.rows] = power.integrals(signals[:, np.minimum(power.slot, SLOTS - 1)] * power.factors)
        kwh[power.site, power.window] += power.by_slot(offered_kw / HOUR_S, power.factors)
        active = (power.factors > 0.0).astype(np.float64)
        drawing_s[power.site, power.window] += power.by_slot((offered_kw != 0.0).astype(np.float64), active)
    for signal, of_draw in zip(signals, found, strict=True):
        parts = pieces.kwh * signal[np.minimum(pieces.slot, SLOTS - 1)]
        expected = np.bincount(pieces.draw, parts, len(draws))
        assert of_draw * table["offered_kw"] / HOUR_S == pytest.approx(expected, abs=1e-9)
    cell = table["site"][pieces.draw] * (SLOTS + 1) + pieces.slot
    for by_slot, of_piece in ((kwh, pieces.kwh), (drawing_s, pieces.drawing_s)):
        assert by_slot.ravel() == pytest.approx(np.bincount(cell, of_piece, 2 * SLOTS + 2), abs=1e-9)


def test_a_slot_in_which_nothing_draws_has_exactly_nothing() -> None:
    """Powers that come and go leave no rounding behind: 0.1 + 0.2 - 0.1 - 0.2 is not zero."""
    table = drawn(
        [(0, -1, 0.0, 3.5 * SLOT_S, 0.1), (0, -1, 10.0, 4.5 * SLOT_S, 0.2), (0, -1, 7 * SLOT_S, 8 * SLOT_S, 0.7)]
    )
    (power,) = running(table, complete("clocks", {}))
    by_slot = power.by_slot(table["offered_kw"][power.rows], power.factors)
    assert by_slot[5] == by_slot[6] == 0.0
    assert by_slot[[2, 4, 7]] == pytest.approx([0.3 * SLOT_S, 0.1 * SLOT_S, 0.7 * SLOT_S])
    assert len(by_slot) == 8


def test_a_rate_that_is_unknown_from_some_moment_on_is_known_before() -> None:
    table = drawn([(0, -1, 0.0, 2.0 * SLOT_S, 1.0), (0, -1, 1.5 * SLOT_S, 2.5 * SLOT_S, 1.0)])
    (power,) = running(table, complete("clocks", {}))
    (found,) = power.integrals(np.array([[1.0, 1.0, np.nan]]))
    assert found[0] == 2.0 * SLOT_S
    assert np.isnan(found[1])

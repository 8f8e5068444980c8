"""The search of a sizing, on made-up costs and services whose optimum is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.study.search import Point, bisected, cheapest, neighbours


@given(length=st.integers(1, 400), first=st.integers(0, 400))
def test_bisection_finds_the_first_value_that_meets_and_asks_few(length: int, first: int) -> None:
    asked: list[int] = []

    def meets(at: Point) -> bool:
        asked.append(at[0])
        return at[0] >= first

    found = bisected((), length, meets)
    assert found == ((first,) if first < length else None)
    assert len(asked) <= math.ceil(math.log2(length)) + 2
    assert len(asked) == len(set(asked))


@settings(max_examples=60)
@given(need=st.integers(1, 900), prices=st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_where_cost_falls_and_rises_once_the_cheapest_is_found(need: int, prices: tuple[int, int]) -> None:
    lengths = (30, 40)

    def cost(at: Point) -> float:
        return prices[0] * at[0] + prices[1] * at[1]

    def meets(at: Point) -> bool:  # what two things bring that limit each other: convex, so one valley
        return math.sqrt((at[0] + 1) * (at[1] + 1)) >= math.sqrt(need)

    all_costs = [cost(at) for at in product(*map(range, lengths)) if meets(at)]
    found = cheapest(lengths, cost, meets)
    assert found is not None
    assert meets(found)
    steps = max(prices)  # a ladder of whole steps is bumpy: its valley has teeth of one step
    assert min(all_costs) <= cost(found) <= min(all_costs) + steps


@pytest.mark.parametrize("lengths", [(9,), (9, 7), (5, 4, 6)])
def test_a_corner_that_must_be_met_is_found_exactly(lengths: tuple[int, ...]) -> None:
    corner = tuple(length // 2 for length in lengths)
    found = cheapest(lengths, sum, lambda at: all(map(int.__ge__, at, corner)))
    assert found == corner


def test_nothing_is_found_where_the_largest_is_not_enough() -> None:
    assert cheapest((5, 5), sum, lambda at: sum(at) > 8) is None
    assert cheapest((5, 5), sum, lambda at: sum(at) > 7) == (4, 4)


def test_what_costs_more_than_the_best_is_not_looked_at() -> None:
    looked: list[Point] = []

    def noting(test: Callable[[Point], bool]) -> Callable[[Point], bool]:
        return lambda at: looked.append(at) or test(at)

    assert cheapest((200, 200), lambda at: 1_000 * at[0] + at[1], noting(lambda at: at[1] >= 50)) == (0, 50)
    assert len(looked) < 20


def test_neighbours_are_one_step_away_and_on_the_ladders() -> None:
    assert set(neighbours((0, 2), (3, 3))) == {(0, 1), (1, 1), (1, 2)}


# Where more may hurt: what a search along one valley would miss.


@settings(max_examples=80)
@given(band=st.integers(0, 30), width=st.integers(6, 12), first=st.integers(45, 59))
def test_a_band_of_cheaper_values_is_found_though_the_values_above_it_do_not_meet(
    band: int, width: int, first: int
) -> None:
    def meets(at: Point) -> bool:
        return at[-1] >= first or band <= at[-1] < band + width

    assert cheapest((60,), sum, meets, never_hurts=(False,)) == (band,)


def test_bisection_alone_would_miss_such_a_band() -> None:
    def meets(at: Point) -> bool:
        return at[-1] >= 50 or 3 <= at[-1] < 9

    assert cheapest((60,), sum, meets) == bisected((), 60, meets) == (50,)
    assert cheapest((60,), sum, meets, never_hurts=(False,)) == (3,)


@settings(max_examples=60)
@given(valley=st.integers(0, 54), height=st.integers(1, 20))
def test_a_second_valley_of_the_outer_knob_is_found_on_the_grid(valley: int, height: int) -> None:
    """Cost has a broad valley at 40 and a narrow one, at least as deep, between the coarse values."""

    def inner(outer: int) -> int:
        return 0 if valley <= outer < valley + 6 else min(99, height + 60 + 2 * abs(outer - 40))

    found = cheapest(
        (60, 100), lambda at: at[0] + 1.5 * at[1], lambda at: at[1] >= inner(at[0]), never_hurts=(False, True)
    )
    assert found == (valley, 0)


def test_an_answer_is_found_where_the_largest_does_not_meet() -> None:
    def meets(at: Point) -> bool:
        return 10 <= at[0] <= 14 and at[1] >= 5

    assert cheapest((60, 20), sum, meets, never_hurts=(False, True)) == (10, 5)
    assert cheapest((60, 20), sum, lambda _: False, never_hurts=(False, True)) is None


@settings(max_examples=60)
@given(need=st.integers(0, 49), best=st.integers(0, 49), outer=st.integers(0, 9))
def test_where_more_of_a_knob_saves_money_the_cheapest_is_found_above_what_is_needed(
    need: int, best: int, outer: int
) -> None:
    def cost(at: Point) -> float:
        return 5 * abs(at[0] - outer) + abs(at[1] - best)

    found = cheapest((10, 50), cost, lambda at: at[1] >= need, rises=False)
    assert found == (outer, max(need, best))

"""A line that leaves when full: who leaves when, by hand, and what no dispatch may do."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.work.dispatch import Outing, Rules, dispatch

MIN = 60.0
HOUR = 3_600.0


def rules(**changes: object) -> Rules:
    """Ten seats, an hour's ride, ten minutes from home to end 0."""
    usual = {
        "seats": 10, "max_wait_s": 20 * MIN, "turnaround_s": 5 * MIN, "stand": 3, "trips_per_block": 2,
        "break_s": HOUR, "way_s": (10 * MIN, 65 * MIN), "run_s": lambda depart_s: HOUR,
    }  # fmt: skip
    return Rules(**(usual | changes))  # type: ignore[arg-type]


def every(minutes: float, number: int, start_s: float = 8 * HOUR) -> list[float]:
    return [start_s + minutes * MIN * index for index in range(number)]


def departures(outings: list[Outing]) -> list[tuple[float, int, int]]:
    """Time, end and passengers of each departure, in order of time."""
    found = [
        (trip.depart_s, (outing.first_end + number) % 2, trip.passengers)
        for outing in outings
        for number, trip in enumerate(outing.departures)
    ]
    return sorted(found)


def test_a_bus_leaves_when_its_seats_are_full() -> None:
    """One passenger a minute: ten seats are full with the tenth, at 8:09 and 8:19."""
    found = departures(dispatch(rules(), 5, [(every(1, 20), [])]))
    assert found == [(8 * HOUR + 9 * MIN, 0, 10), (8 * HOUR + 19 * MIN, 0, 10)]


def test_a_bus_leaves_after_the_longest_wait_of_its_first_passenger() -> None:
    """One passenger every seven minutes: at 8:20 three have come."""
    found = departures(dispatch(rules(), 5, [(every(7, 3), [])]))
    assert found == [(8 * HOUR + 20 * MIN, 0, 3)]


def test_waits_are_those_of_all_on_board() -> None:
    (outing,) = dispatch(rules(), 1, [(every(7, 3), [])])
    assert outing.departures[0].waited_s == (20 + 13 + 6) * MIN


def test_buses_leave_in_the_order_in_which_they_came() -> None:
    """Two came up in the morning; in the afternoon the first of them is the first to go down."""
    outings = dispatch(rules(), 2, [(every(1, 20), every(1, 20, 14 * HOUR))])
    first, second = (outing.departures for outing in outings)
    assert first[0].depart_s < second[0].depart_s
    assert first[1].depart_s < second[1].depart_s


def test_a_bus_that_stands_at_the_other_end_comes_across_in_time() -> None:
    """The only bus is at end 1 when passengers come to end 0: it leaves an hour and five minutes before them."""
    (outing,) = dispatch(rules(trips_per_block=9), 1, [([8 * HOUR, 12 * HOUR], [])])
    out, empty, again = outing.departures
    assert (out.depart_s, out.passengers) == (8 * HOUR + 20 * MIN, 1)
    assert (empty.depart_s, empty.passengers) == (12 * HOUR - 65 * MIN, 0)
    assert (again.depart_s, again.passengers) == (12 * HOUR + 20 * MIN, 1)


def test_a_bus_goes_home_after_its_trips_and_stays_for_its_break() -> None:
    outings = dispatch(rules(), 1, [(every(30, 12), every(30, 12, 9.5 * HOUR))])
    assert len(outings) > 1
    for before, after in pairwise(outings):
        back_s = before.home_s + 10 * MIN
        assert after.there_s - rules().way_s[after.first_end] >= back_s + HOUR
        assert len(before.departures) == 2


def test_at_night_every_bus_is_home() -> None:
    one, two = every(1, 25), every(1, 25, 32 * HOUR)
    outings = dispatch(rules(), 4, [(one, []), (two, [])])
    assert all(outing.home_s < 24 * HOUR or outing.there_s >= 24 * HOUR for outing in outings)


@settings(max_examples=60, deadline=None)
@given(
    vehicles=st.integers(1, 6),
    seats=st.integers(1, 12),
    stand=st.integers(1, 4),
    trips=st.integers(1, 6),
    max_wait_min=st.floats(0, 40),
    days=st.lists(st.tuples(*[st.lists(st.floats(0, 24 * HOUR - 1), max_size=60)] * 2), min_size=1, max_size=3),
)
def test_no_day_breaks_a_law(
    vehicles: int, seats: int, stand: int, trips: int, max_wait_min: float, days: list[tuple[list[float], list[float]]]
) -> None:
    """Everybody is taken, nobody before coming, no bus is in two places or over-full, and each has its break."""
    of_run = [
        tuple(sorted(at_s + 24 * HOUR * number for at_s in end) for end in ends) for number, ends in enumerate(days)
    ]
    way = rules(seats=seats, stand=stand, trips_per_block=trips, max_wait_s=max_wait_min * MIN)
    outings = dispatch(way, vehicles, of_run)  # type: ignore[arg-type]
    taken = dict.fromkeys((0, 1), 0)
    waiting = {end: sorted(at_s for ends in of_run for at_s in ends[end]) for end in (0, 1)}
    for depart_s, end, number in departures(outings):
        assert number <= seats
        taken[end] += number
        assert sum(at_s <= depart_s + 1e-6 for at_s in waiting[end]) >= taken[end]
    assert taken == {end: len(times) for end, times in waiting.items()}
    for vehicle in range(vehicles):
        mine = sorted((outing for outing in outings if outing.vehicle == vehicle), key=lambda outing: outing.there_s)
        for outing in mine:
            ready_s = outing.there_s
            for trip in outing.departures:
                assert trip.depart_s >= ready_s - 1e-6
                ready_s = trip.depart_s + trip.run_s + way.turnaround_s
            assert outing.home_s >= ready_s - way.turnaround_s - 1e-6
        for before, after in pairwise(mine):
            last_end = (before.first_end + len(before.departures)) % 2
            home_s = before.home_s + way.way_s[last_end]
            assert after.there_s - way.way_s[after.first_end] >= home_s + way.break_s - 1e-6


def test_waits_grow_when_buses_are_few() -> None:
    demand = [(every(1, 120), every(1, 120, 10 * HOUR))]
    few, many = (
        sum(trip.waited_s for outing in dispatch(rules(), vehicles, demand) for trip in outing.departures)
        for vehicles in (3, 30)
    )
    assert many < few / 3
    assert many / 240 == pytest.approx(4.5 * MIN, rel=0.4)

"""Vehicle scheduling: as few vehicles as can be, proven against bounds and against every other schedule."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from fleetsim.profiles import Place
from fleetsim.timetables.scheduling import Roads, blocks_of, chains, most_out, simultaneous, with_blocks
from fleetsim.work.spec import Scheduling
from fleetsim.work.timetable import TimetableTrip, TimetableTrips

HOUR = 3_600
WEEK = tuple(range(7))
RULES = Scheduling(layover_min=5, deadhead_kmh=30, detour=1.0, home_break_min=120)


def at(lat: float) -> Place:
    place = {"name": {"en": "x", "zh": "x"}, "city": "town", "lon": 102.7, "elevation_m": 1_900, "quality": "C"}
    return Place.model_validate(place | {"lat": lat})


PLACES = {"home": at(25.0), "a": at(25.0), "b": at(25.1), "c": at(25.2)}
ROADS = Roads(PLACES, RULES)


def trip(depart_h: float, run_h: float, origin: str, destination: str, days: tuple[int, ...] = WEEK) -> TimetableTrip:
    depart_s = round(depart_h * HOUR)
    return TimetableTrip("", depart_s, depart_s + round(run_h * HOUR), origin, destination, 10.0, days)


def follows(one: TimetableTrip, other: TimetableTrip) -> bool:
    ready_s = one.arrive_s + RULES.layover_min * 60 + ROADS.run_s(ROADS.km(one.destination, other.origin))
    return ready_s <= other.depart_s


def fewest(trips: list[TimetableTrip]) -> int:
    """Fewest vehicles, by trying every way to give each trip, in order of time, to a vehicle."""
    best = len(trips)
    ordered = sorted(trips, key=lambda t: (t.depart_s, t.arrive_s))
    for vehicles in product(*(range(number + 1) for number in range(len(ordered)))):
        last: dict[int, TimetableTrip] = {}
        if len(set(vehicles)) >= best:
            continue
        for one, vehicle in zip(ordered, vehicles, strict=True):
            if vehicle in last and not follows(last[vehicle], one):
                break
            last[vehicle] = one
        else:
            best = len(last)
    return best


def random_trips(number: int, seed: int) -> list[TimetableTrip]:
    draw = np.random.default_rng(seed)
    ends = draw.choice(["a", "b", "c"], size=(number, 2))
    departs, runs = draw.uniform(6, 12, number), draw.uniform(0.3, 1.5, number)
    return [trip(d, r, str(o), str(e)) for d, r, (o, e) in zip(departs, runs, ends, strict=True)]


@pytest.mark.parametrize("seed", range(12))
def test_no_schedule_does_with_fewer_vehicles(seed: int) -> None:
    trips = random_trips(6, seed)
    assert len(chains(sorted(trips, key=lambda t: t.depart_s), ROADS)) == fewest(trips)


@pytest.mark.parametrize("seed", range(5))
def test_every_trip_runs_once_and_a_vehicle_is_there_in_time(seed: int) -> None:
    trips = sorted(random_trips(60, seed), key=lambda t: (t.depart_s, t.arrive_s))
    found = chains(trips, ROADS)
    assert sorted(number for chain in found for number in chain) == list(range(60))
    assert all(follows(trips[i], trips[j]) for chain in found for i, j in pairwise(chain))
    assert len(found) >= simultaneous(trips)


def test_a_shuttle_needs_as_many_vehicles_as_departures_within_a_round_trip() -> None:
    ways = [("a", "b"), ("b", "a")]
    trips = [trip(6 + n / 6, 25 / 60, *way) for n in range(40) for way in ways]
    # Out and back take 2 x (25 + 5) minutes; a bus every 10 minutes from both ends makes six.
    assert len(chains(sorted(trips, key=lambda t: (t.depart_s, t.origin)), ROADS)) == 6


def test_of_two_schedules_with_as_few_vehicles_the_one_with_less_empty_driving_is_taken() -> None:
    trips = [trip(6, 0.5, "a", "b"), trip(6, 0.5, "a", "c"), trip(8, 0.5, "b", "a"), trip(8, 0.5, "c", "a")]
    blocks = blocks_of(trips, ROADS, "home")
    assert [[one.purpose for one in block] for block in blocks] == [["service", "service"]] * 2


def test_empty_trips_join_the_ends() -> None:
    (block,) = blocks_of([trip(6, 0.5, "a", "b"), trip(8, 0.5, "c", "a")], ROADS, "home")
    out, empty, back = block
    assert empty.purpose == "deadhead"
    assert (empty.origin, empty.destination) == ("b", "c")
    assert out.arrive_s == empty.depart_s < empty.arrive_s <= back.depart_s
    assert empty.distance_km == pytest.approx(11.12, abs=0.01)


def test_a_vehicle_with_time_to_charge_at_home_goes_there() -> None:
    trips = [trip(6, 0.5, "a", "a"), trip(9, 0.5, "a", "a")]
    blocks = blocks_of(trips, ROADS, "home")
    assert len(blocks) == 2
    assert most_out(blocks, ROADS, "home") == 1


def test_no_block_is_longer_than_it_may_be() -> None:
    roads = Roads(PLACES, RULES.model_copy(update={"longest_block_km": 25.0}))
    blocks = blocks_of([trip(6 + n, 0.5, "a", "a") for n in range(6)], roads, "home")
    assert [len(block) for block in blocks] == [2, 2, 2]


def test_trips_with_a_block_keep_it_and_days_that_are_alike_share_blocks() -> None:
    workday, sunday = (0, 1, 2, 3, 4), (6,)
    own = TimetableTrip("mine", 7 * HOUR, 8 * HOUR, "a", "b", 10.0, WEEK)
    trips = (own, trip(6, 0.5, "a", "b", (*workday, *sunday)), trip(6.7, 0.5, "b", "a", workday))
    blocks = with_blocks(TimetableTrips("t.csv", trips), RULES, "home", PLACES).trips
    assert [(one.block, one.days) for one in blocks] == [
        ("a001", workday),
        ("a001", workday),
        ("b001", sunday),
        ("mine", WEEK),
    ]

"""Timetables: good ones become trips, faults name their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetsim.errors import Problem
from fleetsim.work.timetable import TimetableTrip, TimetableTrips, read_timetable

HEADER = "block,depart,arrive,origin,destination,distance_km,days\n"
PLACES = ("depot", "station", "market")


def read(folder: Path, rows: str, header: str = HEADER) -> tuple[TimetableTrips | None, list[str]]:
    (folder / "t.csv").write_text(header + rows)
    problems: list[Problem] = []
    timetable = read_timetable(folder / "t.csv", folder, PLACES, problems)
    return timetable, [str(problem) for problem in problems]


def test_trips_stand_by_block_and_time_whatever_the_order_of_the_rows(tmp_path: Path) -> None:
    rows = (
        "b,07:00,07:30,depot,station,10,mon-sun\n"
        "a,24:10,24:40:30,station,depot,10,fri\n"
        "a,06:00,06:30,depot,station,10,mon-fri\n"
    )

    timetable, problems = read(tmp_path, rows)

    assert problems == []
    assert timetable == TimetableTrips(
        "t.csv",
        (
            TimetableTrip("a", 21_600, 23_400, "depot", "station", 10.0, (0, 1, 2, 3, 4)),
            TimetableTrip("a", 87_000, 88_830, "station", "depot", 10.0, (4,)),
            TimetableTrip("b", 25_200, 27_000, "depot", "station", 10.0, (0, 1, 2, 3, 4, 5, 6)),
        ),
    )


def test_without_a_column_of_days_trips_run_every_day(tmp_path: Path) -> None:
    timetable, _ = read(tmp_path, "a,6:00,6:30,depot,station,10\n", HEADER.replace(",days", ""))

    assert timetable is not None
    assert timetable.trips[0].days == (0, 1, 2, 3, 4, 5, 6)


def test_a_block_may_differ_from_day_to_day(tmp_path: Path) -> None:
    rows = "a,06:00,06:30,depot,station,10,mon-fri\na,06:10,06:40,depot,market,10,sat sun\n"

    assert read(tmp_path, rows)[1] == []


@pytest.mark.parametrize(
    ("rows", "messages"),
    [
        (
            "a,06:00,06:30,depot,station,10,mon-fri\na,06:20,06:50,station,depot,10,wed\n",
            ["t.csv:3: depart: found 06:20 in block a; must not be before the arrival of line 2, 06:30"],
        ),
        (
            "a,06:00,06:30,depot,station,10,mon-fri\na,06:40,07:10,market,depot,10,wed\n",
            ["t.csv:3: origin: found 'market' in block a; must be station, where line 2 ends"],
        ),
        (
            "a,23:50,00:20,depot,station,10,mon\n",
            ["t.csv:2: arrive: found 00:20; must be after the departure, 23:50 (after midnight count on: 24:10)"],
        ),
        (
            "a,06:00,06:00,depot,station,10,mon\n",
            ["t.csv:2: arrive: found 06:00; must be after the departure, 06:00 (after midnight count on: 24:10)"],
        ),
        (
            "a,06:00,06:02,depot,station,10,mon\n",
            [
                "t.csv:2: distance_km: found 10 km in 2 min; "
                "must be a distance that a speed of at most 130 km/h can cover"
            ],
        ),
        (
            "a,06:00,06:30,depo,station,10,mon\n",
            [
                "t.csv:2: origin: found 'depo'; must be a name in profiles/places.yaml: "
                "depot, market, station (did you mean depot?)"
            ],
        ),
        (
            "a,06:60,40:00,depot,station,10,mon\n",
            [
                "t.csv:2: depart: found '06:60'; must be a time like 06:30 or 06:30:00, "
                "up to 39:59:59 for the night after the day",
                "t.csv:2: arrive: found '40:00'; must be a time like 06:30 or 06:30:00, "
                "up to 39:59:59 for the night after the day",
            ],
        ),
        (
            "a,06:00,06:30,depot,station,10,monday\n",
            ["t.csv:2: days: found 'monday'; must be days like mon-fri or sat sun"],
        ),
        (
            ",06:00,06:30,depot,station,10,mon,deadhead\n",
            ["t.csv:2: block: must name the block of an empty trip; blocks that are built get theirs by themselves"],
        ),
        (
            "a,06:00,06:30,depot,station,10,mon,service\na,06:40,07:10,station,depot,10,mon,deadhead\n",
            [
                "t.csv:3: purpose: found deadhead; must not be the first or last of block a: "
                "the ways from and to home are reckoned"
            ],
        ),
    ],
)
def test_a_fault_names_its_line_and_what_is_allowed(tmp_path: Path, rows: str, messages: list[str]) -> None:
    header = HEADER.replace("days", "days,purpose") if "deadhead" in rows else HEADER
    timetable, problems = read(tmp_path, rows, header)

    assert timetable is None
    assert problems == messages


def test_a_wrong_column_is_named(tmp_path: Path) -> None:
    _, problems = read(tmp_path, "", HEADER.replace("depart", "departs"))

    assert problems == [
        "t.csv:1: departs: unknown column (did you mean depart?); "
        "allowed: block, depart, arrive, origin, destination, distance_km, days, purpose"
    ]


def test_trips_may_stand_in_no_block(tmp_path: Path) -> None:
    timetable, problems = read(tmp_path, "06:00,06:30,depot,station,10,mon\n", HEADER.removeprefix("block,"))

    assert problems == []
    assert timetable is not None
    assert [trip.block for trip in timetable.trips] == [""]

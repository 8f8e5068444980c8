"""Explicit timetables: blocks of trips as they stand in a CSV file."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints
from typing_extensions import Doc

from fleetsim.documents import Row, one_of, read_csv, shown
from fleetsim.errors import Problem
from fleetsim.spec import Name, Spec
from fleetsim.units import DistanceKm
from fleetsim.work.spec import WEEKDAYS

FASTEST_KMH = 130.0
"""Mean speed of a trip beyond which the timetable is taken for wrong."""

_DAY = "(?:" + "|".join(WEEKDAYS) + ")"
_PART = f"{_DAY}(?:-{_DAY})?"

TimetableTime = Annotated[
    str,
    StringConstraints(pattern=r"^[0-3]?\d:[0-5]\d(:[0-5]\d)?$"),
    Doc("a time like 06:30 or 06:30:00, up to 39:59:59 for the night after the day"),
]
DaysOfWeek = Annotated[
    str,
    StringConstraints(pattern=rf"^{_PART}(?:[ ,]+{_PART})*$"),
    Doc("days like mon-fri or sat sun"),
]
Block = Annotated[str, StringConstraints(max_length=60)]
Purpose = Literal["service", "deadhead"]


class TimetableRow(Spec):
    """One line of a timetable file."""

    block: Block = ""
    """Name of the block: all trips that one vehicle runs on a day; without one the trip is put into a block."""
    depart: TimetableTime
    """Departure."""
    arrive: TimetableTime
    """Arrival."""
    origin: Name
    """Place of ``profiles/places.yaml`` where the trip starts."""
    destination: Name
    """Place of ``profiles/places.yaml`` where it ends."""
    distance_km: DistanceKm
    """Length of the trip."""
    days: DaysOfWeek = "mon-sun"
    """Days of the week on which the trip runs."""
    purpose: Purpose = "service"
    """``service``, or ``deadhead`` for an empty trip within a block."""


@dataclass(frozen=True, slots=True)
class TimetableTrip:
    """One trip of a block; times in seconds since midnight of the service day."""

    block: str
    depart_s: int
    arrive_s: int
    origin: str
    destination: str
    distance_km: float
    days: tuple[int, ...]
    """Days of the week, Monday is 0."""
    purpose: Purpose = "service"


@dataclass(frozen=True, slots=True)
class TimetableTrips:
    """The trips of a fleet's timetable, by block and then by time."""

    file: str
    trips: tuple[TimetableTrip, ...]


def read_timetable(
    path: Path, root: Path, places: Collection[str] | None, problems: list[Problem]
) -> TimetableTrips | None:
    """The timetable of a CSV file; ``None`` where it has faults, which go to ``problems``.

    ``places`` are the names that trips may start and end at; ``None`` where they are not known.
    """
    file = shown(path, root)
    before = len(problems)
    rows = read_csv(TimetableRow, path, root, problems)
    trips = [(row.line, _trip(row)) for row in rows]
    for row, (_, trip) in zip(rows, trips, strict=True):
        problems.extend(_trip_problems(file, row, trip, places))
    trips.sort(key=lambda numbered: (numbered[1].block, numbered[1].depart_s, numbered[1].arrive_s))
    if len(problems) == before:
        problems.extend(_block_problems(file, trips))
    return TimetableTrips(file, tuple(trip for _, trip in trips)) if len(problems) == before else None


def most_at_once(timetable: TimetableTrips) -> int:
    """Most blocks of one day that are between their first departure and their last arrival at one moment."""
    spans: dict[tuple[int, str], tuple[int, int]] = {}
    for trip in timetable.trips:
        for day in trip.days:
            start_s, end_s = spans.get((day, trip.block), (trip.depart_s, trip.arrive_s))
            spans[day, trip.block] = min(start_s, trip.depart_s), max(end_s, trip.arrive_s)
    moments: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (day, _), (start_s, end_s) in spans.items():
        moments[day] += [(start_s, 1), (end_s, -1)]
    return max((max(accumulate(step for _, step in sorted(steps))) for steps in moments.values()), default=0)


def seconds(time: str) -> int:
    """Seconds since midnight.

    >>> seconds("06:30"), seconds("25:00:30")
    (23400, 90030)
    """
    hours, minutes, *rest = map(int, time.split(":"))
    return hours * 3_600 + minutes * 60 + sum(rest)


def days_of_week(text: str) -> tuple[int, ...]:
    """Numbers of the days, Monday is 0; a range may run over the end of the week.

    >>> days_of_week("mon-fri"), days_of_week("sat,mon"), days_of_week("sun-mon")
    ((0, 1, 2, 3, 4), (0, 5), (0, 6))
    """
    days: set[int] = set()
    for part in re.split("[ ,]+", text):
        first, _, last = part.partition("-")
        start = [*WEEKDAYS].index(first)  # type: ignore[arg-type]
        end = [*WEEKDAYS].index(last) if last else start  # type: ignore[arg-type]
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return tuple(sorted(days))


def _trip(row: Row[TimetableRow]) -> TimetableTrip:
    spec = row.spec
    return TimetableTrip(
        block=spec.block,
        depart_s=seconds(spec.depart),
        arrive_s=seconds(spec.arrive),
        origin=spec.origin,
        destination=spec.destination,
        distance_km=spec.distance_km,
        days=days_of_week(spec.days),
        purpose=spec.purpose,
    )


def _trip_problems(
    file: str, row: Row[TimetableRow], trip: TimetableTrip, places: Collection[str] | None
) -> list[Problem]:
    problems = [
        Problem(file, row.line, column, repr(place), one_of(place, sorted(places), "profiles/places.yaml"))
        for column, place in (("origin", trip.origin), ("destination", trip.destination))
        if places is not None and place not in places
    ]
    if trip.purpose == "deadhead" and not trip.block:
        allowed = "must name the block of an empty trip; blocks that are built get theirs by themselves"
        problems.append(Problem(file, row.line, "block", "", allowed))
    hours = (trip.arrive_s - trip.depart_s) / 3_600
    if hours <= 0:
        allowed = f"must be after the departure, {row.spec.depart} (after midnight count on: 24:10)"
        problems.append(Problem(file, row.line, "arrive", row.spec.arrive, allowed))
    elif trip.distance_km / hours > FASTEST_KMH:
        found = f"{trip.distance_km:g} km in {hours * 60:.10g} min"
        allowed = f"must be a distance that a speed of at most {FASTEST_KMH:g} km/h can cover"
        problems.append(Problem(file, row.line, "distance_km", found, allowed))
    return problems


def _block_problems(file: str, trips: Iterable[tuple[int, TimetableTrip]]) -> list[Problem]:
    """Overlaps and gaps between trips, in order of time, that follow each other in a block on the same day."""
    of_day: dict[tuple[str, int], list[tuple[int, TimetableTrip]]] = defaultdict(list)
    for line, trip in trips:
        for day in trip.days:
            if trip.block:
                of_day[trip.block, day].append((line, trip))
    problems: list[Problem] = []
    for block, day in sorted(of_day):
        problems.extend(_end_problems(file, block, of_day[block, day]))
        for (line_before, before), (line, trip) in pairwise(of_day[block, day]):
            if trip.depart_s < before.arrive_s:
                found = f"{clock(trip.depart_s)} in block {block}"
                allowed = f"must not be before the arrival of line {line_before}, {clock(before.arrive_s)}"
                problems.append(Problem(file, line, "depart", found, allowed))
            elif trip.origin != before.destination:
                found = f"{trip.origin!r} in block {block}"
                allowed = f"must be {before.destination}, where line {line_before} ends"
                problems.append(Problem(file, line, "origin", found, allowed))
    return list(dict.fromkeys(problems))


def _end_problems(file: str, block: str, day: list[tuple[int, TimetableTrip]]) -> list[Problem]:
    """Blocks that begin or end with an empty trip: the ways from and to home are not written down."""
    allowed = f"must not be the first or last of block {block}: the ways from and to home are reckoned"
    at_ends = dict([day[0], day[-1]])
    return [
        Problem(file, line, "purpose", "deadhead", allowed)
        for line, trip in at_ends.items()
        if trip.purpose == "deadhead"
    ]


def clock(time_s: int) -> str:
    """A time as the file writes it."""
    text = f"{time_s // 3_600:02d}:{time_s // 60 % 60:02d}"
    return text if time_s % 60 == 0 else f"{text}:{time_s % 60:02d}"

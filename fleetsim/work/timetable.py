"""Explicit timetables: blocks of trips as they stand in a CSV file."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class TimetableTrips:
    """The trips of a fleet's timetable, by block and then by time."""

    file: str
    trips: tuple[TimetableTrip, ...]

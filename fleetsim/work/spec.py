"""How a scenario describes work: a timetable file, or a rotation of blocks on a route."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import Doc

from fleetsim.spec import Name, SourcedSpec
from fleetsim.units import Count, DistanceKm, DurationMin, Factor, Share

TimeOfDay = Annotated[str, StringConstraints(pattern=r"^[0-3]\d:[0-5]\d$"), Doc("a time like 06:30, up to 39:59")]
"""``HH:MM``; hours from 24 on belong to the night after the service day, up to 39:59."""

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def seconds_of_day(time: str) -> int:
    """Seconds since midnight of the service day.

    >>> seconds_of_day("24:30")
    88200
    """
    hours, minutes = time.split(":")
    return int(hours) * 3_600 + int(minutes) * 60


class BlockPattern(SourcedSpec):
    """A block that every vehicle of the fleet runs on each of its days, one after the other in time."""

    start: TimeOfDay
    """First departure of the first vehicle from the route's terminal."""
    spread_min: DurationMin = 0.0
    """Time over which the vehicles follow each other; vehicle i of n starts ``spread_min x i / n`` later."""
    trips: Count
    """Single trips, out and back in turn, starting at the route's first waypoint."""
    layover_min: DurationMin
    """Planned stay at each end of the route."""
    days: tuple[Weekday, ...] = WEEKDAYS
    """Days of the week on which the block runs."""


class _BusWork(SourcedSpec):
    """What both forms of bus work have in common."""

    load_factor: Share = 0.5
    """Mean share of the payload on board."""
    run_time_cv: Share = 0.0
    """Spread of a trip's running time around its plan: standard deviation over mean."""
    load_cv: Share = 0.0
    """Spread of the load around its mean: standard deviation over mean."""
    minimum_layover_share: Share = 0.5
    """Share of a planned layover that a late vehicle still takes."""


class Rotation(_BusWork):
    """Blocks on one route by a pattern: for a fleet whose timetable is not at hand."""

    kind: Literal["rotation"]
    """``rotation``"""
    route: Name
    """Route of ``profiles/routes.yaml``."""
    blocks: tuple[BlockPattern, ...] = Field(min_length=1)
    """The blocks of a day."""
    deadhead_km: DistanceKm | None = None
    """Distance between the home and the route's terminal; by default from their positions, times ``detour``."""
    detour: Factor = 1.35
    """Road distance over the straight line, for deadheads."""


class Timetable(_BusWork):
    """Blocks from a CSV file: one row per trip (columns in ``profiles/timetables/README.md``)."""

    kind: Literal["timetable"]
    """``timetable``"""
    file: Annotated[
        str, StringConstraints(pattern=r"^[^/\\].*\.csv$"), Doc("a path to a .csv file, from the root of the workspace")
    ]
    """Path from the root of the workspace."""
    route: Name
    """Route whose traffic the trips meet (speed comes from the timetable, stops and slopes from the route)."""


Work = Annotated[Rotation | Timetable, Field(discriminator="kind")]

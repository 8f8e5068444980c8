"""How a scenario describes work: a timetable file, a rotation of blocks on a route, rounds by shift, or by demand."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import Doc

from fleetsim.spec import Name, SourcedSpec
from fleetsim.units import (
    Count,
    DistanceKm,
    DurationMin,
    Factor,
    PersonKg,
    PositiveShare,
    Share,
    SpeedKmh,
    SpellMin,
    WorkingKm,
)

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
    convoy: Count = 1
    """Vehicles that leave together, as coaches do with one group of visitors."""
    days: tuple[Weekday, ...] = WEEKDAYS
    """Days of the week on which the block runs."""


class WorkSpec(SourcedSpec):
    """What all forms of work have in common."""

    run_time_cv: Share = 0.0
    """Spread of a trip's running time around its plan: standard deviation over mean."""

    @property
    def places(self) -> tuple[str, ...]:
        """Places that the work names beside those of its route."""
        return ()


class _TimetabledWork(WorkSpec):
    """What both forms of timetabled bus work have in common."""

    load_factor: Share = 0.5
    """Mean share of the payload on board."""
    load_cv: Share = 0.0
    """Spread of the load around its mean: standard deviation over mean."""
    minimum_layover_share: Share = 0.5
    """Share of a planned layover that a late vehicle still takes."""


class Rotation(_TimetabledWork):
    """Blocks on one route by a pattern: for a fleet whose timetable is not at hand."""

    kind: Literal["rotation"]
    """``rotation``"""
    route: Name
    """Route of ``profiles/routes.yaml``."""
    blocks: tuple[BlockPattern, ...] = Field(min_length=1)
    """The blocks of a day."""
    active_share: PositiveShare = 1.0
    """Share of the vehicles that are out on the mean day; they take turns from day to day."""
    season: Name | None = None
    """Calendar of ``profiles/seasons.yaml`` that the number of vehicles follows, up to all of them."""
    deadhead_km: DistanceKm | None = None
    """Distance between the home and the route's terminal; by default from their positions, times ``detour``."""
    detour: Factor = 1.35
    """Road distance over the straight line, for deadheads."""


class Scheduling(SourcedSpec):
    """How blocks are built from trips that stand in none."""

    layover_min: DurationMin = 5.0
    """Shortest stay between two trips of a vehicle."""
    deadhead_kmh: SpeedKmh = 25.0
    """Speed of empty trips."""
    detour: Factor = 1.35
    """Road distance over the straight line, for empty trips."""
    home_break_min: DurationMin = 60.0
    """A vehicle that would have this long at home between two trips goes there, to charge: its block ends."""
    longest_block_km: DistanceKm | None = None
    """A block that would be longer is cut, as far as trips allow: another vehicle goes on. None: no limit."""


class Timetable(_TimetabledWork):
    """Blocks from a CSV file: one row per trip (columns in ``profiles/timetables/README.md``)."""

    kind: Literal["timetable"]
    """``timetable``"""
    file: Annotated[
        str, StringConstraints(pattern=r"^[^/\\].*\.csv$"), Doc("a path to a .csv file, from the root of the workspace")
    ]
    """Path from the root of the workspace."""
    route: Name
    """Route whose traffic the trips meet (speed comes from the timetable, stops and slopes from the route)."""
    scheduling: Scheduling = Scheduling()
    """How trips without a block are put into blocks."""


class OnDemand(WorkSpec):
    """Departures by demand on one route: a bus leaves when its seats are full, or after a longest wait."""

    kind: Literal["on_demand"]
    """``on_demand``"""
    route: Name
    """Route of ``profiles/routes.yaml``."""
    demand: Name
    """Passengers of ``profiles/passenger_demand.yaml``; they are drawn for this fleet alone."""
    seats: Count
    """Passengers of a full bus."""
    max_wait_min: DurationMin
    """A bus leaves once the first of its passengers has waited this long."""
    turnaround_min: DurationMin
    """Shortest stay at an end of the route."""
    stand: Count
    """Buses that wait at the end next to home; more go home."""
    trips_per_block: Count
    """Trips after which a bus goes home as soon as it is at the end next to it."""
    break_min: DurationMin
    """Shortest stay at home between two blocks, to charge."""
    passenger_kg: PersonKg
    """Mass of a passenger."""
    detour: Factor = 1.35
    """Road distance over the straight line, for deadheads."""


class _Shift(SourcedSpec):
    """A round that every vehicle of the fleet drives on each of its days."""

    start: TimeOfDay
    """The first vehicle leaves home."""
    end: TimeOfDay
    """End of the shift: a round is finished in time if its vehicle is home again by then."""
    spread_min: DurationMin = 0.0
    """Time over which the vehicles follow each other; vehicle i of n leaves ``spread_min x i / n`` later."""
    days: tuple[Weekday, ...] = WEEKDAYS
    """Days of the week on which the round is driven."""


class Sweeping(_Shift):
    """Out, along the kerb at a walking pace with the body at work, and home."""

    task: Literal["sweep"]
    """``sweep``"""
    working_km: WorkingKm
    """Kerb that one vehicle sweeps."""
    speed_kmh: SpeedKmh
    """Speed while sweeping."""


class Sprinkling(_Shift):
    """Out with a full tank, and tank after tank onto the road; in frost the round is not driven."""

    task: Literal["sprinkle"]
    """``sprinkle``"""
    tanks: Count
    """How often the tank is emptied; it is full when the vehicle leaves home."""
    tank_min: SpellMin
    """Time in which a tank is emptied."""
    refill_min: DurationMin
    """Time to fill it again at a hydrant by the road."""
    speed_kmh: SpeedKmh
    """Speed while spraying."""


class Collecting(_Shift):
    """From bin to bin until the body is full, to the transfer station, and again."""

    task: Literal["collect"]
    """``collect``"""
    tours: Count
    """How often the body is filled and emptied."""
    stops: Count
    """Stops of one tour at which bins are emptied."""
    cycles_per_stop: Count = 1
    """Bins at a stop, each lifted and pressed."""
    stop_min: DurationMin
    """Stay at one stop."""
    tour_km: WorkingKm
    """Way from the first stop of a tour to its last, at the speed of the route's traffic off the peaks."""
    transfer_station: Name
    """Place of ``profiles/places.yaml`` where the body is emptied."""
    unload_min: DurationMin
    """Stay there."""


class Delivering(_Shift):
    """From the depot with a full load, from customer to customer until it is empty, and home."""

    task: Literal["deliver"]
    """``deliver``"""
    stops: Count
    """Customers of one round."""
    stop_min: DurationMin
    """Stay at one customer."""
    tour_km: WorkingKm
    """Way from the first customer to the last, at the speed of the route's traffic off the peaks."""
    load_factor: Share = 0.8
    """Share of the payload on board when the vehicle leaves."""


Shift = Annotated[Sweeping | Sprinkling | Collecting | Delivering, Field(discriminator="task")]
"""One round of a day."""


class Rounds(WorkSpec):
    """Rounds by shift, each vehicle on its own: sweeping, sprinkling, collecting, delivering."""

    kind: Literal["rounds"]
    """``rounds``"""
    route: Name
    """Route whose traffic the vehicles meet on their way (speed, stops and slopes come from it)."""
    area: Name
    """Place of ``profiles/places.yaml`` around which they work."""
    shifts: tuple[Shift, ...] = Field(min_length=1)
    """The rounds of a day, in order of time."""
    detour: Factor = 1.35
    """Road distance over the straight line, between home, area and transfer station."""

    @property
    def places(self) -> tuple[str, ...]:
        """The area and the transfer stations."""
        return (self.area, *(shift.transfer_station for shift in self.shifts if isinstance(shift, Collecting)))


BusWork = Annotated[Rotation | Timetable | OnDemand, Field(discriminator="kind")]
"""Work that buses can do."""

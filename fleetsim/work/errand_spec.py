"""What a scenario file may say of errands: cars that drive to a place, stay there, and come home."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fleetsim.spec import Name, SourcedSpec
from fleetsim.units import DurationMin, Factor, PositiveShare, Share
from fleetsim.work.spec import WEEKDAYS, TimeOfDay, Weekday, WorkSpec


class Destination(SourcedSpec):
    """A place to which errands lead."""

    place: Name
    """Place of ``profiles/places.yaml``."""
    share: Factor = 1.0
    """How often an errand leads there, against the other destinations."""


class Outing(SourcedSpec):
    """A time of day at which a car may be taken out, once."""

    start: TimeOfDay
    """Earliest departure."""
    spread_min: DurationMin = 0.0
    """Time over which departures are spread; each car and day has a moment of its own."""
    share: PositiveShare = 1.0
    """Share of the cars that are taken out then; which ones is drawn anew each day."""
    stay_min: tuple[DurationMin, DurationMin]
    """Shortest and longest stay at the destination."""
    days: tuple[Weekday, ...] = WEEKDAYS
    """Days of the week."""


class Errands(WorkSpec):
    """Errands by car: official cars in office hours, or residents who drive to work."""

    kind: Literal["errands"]
    """``errands``"""
    route: Name
    """Route whose traffic the cars meet on their way (speed, stops and slopes come from it)."""
    destinations: Annotated[tuple[Destination, ...], Field(min_length=1)]
    """Where they drive."""
    outings: Annotated[tuple[Outing, ...], Field(min_length=1)]
    """When they drive, in order of time."""
    season: Name | None = None
    """Calendar of ``profiles/seasons.yaml`` that the shares of the outings follow."""
    load_factor: Share = 0.3
    """Share of the payload on board."""
    detour: Factor = 1.35
    """Road distance over the straight line."""

    @property
    def places(self) -> tuple[str, ...]:
        """The destinations."""
        return tuple(each.place for each in self.destinations)

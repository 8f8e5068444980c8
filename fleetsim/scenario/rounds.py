"""What can be wrong with rounds beyond their names: shifts out of order, and vehicles without the body for the task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from fleetsim.documents import Document, Location
from fleetsim.errors import Problem
from fleetsim.profiles import Body, Place, VehicleModel
from fleetsim.scenario.fleets import BatteryFleet
from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.work.spec import Collecting, Rounds, Shift, seconds_of_day

_NEEDS: Mapping[str, str] = {"sweep": "working_kw", "sprinkle": "water_kg", "collect": "cycle_kwh"}
"""What the body of a vehicle must have for each task."""


def round_problems(
    document: Document,
    at: Location,
    fleet: BatteryFleet | HydrogenBusFleet,
    work: Rounds,
    model: VehicleModel | None,
    places: Mapping[str, Place],
) -> Iterator[Problem]:
    """The problems of a fleet that stands at ``at``; ``model`` is the sheet of its vehicles, ``None`` if faulty."""
    if model is not None:
        for task in dict.fromkeys(shift.task for shift in work.shifts):
            if task in _NEEDS and not getattr(model.body or Body(), _NEEDS[task]):
                allowed = f"must be a vehicle sheet whose body has {_NEEDS[task]}, to {task}"
                yield document.problem((*at, "model"), repr(fleet.model), allowed)
    for number, shift in enumerate(work.shifts):
        where = (*at, "work", "shifts", number)
        yield from _time_problems(document, where, shift)
        if isinstance(shift, Collecting) and together(work.area, shift.transfer_station, places):
            allowed = f"must lie away from the area, {work.area}"
            yield document.problem((*where, "transfer_station"), repr(shift.transfer_station), allowed)
    for number, (before, shift) in enumerate(pairwise(work.shifts), start=1):
        if set(before.days) & set(shift.days) and seconds_of_day(shift.start) < seconds_of_day(before.end):
            allowed = f"must not be before the end of the shift above, {before.end}"
            yield document.problem((*at, "work", "shifts", number, "start"), shift.start, allowed)


def _time_problems(document: Document, at: Location, shift: Shift) -> Iterator[Problem]:
    if seconds_of_day(shift.end) <= seconds_of_day(shift.start) + 60 * shift.spread_min:
        spread = f" and {shift.spread_min:g} min of spread" if shift.spread_min else ""
        allowed = f"must be after the start, {shift.start}{spread} (after midnight count on: 24:30)"
        yield document.problem((*at, "end"), shift.end, allowed)


def together(one: str, other: str, places: Mapping[str, Place]) -> bool:
    """Whether two places are one point on the map."""
    if one not in places or other not in places:
        return False
    return (places[one].lat, places[one].lon) == (places[other].lat, places[other].lon)

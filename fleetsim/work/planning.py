"""The work plan of a fleet, whatever form its work is described in."""

from __future__ import annotations

from fleetsim.profiles import PassengerDemand
from fleetsim.work.effort import Conditions
from fleetsim.work.on_demand import on_demand_plan
from fleetsim.work.plan import WorkPlan
from fleetsim.work.roster import timetable_plan
from fleetsim.work.rotation import rotation_plan
from fleetsim.work.rounds import rounds_plan
from fleetsim.work.setting import Setting
from fleetsim.work.spec import OnDemand, Rotation, Rounds, Work
from fleetsim.work.timetable import TimetableTrips


def work_plan(
    work: Work,
    timetable: TimetableTrips | None,
    demand: PassengerDemand | None,
    conditions: Conditions,
    setting: Setting,
) -> WorkPlan:
    """All blocks of a fleet over the whole run, drawn up in arrays."""
    if isinstance(work, Rotation):
        return rotation_plan(work, conditions, setting)
    if isinstance(work, Rounds):
        return rounds_plan(work, conditions, setting)
    if isinstance(work, OnDemand):
        assert demand is not None
        return on_demand_plan(work, demand, conditions, setting)
    assert timetable is not None
    return timetable_plan(work, timetable, conditions, setting)

"""The staff of a depot: their shifts as spans of the run."""

from __future__ import annotations

from fleetsim.clock import DAY_S, Clock
from fleetsim.scenario.sites import PlugStaff
from fleetsim.sites.staffed_depot import StaffPlant
from fleetsim.work.setting import MIN_S
from fleetsim.work.spec import seconds_of_day


def staff_plant(staff: PlugStaff, clock: Clock) -> StaffPlant:
    """Staff as their agent knows them. A shift that runs past midnight is on when the run begins."""
    spans = []
    for shift in staff.shifts:
        start_s, end_s = seconds_of_day(shift.start), seconds_of_day(shift.end)
        length_s = end_s - start_s if end_s > start_s else end_s - start_s + DAY_S
        spans += [(day * DAY_S + start_s, day * DAY_S + start_s + length_s) for day in range(-1, clock.total_days)]
    shifts = tuple(sorted((max(0.0, float(start_s)), float(end_s)) for start_s, end_s in spans if end_s > 0))
    return StaffPlant(staff.count, staff.move_min * MIN_S, shifts)

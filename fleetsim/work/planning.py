"""The work plan of a fleet, whatever form its work is described in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fleetsim.profiles import PassengerDemand
from fleetsim.work.effort import Conditions
from fleetsim.work.errand_spec import Errands
from fleetsim.work.errands import errands_plan
from fleetsim.work.on_demand import on_demand_plan
from fleetsim.work.plan import WorkPlan
from fleetsim.work.roster import timetable_plan
from fleetsim.work.rotation import rotation_plan
from fleetsim.work.rounds import rounds_plan
from fleetsim.work.setting import Setting
from fleetsim.work.spec import OnDemand, Rotation, Rounds, Timetable
from fleetsim.work.timetable import TimetableTrips

Work = Rotation | Timetable | OnDemand | Rounds | Errands
"""Work of any form."""
AnyWork = Annotated[Work, Field(discriminator="kind")]
"""The same, told apart by its ``kind``."""


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
    if isinstance(work, Errands):
        return errands_plan(work, conditions, setting)
    if isinstance(work, OnDemand):
        assert demand is not None
        return on_demand_plan(work, demand, conditions, setting)
    assert timetable is not None
    return timetable_plan(work, timetable, conditions, setting)

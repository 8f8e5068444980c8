"""The kernel's twin of :mod:`fleetsim.vehicles.driving`: blocks that are not plain sailing."""

from __future__ import annotations

from typing import Any

from fleetsim.simulation.compiled.native import inner
from fleetsim.vehicles.driving import DEADHEAD


@inner
def trips_within(shapes: Any, trips: Any, energy_kwh: float) -> int:
    """How many trips of a block a dispatcher lets a vehicle run that may spend ``energy_kwh``."""
    spent_kwh, allowed = 0.0, 0
    for trip in range(len(trips)):
        spent_kwh += trips[trip].expected_kwh
        if spent_kwh > energy_kwh:
            break
        home_kwh = shapes[trip].home_draw_kwh - shapes[trip].home_regeneration_kwh
        if spent_kwh + home_kwh <= energy_kwh and shapes[trip].purpose != DEADHEAD:
            allowed = trip + 1
    return allowed


@inner
def drive(
    shapes: Any, trips: Any, legs: Any, lost_kwh: Any, at_s: float, level_kwh: float, capacity_kwh: float, allowed: int
) -> tuple[int, float, float]:
    """Drive the first trips of a block leg by leg, and home; trips run, time of return, energy left."""
    done = 0
    while done < allowed:
        after_kwh, spilled_kwh, lowest_kwh = level_kwh, 0.0, level_kwh
        end = len(legs) if done + 1 == len(shapes) else shapes[done + 1].first_leg
        for leg in range(shapes[done].first_leg, end):
            lowest_kwh = min(lowest_kwh, after_kwh - legs[leg].draw_kwh)
            after_kwh += legs[leg].regeneration_kwh - legs[leg].draw_kwh
            spilled_kwh += max(0.0, after_kwh - capacity_kwh)
            after_kwh = min(after_kwh, capacity_kwh)
        if min(lowest_kwh, after_kwh - shapes[done].home_draw_kwh) < 0.0:
            break
        level_kwh = after_kwh
        if done > 0:
            at_s = max(at_s + shapes[done].minimum_layover_s, trips[done].planned_depart_s)
        at_s += trips[done].run_s
        lost_kwh[done] = spilled_kwh
        done += 1
    if 0 < done < len(shapes):
        level_kwh += shapes[done - 1].home_regeneration_kwh - shapes[done - 1].home_draw_kwh
        at_s += shapes[done - 1].home_s
    return done, at_s, min(level_kwh, capacity_kwh)

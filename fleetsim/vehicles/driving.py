"""What a battery goes through on a block that is not plain sailing: full on a descent, or short of energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.results.schema import PURPOSES
from fleetsim.work.plan import BlockSet

DEADHEAD = PURPOSES.index("deadhead")


@dataclass(frozen=True, slots=True)
class Outing:
    """A block as it was driven home or to a halt: trips run, time of coming there, energy left, regeneration lost."""

    trips: int
    back_s: float
    level_kwh: float
    lost_kwh: tuple[tuple[int, float], ...]


def trips_within(blocks: BlockSet, row: int, energy_kwh: float) -> int:
    """How many trips of a block a dispatcher lets a vehicle run that may spend ``energy_kwh``.

    The most trips after which the way home is still within the energy; none if that leaves only a deadhead.
    """
    shape = blocks.shape
    spent = np.cumsum(blocks.expected_kwh[row])
    home = shape.home_draw_kwh - shape.home_regeneration_kwh
    within = np.maximum.accumulate(spent) <= energy_kwh
    good = np.flatnonzero(within & (spent + home <= energy_kwh) & (shape.purpose != DEADHEAD))
    return int(good[-1]) + 1 if len(good) else 0


def drive(
    blocks: BlockSet,
    row: int,
    start_s: float,
    level_kwh: float,
    capacity_kwh: float,
    trips: int,
    first: int = 0,
    halts: bool = False,
) -> Outing:
    """Drive the trips of a block from ``first`` to before ``trips`` leg by leg, and home unless it ``halts`` there.

    A leg first draws and then takes back what the battery has room for. A trip after which the vehicle could not
    get home is not begun, so the battery is never below empty.
    """
    shape = blocks.shape
    draw, regeneration = blocks.draw_kwh[row], blocks.regeneration_kwh[row]
    first_legs = np.append(shape.first_legs, len(draw))
    lost: list[tuple[int, float]] = []
    at_s = start_s
    done = first
    while done < trips:
        after_kwh, spilled_kwh, lowest_kwh = level_kwh, 0.0, level_kwh
        for leg in range(first_legs[done], first_legs[done + 1]):
            lowest_kwh = min(lowest_kwh, after_kwh - draw[leg])
            after_kwh += regeneration[leg] - draw[leg]
            spilled_kwh += max(0.0, after_kwh - capacity_kwh)
            after_kwh = min(after_kwh, capacity_kwh)
        if min(lowest_kwh, after_kwh - shape.home_draw_kwh[done]) < 0.0:
            break
        level_kwh = float(after_kwh)
        if done > first:
            at_s = max(at_s + float(shape.minimum_layover_s[done]), float(blocks.planned_depart_s[row, done]))
        at_s += float(blocks.run_s[row, done])
        if spilled_kwh > 0.0:
            lost.append((done, float(spilled_kwh)))
        done += 1
    if 0 < done < shape.trips and not (halts and done == trips):
        level_kwh += float(shape.home_regeneration_kwh[done - 1] - shape.home_draw_kwh[done - 1])
        at_s += float(shape.home_s[done - 1])
    return Outing(done, at_s, min(level_kwh, capacity_kwh), tuple(lost))

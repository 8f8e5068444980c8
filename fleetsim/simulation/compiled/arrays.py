"""What the kernel reads and writes: rows of arrays, and how they go together."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


def _row(integers: str, floats: str) -> np.dtype[Any]:
    """Type of rows of whole numbers and of figures, columns in that order."""
    return np.dtype([(name, "i8") for name in integers.split()] + [(name, "f8") for name in floats.split()])


VEHICLE = _row("vehicle fleet next last phase visit", "level_kwh")
"""A vehicle, and its blocks from ``next`` to before ``last``."""
FLEET = _row("", "capacity_kwh target_kwh reserve_kwh patience_s")
BLOCK = _row("blocks row trips", "depart_s running_s not_before_s net_kwh trough_kwh rise_kwh need_kwh")
"""See :class:`fleetsim.work.plan.Block`."""
RUN = _row("begun trips waited", "start_s start_level")
"""What became of a block, if it has begun."""
BLOCK_SET = _row("legs by_shape by_trip by_leg", "")
"""Number of legs of each block of a set, and where the set begins in the arrays of shapes, of trips and of legs."""
SHAPE = _row("purpose first_leg", "minimum_layover_s home_s home_draw_kwh home_regeneration_kwh")
"""A trip of all blocks of a set."""
TRIP = _row("", "planned_depart_s run_s expected_kwh")
LEG = _row("", "draw_kwh regeneration_kwh")

STAIR = _row("count", "level_kwh time_s seconds_per_kwh draw_kw peak_kw")
"""A step of a staircase of ``count`` steps; one more row is its upper edge."""
VISIT = _row(
    "vehicle fleet stage triggered session charger steps spell before after woken reason row outcome wait_row",
    "arrive_s level_kwh start_kwh target_kwh wanted_kwh until_s planned_s plug_s start_s end_s leave_s waited_until_s",
)
"""A visit; ``row`` and ``wait_row`` count the rows of the log, 0 for none. A wait is one of a vehicle that queued."""
SPELL = _row(
    "visit session steps step active before after row",
    "level_kwh target_kwh start_s clock_start_s offset_s target_s peak_kw end_s end_kwh",
)
"""A session on the virtual clock."""
HEAPED = _row("order number", "at_s")
FACTOR = _row("", "at_s factor")
STATE = _row(
    "careful limit visits sessions spells factors rows events notes awaited woken woken_last",
    "now_s due_s passed_s clock_s factor limit_kw peak_kw demand_kw",
)
"""What else changes at a site: the rest of its agent and of its sharing engine."""


class Site(NamedTuple):
    """A depot: what stands there, and what changes."""

    state: Any
    heaps: Any
    visits: Any
    spells: Any
    factors: Any
    groups: Any
    """Charger group of each charger."""
    steps: Any
    """Number of the charge steps by fleet, charger group and hour of the run."""
    stairs: Any
    """The charge steps, a row each."""
    limits: Any
    """Moments and the power that is left for charging from then on."""


class Duties(NamedTuple):
    """The fleets of a depot and their work."""

    fleets: Any
    vehicles: Any
    runs: Any
    lost_kwh: Any
    """Regeneration of each trip that a full battery could not take back."""
    blocks: Any
    sets: Any
    shapes: Any
    trips: Any
    legs: Any

"""Work drawn up in arrays before the run: which vehicle runs which blocks, when, and for how much energy.

A block is what a vehicle does between leaving home and coming back. Blocks of one shape (the same trips over
the same legs, on other days, by other vehicles) stand together in a :class:`BlockSet`, one row each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fleetsim.work.halts import Halts

Series = NDArray[np.float64]
Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What the blocks of a set have in common: P trips over L legs. ``leg_trip`` is each leg's trip."""

    purpose: Codes
    route: Codes
    origin: Codes
    destination: Codes
    distance_km: Series
    leg_trip: NDArray[np.intp]
    minimum_layover_s: Series
    """Shortest stay before each trip; the first has none."""
    home_km: Series
    home_s: Series
    home_draw_kwh: Series
    home_regeneration_kwh: Series
    """The way home from each trip's destination, for a block that is cut short: distance, time, energy."""

    @property
    def trips(self) -> int:
        """Number of trips, P."""
        return len(self.purpose)

    @property
    def first_legs(self) -> NDArray[np.intp]:
        """First leg of each trip, shape ``(P,)``."""
        return np.searchsorted(self.leg_trip, np.arange(self.trips))


@dataclass(frozen=True, eq=False)
class BlockSet:
    """B blocks of one shape. Arrays have shape ``(B, P)``, those by leg ``(B, L)``.

    ``draw_kwh`` and ``regeneration_kwh`` are what will happen, ``expected_kwh`` is the net energy of each trip that a
    dispatcher would reckon with. A vehicle of -1 stands for a block that no vehicle is there to run.
    """

    shape: Shape
    vehicle: Codes
    planned_depart_s: Series
    planned_arrive_s: Series
    run_s: Series
    draw_kwh: Series
    regeneration_kwh: Series
    expected_kwh: Series
    notes: Mapping[str, Series] = field(default_factory=dict)
    """Columns of the table of trips that the work knows beforehand, such as the passengers of each trip."""
    halts: Halts | None = None
    """Where the blocks may charge on their way; none where each of them is one stretch."""

    @cached_property
    def net_by_leg_kwh(self) -> Series:
        """Net energy from the battery, leg by leg."""
        return self.draw_kwh - self.regeneration_kwh

    def by_trip(self, by_leg: Series) -> Series:
        """Sum of a quantity by leg over each trip, shape ``(B, P)``."""
        return np.add.reduceat(by_leg, self.shape.first_legs, axis=1)

    @cached_property
    def trough_kwh(self) -> Series:
        """Most energy that the battery has given at any moment of each block, since its start."""
        used = np.cumsum(self.net_by_leg_kwh, axis=1)
        return np.asarray((used + self.regeneration_kwh).max(axis=1))

    @cached_property
    def rise_kwh(self) -> Series:
        """Most energy above its start that the battery would ever hold."""
        return np.asarray(np.maximum(0.0, -np.cumsum(self.net_by_leg_kwh, axis=1).min(axis=1)))

    @cached_property
    def need_kwh(self) -> Series:
        """Energy that a dispatcher expects a block to take at its worst moment between trips, halts reckoned with."""
        if self.halts is not None:
            return self.halts.least_kwh[:, 0] - self.halts.reserve_kwh
        return np.asarray(np.cumsum(self.expected_kwh, axis=1).max(axis=1))

    @cached_property
    def running_s(self) -> Series:
        """Duration of each block without any waiting for the timetable."""
        return np.asarray(self.run_s.sum(axis=1) + self.shape.minimum_layover_s.sum())

    @cached_property
    def not_before_s(self) -> Series:
        """Earliest return that the timetable allows: with start ``t`` the return is ``max(not_before, t + running)``.

        Each trip leaves when its time has come and its vehicle is there, so the return is the latest of the chains that
        begin with a trip on time: max-plus arithmetic, exact for any start.
        """
        layover_s = self.shape.minimum_layover_s
        to_end_s = np.cumsum((self.run_s + layover_s)[:, ::-1], axis=1)[:, ::-1] - layover_s
        later = (self.planned_depart_s + to_end_s)[:, 1:]
        return np.asarray(later.max(axis=1)) if later.shape[1] else np.full(len(self.vehicle), -np.inf)

    def summaries(self) -> Series:
        """What a vehicle needs to know of each block: the last seven fields of :class:`Block`, shape ``(7, B)``.

        How the battery fares between halts shows on the way.
        """
        net_kwh = self.net_by_leg_kwh.sum(axis=1)
        times_s = (self.planned_depart_s[:, 0], self.running_s, self.not_before_s)
        bounds_kwh = (self.trough_kwh, self.rise_kwh) if self.halts is None else (0.0 * net_kwh, 0.0 * net_kwh)
        return np.stack((*times_s, net_kwh, *bounds_kwh, self.need_kwh))


class Block(NamedTuple):
    """One block as its vehicle sees it; ``blocks`` and ``row`` say where its trips stand in the plan."""

    number: int
    blocks: int
    row: int
    trips: int
    depart_s: float
    running_s: float
    not_before_s: float
    net_kwh: float
    trough_kwh: float
    rise_kwh: float
    need_kwh: float

    def back_s(self, start_s: float) -> float:
        """When the vehicle is home again if it starts at ``start_s``."""
        return max(self.not_before_s, start_s + self.running_s)


@dataclass(frozen=True, eq=False)
class WorkPlan:
    """All blocks of one fleet. They are numbered in order of vehicle and departure."""

    sets: tuple[BlockSet, ...]

    @cached_property
    def vehicle(self) -> Codes:
        """Vehicle of each block, numbered within the fleet; -1 where there is none."""
        return _joined([blocks.vehicle for blocks in self.sets], np.int32)[self._order]

    @cached_property
    def blocks(self) -> NDArray[np.intp]:
        """Set in which each block stands."""
        sets = [np.full(len(blocks.vehicle), number) for number, blocks in enumerate(self.sets)]
        return _joined(sets, np.intp)[self._order]

    @cached_property
    def row(self) -> NDArray[np.intp]:
        """Row of each block within its set."""
        return _joined([np.arange(len(blocks.vehicle)) for blocks in self.sets], np.intp)[self._order]

    @property
    def summaries(self) -> Series:
        """Those of all blocks: the last seven fields of :class:`Block`, a row each."""
        none = np.empty((7, 0))
        return np.concatenate([none, *(blocks.summaries() for blocks in self.sets)], axis=1)[:, self._order]

    def rosters(self, vehicles: int) -> list[list[Block]]:
        """The blocks of each of the fleet's vehicles, in order of departure."""
        summaries = self.summaries.tolist()
        trips = np.array([blocks.shape.trips for blocks in self.sets])[self.blocks].tolist()
        rows = zip(range(len(self.vehicle)), self.blocks.tolist(), self.row.tolist(), trips, *summaries, strict=True)
        listed = [Block(*row) for row in rows]
        cuts = np.searchsorted(self.vehicle, np.arange(vehicles + 1)).tolist()
        return [listed[start:end] for start, end in pairwise(cuts)]

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        vehicle = _joined([blocks.vehicle for blocks in self.sets], np.int32)
        depart_s = _joined([blocks.planned_depart_s[:, 0] for blocks in self.sets], np.float64)
        return np.lexsort((depart_s, vehicle))


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    """The parts one after the other; a plan without blocks has none."""
    return np.concatenate([np.empty(0, dtype=kind), *parts])

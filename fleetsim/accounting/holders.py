"""Which battery each trip and session is about: that of a vehicle for good, or the swap pack that it carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.sums import Floats, Ints, blocks
from fleetsim.results.schema import Entities, Frame

ROWS_OF_VEHICLES = 1 << 19
"""Trips and sessions of the vehicles that are looked at at a time."""
LONG_S = 1e9
"""A time beyond every run, by which the rows of one vehicle are kept apart from those of the next."""


@dataclass(frozen=True, slots=True, eq=False)
class Holders:
    """Batteries by code: first those of the vehicles, then the swap packs."""

    vehicles: int
    """Number of codes that stand for vehicles; pack ``n`` has the code ``vehicles + n``."""
    of_trip: Ints
    of_session: Ints
    of_swap: Ints
    """The pack that a vehicle gets."""
    battery_kwh: Floats
    """Energy of each full battery."""

    def names(self, codes: Ints, entities: Entities) -> NDArray[np.object_]:
        """Names of batteries: those of their vehicles, or numbers of packs."""
        vehicles = entities["vehicles"]
        return np.array(
            [vehicles[code] if code < self.vehicles else f"pack_{code - self.vehicles:05d}" for code in codes.tolist()],
            dtype=object,
        )


def holders(tables: Mapping[str, Frame]) -> Holders:
    """The batteries of a run and whose rows are whose.

    A pack takes its composition with it: a swap is nothing but a change of the battery that a vehicle's next trips
    are about. A vehicle that swaps nothing within the records has a battery of its own.
    """
    trips, sessions, swaps = tables["trips"], tables["sessions"], tables["swaps"]
    own_kwh = battery_kwh(tables["vehicles"])
    vehicles = len(own_kwh)
    known = np.concatenate((sessions["pack"], swaps["pack_in"], swaps["pack_out"]))
    kwh = np.concatenate((own_kwh, np.full(int(known.max(initial=-1)) + 1, np.nan)))
    pack_kwh = np.full(int(tables["sites"]["site"].max(initial=-1)) + 1, np.nan)
    pack_kwh[tables["sites"]["site"]] = tables["sites"]["pack_kwh"]
    for packs, site in (
        (sessions["pack"], sessions["site"]),
        (swaps["pack_in"], swaps["site"]),
        (swaps["pack_out"], swaps["site"]),
    ):
        mine = packs >= 0
        kwh[vehicles + packs[mine]] = pack_kwh[site[mine]]
    of_session = _holder(sessions["vehicle"], sessions["plug_at"], swaps, vehicles)
    return Holders(
        vehicles=vehicles,
        of_trip=_holder(trips["vehicle"], trips["depart_at"], swaps, vehicles),
        of_session=np.where(sessions["pack"] >= 0, vehicles + sessions["pack"], of_session),
        of_swap=(vehicles + swaps["pack_in"]).astype(np.int64),
        battery_kwh=kwh,
    )


def battery_kwh(vehicles: Frame) -> Floats:
    """Battery energy by code of the vehicle."""
    out = np.full(int(vehicles["vehicle"].max(initial=-1)) + 1, np.nan)
    out[vehicles["vehicle"]] = vehicles["battery_kwh"]
    return out


def _holder(vehicle: NDArray[Any], at_s: Floats, swaps: Frame, vehicles: int) -> Ints:
    """The battery that a vehicle has at a moment: the pack of its last swap, or else what its next swap takes out."""
    own = vehicle.astype(np.int64)
    if len(swaps["vehicle"]) == 0:
        return own
    order = np.lexsort((swaps["end_at"], swaps["vehicle"]))
    swapper, pack_in, pack_out = (swaps[name][order] for name in ("vehicle", "pack_in", "pack_out"))
    moments = swapper * LONG_S + swaps["end_at"][order]
    last = np.searchsorted(moments, own * LONG_S + at_s, side="right") - 1
    following = np.minimum(last + 1, len(order) - 1)
    after = (last >= 0) & (swapper[last] == own)
    before = ~after & (swapper[following] == own)
    pack = np.where(after, pack_in[last], np.where(before, pack_out[following], -1))
    return np.where(pack >= 0, vehicles + pack, own)


def some_vehicles(
    tables: Mapping[str, Frame], *, together: bool = False
) -> Iterator[tuple[slice | Ints, slice | Ints]]:
    """Rows of the trips and of the sessions of some vehicles, by code; first with those of none.

    What happens to one battery does not depend on others, but where packs change hands: there, or if asked, they come
    together.
    """
    vehicles = (tables["trips"]["vehicle"], tables["sessions"]["vehicle"])
    packs = len(tables["swaps"]["vehicle"]) or np.any(tables["sessions"]["pack"] >= 0)
    if together or packs or sum(map(len, vehicles)) <= ROWS_OF_VEHICLES:
        yield slice(None), slice(None)
        return
    number = np.zeros(max(int(vehicle.max(initial=-1)) for vehicle in vehicles) + 2, dtype=np.int64)
    for vehicle in vehicles:
        for rows in blocks(len(vehicle)):
            number += np.bincount(vehicle[rows] + 1, minlength=len(number))
    group = np.cumsum(number) // ROWS_OF_VEHICLES
    first = np.flatnonzero(np.diff(group, prepend=-1)) - 1
    for low, high in pairwise([*first.tolist(), len(number)]):
        of_trips, of_sessions = (_between(vehicle, low, high) for vehicle in vehicles)
        yield of_trips, of_sessions


def _between(codes: Ints, low: int, high: int) -> Ints:
    """Rows with a code from one on and below another."""
    found = [rows.start + np.flatnonzero((codes[rows] >= low) & (codes[rows] < high)) for rows in blocks(len(codes))]
    return np.concatenate(found)

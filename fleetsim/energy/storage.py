"""A stationary battery behind a site's meter: what it plans beforehand, and how it follows the load.

Level E (kWh stored) and power P (kW at its terminals, AC) obey dE/dt = P eta while it charges and dE/dt = P / eta while
it gives (P < 0), with eta the square root of the round trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import HOUR_S, SLOT_S, SLOTS_PER_DAY

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SLOT_H = SLOT_S / HOUR_S
FULL_KWH = 1e-9
"""What is nearer than this to full, empty or promised is there."""


@dataclass(frozen=True, slots=True)
class Battery:
    """A stationary battery: usable energy, power both ways, AC to AC efficiency of a round trip."""

    capacity_kwh: float
    power_kw: float
    round_trip_efficiency: float

    @property
    def one_way(self) -> float:
        """Efficiency of one way, in or out."""
        return float(self.round_trip_efficiency**0.5)


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """What a battery would do in each of a row of times with constant power, were it neither full nor empty."""

    length_s: Floats
    take_kw: Floats
    """Power that it would take, at most its own."""
    give_kw: Floats
    """Power that it would give, at most its own; it does not take and give at once."""
    promised_kw: Floats
    """Power that it has promised to draw in each time, negative where it has promised to give."""


def promise(
    battery: Battery, initial_kwh: float, charge: Flags, give: Flags, room_kw: Floats, surplus_kw: Floats | None = None
) -> Floats:
    """Power by slot that a battery can promise: it fills up in the one kind of slots and empties in the other.

    ``charge`` and ``give`` flag slots. Each unbroken row of slots to charge is used evenly to get full, as far as
    ``room_kw`` leaves power; what is stored then is spread evenly over all slots to give before the next such row. The
    battery can keep the promise whatever happens: it only ever stores more, and gives less, than it promised.

    ``surplus_kw`` is what the sun is expected to bring beyond the loads. What comes of it until midnight is left room
    and not promised: nobody knows who else will take it, nor whether anybody takes what is promised before.
    """
    eta, level_kwh = battery.one_way, initial_kwh
    sun = np.zeros(len(charge)) if surplus_kw is None else np.minimum(surplus_kw, battery.power_kw)
    expected_kwh = initial_kwh
    plan = np.zeros(len(charge))
    starts = np.flatnonzero(charge & ~np.concatenate(([False], charge[:-1])))
    for first, after in zip((0, *starts), (*starts, len(charge)), strict=True):
        slots = np.arange(first, after)
        charging = slots[charge[slots]]
        end = int(charging[-1]) + 1 if len(charging) else first
        later_kw = float(sun[end : -(-end // SLOTS_PER_DAY) * SLOTS_PER_DAY].sum())
        for slot in charging:
            need_kw = (battery.capacity_kwh - expected_kwh) / eta / SLOT_H - later_kw
            even_kw = _least_even(sun[slot:end], need_kw)
            plan[slot] = max(0.0, min(even_kw, battery.power_kw, room_kw[slot]))
            level_kwh += plan[slot] * eta * SLOT_H
            expected_kwh += max(plan[slot], sun[slot]) * eta * SLOT_H
        giving = slots[give[slots] & ~charge[slots]]
        if len(giving):
            plan[giving] = -min(battery.power_kw, level_kwh * eta / (len(giving) * SLOT_H))
            level_kwh += float(plan[giving].sum()) / eta * SLOT_H
            expected_kwh = level_kwh
            end = int(giving[-1]) + 1
        expected_kwh = min(battery.capacity_kwh, expected_kwh + float(sun[end:after].sum()) * eta * SLOT_H)
    return plan


def _least_even(sun_kw: Floats, need_kw: float) -> float:
    """Lowest power that, where the sun gives less, brings ``need_kw`` together with the sun, summed over slots.

    >>> _least_even(np.array([4.0, 0.0, 1.0]), 10.0), _least_even(np.array([9.0, 0.0, 0.0]), 10.0)
    (3.0, 0.5)
    """
    above = np.sort(sun_kw)[::-1].tolist()
    left_kw, slots = need_kw, len(above)
    for kw in above:
        if kw * slots <= left_kw:
            break
        left_kw, slots = left_kw - kw, slots - 1
    return left_kw / slots if slots else 0.0


def by_strategy(
    strategy: str, net_kw: Floats, promised_kw: Floats, may_give: Flags, target_kw: float
) -> tuple[Floats, Floats]:
    """What a battery of any power would take and give where the loads draw ``net_kw`` more than the panels give.

    ``may_give`` flags the peaks, in which ``valley_to_peak`` also gives what it holds beyond its promise.
    """
    surplus, short = np.maximum(-net_kw, 0.0), np.maximum(net_kw, 0.0)
    if strategy == "peak_shaving":
        return np.maximum(target_kw - net_kw, 0.0), np.maximum(net_kw - target_kw, 0.0)
    if strategy == "valley_to_peak":
        return np.maximum(surplus, promised_kw), np.where(may_give, short, 0.0)
    return surplus, short


def follow(
    battery: Battery, initial_kwh: float, promised_kwh: float, wishes: Wishes
) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
    """The battery through time: length (s) and power (kW) of stretches of constant power, levels (kWh) at their edges.

    The last that is returned says of which time each stretch is a part.
    It stops taking when it is full, and gives no more than it has promised when it holds no more than it needs to keep
    its promises (``promised_kwh`` at the start; nothing at all if there is no promise). A time is cut where that
    happens, so nothing depends on how the times are cut. There is one level more than there are stretches.
    """
    eta, level, floor = battery.one_way, initial_kwh, promised_kwh
    of: list[int] = []
    lengths_s: list[float] = []
    powers_kw: list[float] = []
    levels = [level]
    rows = (wishes.length_s, wishes.take_kw, wishes.give_kw, wishes.promised_kw)
    columns = zip(*(row.tolist() for row in rows), strict=True)
    for number, (length_s, take_kw, give_kw, promised_kw) in enumerate(columns):
        left_h = length_s / HOUR_S
        floor_slope = promised_kw * eta if promised_kw > 0.0 else promised_kw / eta
        while left_h > 0.0:
            kw, until_h = 0.0, left_h
            if take_kw > 0.0 and level < battery.capacity_kwh - FULL_KWH:
                kw, until_h = take_kw, (battery.capacity_kwh - level) / (take_kw * eta)
            elif give_kw > 0.0:
                kept_kw = max(0.0, -promised_kw)
                if level <= floor + FULL_KWH:
                    kw = -min(give_kw, kept_kw)
                else:
                    kw = -give_kw
                    if give_kw > kept_kw:
                        until_h = (level - floor) * eta / (give_kw - kept_kw)
            hours = min(left_h, until_h)
            level = min(battery.capacity_kwh, max(0.0, level + (kw * eta if kw > 0.0 else kw / eta) * hours))
            floor = min(battery.capacity_kwh, max(0.0, floor + floor_slope * hours))
            left_h -= hours
            of.append(number)
            lengths_s.append(hours * HOUR_S)
            powers_kw.append(kw)
            levels.append(level)
    return np.array(lengths_s), np.array(powers_kw), np.array(levels), np.array(of, dtype=np.int64)


def level_after(battery: Battery, initial_kwh: float, plan_kw: Sequence[float] | Floats) -> float:
    """Level at the end of slots with planned powers."""
    plan = np.asarray(plan_kw, dtype=np.float64)
    eta = battery.one_way
    return initial_kwh + float(np.where(plan > 0.0, plan * eta, plan / eta).sum()) * SLOT_H

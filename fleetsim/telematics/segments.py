"""A run as stretches of time in which each vehicle does one thing evenly: drive, charge, swap, stand.

Everything between two ends of a stretch is a straight line, so a trace on any grid of times is array code, and at
every end it is what the records say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.holders import battery_kwh
from fleetsim.accounting.integrals import cut
from fleetsim.accounting.sessions import session_of_draw
from fleetsim.accounting.sums import ratio
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.results.records import Records
from fleetsim.results.schema import SESSION_ENDS, TRIP_STATUS, Frame, select

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Doing(IntEnum):
    """What a vehicle does in a stretch of time."""

    PARKED = 0
    PLUGGED = 1
    """Plugged in without power, before it has what it wanted."""
    FULL = 2
    """Plugged in with what it wanted."""
    CHARGING = 3
    DRIVING = 4
    SWAPPING = 5
    REFUELLING = 6
    FEEDING = 7
    """Plugged in and feeding back to its site."""


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Stretches of all vehicles, by vehicle and time, without gaps over the reported time."""

    vehicle: Ints
    """Code of the vehicle."""
    start_s: Floats
    end_s: Floats
    doing: Ints
    soc_start: Floats
    """State of charge, or share of the tank of a vehicle that has one."""
    soc_end: Floats
    km_start: Floats
    """Kilometres driven since the start of the reported time."""
    km_end: Floats
    power_kw: Floats
    """Mean power out of the battery (of a hydrogen bus, of battery and fuel cell); negative while it charges."""
    trip: Ints
    """Row of the trip, -1 where there is none."""
    place: Ints
    """Code of the place where a vehicle stands; -1 while it drives or where nobody knows."""

    def of(self, rows: slice | NDArray[np.bool_]) -> Segments:
        """A part of the stretches."""
        return Segments(*(getattr(self, name)[rows] for name in self.__slots__))


def segments(records: Records) -> Segments:
    """The stretches of a run's vehicles within the reported time."""
    clock, vehicles = records.clock, records.tables["vehicles"]
    events = _join([_trips(records), _charges(records), _stays(records), _swaps(records), _refuels(records)])
    begin_s, end_s = float(clock.report_from_s), float(clock.end_s)
    events = _cut(events, begin_s, end_s)
    order = np.lexsort((events["end_s"], events["start_s"], events["vehicle"]))
    events = select(events, order)
    code = np.sort(vehicles["vehicle"]).astype(np.int64)
    first = np.searchsorted(events["vehicle"], code, side="left")
    last = np.searchsorted(events["vehicle"], code, side="right")
    return _without_gaps(events, code, first, last, begin_s, end_s)


def _trips(records: Records) -> Frame:
    trips, places = records.tables["trips"], records.tables["places"]
    ran = (trips["vehicle"] >= 0) & (trips["status"] != TRIP_STATUS.index("cancelled"))
    rows = np.flatnonzero(ran & np.isfinite(trips["depart_at"]) & np.isfinite(trips["arrive_at"]))
    trips = select(trips, rows)
    hours = np.maximum(trips["arrive_at"] - trips["depart_at"], 1e-6) / HOUR_S
    return _frame(
        len(rows),
        vehicle=trips["vehicle"],
        start_s=trips["depart_at"],
        end_s=trips["arrive_at"],
        doing=np.full(len(rows), Doing.DRIVING),
        soc_start=trips["soc_start"],
        soc_end=trips["soc_end"],
        km=np.nan_to_num(trips["distance_km"]),
        power_kw=np.nan_to_num(trips["used_kwh"]) / hours,
        trip=rows,
        place=np.where(trips["destination"] >= 0, trips["destination"], -1) if len(places["place"]) else None,
    )


def _charges(records: Records) -> Frame:
    """Pieces of sessions with power, cut at the slots: the state of charge follows the energy at the meter."""
    sessions, draws = records.tables["sessions"], records.tables["draws"]
    pieces = cut(draws, records.tables["clocks"])
    session = session_of_draw(draws, sessions)[pieces.draw]
    mine = np.flatnonzero((session >= 0) & (pieces.kwh != 0.0))
    mine = mine[sessions["vehicle"][session[mine]] >= 0]
    draw, row, kwh = pieces.draw[mine], session[mine], pieces.kwh[mine]
    start_s = np.maximum(draws["start_at"][draw], pieces.slot[mine] * float(SLOT_S))
    end_s = np.minimum(draws["end_at"][draw], (pieces.slot[mine] + 1) * float(SLOT_S))
    order = np.lexsort((start_s, row))
    row, kwh, start_s, end_s = row[order], kwh[order], start_s[order], end_s[order]
    feeds = kwh < 0.0
    at_battery, at_outlet = _per_kwh(records)
    change = kwh * np.where(feeds, at_battery[1][row], at_battery[0][row])
    before = np.cumsum(change) - change
    before += sessions["soc_start"][row] - before[np.searchsorted(row, row)]
    return _frame(
        len(row),
        vehicle=sessions["vehicle"][row],
        start_s=start_s,
        end_s=end_s,
        doing=np.where(feeds, Doing.FEEDING, Doing.CHARGING),
        soc_start=before,
        soc_end=before + change,
        power_kw=-kwh
        * np.where(feeds, at_outlet[1][row], at_outlet[0][row])
        / np.maximum((end_s - start_s) / HOUR_S, 1e-9),
    )


def _per_kwh(records: Records) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """What a kWh drawn and one fed back is to each session: in state of charge, and in energy at the vehicle."""
    sessions = records.tables["sessions"]
    drawn_kwh, fed_kwh = (np.nan_to_num(sessions[name]) for name in ("energy_kwh", "discharged_kwh"))
    released = ratio(np.nan_to_num(sessions["released_kwh"]), fed_kwh)
    capacity_kwh = battery_kwh(records.tables["vehicles"])[np.maximum(sessions["vehicle"], 0)]
    gain = sessions["soc_end"] - sessions["soc_start"] + np.where(fed_kwh > 0.0, released * fed_kwh / capacity_kwh, 0.0)
    delivered = ratio(np.nan_to_num(sessions["delivered_kwh"]), drawn_kwh)
    return (ratio(gain, drawn_kwh), released / capacity_kwh), (delivered, released)


def _stays(records: Records) -> Frame:
    """Time at a charger before the first power, and from the last one on."""
    sessions = records.tables["sessions"]
    mine = select(sessions, (sessions["vehicle"] >= 0) & np.isfinite(sessions["plug_at"]))
    full = mine["end_reason"] == SESSION_ENDS.index("target")
    moved_kwh = np.nan_to_num(mine["energy_kwh"]) + np.nan_to_num(mine["discharged_kwh"])
    drew = np.isfinite(mine["start_at"]) & (moved_kwh != 0.0)
    from_s = np.where(drew, mine["end_at"], mine["plug_at"])
    before = _frame(
        len(drew),
        vehicle=np.where(drew, mine["vehicle"], -1),
        start_s=mine["plug_at"],
        end_s=np.where(drew, mine["start_at"], mine["plug_at"]),
        doing=np.full(len(drew), Doing.PLUGGED),
        soc_start=mine["soc_start"],
        soc_end=mine["soc_start"],
    )
    after = _frame(
        len(drew),
        vehicle=mine["vehicle"],
        start_s=from_s,
        end_s=np.where(np.isfinite(mine["unplug_at"]), mine["unplug_at"], from_s),
        doing=np.where(full, Doing.FULL, Doing.PLUGGED),
        soc_start=mine["soc_end"],
        soc_end=mine["soc_end"],
    )
    return _join([before, after])


def _swaps(records: Records) -> Frame:
    swaps = records.tables["swaps"]
    return _frame(
        len(swaps["vehicle"]),
        vehicle=swaps["vehicle"],
        start_s=swaps["start_at"],
        end_s=swaps["end_at"],
        doing=np.full(len(swaps["vehicle"]), Doing.SWAPPING),
        soc_start=swaps["soc_out"],
        soc_end=swaps["soc_in"],
    )


def _refuels(records: Records) -> Frame:
    fills, vehicles = records.tables["refuels"], records.tables["vehicles"]
    tank_kg = np.full(len(records.entities["vehicles"]) + 1, np.nan)
    tank_kg[vehicles["vehicle"]] = vehicles["tank_kg"]
    mine = select(fills, np.isfinite(fills["start_at"]) & np.isfinite(fills["end_at"]))
    return _frame(
        len(mine["vehicle"]),
        vehicle=mine["vehicle"],
        start_s=mine["start_at"],
        end_s=mine["end_at"],
        doing=np.full(len(mine["vehicle"]), Doing.REFUELLING),
        soc_start=mine["tank_start_kg"] / tank_kg[mine["vehicle"]],
        soc_end=mine["tank_end_kg"] / tank_kg[mine["vehicle"]],
    )


_COLUMNS = {"vehicle": -1, "start_s": 0.0, "end_s": 0.0, "doing": 0, "soc_start": np.nan, "soc_end": np.nan,
            "km": 0.0, "power_kw": 0.0, "trip": -1, "place": -1}  # fmt: skip


def _frame(rows: int, **columns: NDArray[np.generic] | None) -> Frame:
    whole = {}
    for name, default in _COLUMNS.items():
        given = columns.get(name)
        kind = np.int64 if isinstance(default, int) else np.float64
        whole[name] = np.full(rows, default, dtype=kind) if given is None else np.asarray(given).astype(kind)
    return select(whole, whole["vehicle"] >= 0)


def _join(frames: list[Frame]) -> Frame:
    return {name: np.concatenate([frame[name] for frame in frames]) for name in _COLUMNS}


def _cut(events: Frame, begin_s: float, end_s: float) -> Frame:
    """The events within the reported time; what reaches beyond its edges is cut there, evenly."""
    length_s = np.maximum(events["end_s"] - events["start_s"], 1e-9)
    low = np.clip((begin_s - events["start_s"]) / length_s, 0.0, 1.0)
    high = np.clip((end_s - events["start_s"]) / length_s, 0.0, 1.0)
    gain = events["soc_end"] - events["soc_start"]
    cut_events = {
        **events,
        "start_s": np.maximum(events["start_s"], begin_s),
        "end_s": np.minimum(events["end_s"], end_s),
        "soc_start": np.where(low > 0.0, events["soc_start"] + low * gain, events["soc_start"]),
        "soc_end": np.where(high < 1.0, events["soc_start"] + high * gain, events["soc_end"]),
        "km": events["km"] * (high - low),
    }
    return select(cut_events, cut_events["end_s"] > cut_events["start_s"])


def _without_gaps(events: Frame, code: Ints, first: Ints, last: Ints, begin_s: float, end_s: float) -> Segments:
    """Events and, between them, the time that each vehicle stands; an event begins when the one before has ended."""
    number = len(events["vehicle"])
    starts_s, ends_s = events["start_s"].copy(), events["end_s"].copy()
    fresh = np.ones(number, dtype=bool)
    fresh[1:] = events["vehicle"][1:] != events["vehicle"][:-1]
    previous_end_s = np.concatenate(([begin_s], ends_s[:-1]))
    previous_end_s[fresh] = begin_s
    starts_s = np.minimum(np.maximum(starts_s, previous_end_s), ends_s)
    gap = starts_s > previous_end_s
    owner = np.searchsorted(code, events["vehicle"])
    tail_from_s = np.full(len(code), begin_s)
    has = last > first
    tail_from_s[has] = ends_s[last[has] - 1]
    tail = tail_from_s < end_s

    vehicle = np.concatenate([owner, owner[gap], np.flatnonzero(tail)])
    start_s = np.concatenate([starts_s, previous_end_s[gap], tail_from_s[tail]])
    until_s = np.concatenate([ends_s, starts_s[gap], np.full(int(tail.sum()), end_s)])
    row = np.concatenate([np.arange(number), np.full(int(gap.sum()), -1), np.full(int(tail.sum()), -1)])
    order = np.lexsort((until_s, start_s, vehicle))
    vehicle, start_s, until_s, row = vehicle[order], start_s[order], until_s[order], row[order]
    event = row >= 0
    doing = np.where(event, events["doing"][row] if number else 0, Doing.PARKED)
    km = np.where(event, events["km"][row] if number else 0.0, 0.0)
    new = np.concatenate(([True], vehicle[1:] != vehicle[:-1])) if len(vehicle) else np.empty(0, dtype=bool)
    total = np.cumsum(km)
    base = np.maximum.accumulate(np.where(new, total - km, 0.0)) if len(vehicle) else total
    soc_start, soc_end = (np.where(event, events[name][row] if number else np.nan, np.nan)
                          for name in ("soc_start", "soc_end"))  # fmt: skip
    known_before = _carried(soc_end, new)
    known_after = _carried(soc_start[::-1], np.concatenate((new[1:], [True]))[::-1])[::-1] if len(new) else soc_start
    standing = np.where(np.isfinite(known_before), known_before, known_after)
    place = np.where(event, events["place"][row] if number else -1, -1).astype(np.float64)
    driving = doing == Doing.DRIVING
    here = _carried(np.where(driving, np.where(place >= 0, place, -1.0), np.nan), new)
    return Segments(
        vehicle=code[vehicle],
        start_s=start_s,
        end_s=until_s,
        doing=doing.astype(np.int64),
        soc_start=np.where(event, soc_start, standing),
        soc_end=np.where(event, soc_end, standing),
        km_start=total - km - base,
        km_end=total - base,
        power_kw=np.where(event, events["power_kw"][row] if number else 0.0, 0.0),
        trip=np.where(event, events["trip"][row] if number else -1, -1),
        place=np.where(driving | ~np.isfinite(here), -1, here).astype(np.int64),
    )


def _carried(values: Floats, new: NDArray[np.bool_]) -> Floats:
    """The last known value before or at each place, within one vehicle; NaN where there is none yet."""
    known = np.isfinite(values)
    at = np.maximum.accumulate(np.where(known | new, np.arange(len(values)), -1)) if len(values) else np.empty(0, int)
    return np.where(len(values) > 0, values[at], np.nan) if len(values) else values

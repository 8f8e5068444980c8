"""From the rows that sites wrote to their tables: sessions, waits, draws and clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import DAY_S, HOUR_S, Clock
from fleetsim.energy.curve import ChargeSteps
from fleetsim.results import spool
from fleetsim.results.schema import LOADS, SESSION_ENDS, WAIT_CAUSES, Frame, complete, concatenate, select
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.hydrogen_tables import production_draws
from fleetsim.simulation.plant import Plant, base_load_kw, standby_kw
from fleetsim.simulation.site_clock import SiteClock
from fleetsim.simulation.window import cut_at_start
from fleetsim.sites.depot_plant import DepotPlant
from fleetsim.sites.log import SiteLog

_VEHICLE, _PACK, _STANDBY, _BASE = (LOADS.index(word) for word in ("vehicle", "pack", "standby", "base"))
_TARGET, _HORIZON = SESSION_ENDS.index("target"), SESSION_ENDS.index("horizon")
SPELLS_AT_ONCE = 1 << 16
"""Few enough for memory, whatever the length of a run."""
Array = NDArray[Any]


def site_tables(
    log: SiteLog,
    steps: Sequence[ChargeSteps],
    plants: Mapping[str, Plant],
    site_codes: Mapping[str, int],
    scenario: Scenario,
    capacity_kwh: Array,
) -> dict[str, Frame]:
    """The tables of one component's sites, their codes by name. ``capacity_kwh`` is indexed by vehicle code."""
    clock = scenario.spec.clock
    factors = log.factors.array()
    clocks = {plant.site: SiteClock(factors, plant.site) for plant in plants.values()}
    cabinets = [
        SiteClock(factors, plant.site, 1 + number).table(clock.end_s)
        for plant in sorted(plants.values(), key=lambda plant: plant.site)
        if isinstance(plant, DepotPlant)
        for number in range(len(plant.cabinets))
    ]
    rows = log.sessions.array().copy()
    rows["leave_s"] = _unplug_s(rows, plants, clock.end_s)
    rows = rows[(rows["leave_s"] > clock.report_from_s) | (rows["end_s"] > clock.report_from_s)]
    rows = rows[np.lexsort((rows["session"], rows["end_s"]))]
    rows, spells, pieces = cut_at_start(
        rows, log.spells.array(), log.pieces.array(), steps, clocks, clock.report_from_s
    )
    number = np.full(int(rows["session"].max(initial=-1)) + 1, -1, dtype=np.int64)
    number[rows["session"]] = np.arange(len(rows))
    draws = [
        _own_loads(site_codes, scenario, clock),
        production_draws(log, clock),
        _draws_of_spells(spells, rows, number, steps, clocks),
        _draws_of_pieces(pieces, rows, number),
    ]
    return {
        "sessions": _sessions(rows, steps, pieces, number),
        "waits": _waits(log, clock),
        "swaps": _swaps(log.swaps.array(), capacity_kwh, clock),
        "draws": _in_order(draws),
        "clocks": concatenate("clocks", [clocks[site].table(clock.end_s) for site in sorted(clocks)] + cabinets),
    }


def _sessions(rows: Array, steps: Sequence[ChargeSteps], pieces: Array, number: Array) -> Frame:
    per_meter = np.array([each.stored_per_kwh for each in steps])[rows["steps"]]
    delivered = np.array([each.delivered_per_kwh for each in steps])[rows["steps"]]
    change_kwh = rows["end_kwh"] - rows["start_kwh"]
    drawn_kwh = _kwh_of_pieces(pieces, np.maximum(pieces["power_kw"], 0.0), number, len(rows))
    discharged_kwh = _kwh_of_pieces(pieces, np.maximum(-pieces["power_kw"], 0.0), number, len(rows))
    released = np.array([0.0 if each.feed_back is None else each.feed_back.released_per_kwh for each in steps])
    released_kwh = discharged_kwh * released[rows["steps"]]
    stored_kwh = np.where((drawn_kwh == 0.0) & (discharged_kwh > 0.0), 0.0, change_kwh + released_kwh)
    energy_kwh = stored_kwh / per_meter
    delivered_kwh = energy_kwh * delivered
    by_load = np.array([each.load_curve is not None for each in steps], dtype=bool)[rows["steps"]]
    if by_load.any():
        energy_kwh = np.where(by_load, drawn_kwh, energy_kwh)
        delivered_kwh = np.where(by_load, stored_kwh / per_meter * delivered, delivered_kwh)
    wanted_kwh = rows["wanted_kwh"] - rows["start_kwh"]
    capacity_kwh = np.array([each.level_kwh[-1] for each in steps])[rows["steps"]]
    return complete(
        "sessions",
        {
            "session": np.arange(len(rows)),
            "vehicle": rows["vehicle"],
            "pack": rows["pack"],
            "site": rows["site"],
            "charger": rows["charger"],
            "second_charger": rows["second"],
            "arrive_at": rows["arrive_s"],
            "plug_at": rows["plug_s"],
            "start_at": rows["start_s"],
            "end_at": rows["end_s"],
            "unplug_at": rows["leave_s"],
            "planned_unplug_at": np.where(np.isfinite(rows["planned_s"]), rows["planned_s"], np.nan),
            "requested_kwh": wanted_kwh,
            "energy_kwh": energy_kwh,
            "delivered_kwh": delivered_kwh,
            "stored_kwh": stored_kwh,
            "unmet_kwh": np.maximum(0.0, wanted_kwh - change_kwh),
            "discharged_kwh": discharged_kwh,
            "released_kwh": released_kwh,
            "soc_start": rows["start_kwh"] / capacity_kwh,
            "soc_end": rows["end_kwh"] / capacity_kwh,
            "end_reason": rows["reason"],
        },
    )


def _kwh_of_pieces(pieces: Array, power_kw: Array, number: Array, sessions: int) -> Array:
    """Energy of each session by the constant powers of its pieces."""
    kwh = power_kw * (pieces["end_s"] - pieces["start_s"]) / HOUR_S
    return np.bincount(number[pieces["session"]], kwh, sessions)


def _waits(log: SiteLog, clock: Clock) -> Frame:
    """The waits that end in the reported time, in order of their end."""
    waits = concatenate(
        "waits",
        [
            complete(
                "waits",
                {
                    "vehicle": rows["vehicle"],
                    "site": rows["site"],
                    "arrive_at": rows["arrive_s"],
                    "end_at": rows["end_s"],
                    "outcome": rows["outcome"],
                    "cause": np.full(len(rows), WAIT_CAUSES.index(cause)),
                },
            )
            for rows, cause in ((log.waits.array(), "turn"), (log.pressure_waits.array(), "pressure"))
        ],
    )
    waits = select(waits, waits["end_at"] > clock.report_from_s)
    return select(waits, np.lexsort((waits["vehicle"], waits["end_at"])))


def _swaps(rows: Array, capacity_kwh: Array, clock: Clock) -> Frame:
    """The swaps that end in the reported time or are under way at its end."""
    rows = rows[rows["end_s"] > clock.report_from_s]
    rows = rows[np.lexsort((rows["vehicle"], rows["end_s"]))]
    capacity = capacity_kwh[rows["vehicle"]]
    return complete(
        "swaps",
        {
            "vehicle": rows["vehicle"],
            "site": rows["site"],
            "arrive_at": rows["arrive_s"],
            "start_at": rows["start_s"],
            "end_at": np.minimum(rows["end_s"], clock.end_s),
            "pack_out": rows["pack_out"],
            "pack_in": rows["pack_in"],
            "soc_out": rows["out_kwh"] / capacity,
            "soc_in": rows["in_kwh"] / capacity,
            "end_reason": np.where(rows["end_s"] > clock.end_s, _HORIZON, _TARGET),
        },
    )


def _unplug_s(rows: Array, plants: Mapping[str, Plant], end_s: float) -> Array:
    """A plug stays until its vehicle leaves, the next one needs the charger, or the charger fails."""
    failed = [
        (plant.site, outage.charger, outage.start_s)
        for plant in plants.values()
        if isinstance(plant, DepotPlant)
        for outage in plant.outages
    ]
    two = np.flatnonzero(rows["second"] >= 0)
    site, at_s = (np.append(rows[name], rows[name][two]) for name in ("site", "plug_s"))
    charger = np.append(rows["charger"], rows["second"][two])
    if failed:
        site, charger, at_s = map(np.append, (site, charger, at_s), zip(*failed, strict=True))
    order = np.lexsort((at_s, charger, site))
    site, charger, at_s = site[order], charger[order], at_s[order]
    same = (site[1:] == site[:-1]) & (charger[1:] == charger[:-1])
    next_s = np.full(len(order), np.inf)
    next_s[order[:-1]] = np.where(same, at_s[1:], np.inf)
    unplug_s: Array = np.minimum(np.minimum(rows["leave_s"], end_s), next_s[: len(rows)])
    unplug_s[two] = np.minimum(unplug_s[two], next_s[len(rows) : len(rows) + len(two)])
    return unplug_s


def _draws_of_spells(
    spells: Array,
    rows: Array,
    number: Array,
    steps: Sequence[ChargeSteps],
    clocks: Mapping[int, SiteClock],
) -> Frame:
    """Spells on a virtual clock, cut at the corners of their charge curves."""
    spells = spells[spells["end_s"] > spells["start_s"]]
    frames = []
    for first in range(0, len(spells), SPELLS_AT_ONCE):
        some = spells[first : first + SPELLS_AT_ONCE]
        session = number[some["session"]]
        for row, stairs in enumerate(steps):
            mine = rows["steps"][session] == row
            if mine.any():
                owner = rows[session[mine]]
                frames.append(_cut(some[mine], session[mine], owner["site"], owner["pack"], stairs, clocks))
    return concatenate("draws", frames)


def _cut(
    spells: Array, session: Array, site: Array, pack: Array, stairs: ChargeSteps, clocks: Mapping[int, SiteClock]
) -> Frame:
    levels, times = np.array(stairs.level_kwh), np.array(stairs.time_s)
    first = np.searchsorted(levels, spells["from_kwh"], side="right") - 1
    last = np.maximum(first, np.searchsorted(levels, spells["to_kwh"], side="left") - 1)
    first, last = np.minimum(first, len(levels) - 2), np.minimum(last, len(levels) - 2)
    counts = last - first + 1
    spell = np.repeat(np.arange(len(spells)), counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[spell]
    from_s = times[first] + (spells["from_kwh"] - levels[first]) / (levels[first + 1] - levels[first]) * (
        times[first + 1] - times[first]
    )
    corner_clock_s = spells["clock_start_s"][spell] + times[step] - from_s[spell]
    corner_s = np.empty(len(spell))
    by_site = np.argsort(site[spell], kind="stable")
    codes, starts = np.unique(site[spell][by_site], return_index=True)
    for code, here in zip(codes.tolist(), np.split(by_site, starts[1:]), strict=True):
        corner_s[here] = clocks[code].wall_s(corner_clock_s[here])
    opens = step == first[spell]
    start_s = np.where(opens, spells["start_s"][spell], corner_s)
    end_s = np.append(start_s[1:], 0.0)
    end_s = np.where(step == last[spell], spells["end_s"][spell], end_s)
    return complete(
        "draws",
        {
            "site": site[spell],
            "load": np.where(pack[spell] >= 0, _PACK, _VEHICLE),
            "session": session[spell],
            "clock": np.zeros(len(spell), dtype=np.int64),
            "start_at": start_s,
            "end_at": end_s,
            "offered_kw": np.array(stairs.draw_kw)[step],
        },
    )


def _draws_of_pieces(pieces: Array, rows: Array, number: Array) -> Frame:
    """Constant powers that re-allocation set."""
    session = number[pieces["session"]]
    return complete(
        "draws",
        {
            "site": rows["site"][session],
            "load": np.where(rows["pack"][session] >= 0, _PACK, _VEHICLE),
            "session": session,
            "start_at": pieces["start_s"],
            "end_at": pieces["end_s"],
            "offered_kw": pieces["power_kw"],
        },
    )


def _own_loads(site_codes: Mapping[str, int], scenario: Scenario, clock: Clock) -> Frame:
    """Standby of chargers and base load of buildings over the reported time."""
    pieces: list[tuple[int, int, float, float, float]] = []
    for name, code in site_codes.items():
        site = scenario.spec.sites[name]
        idle_kw, base = standby_kw(site, scenario), base_load_kw(site)
        if idle_kw > 0.0:
            pieces.append((code, _STANDBY, clock.report_from_s, clock.end_s, idle_kw))
        if len(base) == 1 and base[0] > 0.0:
            pieces.append((code, _BASE, clock.report_from_s, clock.end_s, base[0]))
        elif len(base) > 1:
            for day in range(clock.warmup_days, clock.total_days):
                for hour, kw in enumerate(base):
                    start_s = day * DAY_S + hour * HOUR_S
                    pieces.append((code, _BASE, start_s, start_s + HOUR_S, kw))
    names = ("site", "load", "start_at", "end_at", "offered_kw")
    columns = zip(*pieces, strict=True) if pieces else ()
    return complete("draws", dict(zip(names, map(np.array, columns), strict=True)) if pieces else {})


def _in_order(frames: Sequence[Frame]) -> Frame:
    """The draws in order of time; uses up the frames."""
    keys = [np.concatenate([frame[name] for frame in frames]) for name in ("session", "load", "site", "start_at")]
    return spool.gather("draws", frames, np.lexsort(keys))

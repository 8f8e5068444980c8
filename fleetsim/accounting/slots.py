"""What every site and the grid carried in each 15-minute slot of the reported time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.local_supply import LocalSupply
from fleetsim.accounting.running import Running
from fleetsim.accounting.sessions import OF_SESSIONS
from fleetsim.accounting.site_power import site_power
from fleetsim.accounting.sums import Floats, Ints, blocks, by_group
from fleetsim.clock import HOUR_S, SLOT_S, Clock
from fleetsim.grid.mix import GridSlots
from fleetsim.results import spool
from fleetsim.results.records import Records
from fleetsim.results.schema import LOADS, SOURCES, TABLES, Frame, complete, select

FLEET_LOADS = tuple(LOADS.index(load) for load in ("vehicle", "pack", "electrolyser", "compressor", "standby"))
SLOTS_PER_HOUR = HOUR_S / SLOT_S


class SlotLoads:
    """What the draws of a run come to at each site in each slot of the run, shape ``(sites, slots)`` each."""

    def __init__(self, records: Records) -> None:
        self._draws = records.tables["draws"]
        shape = (len(records.entities["sites"]), records.clock.slots)
        self.fleet_kwh, self.other_kwh, self.drawing_s = (spool.zeros(*shape) for _ in range(3))

    def add(self, power: Running) -> None:
        """Count some draws."""
        load, offered_kw = (self._draws[name][power.rows] for name in ("load", "offered_kw"))
        of_fleet, drawing = np.isin(load, FLEET_LOADS), np.isin(load, OF_SESSIONS) & (offered_kw > 0.0)
        for loads_kwh, mine in ((self.fleet_kwh, of_fleet), (self.other_kwh, ~of_fleet)):
            if np.any(mine):
                loads_kwh[power.site, power.window] += power.by_slot(offered_kw * mine / HOUR_S, power.factors)
        if np.any(drawing):
            active = (power.factors > 0.0).astype(np.float64)
            self.drawing_s[power.site, power.window] += power.by_slot(drawing.astype(np.float64), active)


def site_slots(
    records: Records, loads: SlotLoads, price_cny_per_kwh: Floats, supplies: Mapping[int, LocalSupply]
) -> Frame:
    """The ``site_slots`` table: a row for each site and each slot. ``records`` hold the draws of the run alone."""
    tables, slot = records.tables, reported_slots(records.clock)
    sites, sessions, waits = tables["sites"], tables["sessions"], tables["waits"]
    plugged = occupancy(sessions["site"], sessions["plug_at"], sessions["unplug_at"], records)
    queued = occupancy(waits["site"], waits["arrive_at"], waits["end_at"], records)
    peaks_kw, ready = site_peaks_kw(records), packs_ready(records)
    limit_kw = np.fmin(sites["connection_kw"], sites["transformer_kw"])
    out = {column.name: column.dtype for column in TABLES["site_slots"]}
    frame = {name: spool.zeros(len(sites["site"]) * len(slot), dtype=dtype) for name, dtype in out.items()}
    for row, site in enumerate(sites["site"].tolist()):
        load_kw = (loads.fleet_kwh[site, slot] + loads.other_kwh[site, slot]) * SLOTS_PER_HOUR
        columns = {
            "site": site,
            "slot_at": slot * float(SLOT_S),
            "load_kw": load_kw,
            "solar_kw": 0.0,
            "storage_kw": 0.0,
            "fed_back_kw": 0.0,
            "grid_kw": load_kw,
            "peak_kw": peaks_kw[site],
            "limit_kw": limit_kw[row],
            "price_cny_per_kwh": price_cny_per_kwh[slot],
            "plugged": plugged[site, slot],
            "charging": loads.drawing_s[site, slot] / SLOT_S,
            "queued": queued[site, slot],
            "storage_kwh": np.nan,
            "hydrogen_kg": np.nan,
            "packs_ready": ready[site, slot],
        }
        if site in supplies:
            columns |= supplies[site].site_slots(slot)
            columns["load_kw"] = load_kw + columns["fed_back_kw"]
        for name, values in columns.items():
            frame[name][row * len(slot) : (row + 1) * len(slot)] = values
    return frame


def grid_slots(records: Records, grid: GridSlots, fleet_mw: Floats) -> Frame:
    """The ``grid_slots`` table of the grid's one zone."""
    slot = reported_slots(records.clock)
    series = {
        "demand_mw": grid.demand_mw,
        "fleet_mw": fleet_mw,
        **{f"{source}_mw": grid.generation_mw[:, number] for number, source in enumerate(SOURCES)},
        "export_mw": grid.export_mw,
        "clean_share": grid.clean_share,
        "clean_share_consumption": grid.clean_share_consumption,
        "clean_share_dedicated": grid.clean_share_dedicated,
        "emission_kg_per_kwh": grid.emission_kg_per_kwh,
        "emission_marginal_province_kg_per_kwh": grid.emission_marginal_province_kg_per_kwh,
        "emission_marginal_southern_kg_per_kwh": grid.emission_marginal_southern_kg_per_kwh,
    }
    return complete(
        "grid_slots",
        {
            "zone": np.full(len(slot), grid.zone, dtype=object),
            "slot_at": slot * float(SLOT_S),
            **{name: values[slot] for name, values in series.items()},
        },
    )


def zone_slots(records: Records, grid: GridSlots) -> Frame:
    """The ``zone_slots`` table: every zone that flows were traced between."""
    if grid.zones is None:
        return complete("zone_slots", {})
    zones, slot = grid.zones, reported_slots(records.clock)
    series = {
        "demand_mw": zones.demand_mw,
        **{f"{source}_mw": zones.generation_mw[..., number] for number, source in enumerate(SOURCES)},
        "received_mw": zones.received_mw,
        "sent_mw": zones.sent_mw,
        "clean_share_zone": zones.clean_share,
        "emission_zone_kg_per_kwh": zones.emission_kg_per_kwh,
    }
    return complete(
        "zone_slots",
        {
            "zone": np.repeat(np.array(zones.names, dtype=object), len(slot)),
            "slot_at": np.tile(slot * float(SLOT_S), len(zones.names)),
            **{name: values[slot].T.ravel() for name, values in series.items()},
        },
    )


def fleet_load_mw(records: Records, loads: SlotLoads, supplies: Mapping[int, LocalSupply]) -> Floats:
    """Mean load of the fleets, chargers' standby included, in every slot of the run, summed over sites in name order.

    What panels and batteries at the sites give is taken off. Before the reported time only the draws of sessions that
    reach into it are there.
    """
    total_kwh = np.zeros(records.clock.slots)
    for site in np.argsort(np.array(records.entities["sites"], dtype=np.str_), kind="stable").tolist():
        total_kwh += loads.fleet_kwh[site]
        if site in supplies:
            net_kwh = supplies[site].net_kwh
            total_kwh[-len(net_kwh) :] += net_kwh
    return total_kwh * SLOTS_PER_HOUR / 1e3


def reported_slots(clock: Clock) -> Ints:
    """Numbers of the slots of the reported time."""
    return np.arange(clock.report_from_s // SLOT_S, clock.slots)


def occupancy(site: NDArray[np.integer], start_s: Floats, end_s: Floats, records: Records) -> Floats:
    """Mean number of stays at each site in each slot, shape ``(sites, slots)``.

    A stay adds one to every slot after that of its start, what is left of that slot to that slot itself, and
    its end takes the same away again. Stays without a start or an end (NaN) did not take place.
    """
    sites, slots = len(records.entities["sites"]), records.clock.slots
    out, steps = spool.zeros(sites, slots), spool.zeros(sites, slots)
    for rows in blocks(len(site)):
        stayed = np.isfinite(start_s[rows]) & np.isfinite(end_s[rows])
        for sign, moments_s in ((1.0, start_s), (-1.0, end_s)):
            at_s = np.clip(moments_s[rows][stayed], 0.0, records.clock.end_s)
            slot = np.minimum((at_s // SLOT_S).astype(np.int64), slots - 1)
            cell = site[rows][stayed] * np.int64(slots) + slot
            np.add.at(steps.reshape(-1), cell, sign)
            np.add.at(out.reshape(-1), cell, sign * (slot + 1 - at_s / SLOT_S))
    for mean, step in zip(out, steps, strict=True):
        mean += np.cumsum(step) - step
    return out


def packs_ready(records: Records) -> Floats:
    """Mean number of ready packs of each site in each slot, shape ``(sites, slots)``; NaN where there are no packs.

    A pack is not ready from the moment it comes in until it has been charged; while a swap goes on, one pack of the
    station's is in the lane and none has come for it.
    """
    sites, sessions, swaps = (records.tables[name] for name in ("sites", "sessions", "swaps"))
    packs = np.full(len(records.entities["sites"]), np.nan)
    packs[sites["site"]] = np.where(sites["packs"] > 0, sites["packs"], np.nan)
    charging = select(sessions, sessions["pack"] >= 0)
    ready = occupancy(charging["site"], charging["arrive_at"], charging["unplug_at"], records)
    swapping = occupancy(swaps["site"], swaps["start_at"], swaps["end_at"], records)
    for own, away, swapped in zip(packs, ready, swapping, strict=True):
        away[:] = own - (away + swapped)
    return ready


def site_peaks_kw(records: Records) -> Floats:
    """Highest power of each site at any instant of each reported slot, shape ``(sites, reported slots)``."""
    draws, clocks = records.tables["draws"], records.tables["clocks"]
    slots, sites = reported_slots(records.clock), len(records.entities["sites"])
    out = spool.zeros(sites, len(slots))
    (of_draws, draw_bounds), (of_clocks, clock_bounds) = (by_group(frame["site"], sites) for frame in (draws, clocks))
    for site in range(sites):
        rows = of_draws[draw_bounds[site] : draw_bounds[site + 1]]
        if len(rows):
            scaled = select(clocks, of_clocks[clock_bounds[site] : clock_bounds[site + 1]])
            drawn = {name: draws[name][rows] for name in ("site", "clock", "start_at", "end_at", "offered_kw")}
            out[site] = site_power(drawn, scaled, slots).peaks_kw(slots)
    return out

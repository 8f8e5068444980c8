"""What every site and the grid carried in each 15-minute slot of the reported time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.local_supply import LocalSupply
from fleetsim.accounting.running import Running
from fleetsim.accounting.sessions import OF_SESSIONS
from fleetsim.accounting.site_power import site_power
from fleetsim.accounting.sums import Floats, Ints, sums
from fleetsim.clock import HOUR_S, SLOT_S, Clock
from fleetsim.grid.mix import GridSlots
from fleetsim.results.records import Records
from fleetsim.results.schema import LOADS, SOURCES, Frame, complete, select

FLEET_LOADS = tuple(LOADS.index(load) for load in ("vehicle", "pack", "electrolyser", "compressor", "standby"))
SLOTS_PER_HOUR = HOUR_S / SLOT_S


class SlotLoads:
    """What the draws of a run come to at each site in each slot of the run, shape ``(sites, slots)`` each."""

    def __init__(self, records: Records) -> None:
        self._draws = records.tables["draws"]
        shape = (len(records.entities["sites"]), records.clock.slots)
        self.fleet_kwh, self.other_kwh, self.drawing_s = np.zeros(shape), np.zeros(shape), np.zeros(shape)

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
    clock, tables = records.clock, records.tables
    sites, sessions, waits = tables["sites"], tables["sessions"], tables["waits"]
    codes = sites["site"]
    slot = reported_slots(clock)
    load_kw = (loads.fleet_kwh + loads.other_kwh) * SLOTS_PER_HOUR
    plugged = occupancy(sessions["site"], sessions["plug_at"], sessions["unplug_at"], records)
    queued = occupancy(waits["site"], waits["arrive_at"], waits["end_at"], records)

    def rows(by_site: Floats) -> Floats:
        return by_site[codes][:, slot].ravel()

    power = {
        "solar_kw": np.zeros((len(load_kw), len(slot))),
        "storage_kw": np.zeros((len(load_kw), len(slot))),
        "fed_back_kw": np.zeros((len(load_kw), len(slot))),
        "grid_kw": load_kw[:, slot],
        "peak_kw": site_peaks_kw(records),
        "storage_kwh": np.full((len(load_kw), len(slot)), np.nan),
    }
    for site, supply in supplies.items():
        for name, values in supply.site_slots(slot).items():
            power[name][site] = values
        load_kw[site, slot] += power["fed_back_kw"][site]
    return complete(
        "site_slots",
        {
            "site": np.repeat(codes, len(slot)),
            "slot_at": np.tile(slot * float(SLOT_S), len(codes)),
            "load_kw": rows(load_kw),
            **{name: by_site[codes].ravel() for name, by_site in power.items()},
            "limit_kw": np.repeat(np.fmin(sites["connection_kw"], sites["transformer_kw"]), len(slot)),
            "price_cny_per_kwh": np.tile(price_cny_per_kwh[slot], len(codes)),
            "plugged": rows(plugged),
            "charging": rows(loads.drawing_s / SLOT_S),
            "queued": rows(queued),
            "packs_ready": packs_ready(records)[codes][:, slot].ravel(),
        },
    )


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
    by_site_kwh = loads.fleet_kwh.copy()
    total_kwh = np.zeros(records.clock.slots)
    for site, supply in supplies.items():
        by_site_kwh[site, -len(supply.net_kwh) :] += supply.net_kwh
    for site in np.argsort(np.array(records.entities["sites"], dtype=np.str_), kind="stable"):
        total_kwh += by_site_kwh[site]
    return total_kwh * SLOTS_PER_HOUR / 1e3


def reported_slots(clock: Clock) -> Ints:
    """Numbers of the slots of the reported time."""
    return np.arange(clock.report_from_s // SLOT_S, clock.slots)


def slot_sums(values: Floats, site: NDArray[np.integer], slot: Ints, records: Records) -> Floats:
    """Sums by site and slot, shape ``(sites, slots)``."""
    sites, slots = len(records.entities["sites"]), records.clock.slots
    return sums(values, site * np.int64(slots) + slot, sites * slots).reshape(sites, slots)


def occupancy(site: NDArray[np.integer], start_s: Floats, end_s: Floats, records: Records) -> Floats:
    """Mean number of stays at each site in each slot, shape ``(sites, slots)``.

    A stay adds one to every slot after that of its start, what is left of that slot to that slot itself, and
    its end takes the same away again. Stays without a start or an end (NaN) did not take place.
    """
    stayed = np.isfinite(start_s) & np.isfinite(end_s)
    site = np.tile(site[stayed], 2)
    at_s = np.clip(np.concatenate((start_s[stayed], end_s[stayed])), 0.0, records.clock.end_s)
    sign = np.repeat([1.0, -1.0], int(stayed.sum()))
    slot = np.minimum((at_s // SLOT_S).astype(np.int64), records.clock.slots - 1)
    left = slot + 1 - at_s / SLOT_S
    steps = slot_sums(sign, site, slot, records)
    return np.cumsum(steps, axis=1) - steps + slot_sums(sign * left, site, slot, records)


def packs_ready(records: Records) -> Floats:
    """Mean number of ready packs of each site in each slot, shape ``(sites, slots)``; NaN where there are no packs.

    A pack is not ready from the moment it comes in until it has been charged; while a swap goes on, one pack of the
    station's is in the lane and none has come for it.
    """
    sites, sessions, swaps = (records.tables[name] for name in ("sites", "sessions", "swaps"))
    packs = np.full(len(records.entities["sites"]), np.nan)
    packs[sites["site"]] = np.where(sites["packs"] > 0, sites["packs"], np.nan)
    charging = select(sessions, sessions["pack"] >= 0)
    away = occupancy(charging["site"], charging["arrive_at"], charging["unplug_at"], records)
    away += occupancy(swaps["site"], swaps["start_at"], swaps["end_at"], records)
    return packs[:, np.newaxis] - away


def site_peaks_kw(records: Records) -> Floats:
    """Highest power of each site at any instant of each reported slot, shape ``(sites, reported slots)``."""
    draws, clocks = records.tables["draws"], records.tables["clocks"]
    slots = reported_slots(records.clock)
    out = np.zeros((len(records.entities["sites"]), len(slots)))
    order = np.argsort(draws["site"], kind="stable")
    bounds = np.searchsorted(draws["site"][order], np.arange(len(out) + 1))
    for site in range(len(out)):
        rows = order[bounds[site] : bounds[site + 1]]
        if len(rows):
            power = site_power(select(draws, rows), select(clocks, clocks["site"] == site), slots)
            out[site] = power.peaks_kw(slots)
    return out

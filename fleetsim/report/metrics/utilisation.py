"""Metrics of chargers and connections: how much of what was built is used."""

from __future__ import annotations

import numpy as np

from fleetsim.accounting.sums import Floats, ratio, sums
from fleetsim.clock import HOUR_S, SLOT_S, SLOTS_PER_DAY
from fleetsim.report.metrics.scopes import Scope
from fleetsim.results.records import Records

SLOT_H = SLOT_S / HOUR_S


def counts(records: Records, scope: Scope) -> dict[str, Floats]:
    """How many vehicles and chargers there are."""
    sites, vehicles = records.tables["sites"], records.tables["vehicles"]
    of_vehicle = scope.vehicles(vehicles["vehicle"])
    return {
        "vehicles": scope.count(of_vehicle >= 0, of_vehicle),
        "chargers": scope.total(sites["chargers"], scope.sites(sites["site"])),
    }


def chargers(records: Records, scope: Scope) -> dict[str, Floats]:
    """Utilisation by its three definitions, and idle hours."""
    sites, sessions, slots = (records.tables[name] for name in ("sites", "sessions", "site_slots"))
    hours = (records.clock.end_s - records.clock.report_from_s) / HOUR_S
    of_site, of_slot = scope.sites(sites["site"]), scope.sites(slots["site"])
    charger_h = scope.total(sites["chargers"] * hours, of_site)
    nameplate_kwh = scope.total(sites["chargers"] * sites["charger_kw"] * hours, of_site)
    delivered_kwh = scope.total(sessions["delivered_kwh"], scope.sites(sessions["site"]))
    plugged_h = scope.total(slots["plugged"] * SLOT_H, of_slot)
    return {
        "idle_charger_h": charger_h - plugged_h,
        "utilisation_energy": ratio(delivered_kwh, nameplate_kwh),
        "utilisation_plugged": ratio(plugged_h, charger_h),
        "utilisation_charging": ratio(scope.total(slots["charging"] * SLOT_H, of_slot), charger_h),
    }


def connections(records: Records, scope: Scope) -> dict[str, Floats]:
    """Power at the connections and the room left."""
    sites, slots = records.tables["sites"], records.tables["site_slots"]
    of_site, of_slot = scope.sites(sites["site"]), scope.sites(slots["site"])
    reported, mine = records.clock.days * SLOTS_PER_DAY, of_slot >= 0
    slot = ((slots["slot_at"] - records.clock.report_from_s) // SLOT_S).astype(np.int64)
    cell = (of_slot * reported + slot)[mine]
    by_slot_kw = sums(slots["grid_kw"][mine], cell, len(scope.subjects) * reported).reshape(-1, reported)
    peak_kw = scope.largest(slots["peak_kw"], of_slot) if scope.name == "site" else by_slot_kw.max(axis=1)
    limit_kw = scope.total(sites["connection_kw"], of_site)
    return {
        "peak_kw": peak_kw,
        "mean_kw": by_slot_kw.mean(axis=1),
        "connection_kw": limit_kw,
        "connection_use": ratio(peak_kw, limit_kw),
    }

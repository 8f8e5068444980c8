"""Metrics of chargers and connections: how much of what was built is used."""

from __future__ import annotations

from calendar import monthrange

import numpy as np

from fleetsim.accounting.sums import Floats, ratio, sums
from fleetsim.clock import DAY_S, HOUR_S, SLOT_S, SLOTS_PER_DAY
from fleetsim.report.metrics.scopes import Scope
from fleetsim.results.records import Records
from fleetsim.results.schema import SESSION_ENDS, Frame, select

SLOT_H = SLOT_S / HOUR_S
BOUND = 1e-9
"""How near to its limit, relative to it, a power counts as bound by it."""


def counts(records: Records, scope: Scope) -> dict[str, Floats]:
    """How many vehicles and chargers there are."""
    sites, vehicles = records.tables["sites"], records.tables["vehicles"]
    of_vehicle = scope.vehicles(vehicles["vehicle"])
    chargers = scope.total(sites["chargers"], scope.sites(sites["site"]))
    return {
        "vehicles": scope.count(of_vehicle >= 0, of_vehicle),
        "battery_kwh": scope.total(vehicles["battery_kwh"], of_vehicle),
        "chargers": chargers,
        "vehicles_per_charger": ratio(_served(records, scope), chargers),
    }


def _served(records: Records, scope: Scope) -> Floats:
    """Different vehicles that charged or swapped at the sites of each subject."""
    vehicle, subject = (
        np.concatenate([column(records.tables[table]) for table in ("sessions", "swaps")])
        for column in (lambda frame: frame["vehicle"], lambda frame: scope.sites(frame["site"]))
    )
    mine = (vehicle >= 0) & (subject >= 0)
    came = np.zeros((len(scope.subjects), len(scope.of_vehicle)), dtype=bool)
    came[subject[mine], vehicle[mine]] = True
    return np.asarray(came.sum(axis=1), dtype=np.float64)


def charger_outages(records: Records) -> Frame:
    """Outages of chargers within the reported time, with the code of their site."""
    outages = records.tables["outages"]
    outages = select(outages, outages["kind"] == "charger")
    codes = {name: code for code, name in enumerate(records.entities["sites"])}
    sites = [codes[asset.rpartition("/")[0]] for asset in outages["asset"]]
    return {**outages, "site": np.array(sites, dtype=np.int64)}


def by_gun(sessions: Frame) -> Frame:
    """Sessions with a row for each gun: one of a vehicle that took two stands twice, once for each charger."""
    with_two = sessions["second_charger"] >= 0
    if not np.any(with_two):
        return sessions
    two = select(sessions, with_two)
    rows = {name: np.concatenate((values, two[name])) for name, values in sessions.items()}
    return {**rows, "charger": np.concatenate((sessions["charger"], two["second_charger"]))}


def _second_guns_h(records: Records, scope: Scope) -> tuple[Floats, Floats]:
    """Hours within the reported time for which second guns were plugged in, and for which they drew power."""
    sessions, draws = records.tables["sessions"], records.tables["draws"]
    from_s, end_s = float(records.clock.report_from_s), float(records.clock.end_s)
    two = select(sessions, sessions["second_charger"] >= 0)
    drawn = select(draws, np.isin(draws["session"], two["session"]) if len(two["session"]) else np.empty(0, np.intp))

    def hours(rows: Frame, start: str, end: str) -> Floats:
        spans_s = np.minimum(rows[end], end_s) - np.maximum(rows[start], from_s)
        return scope.total(np.maximum(0.0, spans_s) / HOUR_S, scope.sites(rows["site"]))

    return hours(two, "plug_at", "unplug_at"), hours(drawn, "start_at", "end_at")


def chargers(records: Records, scope: Scope) -> dict[str, Floats]:
    """Utilisation by its three definitions, and idle hours."""
    sites, sessions, slots = (records.tables[name] for name in ("sites", "sessions", "site_slots"))
    hours = (records.clock.end_s - records.clock.report_from_s) / HOUR_S
    of_site, of_slot = scope.sites(sites["site"]), scope.sites(slots["site"])
    charger_h = scope.total(sites["chargers"] * hours, of_site)
    nameplate_kwh = scope.total(sites["chargers"] * sites["charger_kw"] * hours, of_site)
    delivered_kwh = scope.total(sessions["delivered_kwh"], scope.sites(sessions["site"]))
    second_plugged_h, second_charging_h = _second_guns_h(records, scope)
    plugged_h = scope.total(slots["plugged"] * SLOT_H, of_slot) + second_plugged_h
    charging_h = scope.total(slots["charging"] * SLOT_H, of_slot) + second_charging_h
    outages = charger_outages(records)
    outage_h = scope.total((outages["end_at"] - outages["start_at"]) / HOUR_S, scope.sites(outages["site"]))
    interrupted = sessions["end_reason"] == SESSION_ENDS.index("outage")
    return {
        "idle_charger_h": charger_h - outage_h - plugged_h,
        "outage_charger_h": outage_h,
        "interrupted_sessions": scope.total(interrupted.astype(float), scope.sites(sessions["site"])),
        "utilisation_energy": ratio(delivered_kwh, nameplate_kwh),
        "utilisation_plugged": ratio(plugged_h, charger_h),
        "utilisation_charging": ratio(charging_h, charger_h),
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
    transformer_kw = scope.total(sites["transformer_kw"], of_site)
    clocks = records.tables["clocks"]
    held_s = np.maximum(0.0, clocks["end_at"] - np.maximum(clocks["start_at"], records.clock.report_from_s))
    held_h = held_s / HOUR_S * ((clocks["clock"] >= 1) & (clocks["factor"] < 1.0))
    bound = slots["peak_kw"] >= slots["limit_kw"] * (1 - BOUND)
    return {
        "peak_kw": peak_kw,
        "mean_kw": by_slot_kw.mean(axis=1),
        "connection_kw": limit_kw,
        "connection_use": ratio(peak_kw, limit_kw),
        "transformer_kw": transformer_kw,
        "transformer_use": ratio(peak_kw, transformer_kw),
        "limit_bound_h": scope.total(bound * SLOT_H, of_slot),
        "cabinet_bound_h": scope.total(held_h, scope.sites(clocks["site"])),
        "demand_charge_cny": scope.total(_demand_charges_cny(records), scope.of_site),
    }


def _demand_charges_cny(records: Records) -> Floats:
    """Demand charge by code of the site: the highest slot of each month, by the reported share of its days."""
    sites, slots, clock = records.tables["sites"], records.tables["site_slots"], records.clock
    days = clock.dates[clock.warmup_days :]
    months = sorted({(day.year, day.month) for day in days})
    month_of_day = np.array([months.index((day.year, day.month)) for day in days])
    day = ((slots["slot_at"] - clock.report_from_s) // DAY_S).astype(np.int64)
    highest_kw = np.zeros((len(records.entities["sites"]), len(months)))
    np.maximum.at(highest_kw, (slots["site"], month_of_day[day]), slots["grid_kw"])
    reported_share = np.bincount(month_of_day) / np.array([monthrange(*month)[1] for month in months])
    price = np.zeros(len(highest_kw))
    price[sites["site"]] = sites["demand_cny_per_kw_month"]
    charges: Floats = (highest_kw @ reported_share) * price
    return charges

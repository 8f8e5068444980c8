"""Metrics of the panels and batteries at sites."""

from __future__ import annotations

import numpy as np

from fleetsim.accounting.sums import Floats, ratio
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.report.metrics.scopes import Scope
from fleetsim.results.records import Records

SLOT_H = SLOT_S / HOUR_S


def local_supply(records: Records, scope: Scope) -> dict[str, Floats]:
    """What panels gave and batteries turned over, and what that was of all that loads took."""
    plants, slots, sites = (records.tables[name] for name in ("site_supply", "supply_slots", "site_slots"))
    of_plant, of_slot = scope.sites(plants["site"]), scope.sites(slots["site"])

    def kwh(power_kw: Floats) -> Floats:
        return scope.total(power_kw * SLOT_H, of_slot)

    available, curtailed, fed_in = (kwh(slots[f"{name}_kw"]) for name in ("available", "curtailed", "fed_in"))
    load_kwh = scope.total(sites["load_kw"] * SLOT_H, scope.sites(sites["site"]))
    with_panels = scope.total(plants["solar_kwp"], of_plant) > 0.0
    own_kwh = kwh(_load_kw(records) * slots["site_solar_share"])
    stored = np.isfinite(plants["storage_kwh"])
    one_way = np.ones(len(records.entities["sites"]))
    one_way[plants["site"][stored]] = np.sqrt(plants["round_trip_efficiency"][stored])
    cells_kwh = kwh(slots["discharged_kw"] / one_way[slots["site"]])
    capacity_kwh = scope.total(plants["storage_kwh"][stored], of_plant[stored])
    gained_kwh = scope.total(_gained_kwh(records)[stored], of_plant[stored])
    return {
        "solar_kwh": available - curtailed,
        "curtailed_kwh": curtailed,
        "fed_in_kwh": fed_in,
        "self_consumption": ratio(available - curtailed - fed_in, available),
        "self_sufficiency": np.where(with_panels, ratio(own_kwh, load_kwh), np.nan),
        "storage_cycles": ratio(cells_kwh, capacity_kwh),
        "storage_loss_kwh": kwh(slots["charged_kw"] - slots["discharged_kw"]) - gained_kwh,
    }


def network_supply(records: Records, scope: Scope) -> dict[str, Floats]:
    """What panels and batteries on the networks of cities gave and took; nothing of it belongs to a fleet or a site."""
    nodes, slots = records.tables["node_supply"], records.tables["node_supply_slots"]
    city_of = dict(zip(nodes["asset"].tolist(), nodes["city"].tolist(), strict=True))
    number = {name: place for place, name in enumerate(scope.subjects)}
    city = np.array([number.get(city_of[asset], -1) for asset in slots["asset"].tolist()], dtype=np.int64)
    of_slot = np.zeros_like(city) if scope.name == "run" else city

    def kwh(power_kw: Floats) -> Floats:
        return scope.total(power_kw * SLOT_H, of_slot)

    return {
        "network_solar_kwh": kwh(slots["solar_kw"]),
        "network_stored_kwh": kwh(np.maximum(slots["storage_kw"], 0.0)),
    }


def _load_kw(records: Records) -> Floats:
    """Load of each row of ``supply_slots``."""
    slots, sites = records.tables["supply_slots"], records.tables["site_slots"]
    load_kw = np.zeros((len(records.entities["sites"]), records.clock.slots))
    load_kw[sites["site"], (sites["slot_at"] // SLOT_S).astype(np.int64)] = sites["load_kw"]
    found: Floats = load_kw[slots["site"], (slots["slot_at"] // SLOT_S).astype(np.int64)]
    return found


def _gained_kwh(records: Records) -> Floats:
    """What each battery of ``site_supply`` holds more at the end than at the start."""
    plants, sites = records.tables["site_supply"], records.tables["site_slots"]
    last = sites["slot_at"] == records.clock.end_s - SLOT_S
    end_kwh = np.full(len(records.entities["sites"]), np.nan)
    end_kwh[sites["site"][last]] = sites["storage_kwh"][last]
    gained: Floats = end_kwh[plants["site"]] - plants["initial_kwh"]
    return gained

"""Metrics of energy: from the connection through charger and battery to the road, and whether it adds up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.balance import PackBalance, SiteBalance, VehicleBalance
from fleetsim.accounting.holders import LONG_S
from fleetsim.accounting.sums import Floats, ratio
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.report.metrics.hydrogen import HydrogenAccount
from fleetsim.report.metrics.scopes import Scope
from fleetsim.results.records import Records
from fleetsim.results.schema import SESSION_ENDS


def session_energy(records: Records, scope: Scope) -> dict[str, Floats]:
    """What sessions took, delivered and stored, and what they fed back."""
    sessions = records.tables["sessions"]
    of = scope.visits(sessions)
    names = ("energy_kwh", "delivered_kwh", "stored_kwh")
    goes_on = [SESSION_ENDS.index(reason) for reason in ("horizon", "shared")]
    over = ~np.isin(sessions["end_reason"], goes_on)
    return {
        "sessions": scope.count(of >= 0, of),
        **{name: scope.total(sessions[name], of) for name in names},
        "fed_back_kwh": scope.total(np.nan_to_num(sessions["discharged_kwh"]), of),
        "released_kwh": scope.total(np.nan_to_num(sessions["released_kwh"]), of),
        "conversion_loss_kwh": scope.total(sessions["energy_kwh"] - sessions["delivered_kwh"], of),
        "unmet_kwh": scope.total(np.where(over, sessions["unmet_kwh"], 0.0), of),
    }


def driving(
    records: Records, balance: VehicleBalance, packs: PackBalance, fuel: HydrogenAccount, scope: Scope
) -> dict[str, Floats]:
    """What was in the batteries, driven and left; packs at stations count where their station does."""
    trips, sessions = records.tables["trips"], records.tables["sessions"]
    of_trip = scope.vehicles(trips["vehicle"])
    ran = np.where(np.isfinite(trips["depart_at"]), trips["distance_km"], 0.0)
    distance_km = scope.total(ran, of_trip)
    driven_kwh = scope.total(balance.driven_kwh, scope.of_vehicle)
    charged = scope.vehicles(charged_for(records))
    at_meter, stored = scope.total(sessions["energy_kwh"], charged), scope.total(sessions["stored_kwh"], charged)
    emission_kg, cost_cny = (scope.total(sessions[column], charged) for column in ("emission_kg", "cost_cny"))
    used_kwh = driven_kwh + scope.total(np.where(np.isfinite(trips["hydrogen_kg"]), trips["used_kwh"], 0.0), of_trip)

    def behind(total: Floats, of_hydrogen: Floats) -> Floats:
        """What stands behind the energy of each kilometre, by batteries and by hydrogen."""
        by_battery = np.where(driven_kwh != 0.0, driven_kwh * ratio(total, stored), 0.0)
        return ratio(by_battery + scope.total(fuel.used(records, of_hydrogen), scope.of_vehicle), distance_km)

    return {
        "driven_kwh": driven_kwh,
        "initial_kwh": _vehicles_and_packs(balance.initial_kwh, packs.initial_kwh, scope),
        "swapped_kwh": scope.total(balance.swapped_kwh, scope.of_vehicle),
        "left_kwh": _vehicles_and_packs(balance.left_kwh, packs.left_kwh, scope),
        "distance_km": distance_km,
        "consumption_kwh_per_km": ratio(used_kwh, distance_km),
        "meter_kwh_per_km": behind(at_meter, fuel.energy_kwh),
        "emission_kg_per_km": behind(emission_kg, fuel.emission_kg),
        "cost_cny_per_km": behind(cost_cny, fuel.cost_cny),
    }


def charged_for(records: Records) -> NDArray[Any]:
    """Vehicle whose driving each session makes good: its own, or the one that brought the pack; -1 if unknown."""
    sessions, swaps = records.tables["sessions"], records.tables["swaps"]
    if len(swaps["vehicle"]) == 0:
        return sessions["vehicle"]
    order = np.lexsort((swaps["end_at"], swaps["pack_out"]))
    pack, end_s = swaps["pack_out"][order], swaps["end_at"][order]
    brought = pack * LONG_S + end_s
    wanted = sessions["pack"] * LONG_S + sessions["arrive_at"]
    row = np.maximum(np.searchsorted(brought, wanted, side="right") - 1, 0)
    known = (sessions["pack"] >= 0) & (pack[row] == sessions["pack"]) & (end_s[row] == sessions["arrive_at"])
    return np.where(known, swaps["vehicle"][order][row], sessions["vehicle"])


def _vehicles_and_packs(by_vehicle: Floats, by_site: Floats, scope: Scope) -> Floats:
    """The sum of what vehicles and, beside them, the packs at their stations have."""
    of_site = np.full(len(scope.of_site), -1) if scope.name == "site" else scope.of_site
    return scope.total(by_vehicle, scope.of_vehicle) + scope.total(by_site, of_site)


def site_energy(records: Records, balance: SiteBalance, scope: Scope) -> dict[str, Floats]:
    """What passed the meters of the sites within the reported time."""
    slots = records.tables["site_slots"]
    of, grid_kwh = scope.sites(slots["site"]), slots["grid_kw"] * (SLOT_S / HOUR_S)
    return {
        "grid_kwh": scope.total(grid_kwh, of),
        "grid_cost_cny": scope.total(np.maximum(grid_kwh, 0.0) * slots["price_cny_per_kwh"], of),
        "standby_kwh": scope.total(balance.standby_kwh, scope.of_site),
        "base_kwh": scope.total(balance.base_kwh, scope.of_site),
    }


def balance_error(vehicles: VehicleBalance, packs: PackBalance, sites: SiteBalance, scope: Scope) -> dict[str, Floats]:
    """The largest relative gap among the vehicles, packs and sites of each subject; of a site, its own."""
    of_vehicle = np.full(len(scope.of_vehicle), -1) if scope.name == "site" else scope.of_vehicle
    errors = np.concatenate((vehicles.error, packs.error, sites.error))
    return {"balance_error": scope.largest(errors, np.concatenate((of_vehicle, scope.of_site, scope.of_site)))}

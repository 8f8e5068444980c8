"""Metrics of hydrogen: made, dispensed and used, and what that took at the meter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.balance import constant_load_kwh
from fleetsim.accounting.hydrogen import HydrogenTrace, trace_hydrogen
from fleetsim.accounting.hydrogen_balance import StorageBalance, TankBalance, storage_balance, tank_balance
from fleetsim.accounting.stocks import CLEAN, INITIAL, NOTHING
from fleetsim.accounting.sums import Floats, ratio, sums
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.report.metrics.scopes import Scope
from fleetsim.results.records import Records
from fleetsim.results.schema import CLEAN_SOURCES, FLOWS, TRIP_STATUS, WAIT_CAUSES, Frame


@dataclass(frozen=True, slots=True, eq=False)
class HydrogenAccount:
    """Hydrogen of a run, followed and balanced."""

    traced: HydrogenTrace
    storages: StorageBalance
    tanks: TankBalance
    energy_kwh: Floats
    """Energy at the meter of electrolyser and compressor, by code of the site."""
    emission_kg: Floats
    """Emission of what came into the storage, by code of the site."""
    cost_cny: Floats

    def used(self, records: Records, per_site: Floats) -> Floats:
        """What stands behind the hydrogen that each vehicle used; ``per_site`` stands behind all that was stored."""
        vehicles = records.tables["vehicles"]
        of_home = np.full(len(self.tanks.used_kg), np.nan)
        of_home[vehicles["vehicle"]] = ratio(per_site, self.storages.stored_kg)[vehicles["home"]]
        return np.where(self.tanks.used_kg > 0.0, self.tanks.used_kg * of_home, 0.0)


def hydrogen_account(records: Records) -> HydrogenAccount:
    """Follow and balance the hydrogen of accounted records."""
    flows, slots, count = records.tables["hydrogen_flows"], records.tables["grid_slots"], len(records.entities["sites"])
    mix = np.full((records.clock.slots, 3), np.nan)
    slot = (slots["slot_at"] // SLOT_S).astype(np.int64)
    mix[slot] = np.column_stack((np.zeros(len(slot)), slots["clean_share"], slots["emission_kg_per_kwh"]))

    def total(column: str) -> Floats:
        return sums(np.nan_to_num(flows[column]), flows["site"], count)

    return HydrogenAccount(
        traced=trace_hydrogen(records, mix, _site_mixes(records)),
        storages=storage_balance(records),
        tanks=tank_balance(records),
        energy_kwh=total("energy_kwh"),
        emission_kg=total("emission_kg"),
        cost_cny=total("cost_cny"),
    )


def _site_mixes(records: Records) -> dict[int, Floats]:
    """Initial and clean share by slot of stations with panels or a battery; what they emitted, the flows know."""
    slots, mixes = records.tables["supply_slots"], {}
    clean = np.sum([slots[f"{source}_share"] for source in (*CLEAN_SOURCES, "site_solar")], axis=0)
    for site in np.unique(slots["site"]).tolist():
        mine = slots["site"] == site
        mixes[site] = np.full((records.clock.slots, 3), np.nan)
        slot = (slots["slot_at"][mine] // SLOT_S).astype(np.int64)
        mixes[site][slot, INITIAL], mixes[site][slot, CLEAN] = slots["initial_share"][mine], clean[mine]
    return mixes


def hydrogen(records: Records, account: HydrogenAccount, scope: Scope) -> dict[str, Floats]:
    """What was made, dispensed and used, and how far it balances; empty for subjects without hydrogen."""
    values = {**_amounts(records, account, scope), **_balance_error(account, scope)}
    vehicles, flows = records.tables["vehicles"], records.tables["hydrogen_flows"]
    holders = scope.count(vehicles["tank_kg"] > 0.0, scope.vehicles(vehicles["vehicle"]))
    holders += scope.count(flows["flow"] == FLOWS.index("initial"), scope.sites(flows["site"]))
    return {name: np.where(holders > 0.0, each, np.nan) for name, each in values.items()}


def _amounts(records: Records, account: HydrogenAccount, scope: Scope) -> dict[str, Floats]:
    tables, sites = records.tables, len(records.entities["sites"])
    trips, refuels, flows, waits = (tables[name] for name in ("trips", "refuels", "hydrogen_flows", "waits"))
    fuelled = np.isfinite(trips["hydrogen_kg"]) & (trips["status"] != TRIP_STATUS.index("cancelled"))
    of_trip, of_refuel = np.where(fuelled, scope.vehicles(trips["vehicle"]), -1), scope.visits(refuels)
    fills, kg = account.traced.fills, refuels["hydrogen_kg"]
    known_kg = scope.total(kg * (1.0 - fills[:, INITIAL]), of_refuel)
    known_kg[known_kg < NOTHING] = 0.0
    of_wait = np.where(waits["cause"] == WAIT_CAUSES.index("pressure"), scope.visits(waits), -1)
    of_flow = np.where(flows["flow"] == FLOWS.index("produced"), scope.sites(flows["site"]), -1)
    return {
        "refuels": scope.count(_begun(refuels), of_refuel),
        "hydrogen_kg": scope.total(kg, of_refuel),
        "hydrogen_produced_kg": scope.total(account.storages.produced_kg, scope.of_site),
        "hydrogen_vented_kg": scope.total(account.storages.vented_kg, scope.of_site),
        "pressure_waits": scope.count(of_wait >= 0, of_wait),
        "pressure_wait_h": scope.total(waits["end_at"] - waits["arrive_at"], of_wait) / HOUR_S,
        "hydrogen_delivered_kg": scope.total(account.storages.delivered_kg, scope.of_site),
        "hydrogen_kg_per_100km": 100.0
        * ratio(scope.total(trips["hydrogen_kg"], of_trip), scope.total(trips["distance_km"], of_trip)),
        "electrolyser_kwh": scope.total(constant_load_kwh(tables["draws"], "electrolyser", sites), scope.of_site),
        "compressor_kwh": scope.total(constant_load_kwh(tables["draws"], "compressor", sites), scope.of_site),
        "hydrogen_clean_share": ratio(scope.total(kg * fills[:, CLEAN], of_refuel), known_kg),
        "hydrogen_emission_kg": scope.total(account.emission_kg, scope.of_site),
        "hydrogen_cost_cny": scope.total(flows["cost_cny"], of_flow),
    }


def _begun(refuels: Frame) -> NDArray[np.bool_]:
    """The first row of each fill: one that waited for pressure goes on in another, with the same arrival."""
    arrivals = np.column_stack((refuels["vehicle"], refuels["arrive_at"]))
    first = np.zeros(len(arrivals), dtype=np.bool_)
    first[np.unique(arrivals, axis=0, return_index=True)[1]] = True
    return first


def _balance_error(account: HydrogenAccount, scope: Scope) -> dict[str, Floats]:
    """The largest relative gap among the tanks and storages of each subject; of a site, its own."""
    of_vehicle = np.full(len(scope.of_vehicle), -1) if scope.name == "site" else scope.of_vehicle
    errors = np.concatenate((account.tanks.error, account.storages.error))
    return {"balance_error_hydrogen": scope.largest(errors, np.concatenate((of_vehicle, scope.of_site)))}

"""Metrics of what the energy was made of, emitted and cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.accounting.hydrogen import HydrogenTrace
from fleetsim.accounting.sessions import initial_share
from fleetsim.accounting.stocks import CLEAN, INITIAL, NOTHING, session_properties, trace
from fleetsim.accounting.sums import Floats, ratio
from fleetsim.report.metrics.scopes import Scope
from fleetsim.results.records import Records

SHARES = ("clean_share", "clean_share_consumption", "clean_share_dedicated")
SESSION_SHARES = (*SHARES, "clean_share_zone", "clean_share_contractual")


def charged(records: Records, scope: Scope) -> dict[str, Floats]:
    """Shares, emission and cost of the sessions' energy."""
    sessions = records.tables["sessions"]
    of = scope.visits(sessions)
    energy_kwh, cost_cny = scope.total(sessions["energy_kwh"], of), scope.total(sessions["cost_cny"], of)
    took = sessions["energy_kwh"] != 0.0
    clean_kwh = {name: np.where(took, sessions[name] * sessions["energy_kwh"], 0.0) for name in SESSION_SHARES}
    return {
        **{name: ratio(scope.total(kwh, of), energy_kwh) for name, kwh in clean_kwh.items()},
        "emission_kg": scope.total(sessions["emission_kg"], of),
        "cost_cny": cost_cny,
        "cost_cny_per_kwh": ratio(cost_cny, energy_kwh),
    }


@dataclass(frozen=True, slots=True, eq=False)
class DrivenEnergy:
    """What each trip used, kWh; zeros for a trip that was not run."""

    used_kwh: Floats
    initial_kwh: Floats
    clean_kwh: Floats


def driven_energy(records: Records, hydrogen: HydrogenTrace) -> DrivenEnergy:
    """Follow initial and clean energy through the batteries and the tanks to the trips."""
    trips, sessions = records.tables["trips"], records.tables["sessions"]
    nothing = np.empty((len(sessions["session"]), 0))
    initial = initial_share(records)
    traced = trace(records.tables, sessions, session_properties(sessions, nothing, initial), initial)
    used_kwh, initial_kwh, clean_kwh = np.zeros((3, len(trips["trip"])))
    for stores in (traced, hydrogen.tanks):
        rows, held = stores.events.trips, stores.held[stores.events.node_of_trip]
        used_kwh[rows] = trips["used_kwh"][rows]
        initial_kwh[rows], clean_kwh[rows] = used_kwh[rows] * held[:, INITIAL], used_kwh[rows] * held[:, CLEAN]
    return DrivenEnergy(used_kwh, initial_kwh, clean_kwh)


def driven(records: Records, energy: DrivenEnergy, scope: Scope) -> dict[str, Floats]:
    """Shares of the driven energy."""
    of = scope.vehicles(records.tables["trips"]["vehicle"])
    used_kwh, initial_kwh = scope.total(energy.used_kwh, of), scope.total(energy.initial_kwh, of)
    known_kwh = used_kwh - initial_kwh
    known_kwh[known_kwh < NOTHING * np.abs(used_kwh)] = 0.0
    return {
        "initial_share": ratio(initial_kwh, used_kwh),
        "clean_share_driven": ratio(scope.total(energy.clean_kwh, of), known_kwh),
    }

"""Metrics of what the energy was made of, emitted and cost."""

from __future__ import annotations

import numpy as np

from fleetsim.accounting.stocks import NOTHING
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


def driven(records: Records, scope: Scope) -> dict[str, Floats]:
    """Shares of the driven energy."""
    trips = records.tables["trips"]
    of = np.where(np.isfinite(trips["initial_share"]), scope.vehicles(trips["vehicle"]), -1)
    known = 1.0 - trips["initial_share"]
    clean_kwh = np.where(known < NOTHING, 0.0, trips["used_kwh"] * known * trips["clean_share"])
    used_kwh = scope.total(trips["used_kwh"], of)
    initial_kwh = scope.total(trips["used_kwh"] * trips["initial_share"], of)
    known_kwh = used_kwh - initial_kwh
    known_kwh[known_kwh < NOTHING * np.abs(used_kwh)] = 0.0
    return {
        "initial_share": ratio(initial_kwh, used_kwh),
        "clean_share_driven": ratio(scope.total(clean_kwh, of), known_kwh),
    }

"""Metrics of what the energy was made of, emitted and cost."""

from __future__ import annotations

import numpy as np

from fleetsim.accounting.stocks import NOTHING
from fleetsim.accounting.sums import Floats, ratio
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.report.metrics.scopes import Scope
from fleetsim.results.records import Records
from fleetsim.results.schema import Frame

SHARES = ("clean_share", "clean_share_consumption", "clean_share_dedicated")
SESSION_SHARES = (*SHARES, "clean_share_zone", "clean_share_contractual")


def charged(records: Records, scope: Scope) -> dict[str, Floats]:
    """Shares, emission and cost of the energy that sessions took and, but for sites, did not feed back."""
    rows = records.tables["sessions"] if scope.name == "site" else _kept(records)
    of, kwh = scope.visits(rows), rows["energy_kwh"]
    known_kwh = kwh * (1.0 - rows["initial_share"])
    known_kwh[np.abs(known_kwh) < NOTHING] = 0.0
    clean_kwh = {name: np.where(known_kwh != 0.0, rows[name] * known_kwh, 0.0) for name in SESSION_SHARES}
    cost_cny = scope.total(rows["cost_cny"], of)
    return {
        **{name: ratio(scope.total(each, of), scope.total(known_kwh, of)) for name, each in clean_kwh.items()},
        "emission_kg": scope.total(rows["emission_kg"], of),
        "cost_cny": cost_cny,
        "cost_cny_per_kwh": ratio(cost_cny, scope.total(kwh, of)),
    }


def _kept(records: Records) -> Frame:
    """The sessions, and what was fed back as negative rows: so no kilowatt-hour that goes to and fro counts twice.

    It goes off from what its vehicle took, with its mix, and counts where a session takes it again. A site may be fed
    by vehicles that charged elsewhere, so that of a site all that its sessions took counts.
    """
    sessions, feeds = records.tables["sessions"], records.tables["feed_slots"]
    if not len(feeds["session"]):
        return sessions
    fed_kwh = feeds["fed_back_kw"] * (SLOT_S / HOUR_S)
    given = {**feeds, "energy_kwh": -fed_kwh, "emission_kg": -feeds["emission_kg"], "cost_cny": -feeds["cost_cny"]}
    names = ("vehicle", "site", "energy_kwh", "initial_share", *SESSION_SHARES, "emission_kg", "cost_cny")
    return {name: np.concatenate((sessions[name], given[name])) for name in names}


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

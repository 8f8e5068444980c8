"""States of charge over time: how full the batteries of a fleet are, from the emptiest to the fullest."""

from __future__ import annotations

import numpy as np

from fleetsim.report.series import Series
from fleetsim.results.records import Records
from fleetsim.results.schema import TRIP_STATUS

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FAR_S = 1e9
"""Longer than any run: what parts the vehicles on one axis of time."""


def charge_levels(records: Records, fleet: int, at_s: Series) -> Series | None:
    """Quantiles of the state of charge of a fleet's batteries at some times, shape ``(quantiles, times)``.

    Between the ends of trips and sessions the state of charge is taken to change evenly. ``None`` for a fleet of which
    nothing is known.
    """
    tables = records.tables
    vehicles = tables["vehicles"]["vehicle"][tables["vehicles"]["fleet"] == fleet]
    row_of = np.full(len(records.entities["vehicles"]) + 1, -1, dtype=np.int64)
    row_of[vehicles] = np.arange(len(vehicles))
    trips, sessions, swaps = tables["trips"], tables["sessions"], tables["swaps"]
    ran = trips["status"] != TRIP_STATUS.index("cancelled")
    of = np.concatenate([np.where(ran, trips["vehicle"], -1)] * 2 + [sessions["vehicle"]] * 2 + [swaps["vehicle"]] * 2)
    when_s = np.concatenate(
        [trips["depart_at"], trips["arrive_at"], sessions["start_at"], sessions["end_at"], swaps["start_at"],
         swaps["end_at"]]
    )  # fmt: skip
    soc = np.concatenate(
        [trips["soc_start"], trips["soc_end"], sessions["soc_start"], sessions["soc_end"], swaps["soc_out"],
         swaps["soc_in"]]
    )  # fmt: skip
    row = row_of[of]
    known = (row >= 0) & np.isfinite(when_s) & np.isfinite(soc)
    if not known.any():
        return None
    row, when_s, soc = row[known], when_s[known], soc[known]
    order = np.lexsort((when_s, row))
    present = np.unique(row)
    at = present[:, np.newaxis] * FAR_S + at_s
    levels = np.interp(at.ravel(), row[order] * FAR_S + when_s[order], soc[order]).reshape(at.shape)
    first = np.searchsorted(row[order], present)
    last = np.append(first[1:], len(order)) - 1
    before, after = at_s < when_s[order][first][:, np.newaxis], at_s > when_s[order][last][:, np.newaxis]
    levels = np.where(before, soc[order][first][:, np.newaxis], levels)
    levels = np.where(after, soc[order][last][:, np.newaxis], levels)
    found: Series = np.quantile(levels, QUANTILES, axis=0)
    return found

"""The batteries of a run, followed some vehicles at a time: what happens to one does not depend on the others.

Where packs change hands, or a battery feeds back, all are followed together.
"""

from __future__ import annotations

from typing import NamedTuple

from fleetsim.accounting.feeding import Feeding
from fleetsim.accounting.holders import some_vehicles
from fleetsim.accounting.sessions import SessionTotals, source_shares
from fleetsim.accounting.stocks import account_swaps, account_trips, session_properties, stocks_table, trace
from fleetsim.results import spool
from fleetsim.results.records import Records
from fleetsim.results.schema import Frame, concatenate

TRACED = ("vehicle", "trip", "depart_at", "used_kwh", "hydrogen_kg", "soc_start", "soc_end", "status")
"""Columns of trips that decide what becomes of a battery."""
STOPS = (
    "session", "vehicle", "pack", "site", "plug_at", "soc_start", "soc_end", "stored_kwh", "released_kwh",
    "initial_share", "clean_share", "emission_kg",
)  # fmt: skip


class Batteries(NamedTuple):
    """What the trace of the batteries says of trips, swaps and of what is left."""

    trips: Frame
    swaps: Frame
    stocks: Frame


def follow_batteries(records: Records, sessions: Frame, totals: SessionTotals, fed: Feeding) -> Batteries:
    """Follow all batteries. ``sessions`` are accounted, ``totals`` know their sources, ``fed`` what was fed back."""
    tables, count = records.tables, len(records.tables["trips"]["trip"])
    of_trips = {name: spool.zeros(count) for name in ("initial_share", "clean_share", "emission_kg")}
    stocks, swaps = [], tables["swaps"]
    for trips, stops in some_vehicles({**tables, "sessions": sessions}, together=len(fed.exchanges.first) > 0):
        mine = {name: sessions[name][stops] for name in STOPS}
        own = {**tables, "trips": {name: tables["trips"][name][trips] for name in TRACED}}
        initial = mine["initial_share"]
        properties = session_properties(mine, source_shares(totals, stops), initial)
        traced = trace(own, *fed.stops(mine, properties, initial))
        driven = account_trips(own["trips"], traced)
        for name, values in of_trips.items():
            values[trips] = driven[name]
        swaps = account_swaps(swaps, traced)
        stocks.append(stocks_table(traced, records.entities))
    return Batteries({**tables["trips"], **of_trips}, swaps, concatenate("stocks", stocks))

"""Accounting: what each kilowatt-hour was made of, cost and emitted, from the records alone. No SimPy here."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from fleetsim.accounting.batteries import follow_batteries
from fleetsim.accounting.feeding import exchanges, walk
from fleetsim.accounting.hydrogen import (
    account_flows,
    account_fuelled_trips,
    account_refuels,
    grid_mix,
    hydrogen_stocks,
    site_mixes,
    slot_levels_kg,
    trace_hydrogen,
)
from fleetsim.accounting.local_supply import SUPPLY_LOADS, local_supplies, mix_of, storage_stocks, supply_draws
from fleetsim.accounting.running import running
from fleetsim.accounting.sessions import SessionTotals, certified_share, session_signals
from fleetsim.accounting.slots import SlotLoads, fleet_load_mw, grid_slots, reported_slots, site_slots, zone_slots
from fleetsim.accounting.sums import Floats
from fleetsim.grid.mix import GridSlots
from fleetsim.results.records import Records
from fleetsim.results.schema import TABLES, complete, concatenate, select

__all__ = ["account"]


class Prices(Protocol):
    """Prices by slot, as the tariff gives them."""

    @property
    def price_cny_per_kwh(self) -> Floats:
        """Whole price of a kilowatt-hour at the meter, shape ``(slots,)``."""


def account(records: Records, grid: GridSlots, prices: Prices) -> Records:
    """Complete the records of a simulation with every table of the contract.

    ``grid`` and ``prices`` cover the whole run from the start of the warm-up. The records given are left as
    they are, so that a run can be accounted again with another grid.
    """
    tables = {name: records.tables.get(name, complete(name, {})) for name in TABLES}
    if np.any(accounted_before := np.isin(tables["draws"]["load"], SUPPLY_LOADS)):
        tables["draws"] = select(tables["draws"], ~accounted_before)
    records = Records(records.clock, records.entities, tables)
    draws, price = tables["draws"], prices.price_cny_per_kwh
    exchanged = exchanges(records)
    supplies = local_supplies(records, grid, price, exchanged.fed_by_site(reported_slots(records.clock)))
    fed = walk(exchanged, supplies, mix_of(supplies, records, grid, price), records)
    mix = fed.mix
    tables["supply_slots"] = concatenate(
        "supply_slots", [supply.supply_slots(mix.sites[site]) for site, supply in supplies.items()]
    )
    totals, loads = SessionTotals(records, mix), SlotLoads(records)
    for power in running(draws, tables["clocks"]):
        totals.add(power)
        loads.add(power)
    certified = certified_share(totals, grid, float(exchanged.fed_kwh.sum()))
    sessions = {**tables["sessions"], **session_signals(totals, certified)}
    traced = follow_batteries(records, sessions, totals, fed)
    hydrogen = trace_hydrogen(records, grid_mix(grid), site_mixes(mix))
    entities, slots = records.entities, site_slots(records, loads, price, supplies)
    accounted = {
        "sessions": sessions,
        "trips": account_fuelled_trips(traced.trips, hydrogen),
        "swaps": traced.swaps,
        "refuels": account_refuels(tables["refuels"], hydrogen),
        "hydrogen_flows": account_flows(tables["hydrogen_flows"], mix),
        "stocks": concatenate(
            "stocks",
            [
                traced.stocks,
                hydrogen_stocks(hydrogen, entities),
                storage_stocks(supplies, records),
            ],
        ),
        "draws": concatenate("draws", [draws, *supply_draws(supplies)]) if supplies else draws,
        "site_slots": {**slots, "hydrogen_kg": slot_levels_kg(slots, hydrogen)},
        "grid_slots": grid_slots(records, grid, fleet_load_mw(records, loads, supplies)),
        "zone_slots": zone_slots(records, grid),
        "feed_slots": fed.feed_slots(records, certified),
    }
    return Records(records.clock, records.entities, {**tables, **accounted})

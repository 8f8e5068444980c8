"""Power by fleet over time: what the sessions of each fleet's vehicles, and of the packs they brought, drew."""

from __future__ import annotations

import numpy as np

from fleetsim.accounting.running import running
from fleetsim.accounting.sessions import SessionOfDraw
from fleetsim.accounting.slots import reported_slots
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.report.metrics.energy import charged_for
from fleetsim.report.series import Series
from fleetsim.results.records import Records


def fleet_powers(records: Records) -> tuple[Series, dict[str, Series]]:
    """The reported slots, and the mean power of each fleet that drew anything in each of them, kW AC.

    A pack counts for the fleet whose vehicle brought it; what nobody brought is left out. What is fed back is not taken
    off.
    """
    tables, clock = records.tables, records.clock
    slots = reported_slots(clock)
    fleet_of = np.full(len(records.entities["vehicles"]) + 1, -1, dtype=np.int64)
    fleet_of[tables["vehicles"]["vehicle"]] = tables["vehicles"]["fleet"]
    draws, of_draw = tables["draws"], SessionOfDraw(tables["draws"], tables["sessions"])
    charged = np.append(charged_for(records), -1)
    kwh = np.zeros((len(records.entities["fleets"]), clock.slots))
    for power in running(draws, tables["clocks"]):
        fleet = fleet_of[charged[of_draw(power.rows)]]
        for number in np.unique(fleet[fleet >= 0]):
            offered_kw = np.where(fleet == number, np.maximum(draws["offered_kw"][power.rows], 0.0), 0.0)
            kwh[number, power.window] += power.by_slot(offered_kw / HOUR_S, power.factors)
    power_kw = kwh * (HOUR_S / SLOT_S)
    names = records.entities["fleets"]
    slot_s: Series = slots.astype(np.float64) * SLOT_S
    return slot_s, {names[row]: power_kw[row, slots] for row in np.flatnonzero(power_kw.any(axis=1))}

"""Power by fleet over time: what the sessions of each fleet's vehicles, and of the packs they brought, drew."""

from __future__ import annotations

import numpy as np

from fleetsim.accounting.integrals import cut
from fleetsim.accounting.sessions import session_of_draw
from fleetsim.accounting.slots import reported_slots
from fleetsim.accounting.sums import sums
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.report.metrics.energy import charged_for
from fleetsim.report.series import Series
from fleetsim.results.records import Records


def fleet_powers(records: Records) -> tuple[Series, dict[str, Series]]:
    """The reported slots, and the mean power of each fleet that drew anything in each of them, kW AC.

    A pack counts for the fleet whose vehicle brought it; what nobody brought is left out.
    """
    tables, clock = records.tables, records.clock
    slots = reported_slots(clock)
    fleet_of = np.full(len(records.entities["vehicles"]) + 1, -1, dtype=np.int64)
    fleet_of[tables["vehicles"]["vehicle"]] = tables["vehicles"]["fleet"]
    pieces = cut(tables["draws"], tables["clocks"])
    session = session_of_draw(tables["draws"], tables["sessions"])[pieces.draw]
    vehicle = np.append(charged_for(records), -1)[session]
    fleet, fleets = fleet_of[vehicle], len(records.entities["fleets"])
    mine = fleet >= 0
    cell = fleet[mine] * np.int64(clock.slots) + pieces.slot[mine]
    power_kw = sums(pieces.kwh[mine], cell, fleets * clock.slots).reshape(fleets, clock.slots) * (HOUR_S / SLOT_S)
    names = records.entities["fleets"]
    slot_s: Series = slots.astype(np.float64) * SLOT_S
    return slot_s, {names[row]: power_kw[row, slots] for row in np.flatnonzero(power_kw.any(axis=1))}

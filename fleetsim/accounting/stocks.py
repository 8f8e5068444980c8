"""Stock tracing: what the energy in each vehicle's battery, and so each kilometre driven, was made of.

A battery is well mixed. It starts with energy of unknown origin (``initial``); a charge adds energy of the
session's composition; a trip takes, or by regeneration returns, energy of the composition it finds. One that feeds back
is followed slot by slot (:mod:`~fleetsim.accounting.feeding`). A swap pack takes
its composition along, from the station into the vehicle and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.accounting.events import Events, order_events
from fleetsim.accounting.holders import Holders, holders
from fleetsim.accounting.sums import Floats, ratio, sums
from fleetsim.results.schema import HOLDERS, STOCK_SOURCES, Entities, Frame, complete, concatenate

INITIAL, CLEAN, EMISSION = 0, 1, 2
"""Columns of a trace: shares of initial and of clean energy, kg CO2 per kWh stored."""
FIRST_SOURCE = 3
"""From this column on: shares of the first of the ``STOCK_SOURCES``."""
NOTHING = 1e-9
"""A share of known energy below this is rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Composition of the batteries through time.

    ``held`` has one row for each node of ``events`` and one column for ``initial`` (the first) and for each
    property traced: its mean over the energy in the battery, from the node to the next.
    """

    batteries: Holders
    events: Events
    held: Floats
    initial_kwh: Floats
    """Energy in each battery of ``events`` before its first event."""
    left_kwh: Floats
    """Energy in each battery of ``events`` after its last event, by adding up."""
    left_held: Floats
    """Composition of ``left_kwh``."""
    driven_kwh: Floats
    """Energy used after each node and before the next."""

    def by_trip(self, trips: int, part: int) -> Floats:
        """Part ``part`` of the composition of what each of ``trips`` rows used; NaN for those without energy."""
        out = np.full(trips, np.nan)
        out[self.events.trips] = self.held[self.events.node_of_trip, part]
        return out


def session_properties(sessions: Frame, source_shares: Floats, initial_share: Floats) -> Floats:
    """What to trace of each stored kilowatt-hour: clean share, emission (charging losses included), sources."""
    clean = np.where(initial_share < 1.0, sessions["clean_share"] * (1.0 - initial_share), 0.0)
    return np.column_stack((clean, ratio(sessions["emission_kg"], sessions["stored_kwh"]), source_shares))


def trace(
    tables: Mapping[str, Frame], sessions: Frame, properties: Floats, initial_share: Floats | None = None
) -> Trace:
    """Follow properties of the sessions' stored energy through the batteries.

    ``properties`` has one row a session and one column for each property, per kWh stored: a share of a
    source, kg CO2. Initial energy counts as having none of them; ``initial_share`` is what there is of it in what a
    session stores. A session that feeds back gives of what was there before it.
    """
    trips, batteries = tables["trips"], holders({**tables, "sessions": sessions})
    events = order_events(trips, sessions, tables["swaps"], batteries)
    initial_kwh = events.first_soc * batteries.battery_kwh[events.holders]
    driven_kwh = sums(trips["used_kwh"][events.trips], events.node_of_trip, len(events.session))
    charge = events.session >= 0
    stored_kwh, released_kwh = np.zeros((2, len(events.session)))
    stored_kwh[charge] = sessions["stored_kwh"][events.session[charge]]
    released_kwh[charge] = np.nan_to_num(sessions["released_kwh"][events.session[charge]])
    added = np.zeros((len(events.session), properties.shape[1] + 1))
    added[charge, 1:] = properties[events.session[charge]]
    if initial_share is not None:
        added[charge, 0] = initial_share[events.session[charge]]
    added[stored_kwh == 0.0] = 0.0

    held, total_kwh = np.zeros(added.shape), np.zeros(len(events.session))
    held[events.first_node, 0] = 1.0
    total_kwh[events.first_node] = initial_kwh
    by_length = np.argsort(-events.nodes, kind="stable")
    first_node, nodes = events.first_node[by_length], events.nodes[by_length]
    for k in range(1, int(nodes.max(initial=1))):
        at = first_node[: np.searchsorted(-nodes, -k)] + k
        total_kwh[at] = total_kwh[at - 1] - driven_kwh[at - 1] - released_kwh[at] + stored_kwh[at]
        weight = np.divide(stored_kwh[at], total_kwh[at], out=np.zeros(len(at)), where=stored_kwh[at] != 0.0)
        held[at] = held[at - 1] + weight[:, np.newaxis] * (added[at] - held[at - 1])
    last_node = events.first_node + events.nodes - 1
    return Trace(
        batteries=batteries,
        events=events,
        held=held,
        initial_kwh=initial_kwh,
        left_kwh=total_kwh[last_node] - driven_kwh[last_node],
        left_held=held[last_node],
        driven_kwh=driven_kwh,
    )


def account_trips(trips: Frame, traced: Trace) -> Frame:
    """The trips with initial share, clean share and emission of what they used; the latter two of the rest alone."""
    rows = len(trips["trip"])
    initial = traced.by_trip(rows, INITIAL)
    known = 1.0 - initial
    known[known < NOTHING] = np.nan
    emission_kg = np.where(np.isnan(known), np.nan, traced.by_trip(rows, EMISSION) * trips["used_kwh"])
    clean_share = traced.by_trip(rows, CLEAN) / known
    return {**trips, "initial_share": initial, "clean_share": clean_share, "emission_kg": emission_kg}


def account_swaps(swaps: Frame, traced: Trace) -> Frame:
    """The swaps with the clean share of what the pack put in holds, its initial energy left out."""
    held = traced.held[traced.events.node_of_swap]
    known = 1.0 - held[:, INITIAL]
    known[known < NOTHING] = np.nan
    return {**swaps, "clean_share": held[:, CLEAN] / known}


def stocks_table(traced: Trace, entities: Entities) -> Frame:
    """The ``stocks`` of batteries and packs: a row for each source of each that moved or was charged."""
    found, vehicles = traced.events.holders, traced.batteries.vehicles
    names = traced.batteries.names(found, entities)
    frames = [
        stock_rows(kind, names[mine], traced.initial_kwh[mine], traced.left_kwh[mine], traced.left_held[mine])
        for kind, mine in (("vehicle", found < vehicles), ("pack", found >= vehicles))
    ]
    return concatenate("stocks", frames)


def stock_rows(kind: str, names: NDArray[np.object_], start_kwh: Floats, end_kwh: Floats, held: Floats) -> Frame:
    """The ``stocks`` of holders that began with initial energy alone and end with the composition ``held``."""
    rows, sources = len(names), len(STOCK_SOURCES)
    initial = STOCK_SOURCES.index("initial")
    share, start = np.zeros((2, rows, sources))
    share[:, initial], start[:, initial] = held[:, INITIAL], start_kwh
    known = held[:, FIRST_SOURCE:]
    share[:, : known.shape[1]] = known
    return complete(
        "stocks",
        {
            "holder": np.repeat(names, sources),
            "holder_kind": np.full(rows * sources, HOLDERS.index(kind)),
            "source": np.tile(np.arange(sources), rows),
            "start_kwh": start.ravel(),
            "end_kwh": (end_kwh[:, np.newaxis] * share).ravel(),
        },
    )

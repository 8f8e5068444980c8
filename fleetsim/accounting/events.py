"""The order of what happens to each battery: trips take energy, sessions add it, swaps look at it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.accounting.holders import Holders
from fleetsim.accounting.sums import Floats, Ints, blocks
from fleetsim.results.schema import TRIP_STATUS, Frame

CANCELLED = TRIP_STATUS.index("cancelled")


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Trips, sessions and swaps of all batteries, ordered by battery and then by time.

    A battery's events follow a node of its own (its start), and every session is a node too: between two
    nodes the composition of a battery stays as it is.
    """

    holders: Ints
    """Codes of the batteries that have events, ascending."""
    first_node: Ints
    """Node of each battery's start; its k-th session is the k-th node after."""
    nodes: Ints
    """Nodes of each battery."""
    session: Ints
    """Row of the session of each node, -1 for a start."""
    trips: Ints
    """Rows of the trips that used energy."""
    node_of_trip: Ints
    """The node before each of those trips."""
    node_of_swap: Ints
    """The node of the pack that each swap puts in."""
    first_soc: Floats
    """State of charge of each battery before its first event."""
    last_soc: Floats
    """State of charge of each battery after its last event."""


def order_events(trips: Frame, sessions: Frame, swaps: Frame, batteries: Holders) -> Events:
    """Put the trips that used energy from a battery, the sessions and the swaps in order.

    Trips on hydrogen are left out. A session that ends the moment it begins, because the vehicle must leave, comes
    before that trip.
    """
    driven = driven_rows(trips)
    charged = np.flatnonzero(batteries.of_session >= 0)
    holder = np.concatenate((batteries.of_session[charged], batteries.of_trip[driven], batteries.of_swap))
    begin_s = np.concatenate((sessions["plug_at"][charged], trips["depart_at"][driven], swaps["start_at"]))
    order = np.lexsort((begin_s, holder))
    found, first, events = np.unique(holder[order], return_index=True, return_counts=True)
    last = first + events - 1

    is_session = order < len(charged)
    is_swap = order >= len(charged) + len(driven)
    is_trip = ~is_session & ~is_swap
    starts_before = np.repeat(np.arange(1, len(found) + 1), events)
    node_of_event = np.cumsum(is_session) + starts_before - 1
    nodes = np.bincount(np.searchsorted(found, holder[order][is_session]), minlength=len(found)) + 1
    session = np.full(int(nodes.sum()), -1, dtype=np.int64)
    session[node_of_event[is_session]] = charged[order[is_session]]
    node_of_swap = np.empty(len(swaps["vehicle"]), dtype=np.int64)
    node_of_swap[order[is_swap] - len(charged) - len(driven)] = node_of_event[is_swap]

    soc_start, soc_end = (
        np.concatenate((sessions[name][charged], trips[name][driven], swaps["soc_in"]))[order]
        for name in ("soc_start", "soc_end")
    )
    return Events(
        holders=found,
        first_node=np.cumsum(nodes) - nodes,
        nodes=nodes,
        session=session,
        trips=driven[order[is_trip] - len(charged)],
        node_of_trip=node_of_event[is_trip],
        node_of_swap=node_of_swap,
        first_soc=soc_start[first],
        last_soc=soc_end[last],
    )


def driven_rows(trips: Frame) -> Ints:
    """Rows of the trips that used energy from a battery."""
    found = [np.empty(0, dtype=np.int64)]
    for rows in blocks(len(trips["status"])):
        on_battery = np.isfinite(trips["used_kwh"][rows]) & np.isnan(trips["hydrogen_kg"][rows])
        found.append(rows.start + np.flatnonzero((trips["status"][rows] != CANCELLED) & on_battery))
    return np.concatenate(found)


def ends(holder: Ints, begin_s: Floats) -> tuple[Ints, Ints, Ints]:
    """Those that events are about, ascending, and the rows of the first and the last event of each.

    Of events that begin together, the earlier row comes first.
    """
    order = np.lexsort((begin_s, holder))
    found, first, events = np.unique(holder[order], return_index=True, return_counts=True)
    return found, order[first], order[first + events - 1]

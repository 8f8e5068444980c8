"""The order of what happens to each battery: trips take energy, sessions add it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.accounting.sums import Floats, Ints
from fleetsim.results.schema import TRIP_STATUS, Frame

CANCELLED = TRIP_STATUS.index("cancelled")


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Trips and sessions of all vehicles, ordered by vehicle and then by time.

    A vehicle's events follow a node of its own (its start), and every session is a node too: between two
    nodes the composition of a battery stays as it is.
    """

    vehicles: Ints
    """Codes of the vehicles that have events, ascending."""
    first_node: Ints
    """Node of each vehicle's start; its k-th session is the k-th node after."""
    nodes: Ints
    """Nodes of each vehicle."""
    session: Ints
    """Row of the session of each node, -1 for a start."""
    trips: Ints
    """Rows of the trips that used energy."""
    node_of_trip: Ints
    """The node before each of those trips."""
    first_soc: Floats
    """State of charge of each vehicle before its first event."""
    last_soc: Floats
    """State of charge of each vehicle after its last event."""


def order_events(trips: Frame, sessions: Frame) -> Events:
    """Put the trips that used energy from a battery and the sessions of vehicles in order.

    Trips on hydrogen are left out. A session that ends the moment it begins, because the vehicle must leave, comes
    before that trip.
    """
    on_battery = np.isfinite(trips["used_kwh"]) & np.isnan(trips["hydrogen_kg"])
    driven = np.flatnonzero((trips["status"] != CANCELLED) & on_battery)
    charged = np.flatnonzero(sessions["vehicle"] >= 0)
    vehicle = np.concatenate((sessions["vehicle"][charged], trips["vehicle"][driven])).astype(np.int64)
    begin_s = np.concatenate((sessions["plug_at"][charged], trips["depart_at"][driven]))
    order = np.lexsort((begin_s, vehicle))
    vehicles, first, events = np.unique(vehicle[order], return_index=True, return_counts=True)
    last = first + events - 1

    is_session = order < len(charged)
    starts_before = np.repeat(np.arange(1, len(vehicles) + 1), events)
    node_of_event = np.cumsum(is_session) + starts_before - 1
    nodes = np.bincount(np.searchsorted(vehicles, vehicle[order][is_session]), minlength=len(vehicles)) + 1
    session = np.full(int(nodes.sum()), -1, dtype=np.int64)
    session[node_of_event[is_session]] = charged[order[is_session]]

    soc_start, soc_end = (
        np.concatenate((sessions[name][charged], trips[name][driven]))[order] for name in ("soc_start", "soc_end")
    )
    return Events(
        vehicles=vehicles,
        first_node=np.cumsum(nodes) - nodes,
        nodes=nodes,
        session=session,
        trips=driven[order[~is_session] - len(charged)],
        node_of_trip=node_of_event[~is_session],
        first_soc=soc_start[first],
        last_soc=soc_end[last],
    )

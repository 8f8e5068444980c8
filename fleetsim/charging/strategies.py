"""The strategies: when a session may draw."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fleetsim.charging.spec import StrategyName
from fleetsim.charging.view import ALWAYS, Plan, SessionView, SiteView, Slot, Strategy
from fleetsim.clock import SLOT_S
from fleetsim.signals import Signals, windows

MARGIN_S = 300.0
"""Time that a plan leaves free before a departure."""


def immediate(_site: SiteView, _session: SessionView) -> Plan:
    """Draw at once."""
    return ALWAYS


def valley(site: SiteView, session: SessionView) -> Plan:
    """Draw in the tariff's valley; outside it only as far as the departure leaves no other choice.

    The time that a session needs is reckoned at full power times the crowding of the site. Time outside the valley is
    taken where the price is lowest, and of equal prices the earliest. A session that needs all the time it has may draw
    at once, so where chargers suffice and the limit is slack no departure is missed for the strategy's sake.
    """
    until_s = session.depart_s - MARGIN_S
    needed_s = session.full_power_s * site.crowding
    slots = _within(_valleys(site.signals), site.now_s, until_s)
    short_s = needed_s - sum(slot.end_s - slot.start_s for slot in slots)
    if short_s <= 0.0 or until_s == float("inf"):
        return slots
    if needed_s >= until_s - site.now_s:
        return ALWAYS
    return _merge((*slots, *_cheapest_outside(site, until_s, short_s)))


@lru_cache(maxsize=8)
def _valleys(signals: Signals) -> Plan:
    return tuple(Slot(start_s, end_s) for start_s, end_s in windows(signals.valley))


def _within(slots: Plan, from_s: float, until_s: float) -> Plan:
    """The parts of the slots between two moments."""
    cut = (Slot(max(slot.start_s, from_s), min(slot.end_s, until_s)) for slot in slots)
    return tuple(slot for slot in cut if slot.end_s > slot.start_s)


def _cheapest_outside(site: SiteView, until_s: float, seconds: float) -> Plan:
    """Slots outside the valley before ``until_s`` that add up to ``seconds``: the cheapest, then the earliest."""
    first, last = int(site.now_s // SLOT_S), int(np.ceil(until_s / SLOT_S))
    prices = site.signals.price_cny_per_kwh[first:last]
    outside = np.flatnonzero(~site.signals.valley[first : first + len(prices)])
    chosen: list[Slot] = []
    for index in outside[np.argsort(prices[outside], kind="stable")]:
        start_s = max(site.now_s, float((first + index) * SLOT_S))
        end_s = min(until_s, float((first + index + 1) * SLOT_S), start_s + seconds)
        if end_s > start_s:
            chosen.append(Slot(start_s, end_s))
            seconds -= end_s - start_s
        if seconds <= 0.0:
            break
    return tuple(chosen)


def _merge(slots: Plan) -> Plan:
    """Slots in order of time, touching ones joined."""
    joined: list[Slot] = []
    for slot in sorted(slots):
        if joined and slot.start_s <= joined[-1].end_s:
            joined[-1] = Slot(joined[-1].start_s, max(joined[-1].end_s, slot.end_s))
        else:
            joined.append(slot)
    return tuple(joined)


STRATEGIES: dict[StrategyName, Strategy] = {"immediate": immediate, "valley": valley}
"""The strategies by the name that a scenario gives them."""

"""The strategies: when a session may draw, and how much at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.charging.climb import drawn_kwh, ride
from fleetsim.charging.view import ALWAYS, UNKNOWN_STAY_S, FeedView, Plan, SessionView, SiteView, Slot, Strategy
from fleetsim.clock import HOUR_S, SLOT_S, SLOTS_PER_DAY
from fleetsim.signals import Signals, windows

SMALL_KW = SMALL_KWH = SMALL_SAVING = 1e-6
MARGIN_S = 300.0
"""Time that a plan leaves free before a departure."""
SEARCHES = 24
"""How often the lowest level is halved: to a ten-millionth of where it may lie."""


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
    outside = _lowest(site, until_s, short_s, site.signals.price_cny_per_kwh, ~site.signals.valley)
    return _merge((*slots, *outside))


def staggered(site: SiteView, session: SessionView) -> Plan:
    """Begin one bay after the other: each bay waits for its part of the time that its vehicle has to spare."""
    until_s, needed_s = _time(site, session)
    spare_s = until_s - site.now_s - needed_s
    if spare_s <= 0.0:
        return ALWAYS
    return (Slot(site.now_s + spare_s * session.bay / site.bays, until_s),)


def balanced(site: SiteView, session: SessionView) -> Plan:
    """Draw evenly until the departure: the lowest power that is enough, and never more than the battery accepts."""
    until_s, needed_s = _time(site, session)
    if not session.needs or needed_s >= until_s - site.now_s:
        return ALWAYS
    return (Slot(site.now_s, until_s, lowest_power_kw(session.needs, (until_s - site.now_s) / site.crowding)),)


def cheapest(site: SiteView, session: SessionView) -> Plan:
    """Draw in the slots before the departure that cost least, the earliest of equal ones."""
    return _in_lowest_slots(site, session, site.signals.price_cny_per_kwh)


def cleanest(site: SiteView, session: SessionView) -> Plan:
    """Draw in the slots before the departure in which the grid is expected to be cleanest."""
    return _in_lowest_slots(site, session, -site.signals.clean_share)


def solar_following(site: SiteView, session: SessionView) -> Plan:
    """Draw with the site's own sun, each charger its part of it, and top up in time where the price is lowest.

    At a cap P of the sun a session gains on the time at full power by P over its own highest power, at least. What that
    leaves short is made up at full power in the cheapest slots. Without panels the cheapest slots alone count.
    """
    until_s, needed_s = _time(site, session)
    if needed_s >= until_s - site.now_s:
        return ALWAYS
    if site.solar_kw is None:
        return cheapest(site, session)
    first, last = int(site.now_s // SLOT_S), int(np.ceil(until_s / SLOT_S))
    edges_s = np.clip(np.arange(first, last + 1) * float(SLOT_S), site.now_s, until_s)
    known = _known(np.arange(first, last), len(site.solar_kw))
    length_s, cap_kw = np.diff(edges_s), site.solar_kw[known] / site.bays
    highest_kw = max((kw for _, kw in session.needs), default=np.inf)
    gain_s = length_s * np.minimum(1.0, cap_kw / highest_kw)
    short_s = needed_s - gain_s.sum()
    for place in np.argsort(site.signals.price_cny_per_kwh[known], kind="stable"):
        if short_s <= 0.0:
            break
        short_s -= length_s[place] - gain_s[place]
        cap_kw[place] = np.inf
    return _joined(edges_s, cap_kw)


def peak_shaving(site: SiteView, session: SessionView) -> Plan:
    """Keep the whole site below its cap, and draw as early as that allows; without a cap, below the lowest level.

    A session is planned on top of those that have plans already. Where the cap leaves too little room before the
    departure, it gives way: the lowest level that is enough takes its place.
    """
    until_s, needed_s = _time(site, session)
    if needed_s >= until_s - site.now_s or not session.needs:
        return ALWAYS
    until_s = site.now_s + (until_s - site.now_s) / site.crowding
    planned_kw = np.zeros(int(np.ceil(until_s / SLOT_S)) - int(site.now_s // SLOT_S))
    planned_kw[: len(site.planned_kw)] = site.planned_kw[: len(planned_kw)]
    most_kw = max(kw for _, kw in session.needs)
    needed_kwh = sum(energy_kwh for energy_kwh, _ in session.needs) * (1.0 - 1e-12)

    def below(level_kw: float) -> Plan:
        return _room(np.minimum(level_kw - planned_kw, most_kw), site.now_s, until_s)

    def is_enough(plan: Plan) -> bool:
        return drawn_kwh(session.needs, plan, site.now_s) >= needed_kwh

    if site.cap_kw < float("inf") and is_enough(plan := below(site.cap_kw)):
        return plan
    seconds = np.full(len(planned_kw), float(SLOT_S))
    seconds[0] -= site.now_s % SLOT_S
    low_kw = filled_to_kw(planned_kw, seconds, needed_kwh * HOUR_S)
    if is_enough(plan := below(low_kw + SMALL_KW)):
        return plan
    high_kw = float(planned_kw.max()) + most_kw
    for _ in range(SEARCHES):
        level_kw = (low_kw + high_kw) / 2
        low_kw, high_kw = (low_kw, level_kw) if is_enough(below(level_kw)) else (level_kw, high_kw)
    return below(high_kw)


def bidirectional(site: SiteView, session: SessionView) -> Plan:
    """Draw in the cheapest slots, and feed back in the tariff's peaks as far as that pays and leaves the way back.

    Peak slots are tried from the dearest on, each with what the site will still use there by the plans of all others.
    One is taken if the target can be met all the same and the bill falls, losses counted. Where the site has a cap,
    the slots are tried in which it would be exceeded, whatever the price; to draw above it is then left to those whose
    target asks for it.
    """
    until_s, needed_s = _time(site, session)
    if needed_s >= until_s - site.now_s:
        return ALWAYS
    prices, peak, capped = site.signals.price_cny_per_kwh, site.signals.peak, site.cap_kw < float("inf")
    if session.feeds is None and not capped:
        return cheapest(site, session)
    feeds = session.feeds or FeedView(0.0, 1.0, session.needs, 0.0, 0.0)
    first, last = int(site.now_s // SLOT_S), int(np.ceil(until_s / SLOT_S))
    known = _known(np.arange(first, last), len(prices))
    edges_s = np.clip(np.arange(first, last + 1) * float(SLOT_S), site.now_s, until_s)
    price, used_kw = prices[known], np.zeros(len(known))
    used_kw[: len(site.planned_kw)] = site.planned_kw[: len(known)]
    room_kw = site.cap_kw - used_kw if capped else np.full(len(known), np.inf)
    give_kw = np.where(capped, -room_kw, np.where(peak[known], used_kw, 0.0)).clip(0.0, feeds.power_kw)
    battery = replace(feeds, needs=tuple((energy_kwh, kw / site.crowding) for energy_kwh, kw in feeds.needs))
    target_kwh = sum(energy_kwh for energy_kwh, _ in battery.needs)
    enough_kwh = target_kwh - SMALL_KWH
    most_kw = max((kw for _, kw in battery.needs), default=0.0)
    spans = list(zip(edges_s[:-1].tolist(), edges_s[1:].tolist(), strict=True))

    def outcome(power_kw: NDArray[np.float64]) -> tuple[float, float]:
        """Where a plan leads, and what it saves: CNY, or where the site has a cap, kWh above it."""
        level_kwh, saved = battery.level_kwh, 0.0
        plan = tuple(Slot(*span, kw) for span, kw in zip(spans, power_kw.tolist(), strict=True) if kw != 0.0)
        for start_s, end_s, kw in ride(battery, plan, site.now_s):
            energy_kwh = kw * (end_s - start_s) / HOUR_S
            level_kwh += energy_kwh if kw > 0.0 else energy_kwh / battery.round_trip
            saved -= energy_kwh * (price[int(start_s // SLOT_S) - first] if not capped else kw < 0.0)
        return level_kwh, saved

    def fill(power_kw: NDArray[np.float64], places: NDArray[np.int64]) -> float:
        """Draw in these slots, too, until the target is met, in the last no faster than that takes; what it saves."""
        level_kwh, saved = outcome(power_kw)
        for place in places.tolist():
            if level_kwh >= enough_kwh:
                break
            slow_kw = power_kw[place] + (target_kwh - level_kwh) / (spans[place][1] - spans[place][0]) * HOUR_S
            for kw in (slow_kw * (1.0 + SMALL_KWH), np.inf) if slow_kw < most_kw else (np.inf,):
                power_kw[place] = min(kw, room_kw[place])
                level_kwh, saved = outcome(power_kw)
                if level_kwh >= enough_kwh:
                    break
        return saved if level_kwh >= enough_kwh else -np.inf

    power_kw = np.zeros(len(known))
    cheap = np.argsort(price, kind="stable")
    cheap = cheap[room_kw[cheap] > SMALL_KW]
    sure = int(np.searchsorted(np.cumsum(np.diff(edges_s)[cheap]), needed_s))
    power_kw[cheap[:sure]] = room_kw[cheap[:sure]]
    best = fill(power_kw, cheap[sure:])
    if best == -np.inf:
        return peak_shaving(site, session) if capped else cheapest(site, session)
    for place in np.argsort(-give_kw if capped else -price, kind="stable").tolist():
        if give_kw[place] <= SMALL_KW or power_kw[place] > 0.0:
            continue
        tried_kw = power_kw.copy()
        tried_kw[place] = -give_kw[place]
        later = (cheap > place) & (tried_kw[cheap] >= 0.0) & (capped | (price[cheap] < price[place]))
        back = cheap[later & (tried_kw[cheap] < room_kw[cheap])]
        if outcome(np.where(np.isin(np.arange(len(known)), back), room_kw, tried_kw))[0] < enough_kwh:
            continue
        saved = fill(tried_kw, back)
        if saved > best + SMALL_SAVING:
            best, power_kw = saved, tried_kw
    return _joined(edges_s, power_kw)


def filled_to_kw(floor_kw: NDArray[np.float64], seconds: NDArray[np.float64], energy_kws: float) -> float:
    """The level to which an energy fills what lies above a floor, as water would.

    With the floor in rising order, the lowest k parts are filled to L = (E + sum(F_i t_i)) / sum(t_i), i <= k.

    >>> filled_to_kw(np.array([10.0, 0.0, 40.0]), np.array([1.0, 1.0, 1.0]), 30.0)
    20.0
    """
    order = np.argsort(floor_kw)
    levels_kw = (energy_kws + np.cumsum((floor_kw * seconds)[order])) / np.cumsum(seconds[order])
    return float(levels_kw.min())


def lowest_power_kw(needs: tuple[tuple[float, float], ...], seconds: float) -> float:
    """The power at which the energy of ``needs`` takes ``seconds``, where no step takes more than its own power.

    With the steps in falling order of power, the first k are held to P = sum(E_1..k) / (T - sum(E_i / P_i, i > k)).

    >>> round(lowest_power_kw(((80.0, 100.0), (10.0, 20.0)), 7_200), 3)     # 80 kWh in 2 h less the half at 20 kW
    53.333
    """
    falling = sorted(needs, key=lambda need: -need[1])
    left_h = seconds / HOUR_S - sum(energy_kwh / kw for energy_kwh, kw in falling)
    held_kwh = power_kw = 0.0
    for place, (energy_kwh, kw) in enumerate(falling):
        held_kwh += energy_kwh
        left_h += energy_kwh / kw
        power_kw = held_kwh / left_h
        if place + 1 == len(falling) or power_kw >= falling[place + 1][1]:
            break
    return power_kw


def _time(site: SiteView, session: SessionView) -> tuple[float, float]:
    """Until when a session is to be done, and the time that it takes where it is as crowded as now."""
    depart_s = session.depart_s if session.depart_s < float("inf") else site.now_s + UNKNOWN_STAY_S
    return depart_s - MARGIN_S, session.full_power_s * site.crowding


def _in_lowest_slots(site: SiteView, session: SessionView, values: NDArray[np.float64]) -> Plan:
    """The slots with the lowest values that are enough; at once where no time is to lose."""
    until_s, needed_s = _time(site, session)
    if needed_s >= until_s - site.now_s:
        return ALWAYS
    return _merge(_lowest(site, until_s, needed_s, values, np.ones(len(values), dtype=np.bool_)))


def _room(power_kw: NDArray[np.float64], now_s: float, until_s: float) -> Plan:
    """Slots with these powers at most, from that of now on; those of one power that touch are joined."""
    first = int(now_s // SLOT_S)
    slots: list[Slot] = []
    for index, kw in enumerate(power_kw.tolist(), first):
        start_s, end_s = max(now_s, float(index * SLOT_S)), min(until_s, float((index + 1) * SLOT_S))
        if kw <= SMALL_KW or end_s <= start_s:
            continue
        if slots and slots[-1].end_s == start_s and slots[-1].max_kw == kw:
            start_s = slots.pop().start_s
        slots.append(Slot(start_s, end_s, kw))
    return tuple(slots)


def _joined(edges_s: NDArray[np.float64], power_kw: NDArray[np.float64]) -> Plan:
    """Slots between these edges with these powers, those of one power joined and those of none left out."""
    starts = np.flatnonzero(np.concatenate(([True], power_kw[1:] != power_kw[:-1])))
    ends_s = np.append(edges_s[starts[1:]], edges_s[-1])
    rows = zip(edges_s[starts].tolist(), ends_s.tolist(), power_kw[starts].tolist(), strict=True)
    return tuple(Slot(start_s, end_s, kw) for start_s, end_s, kw in rows if kw != 0.0)


@lru_cache(maxsize=8)
def _valleys(signals: Signals) -> Plan:
    return tuple(Slot(start_s, end_s) for start_s, end_s in windows(signals.valley))


def _within(slots: Plan, from_s: float, until_s: float) -> Plan:
    """The parts of the slots between two moments."""
    cut = (Slot(max(slot.start_s, from_s), min(slot.end_s, until_s)) for slot in slots)
    return tuple(slot for slot in cut if slot.end_s > slot.start_s)


def _lowest(
    site: SiteView, until_s: float, seconds: float, values: NDArray[np.float64], allowed: NDArray[np.bool_]
) -> Plan:
    """Allowed slots before ``until_s`` that add up to ``seconds``: those of the lowest values, then the earliest."""
    first, last = int(site.now_s // SLOT_S), int(np.ceil(until_s / SLOT_S))
    slots = np.arange(first, last)
    known = _known(slots, len(values))
    places = np.flatnonzero(allowed[known])
    chosen: list[Slot] = []
    for index in places[np.argsort(values[known][places], kind="stable")]:
        start_s = max(site.now_s, float((first + index) * SLOT_S))
        end_s = min(until_s, float((first + index + 1) * SLOT_S), start_s + seconds)
        if end_s > start_s:
            chosen.append(Slot(start_s, end_s))
            seconds -= end_s - start_s
        if seconds <= 0.0:
            break
    return tuple(chosen)


def _known(slots: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Slots of which values are known; what follows the last day of the run is taken to be like it."""
    return np.where(slots < count, slots, count + (slots - count) % SLOTS_PER_DAY - SLOTS_PER_DAY)


def _merge(slots: Plan) -> Plan:
    """Slots in order of time, touching ones joined."""
    joined: list[Slot] = []
    for slot in sorted(slots):
        if joined and slot.start_s <= joined[-1].end_s:
            joined[-1] = Slot(joined[-1].start_s, max(joined[-1].end_s, slot.end_s))
        else:
            joined.append(slot)
    return tuple(joined)


STRATEGIES: dict[str, Strategy] = {
    "immediate": immediate,
    "valley": valley,
    "staggered": staggered,
    "balanced": balanced,
    "cheapest": cheapest,
    "cleanest": cleanest,
    "solar_following": solar_following,
    "peak_shaving": peak_shaving,
    "bidirectional": bidirectional,
}
"""The strategies by the name that a scenario gives them."""

CAPPED: set[str] = {"balanced", "solar_following", "peak_shaving"}
"""Those whose plans hold the power of single sessions down."""

SEEING_PLANS: set[str] = {"peak_shaving"}
"""Those that are shown what the site is planned to draw."""


FEEDING: set[str] = {"bidirectional"}
"""Those whose plans may let a session feed back. They are shown what the site is planned to draw, too."""


def add_strategy(
    *, caps_power: bool = False, sees_plans: bool = False, feeds_back: bool = False
) -> Callable[[Any], Any]:
    """Let scenarios name a strategy by the name of the function below this decorator.

    ``caps_power`` is to be set where its plans use ``max_kw``, ``sees_plans`` where it looks at ``site.planned_kw``,
    and ``feeds_back`` where its plans may say that a session feeds back. A strategy that is there already is replaced,
    so that a module may be read twice.
    """

    def add(strategy: Any) -> Any:
        name = strategy.__name__
        STRATEGIES[name] = strategy
        (CAPPED.add if caps_power else CAPPED.discard)(name)
        (SEEING_PLANS.add if sees_plans else SEEING_PLANS.discard)(name)
        (FEEDING.add if feeds_back else FEEDING.discard)(name)
        return strategy

    return add

"""Asking the strategy: what a depot shows it of itself and of a vehicle, and what it has planned by then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fleetsim.charging.climb import climb, highest_kw, ride
from fleetsim.charging.installed import strategy_named
from fleetsim.charging.sharing import NEVER
from fleetsim.charging.strategies import CAPPED, FEEDING, SEEING_PLANS, immediate
from fleetsim.charging.view import ALWAYS, UNKNOWN_STAY_S, FeedView, SessionView, SiteView
from fleetsim.clock import SLOT_S, SLOTS_PER_DAY
from fleetsim.signals import Signals
from fleetsim.sites.depot_plant import DepotPlant
from fleetsim.sites.visit import Visit

Expected = tuple[int, NDArray[np.float64]]
"""What a session will draw at most: the first slot, and the power from there on."""


class Planner:
    """The planning of one depot."""

    def __init__(self, plant: DepotPlant, signals: Signals, plugged: Mapping[int, Visit]) -> None:
        self._plant = plant
        self._signals = signals
        self._plugged = plugged
        """The vehicles at chargers, by session; it changes under the planner's eyes."""
        self._strategy = strategy_named(plant.strategy)
        self.is_immediate = self._strategy is immediate
        self._in_turn = plant.strategy in SEEING_PLANS
        """Whether those that leave first are planned first, whoever comes first."""
        self._feeds = plant.strategy in FEEDING
        self._sees_plans = self._in_turn or self._feeds
        self._sees_needs = self._sees_plans or plant.strategy in CAPPED
        self._own_kw = by_slot_of_day(plant.own_kw)

    def plan(self, visit: Visit, now_s: float, crowding: float, may_feed: bool) -> None:
        """Give a plugged vehicle a plan. The site is ``crowding`` times slower than it would be at full power."""
        feeds = _feed_view(visit) if self._feeds and may_feed else None
        full_power_s = visit.steps.time_at(visit.target_kwh) - visit.steps.time_at(visit.level_kwh)
        needs = visit.steps.needs(visit.level_kwh, visit.target_kwh) if self._sees_needs else ()
        site = SiteView(
            now_s,
            crowding,
            self._signals,
            len(self._plant.charger_groups),
            self._plant.solar_kw,
            self._plant.cap_kw,
            tuple(self._planned_kw(visit, now_s).tolist()) if self._sees_plans else (),
        )
        visit.plan = self._strategy(site, SessionView(visit.until_s, full_power_s, needs, visit.charger, feeds))
        self.expect(visit, now_s)

    def expect(self, visit: Visit, now_s: float) -> None:
        """Note what a vehicle will draw by its plan."""
        if not self._sees_plans:
            return
        feeds = _feed_view(visit) if self._feeds else None
        if feeds is not None:
            drawn = ride(feeds, visit.plan, now_s)
        else:
            drawn = climb(visit.steps.needs(visit.level_kwh, visit.target_kwh), visit.plan, now_s)
        visit.expected = int(now_s // SLOT_S), highest_kw(drawn, now_s)

    def cabinet_crowding(self, visit: Visit) -> float:
        """How many times longer than by itself a vehicle may take beside the others on its cabinet."""
        plant = self._plant
        cabinet = plant.cabinet_of[visit.charger] if plant.cabinets else -1
        if cabinet < 0:
            return 1.0
        peaks_kw = (
            other.steps.peak_kw[0] for other in self._plugged.values() if plant.cabinet_of[other.charger] == cabinet
        )
        return max(1.0, sum(peaks_kw) / plant.cabinets[cabinet].limit_kw)

    def to_plan_again(self, visit: Visit) -> list[Visit]:
        """The vehicles that leave after one that has just been planned and still have time to lose, in order."""
        later = (each for each in self._plugged.values() if each.until_s > visit.until_s and each.plan is not ALWAYS)
        return sorted(later, key=lambda each: each.until_s) if self._in_turn else []

    def _planned_kw(self, visit: Visit, now_s: float) -> NDArray[np.float64]:
        """What buildings, standby and others draw at most, less the sun, until a vehicle leaves.

        The others are all who are plugged in or, where vehicles are planned in turn, those who leave no later.
        """
        others = (
            other.expected
            for other in self._plugged.values()
            if other is not visit and (other.until_s <= visit.until_s or other.plan is ALWAYS or not self._in_turn)
        )
        return planned_kw(self._own_kw, self._plant.solar_kw, now_s, visit.until_s, others)


def _feed_view(visit: Visit) -> FeedView | None:
    """What a vehicle may feed back, in energy at the meter from its floor up; nothing where it cannot."""
    steps, battery = visit.steps, visit.steps.feed_back
    if battery is None or not visit.can_feed:
        return None
    low_kwh = min(visit.level_kwh, visit.lowest_kwh)
    return FeedView(
        battery.power_kw,
        steps.sure_per_kwh / battery.released_per_kwh,
        steps.needs(low_kwh, visit.target_kwh),
        level_kwh=sum(energy_kwh for energy_kwh, _ in steps.needs(low_kwh, visit.level_kwh)),
        floor_kwh=sum(energy_kwh for energy_kwh, _ in steps.needs(low_kwh, visit.lowest_kwh)),
    )


def by_slot_of_day(own_kw: Sequence[float]) -> NDArray[np.float64]:
    """One figure, or one for each hour of the day, by slot of the day."""
    return np.repeat(own_kw, SLOTS_PER_DAY // len(own_kw))


def planned_kw(
    own_kw: NDArray[np.float64],
    solar_kw: NDArray[np.float64] | None,
    now_s: float,
    until_s: float,
    expected: Iterable[Expected | None],
) -> NDArray[np.float64]:
    """What a site's own load and those who have plans draw at most, less the sun, by slot from now until a moment."""
    first = int(now_s // SLOT_S)
    slots = np.arange(first, int(np.ceil((until_s if until_s < NEVER else now_s + UNKNOWN_STAY_S) / SLOT_S)))
    total_kw = own_kw[slots % SLOTS_PER_DAY]
    if solar_kw is not None:
        total_kw -= solar_kw[np.minimum(slots, len(solar_kw) - 1)]
    for each in expected:
        if each is not None:
            begin, power_kw = each
            power_kw = power_kw[max(0, first - begin) :][: len(total_kw)]
            total_kw[: len(power_kw)] += power_kw
    return total_kw

"""A taxi: it cruises until it needs energy, finds a station, changes its pack or charges, and goes on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from simpy import Environment, Event

from fleetsim.charging.sharing import NEVER
from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.results.schema import PURPOSES, TRIP_STATUS
from fleetsim.vehicles.log import TaxiLog

SMALL_KWH = 1e-6
SAME_S = 1e-3
"""Moments closer together than this are one."""
_PASSENGER, _DEADHEAD = PURPOSES.index("passenger"), PURPOSES.index("deadhead")
_DONE, _CANCELLED, _HORIZON = (TRIP_STATUS.index(word) for word in ("done", "cancelled", "horizon"))


class Refill(Protocol):
    """A visit to a station; ``ended`` fires when the vehicle has energy, or when it leaves the queue for good."""

    ended: Event
    pack: int
    level_kwh: float

    @property
    def served(self) -> bool:
        """Whether it has energy."""


class Station(Protocol):
    """What a taxi knows of a station."""

    def expected_wait_s(self) -> float:
        """How long a vehicle that came now would wait."""

    def balk(self, vehicle: int, /) -> None:
        """A vehicle sees the queue and drives on."""

    def enter(
        self, vehicle: int, vehicle_class: int, pack: int, level_kwh: float, target_kwh: float, patience_s: float, /
    ) -> Refill:
        """A vehicle comes for energy and leaves the queue after ``patience_s``."""


@dataclass(frozen=True, slots=True)
class TaxiClass:
    """What the taxis of one fleet have in common."""

    number: int
    """Row of the class in the stations' table of charge steps."""
    target_kwh: float
    handover_kwh: float
    """Energy below which a driver fetches some before handing over."""
    balk_s: float
    patience_s: float
    recovery_s: float
    end_s: float
    """End of the run."""
    hours: int
    """Hours of the run."""
    s_per_km: Sequence[float]
    kwh_per_km: Sequence[float]
    """Time and energy of a kilometre in each hour of the run."""
    stations: Sequence[Station]
    stay_s: Sequence[float]
    """How long energy itself takes at each station once the wait is over: a swap, or a charge from low to target."""
    near: Sequence[Mapping[int, float]]
    """Stations within a driver's choice from each spot, the nearest first: road distance in km by number."""
    between_km: Sequence[Sequence[float]]
    """Road distance from each station to each other."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What one taxi keeps for itself: its work and the moments at which it thinks of energy."""

    summed_kwh: Sequence[float]
    """Energy that its work takes from the start of the run to each full hour, among that of the other taxis."""
    spots: Sequence[int]
    """Where it is, by hour, among all others."""
    first_sum: int
    first_spot: int
    """Where its own sums and spots begin. A view of its own for each taxi would cost more than what it shows."""
    thrift: float
    """Consumption over the mean of the fleet."""
    seek_kwh: float
    """Energy at which it looks for a station."""
    checks_s: Sequence[float]
    """Seconds of the day, in order, at which it may fetch energy before a hand-over."""


class Taxi:
    """The agent of one taxi."""

    __slots__ = ("_class", "_env", "_habits", "_last_station", "_level_kwh", "_log", "_pack", "_vehicle")

    _way_purpose = _PASSENGER
    """Purpose of a stretch that ends at the first station of a search: work, then the way there."""

    def __init__(
        self,
        env: Environment,
        vehicle: int,
        taxis: TaxiClass,
        habits: Habits,
        pack: int,
        level_kwh: float,
        log: TaxiLog,
    ) -> None:
        self._env = env
        self._vehicle = vehicle
        self._class = taxis
        self._habits = habits
        self._pack = pack
        self._level_kwh = level_kwh
        self._last_station = -1
        self._log = log

    def live(self) -> Generator[Event, Any, None]:
        """The life cycle: drive until energy is needed, fetch it, go on."""
        env, taxis = self._env, self._class
        while True:
            depart_s, level_kwh = env.now, self._level_kwh
            need_s, self._level_kwh = self._need(depart_s, level_kwh)
            if need_s >= taxis.end_s:
                self._drove(depart_s, taxis.end_s, taxis.end_s, level_kwh, 0.0, -1, -1, _PASSENGER)
                return
            yield env.timeout(need_s - depart_s)
            goes_on = yield from self._fetch(depart_s, level_kwh, self._spot_at(need_s))
            if not goes_on:
                return

    # Work

    def _need(self, now_s: float, level_kwh: float) -> tuple[float, float]:
        """When the taxi will want energy if it drives from now on, and what it has then."""
        habits, end_s = self._habits, self._class.end_s
        done_kwh = self._done_kwh(now_s)
        need_s = self._when_s(done_kwh + max(0.0, level_kwh - habits.seek_kwh), now_s)
        check_s = self._next_check_s(now_s)
        while check_s < need_s and check_s < end_s:
            left_kwh = level_kwh - (self._done_kwh(check_s) - done_kwh)
            if left_kwh < self._class.handover_kwh:
                return check_s, left_kwh
            check_s = self._next_check_s(check_s)
        need_s = min(need_s, end_s)
        return need_s, level_kwh - (self._done_kwh(need_s) - done_kwh)

    def _done_kwh(self, at_s: float) -> float:
        """Energy that the work takes from the start of the run to a moment."""
        habits = self._habits
        hour = min(int(at_s // HOUR_S), self._class.hours - 1)
        place = habits.first_sum + hour
        low = habits.summed_kwh[place]
        return low + (at_s / HOUR_S - hour) * (habits.summed_kwh[place + 1] - low)

    def _when_s(self, done_kwh: float, now_s: float) -> float:
        """The inverse of :meth:`_done_kwh`, not before ``now_s``."""
        summed, first = self._habits.summed_kwh, self._habits.first_sum
        last = first + self._class.hours
        place = first + int(now_s // HOUR_S)
        while place <= last and summed[place] <= done_kwh:
            place += 1
        if place > last:
            return NEVER
        low, hour = summed[place - 1], place - 1 - first
        return max(now_s, (hour + (done_kwh - low) / (summed[place] - low)) * HOUR_S)

    def _spot_at(self, at_s: float) -> int:
        """Where its work has it at a moment."""
        return self._habits.spots[self._habits.first_spot + int(at_s // HOUR_S)]

    def _next_check_s(self, after_s: float) -> float:
        """The next moment at which the driver thinks of the hand-over."""
        checks = self._habits.checks_s
        if not checks:
            return NEVER
        day_s = after_s // DAY_S * DAY_S
        later = bisect_right(checks, after_s - day_s + SAME_S)
        return day_s + checks[later] if later < len(checks) else day_s + DAY_S + checks[0]

    # Energy

    def _fetch(self, depart_s: float, start_kwh: float, spot: int) -> Generator[Event, Any, bool]:
        """Find a station and get energy there. False if the run ends on the way.

        The driver goes where travel, expected wait and stay together are shortest among the stations near at hand,
        moves on to the next one from a queue that is too long or too slow, and waits for good where no other is left in
        reach. Who only wants to hand over with more energy goes back to work instead.
        """
        env, taxis = self._env, self._class
        needy = self._level_kwh <= self._habits.seek_kwh + SMALL_KWH
        at_hand: Mapping[int, float] = taxis.near[spot]
        until_s, here = env.now, -1
        while True:
            station, km = self._best(at_hand)
            if station < 0 and here < 0:
                self._strand(depart_s, until_s, start_kwh)
                yield env.timeout(taxis.recovery_s)
                here = next(iter(taxis.near[spot]))
                break
            if station < 0:
                break
            arrive_s = self._drive_to(station, km, depart_s, until_s, start_kwh, here)
            if arrive_s >= taxis.end_s:
                return False
            yield env.timeout(arrive_s - env.now)
            here = station
            patience_s = NEVER if needy and not self._others(here, at_hand) else taxis.patience_s
            if patience_s < NEVER and taxis.stations[here].expected_wait_s() > taxis.balk_s:
                taxis.stations[here].balk(self._vehicle)
            elif (yield from self._visit(here, patience_s)):
                return True
            if not needy:
                return True
            at_hand = self._others(here, at_hand)
            depart_s = until_s = env.now
            start_kwh = self._level_kwh
        yield from self._visit(here, NEVER)
        return True

    def _best(self, at_hand: Mapping[int, float]) -> tuple[int, float]:
        """The station in reach with the shortest way, wait and stay together, and its distance; -1 if there is none."""
        taxis, hour = self._class, int(self._env.now // HOUR_S)
        s_per_km, stay_s, stations = taxis.s_per_km[hour], taxis.stay_s, taxis.stations
        reach_km = self._level_kwh / (taxis.kwh_per_km[hour] * self._habits.thrift)
        best, best_km, best_s = -1, 0.0, NEVER
        for station, km in at_hand.items():
            least_s = km * s_per_km + stay_s[station]
            if km <= reach_km and least_s < best_s:
                cost_s = least_s + stations[station].expected_wait_s()
                if cost_s < best_s:
                    best, best_km, best_s = station, km, cost_s
        return best, best_km

    def _others(self, here: int, at_hand: Mapping[int, float]) -> Mapping[int, float]:
        """The other stations that are in reach from here, with their distances."""
        taxis, hour = self._class, int(self._env.now // HOUR_S)
        reach_km = self._level_kwh / (taxis.kwh_per_km[hour] * self._habits.thrift)
        between_km = taxis.between_km[here]
        return {station: km for station in at_hand if station != here and (km := between_km[station]) <= reach_km}

    def _visit(self, number: int, patience_s: float) -> Generator[Event, Any, bool]:
        """Queue and get energy; False if the driver left because patience was over."""
        taxis, station = self._class, self._class.stations[number]
        self._last_station = number
        visit = station.enter(self._vehicle, taxis.number, self._pack, self._level_kwh, taxis.target_kwh, patience_s)
        yield visit.ended
        if visit.served:
            self._pack, self._level_kwh = visit.pack, visit.level_kwh
        return visit.served

    def _drive_to(self, station: int, km: float, depart_s: float, until_s: float, start_kwh: float, here: int) -> float:
        """Drive to a station, as far as the run goes; write down the stretch and the work before it."""
        taxis, now_s = self._class, self._env.now
        self._last_station = station
        hour = int(now_s // HOUR_S)
        arrive_s = now_s + km * taxis.s_per_km[hour]
        share = min(1.0, (taxis.end_s - now_s) / (arrive_s - now_s)) if arrive_s > now_s else 1.0
        self._level_kwh = max(0.0, self._level_kwh - km * share * taxis.kwh_per_km[hour] * self._habits.thrift)
        purpose = self._way_purpose if here < 0 else _DEADHEAD
        self._drove(depart_s, until_s, min(arrive_s, taxis.end_s), start_kwh, km * share, here, station, purpose)
        return arrive_s

    def _drove(
        self,
        depart_s: float,
        until_s: float,
        arrive_s: float,
        start_kwh: float,
        way_km: float,
        here: int,
        station: int,
        purpose: int,
    ) -> None:
        status = _HORIZON if arrive_s >= self._class.end_s else _DONE
        self._log.drives.add(
            self._vehicle, depart_s, until_s, arrive_s, start_kwh, self._level_kwh, way_km, here, station, purpose,
            status,
        )  # fmt: skip

    def _strand(self, depart_s: float, until_s: float, start_kwh: float) -> None:
        """No station can be reached: the work so far, and the failure."""
        self._drove(depart_s, until_s, until_s, start_kwh, 0.0, -1, -1, _PASSENGER)
        self._log.drives.add(
            self._vehicle, until_s, until_s, until_s, self._level_kwh, self._level_kwh, 0.0, -1, -1, _PASSENGER,
            _CANCELLED,
        )  # fmt: skip

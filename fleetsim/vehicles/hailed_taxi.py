"""A taxi that competes for single customers: it waits for one, drives to and with it, and fetches energy in between."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from simpy import Environment, Event

from fleetsim.charging.sharing import NEVER
from fleetsim.clock import HOUR_S
from fleetsim.results.schema import PURPOSES
from fleetsim.vehicles.log import RideLog, TaxiLog
from fleetsim.vehicles.ranks import Ranks
from fleetsim.vehicles.taxi import Habits, Taxi, TaxiClass

_DEADHEAD = PURPOSES.index("deadhead")


@dataclass(frozen=True, slots=True)
class Market:
    """What the taxis of one fleet compete for."""

    ranks: Ranks
    zone_of_spot: Sequence[int]
    ride_km: Sequence[float]
    """Of each customer."""
    destination: Sequence[int]
    """Spot of each customer."""
    empty_per_ride: float
    """Kilometres without a passenger that belong to a kilometre with one, driven while looking for it."""
    reserve_kwh: float
    """Energy below which no ride is taken on that would end there."""
    spot_of_station: Sequence[int]
    """Spot nearest to each station: where a taxi is that has been there."""


class HailedTaxi(Taxi):
    """The agent of one taxi with customers of its own."""

    __slots__ = ("_market", "_rides")

    _way_purpose = _DEADHEAD

    def __init__(
        self,
        env: Environment,
        vehicle: int,
        taxis: TaxiClass,
        habits: Habits,
        pack: int,
        level_kwh: float,
        log: TaxiLog,
        *,
        market: Market,
        rides: RideLog,
    ) -> None:
        super().__init__(env, vehicle, taxis, habits, pack, level_kwh, log)
        self._market = market
        self._rides = rides

    def live(self) -> Generator[Event, Any, None]:
        """The life cycle: look for a customer, drive, fetch energy where too little is left."""
        env, taxis, market = self._env, self._class, self._market
        spot = self._spot_at(env.now)
        check_s = self._next_check_s(env.now)
        short = False
        while True:
            if short or self._level_kwh <= self._habits.seek_kwh or self._before_handover(check_s):
                goes_on = yield from self._fetch(env.now, self._level_kwh, spot)
                if not goes_on:
                    return
                spot = market.spot_of_station[self._last_station]
            if env.now >= check_s:
                check_s = self._next_check_s(env.now)
            free_s = env.now
            number, way_km = yield market.ranks.customer(market.zone_of_spot[spot])
            ride_km, hour = market.ride_km[number], int(env.now // HOUR_S)
            empty_km = max(way_km, ride_km * market.empty_per_ride)
            whole_kwh = (ride_km + empty_km) * taxis.kwh_per_km[hour] * self._habits.thrift
            short = whole_kwh > self._level_kwh - market.reserve_kwh
            if short:
                market.ranks.refuse(number)
                continue
            s_per_km = taxis.s_per_km[hour]
            pick_up_s = max(env.now + way_km * s_per_km, free_s + empty_km * s_per_km)
            arrive_s = pick_up_s + ride_km * s_per_km
            self._rides.rides.add(
                self._vehicle, number, pick_up_s - empty_km * s_per_km, pick_up_s, arrive_s, empty_km,
                self._level_kwh, whole_kwh, spot, hour,
            )  # fmt: skip
            if arrive_s >= taxis.end_s:
                return
            self._level_kwh -= whole_kwh
            yield env.timeout(arrive_s - env.now)
            spot = market.destination[number]

    def _before_handover(self, check_s: float) -> bool:
        """Whether the driver has come to think of the hand-over and has too little to hand over."""
        return check_s < NEVER and self._env.now >= check_s and self._level_kwh < self._class.handover_kwh

"""A car of others: it comes to a public station at its times, charges if the queue allows, and goes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from simpy import Environment, Event

from fleetsim.vehicles.log import VisitorLog
from fleetsim.vehicles.taxi import Station


@dataclass(frozen=True, slots=True)
class VisitorClass:
    """What the cars of one fleet have in common."""

    number: int
    """Row of the class in the stations' table of charge steps."""
    target_kwh: float
    balk_s: float
    patience_s: float
    stations: Sequence[Station]


@dataclass(frozen=True, slots=True)
class Call:
    """One visit as it is meant."""

    at_s: float
    station: int
    energy_kwh: float


class Visitor:
    """The agent of one car."""

    def __init__(
        self, env: Environment, vehicle: int, visitors: VisitorClass, calls: Sequence[Call], log: VisitorLog
    ) -> None:
        self._env = env
        self._vehicle = vehicle
        self._class = visitors
        self._calls = calls
        self._log = log

    def live(self) -> Generator[Event, Any, None]:
        """The life cycle: use up the energy that the next visit is for, come, charge or drive on."""
        env, visitors = self._env, self._class
        level_kwh, since_s = visitors.target_kwh, 0.0
        for call in self._calls:
            if call.at_s > env.now:
                yield env.timeout(call.at_s - env.now)
            before_kwh, level_kwh = level_kwh, min(level_kwh, visitors.target_kwh - call.energy_kwh)
            self._log.ways.add(self._vehicle, since_s, env.now, before_kwh, level_kwh, call.station)
            station = visitors.stations[call.station]
            if station.expected_wait_s() > visitors.balk_s:
                station.balk(self._vehicle)
            else:
                visit = station.enter(
                    self._vehicle, visitors.number, -1, level_kwh, visitors.target_kwh, visitors.patience_s
                )
                yield visit.ended
                if visit.served:
                    level_kwh = visit.level_kwh
            since_s = env.now

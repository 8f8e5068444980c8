"""Others who come to public chargers: their cars on stage, and the ways between their visits as trips afterwards."""

from __future__ import annotations

from datetime import date

import numpy as np

from fleetsim.results.schema import PURPOSES, TRIP_STATUS, Frame, complete
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.visitors import VisitorFleet
from fleetsim.simulation.names import capacity_kwh, codes, first_vehicles
from fleetsim.simulation.stage import Stage
from fleetsim.vehicles.log import VisitorLog
from fleetsim.vehicles.visitor import Call, Visitor, VisitorClass
from fleetsim.work.arrivals import arrivals
from fleetsim.work.setting import MIN_S

LEAST_KWH = 1.0
"""Nobody comes for less."""
_PRIVATE, _DONE = PURPOSES.index("private"), TRIP_STATUS.index("done")


class VisitorCrew:
    """The cars of one fleet of visitors; the arrivals are theirs in turn."""

    def __init__(self, name: str, stage: Stage) -> None:
        scenario = stage.job.scenario
        fleet = stage.fleets[name]
        assert isinstance(fleet, VisitorFleet)
        self._fleet = fleet
        self._log = VisitorLog()
        self._first = first_vehicles(scenario)[name]
        self._capacity_kwh = capacity_kwh(fleet, scenario)
        place_codes = codes(stage.job.names["places"])
        self._places = np.array([place_codes[scenario.spec.sites[each].place] for each in fleet.stations])
        visitors = VisitorClass(
            number=list(stage.fleets).index(name),
            target_kwh=self._capacity_kwh * fleet.charge_target,
            balk_s=fleet.balk_min * MIN_S,
            patience_s=fleet.patience_min * MIN_S,
            stations=[stage.public_stations[each] for each in fleet.stations],
        )
        calls = self._calls(name, scenario)
        for car in range(fleet.count):
            agent = Visitor(stage.env, self._first + car, visitors, calls[car :: fleet.count], self._log)
            stage.env.process(agent.live())

    def _calls(self, name: str, scenario: Scenario) -> list[Call]:
        """All visits of the run in order of time."""
        fleet, spec = self._fleet, scenario.spec
        season = scenario.profiles.seasons[fleet.season] if fleet.season is not None else None
        mean_weekday = sum(fleet.weekdays) / 7.0

        def day_factor(day: date) -> float:
            return fleet.weekdays[day.weekday()] / mean_weekday * (season.factor(day) if season else 1.0)

        most_kwh = self._capacity_kwh * (fleet.charge_target - fleet.reserve)
        calls = []
        for number, station in enumerate(fleet.stations):
            drawn = arrivals(
                fleet=name,
                station=station,
                per_day=fleet.arrivals_per_day,
                hours=fleet.hours,
                day_factor=day_factor,
                energy_cv=fleet.energy_cv,
                seed=spec.seed,
                clock=spec.clock,
            )
            energy_kwh = np.clip(drawn.energy_factor * fleet.energy_kwh, min(LEAST_KWH, most_kwh), most_kwh)
            pairs = zip(drawn.at_s.tolist(), energy_kwh.tolist(), strict=True)
            calls += [Call(at_s, number, kwh) for at_s, kwh in pairs]
        return sorted(calls, key=lambda call: (call.at_s, call.station))

    def trips(self) -> Frame:
        """The way to each visit; its distance is told from the energy that it took."""
        ways = self._log.ways.array()
        ways = ways[np.lexsort((ways["arrive_s"], ways["vehicle"]))]
        first = np.flatnonzero(np.diff(ways["vehicle"], prepend=-1))
        used_kwh = ways["start_kwh"] - ways["end_kwh"]
        return complete(
            "trips",
            {
                "vehicle": ways["vehicle"],
                "trip": np.arange(len(ways)) - np.repeat(first, np.diff(np.append(first, len(ways)))),
                "purpose": np.full(len(ways), _PRIVATE),
                "depart_at": ways["depart_s"],
                "arrive_at": ways["arrive_s"],
                "destination": self._places[ways["station"]],
                "distance_km": used_kwh / self._fleet.consumption_kwh_per_km,
                "used_kwh": used_kwh,
                "regenerated_kwh": np.zeros(len(ways)),
                "soc_start": ways["start_kwh"] / self._capacity_kwh,
                "soc_end": ways["end_kwh"] / self._capacity_kwh,
                "status": np.full(len(ways), _DONE),
            },
        )

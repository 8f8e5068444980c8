"""A fleet of taxis: its vehicles on stage, and the stretches that they drove as trips afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from simpy import Environment

from fleetsim.clock import HOUR_S
from fleetsim.energy.weather import temperatures_c
from fleetsim.profiles import Place, TaxiDemand
from fleetsim.results.schema import TRIP_REASONS, TRIP_STATUS, Frame, complete
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.taxis import TaxiFleet
from fleetsim.simulation.names import capacity_kwh, codes, first_vehicles
from fleetsim.simulation.plant import Plant
from fleetsim.simulation.stage import Stage
from fleetsim.sites.swap_station import SwapPlant
from fleetsim.vehicles.log import TaxiLog
from fleetsim.vehicles.taxi import Habits, Taxi, TaxiClass
from fleetsim.work.cruising import (
    Cruising,
    Road,
    Spot,
    Traits,
    between,
    cruising,
    handover_times_s,
    road_of,
    spots,
    traits_of,
    within,
)
from fleetsim.work.geography import Point, straight_line_km
from fleetsim.work.setting import MIN_S
from fleetsim.work.spec import seconds_of_day

LEAST_KM = 0.5
"""Shortest way to a station: a spot stands for the streets around it."""
PASSENGER_LOAD = 0.5
"""Share of the payload that a taxi with passengers has on board."""
_CANCELLED, _BATTERY = TRIP_STATUS.index("cancelled"), TRIP_REASONS.index("battery")
Array = NDArray[Any]


class TaxiCrew:
    """The vehicles of one fleet of taxis."""

    def __init__(self, name: str, stage: Stage) -> None:
        scenario = stage.job.scenario
        fleet = stage.fleets[name]
        assert isinstance(fleet, TaxiFleet)
        self._clock = scenario.spec.clock
        self._log = TaxiLog()
        self._first = first_vehicles(scenario)[name]
        self._capacity_kwh = capacity_kwh(fleet, scenario)
        demand = scenario.profiles.taxi_demand[fleet.demand]
        places = scenario.profiles.places
        place_codes = codes(stage.job.names["places"])
        where = spots(demand, places)
        self._spot_places = np.array([place_codes[spot.place] for spot in where])
        self._station_places = np.array([place_codes[scenario.spec.sites[each].place] for each in fleet.stations])

        traits = traits_of(scenario.spec.seed, name, fleet.count, len(fleet.shift_changes))
        self._road = _road(fleet, demand, scenario)
        self._work = self._demand(name, fleet, demand, where, traits, stage)
        taxis = _taxi_class(
            fleet,
            demand.detour,
            where,
            [places[scenario.spec.sites[each].place] for each in fleet.stations],
            self._road,
            stage,
            number=list(stage.fleets).index(name),
            capacity_kwh=self._capacity_kwh,
        )
        checks_s = handover_times_s(
            [seconds_of_day(change.start) - fleet.handover_lead_min * MIN_S for change in fleet.shift_changes],
            [change.spread_min * MIN_S for change in fleet.shift_changes],
            traits,
        )
        seek_kwh = self._capacity_kwh * within(fleet.seek_soc, traits.seek)
        level_kwh = self._capacity_kwh * within(fleet.initial_soc, traits.initial)
        summed_kwh, spots_of_all = self._work.net_kwh.ravel().data, self._work.spot.ravel().data
        each = (self._work.thrift, seek_kwh, level_kwh, checks_s)
        for taxi, (thrift, seeks, level, checks) in enumerate(zip(*(of.tolist() for of in each), strict=True)):
            habits = Habits(
                summed_kwh, spots_of_all, taxi * (taxis.hours + 1), taxi * taxis.hours, thrift, seeks, tuple(checks)
            )
            stage.env.process(self._agent(stage.env, self._first + taxi, taxis, habits, level).live())

    def _demand(
        self, name: str, fleet: TaxiFleet, demand: TaxiDemand, where: Sequence[Spot], traits: Traits, stage: Stage
    ) -> Cruising:
        """What every taxi drives in each hour."""
        spec = stage.job.scenario.spec
        return cruising(
            demand,
            where,
            self._road,
            traits,
            fleet=name,
            daily_km=fleet.daily_km,
            daily_cv=fleet.daily_km_cv,
            hourly_cv=fleet.hourly_km_cv,
            consumption_cv=fleet.consumption_cv,
            seed=spec.seed,
            clock=spec.clock,
        )

    def _agent(self, env: Environment, vehicle: int, taxis: TaxiClass, habits: Habits, level_kwh: float) -> Taxi:
        """A taxi; it begins with the pack of its own number."""
        return Taxi(env, vehicle, taxis, habits, vehicle, level_kwh, self._log)

    def trips(self) -> Frame:
        """A row for each stretch between two visits to a station, the way to the station included."""
        drives = self._log.drives.array()
        drives = drives[np.lexsort((drives["status"] == _CANCELLED, drives["depart_s"], drives["vehicle"]))]
        vehicle = drives["vehicle"]
        taxi = vehicle - self._first
        failed = drives["status"] == _CANCELLED
        first = np.flatnonzero(np.diff(vehicle, prepend=-1))
        trip = np.arange(len(drives)) - np.repeat(first, np.diff(np.append(first, len(drives))))

        def driven(values: Array) -> Array:
            return np.where(failed, np.nan, values)

        return complete(
            "trips",
            {
                "vehicle": vehicle,
                "trip": trip,
                "purpose": drives["purpose"],
                "planned_depart_at": np.where(failed, drives["depart_s"], np.nan),
                "planned_arrive_at": np.where(failed, drives["arrive_s"], np.nan),
                "depart_at": driven(drives["depart_s"]),
                "arrive_at": driven(drives["arrive_s"]),
                "origin": self._place(drives["origin"], taxi, drives["depart_s"]),
                "destination": self._place(drives["destination"], taxi, drives["arrive_s"]),
                "distance_km": _sums(self._work, 1.0, drives, taxi),
                "used_kwh": driven(drives["start_kwh"] - drives["end_kwh"]),
                "regenerated_kwh": driven(_sums(self._work, self._work.road.regeneration_kwh_per_km, drives, taxi)),
                "soc_start": driven(drives["start_kwh"] / self._capacity_kwh),
                "soc_end": driven(drives["end_kwh"] / self._capacity_kwh),
                "status": drives["status"],
                "reason": np.where(failed, _BATTERY, -1),
            },
        )

    def _place(self, station: Array, taxi: Array, at_s: Array) -> Array:
        """Place of a station, or of the zone where a taxi is at a moment."""
        hour = np.minimum(at_s // HOUR_S, self._work.spot.shape[1] - 1).astype(np.intp)
        return np.where(station >= 0, self._station_places[station], self._spot_places[self._work.spot[taxi, hour]])


def _sums(work: Cruising, per_km: float | Array, drives: Array, taxi: Array) -> Array:
    """What the kilometres of each stretch bring of a quantity, work and way to the station together."""
    hour = np.minimum(drives["until_s"] // HOUR_S, work.spot.shape[1] - 1).astype(np.intp)
    by_hour = np.broadcast_to(per_km, work.spot.shape[1])
    cruised = between(work.summed(per_km), taxi, drives["depart_s"], drives["until_s"])
    whole = cruised + drives["way_km"] * by_hour[hour]
    return np.asarray(whole if np.ndim(per_km) == 0 else whole * work.thrift[taxi])


def _road(fleet: TaxiFleet, demand: TaxiDemand, scenario: Scenario) -> Road:
    spec, profiles = scenario.spec, scenario.profiles
    elevations_m = [profiles.places[zone.place].elevation_m for zone in demand.zones]
    return road_of(
        demand,
        profiles.vehicles[fleet.model],
        elevation_m=float(np.mean(elevations_m)),
        temperature_c=temperatures_c(demand.city, profiles.cities[demand.city], spec.seed, spec.clock),
        load_share=(1.0 - fleet.cruising_share) * PASSENGER_LOAD,
        consumption_kwh_per_km=fleet.consumption_kwh_per_km,
        clock=spec.clock,
    )


def _taxi_class(
    fleet: TaxiFleet,
    detour: float,
    where: Sequence[Spot],
    stations: list[Place],
    road: Road,
    stage: Stage,
    *,
    number: int,
    capacity_kwh: float,
) -> TaxiClass:
    def road_km(one: Place | Point, other: Place) -> float:
        return max(LEAST_KM, detour * straight_line_km(one, other))

    near = []
    for spot in where:
        ways = [(station, road_km(spot.point, place)) for station, place in enumerate(stations)]
        near.append(dict(sorted(ways, key=lambda way: way[1])[: fleet.choices]))
    return TaxiClass(
        number=number,
        target_kwh=capacity_kwh * fleet.charge_target,
        handover_kwh=capacity_kwh * fleet.handover_soc,
        balk_s=fleet.balk_min * MIN_S,
        patience_s=fleet.patience_min * MIN_S,
        recovery_s=fleet.recovery_min * MIN_S,
        end_s=float(stage.job.scenario.spec.clock.end_s),
        hours=len(road.speed_kmh),
        s_per_km=(HOUR_S / road.speed_kmh).tolist(),
        kwh_per_km=(road.draw_kwh_per_km - road.regeneration_kwh_per_km).tolist(),
        stations=[stage.public_stations[each] for each in fleet.stations],
        stay_s=[_stay_s(stage, stage.plants[each], number, fleet, capacity_kwh) for each in fleet.stations],
        near=near,
        between_km=[[road_km(one, other) for other in stations] for one in stations],
    )


def _stay_s(stage: Stage, plant: Plant, number: int, fleet: TaxiFleet, capacity_kwh: float) -> float:
    """Time of a swap, or of a charge at full power from where a driver looks for energy to the target."""
    if isinstance(plant, SwapPlant):
        return plant.mean_swap_s
    steps = stage.steps[plant.steps[number][plant.charger_groups[0]][0]]
    low, high = (float(capacity_kwh * share) for share in (sum(fleet.seek_soc) / 2, fleet.charge_target))
    return steps.time_at(high) - steps.time_at(low)

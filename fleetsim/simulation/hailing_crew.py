"""A fleet of taxis that compete for single customers: its market on stage, and its rides as trips afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from simpy import Environment

from fleetsim.clock import HOUR_S
from fleetsim.profiles import Place, TaxiDemand
from fleetsim.results.schema import PURPOSES, TRIP_REASONS, TRIP_STATUS, Frame, complete, concatenate
from fleetsim.scenario.taxis import TaxiFleet
from fleetsim.simulation.stage import Stage
from fleetsim.simulation.taxi_crew import TaxiCrew
from fleetsim.vehicles.hailed_taxi import HailedTaxi, Market
from fleetsim.vehicles.log import RideLog
from fleetsim.vehicles.ranks import Ranks
from fleetsim.vehicles.taxi import Habits, TaxiClass
from fleetsim.work.cruising import Cruising, Spot, Traits, standing
from fleetsim.work.geography import straight_line_km
from fleetsim.work.hailing import customers
from fleetsim.work.setting import MIN_S

_PASSENGER, _DEADHEAD = PURPOSES.index("passenger"), PURPOSES.index("deadhead")
_DONE, _CANCELLED, _HORIZON = (TRIP_STATUS.index(word) for word in ("done", "cancelled", "horizon"))
_NO_VEHICLE = TRIP_REASONS.index("no_vehicle")
Array = NDArray[Any]


class HailingCrew(TaxiCrew):
    """The vehicles of one fleet of taxis, and their customers."""

    def _demand(
        self, name: str, fleet: TaxiFleet, demand: TaxiDemand, where: Sequence[Spot], traits: Traits, stage: Stage
    ) -> Cruising:
        """Nobody drives by the hour; the customers of the whole fleet are drawn instead."""
        scenario = stage.job.scenario
        spec, places = scenario.spec, scenario.profiles.places
        ridden_km = fleet.count * fleet.daily_km * (1.0 - fleet.cruising_share)
        self._customers = customers(demand, where, fleet=name, ridden_km=ridden_km, seed=spec.seed, clock=spec.clock)
        self._patience_s = fleet.customer_patience_min * MIN_S
        self._rides = RideLog()
        zones, zone_of_spot = np.unique([spot.place for spot in where], return_inverse=True)
        zone = zone_of_spot[self._customers.origin].tolist()
        reach_km = self._patience_s / HOUR_S * demand.speed_kmh
        near = _near([places[each] for each in zones.tolist()], demand.detour, reach_km)
        ranks = Ranks(stage.env, self._customers.at_s.tolist(), zone, near, self._patience_s)
        stations = [places[spec.sites[each].place] for each in fleet.stations]
        self._market = Market(
            ranks=ranks,
            zone_of_spot=zone_of_spot.tolist(),
            ride_km=self._customers.ride_km.tolist(),
            destination=self._customers.destination.tolist(),
            empty_per_ride=fleet.cruising_share / (1.0 - fleet.cruising_share),
            reserve_kwh=self._capacity_kwh * fleet.reserve,
            spot_of_station=[
                int(np.argmin([straight_line_km(spot.point, station) for spot in where])) for station in stations
            ],
        )
        return standing(where, self._road, traits, fleet=name, consumption_cv=fleet.consumption_cv, seed=spec.seed)

    def _agent(self, env: Environment, vehicle: int, taxis: TaxiClass, habits: Habits, level_kwh: float) -> HailedTaxi:
        return HailedTaxi(
            env, vehicle, taxis, habits, vehicle, level_kwh, self._log, market=self._market, rides=self._rides
        )

    def trips(self) -> Frame:
        """Rides, the empty ways before them, the ways to stations, and the customers who found no taxi."""
        whole = concatenate("trips", [super().trips(), *self._driven(), self._lost()])
        order = np.lexsort((whole["depart_at"], whole["vehicle"]))
        vehicle = whole["vehicle"][order]
        first = np.flatnonzero(np.diff(vehicle, prepend=-2))
        number = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
        whole["trip"][order] = np.where(vehicle >= 0, number, whole["trip"][order])
        return whole

    def _driven(self) -> tuple[Frame, Frame]:
        """The empty part of each ride and the part with its customer, cut at the end of the run."""
        rides, end_s, drawn = self._rides.rides.array(), float(self._clock.end_s), self._customers
        ride_km = drawn.ride_km[rides["customer"]]
        empty_share = rides["empty_km"] / (rides["empty_km"] + ride_km)
        taxi = rides["vehicle"] - self._first
        regeneration = self._work.road.regeneration_kwh_per_km[rides["hour"]] * self._work.thrift[taxi]
        pick_up_kwh = rides["start_kwh"] - rides["used_kwh"] * empty_share

        def part(
            purpose: int,
            from_s: Array,
            to_s: Array,
            km: Array,
            kwh: Array,
            level_kwh: Array,
            rows: Array,
            **ends: Array,
        ) -> Frame:
            share = np.clip((end_s - from_s) / np.maximum(to_s - from_s, 1e-9), 0.0, 1.0)
            columns = {
                "vehicle": rides["vehicle"],
                "purpose": np.full(len(rides), purpose),
                "depart_at": from_s,
                "arrive_at": np.minimum(to_s, end_s),
                "distance_km": km * share,
                "used_kwh": kwh * share,
                "regenerated_kwh": regeneration * km * share,
                "soc_start": level_kwh / self._capacity_kwh,
                "soc_end": (level_kwh - kwh * share) / self._capacity_kwh,
                "status": np.where(to_s >= end_s, _HORIZON, _DONE),
                **ends,
            }
            return complete("trips", {name: column[rows] for name, column in columns.items()})

        origin, destination = (
            self._spot_places[spots[rides["customer"]]] for spots in (drawn.origin, drawn.destination)
        )
        began = rides["pick_up_s"] < end_s
        return (
            part(
                _DEADHEAD, rides["depart_s"], rides["pick_up_s"], rides["empty_km"],
                rides["used_kwh"] * empty_share, rides["start_kwh"], rides["depart_s"] < rides["pick_up_s"],
                origin=self._spot_places[rides["spot"]], destination=origin,
            ),
            part(
                _PASSENGER, rides["pick_up_s"], rides["arrive_s"], ride_km, rides["used_kwh"] * (1.0 - empty_share),
                pick_up_kwh, began, origin=origin, destination=destination,
                planned_depart_at=drawn.at_s[rides["customer"]],
                planned_arrive_at=drawn.at_s[rides["customer"]] + rides["arrive_s"] - rides["pick_up_s"],
            ),
        )  # fmt: skip

    def _lost(self) -> Frame:
        """Customers who gave up within the run."""
        drawn = self._customers
        taken = np.frombuffer(self._market.ranks.taken, dtype=np.bool_)
        lost = np.flatnonzero(~taken & (drawn.at_s + self._patience_s < self._clock.end_s))
        hour = (drawn.at_s[lost] // HOUR_S).astype(np.intp)
        ride_s = drawn.ride_km[lost] / self._road.speed_kmh[hour] * HOUR_S
        return complete(
            "trips",
            {
                "vehicle": np.full(len(lost), -1),
                "trip": lost,
                "purpose": np.full(len(lost), _PASSENGER),
                "planned_depart_at": drawn.at_s[lost],
                "planned_arrive_at": drawn.at_s[lost] + ride_s,
                "origin": self._spot_places[drawn.origin[lost]],
                "destination": self._spot_places[drawn.destination[lost]],
                "distance_km": drawn.ride_km[lost],
                "status": np.full(len(lost), _CANCELLED),
                "reason": np.full(len(lost), _NO_VEHICLE),
            },
        )


def _near(zones: Sequence[Place], detour: float, reach_km: float) -> list[list[tuple[int, float]]]:
    """Of each zone, itself and the zones from which a taxi comes before a customer has lost patience, nearest first."""
    ways = [[detour * straight_line_km(one, other) for other in zones] for one in zones]
    return [
        sorted(((other, km) for other, km in enumerate(row) if km <= reach_km), key=lambda way: way[1]) for row in ways
    ]

"""A fleet of fuel-cell buses: its vehicles on stage, and their trips with the hydrogen they took."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import Clock
from fleetsim.energy.cascade import Vessel
from fleetsim.results.schema import PURPOSES, TRIP_REASONS, TRIP_STATUS, Frame, complete, concatenate
from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.simulation.fuel_plan import FuelPlan, fuel_plan
from fleetsim.simulation.names import capacity_kwh, codes, first_vehicles, home_place, tank_kg
from fleetsim.simulation.plans import fleet_conditions
from fleetsim.simulation.stage import Stage
from fleetsim.simulation.trip_table import block_trips, first_trips
from fleetsim.vehicles.hydrogen_bus import Errand, FuelClass, FuelLog, HydrogenBus
from fleetsim.work.plan import WorkPlan
from fleetsim.work.setting import MIN_S

_BATTERY, _HYDROGEN = TRIP_REASONS.index("battery"), TRIP_REASONS.index("hydrogen")
_DONE, _HORIZON = TRIP_STATUS.index("done"), TRIP_STATUS.index("horizon")
Array = NDArray[Any]


class HydrogenCrew:
    """The vehicles of one fleet, each with its roster of blocks."""

    def __init__(self, name: str, stage: Stage) -> None:
        scenario, names = stage.job.scenario, stage.job.names
        fleet = stage.fleets[name]
        assert isinstance(fleet, HydrogenBusFleet)
        self._clock = scenario.spec.clock
        self._log = FuelLog()
        self._first = first_vehicles(scenario)[name]
        self._plan = stage.plan(name)
        self._fuel = fuel_plan(fleet, self._plan, fleet_conditions(fleet, scenario), scenario, names)
        self._tank_kg = tank_kg(fleet, scenario)
        self._battery_kwh = capacity_kwh(fleet, scenario)
        places = codes(names["places"])
        self._ends = places[home_place(fleet, scenario)], places[scenario.spec.sites[fleet.home].place]
        drive = scenario.profiles.vehicles[fleet.model].hydrogen
        assert drive is not None
        common = FuelClass(
            tank=Vessel.holding(drive.tank_kg, drive.tank_mpa),
            target_kg=self._tank_kg * fleet.fill_target,
            reserve_kg=self._tank_kg * fleet.reserve,
            patience_s=fleet.patience_min * MIN_S,
            errand=self._fuel.errand,
            sets=self._plan.sets,
            expected=self._fuel.expected,
            actual=self._fuel.actual,
        )
        level_kg, station = self._tank_kg * fleet.initial_share, stage.stations[fleet.home]
        for vehicle, roster in enumerate(self._plan.rosters(fleet.count)):
            bus = HydrogenBus(stage.env, self._first + vehicle, common, level_kg, station, roster, self._log)
            stage.env.process(bus.live())

    def trips(self) -> Frame:
        """The trips of the fleet's vehicles over the whole run, the ways to the station and back among them."""
        runs = self._log.runs.array()
        trips = block_trips(
            self._plan,
            runs,
            self._log.caps.array(),
            self._log.halts.array(),
            self._first,
            self._battery_kwh,
            self._clock,
        )
        fuelled = fuel_columns(trips, _TripFuel(self._plan, self._fuel, runs, self._first), self._tank_kg)
        ways, spare = self._log.errands.array(), _spare_number(self._plan)
        errands = errand_trips(ways, self._fuel.errand, self._ends, self._tank_kg, spare, self._clock)
        return concatenate("trips", [fuelled, errands])


class _TripFuel:
    """Energy, hydrogen and tank of every trip of the blocks that vehicles have, and of early ways home, by key."""

    def __init__(self, plan: WorkPlan, fuel: FuelPlan, runs: Array, first_vehicle: int) -> None:
        run_of = np.full(len(plan.vehicle), -1, dtype=np.intp)
        run_of[runs["block"]] = np.arange(len(runs))
        first_trip = first_trips(plan)
        parts = []
        for number in range(len(plan.sets)):
            here = np.flatnonzero((plan.blocks == number) & (run_of >= 0))
            run = runs[run_of[here]]
            keys = trip_keys(first_vehicle + plan.vehicle[here][:, None], first_trip[here][:, None])
            parts.append(_set_fuel(plan, fuel, number, here, run, keys))
        whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        order = np.argsort(whole["key"])
        self._columns = {name: values[order] for name, values in whole.items()}

    def __getitem__(self, name: str) -> Array:
        return self._columns[name]

    def places(self, key: Array) -> Array:
        """Where the entries with these keys stand; -1 for keys that no block has."""
        every = self["key"]
        place = np.minimum(np.searchsorted(every, key), len(every) - 1)
        return np.where(every[place] == key, place, -1) if len(every) else np.full(len(key), -1)


def trip_keys(vehicle: Array, trip: Array) -> Array:
    """One number for a vehicle and a trip."""
    return np.asarray(vehicle, dtype=np.int64) * 2**32 + trip


def _set_fuel(plan: WorkPlan, fuel: FuelPlan, number: int, here: Array, run: Array, keys: Array) -> dict[str, Array]:
    """The columns of :class:`_TripFuel` for the blocks ``here`` of one set, an early way home after its trips."""
    blocks, actual = plan.sets[number], fuel.actual[number]
    shape, row = blocks.shape, plan.row[here]
    every, last = np.arange(len(here)), np.maximum(run["trips"] - 1, 0)
    used_kwh = blocks.by_trip(blocks.net_by_leg_kwh)[row] + actual.spilled_kwh[row]
    regenerated_kwh = blocks.by_trip(blocks.regeneration_kwh)[row] - actual.spilled_kwh[row]
    kg = actual.trip_kg[row].copy()
    home_spilled_kwh, home_kg = actual.close_spilled_kwh[row, last], actual.close_kg[row, last]
    way_home = (run["trips"] < shape.trips) & (shape.home_km[last] > 0.0)
    at_last = np.where(way_home, 0.0, 1.0)
    used_kwh[every, last] += home_spilled_kwh * at_last
    regenerated_kwh[every, last] -= home_spilled_kwh * at_last
    kg[every, last] += home_kg * at_last
    start_kg = run["start_level"][:, None] - np.cumsum(kg, axis=1) + kg
    home_used_kwh = shape.home_draw_kwh[last] - shape.home_regeneration_kwh[last] + home_spilled_kwh
    able = actual.able[row] & fuel.expected[number].able[row]
    columns = {
        "km": (np.broadcast_to(shape.distance_km, kg.shape), shape.home_km[last]),
        "used_kwh": (used_kwh, home_used_kwh),
        "regenerated_kwh": (regenerated_kwh, shape.home_regeneration_kwh[last] - home_spilled_kwh),
        "kg": (kg, home_kg),
        "start_kg": (start_kg, start_kg[every, last] - kg[every, last]),
        "able": (able, np.ones(len(here), dtype=bool)),
    }
    by_trip = {name: np.column_stack(wide_and_home).ravel() for name, wide_and_home in columns.items()}
    return {"key": (keys + np.arange(shape.trips + 1)).ravel(), **by_trip}


def fuel_columns(trips: Frame, fuel: _TripFuel, tank: float) -> Frame:
    """Trips of blocks with what the tank and the buffer battery went through; what the horizon cut counts in part."""
    known = np.flatnonzero(trips["vehicle"] >= 0)
    key = trip_keys(trips["vehicle"][known], trips["trip"][known])
    place = fuel.places(key)
    rows, place = known[place >= 0], place[place >= 0]
    driven = np.isfinite(trips["used_kwh"][rows])
    reason = trips["reason"].copy()
    reason[reason == _BATTERY] = _HYDROGEN
    reason[rows[~driven & ~fuel["able"][place] & (reason[rows] == _HYDROGEN)]] = _BATTERY
    rows, place = rows[driven], place[driven]
    share = trips["distance_km"][rows] / fuel["km"][place]
    kg = fuel["kg"][place] * share
    columns = {
        "used_kwh": fuel["used_kwh"][place] * share,
        "regenerated_kwh": fuel["regenerated_kwh"][place] * share,
        "hydrogen_kg": kg,
        "soc_start": fuel["start_kg"][place] / tank,
        "soc_end": (fuel["start_kg"][place] - kg) / tank,
    }
    out = {**trips, "reason": reason}
    for name, values in columns.items():
        out[name] = np.full(len(trips["trip"]), np.nan)
        out[name][rows] = values
    return out


def _spare_number(plan: WorkPlan) -> int:
    """A number beyond those of all trips of any vehicle's blocks."""
    return int((first_trips(plan) + [plan.sets[each].shape.trips + 1 for each in plan.blocks]).max(initial=0))


def errand_trips(
    rows: Array, errand: Errand, ends: tuple[int, int], tank: float, first_number: int, clock: Clock
) -> Frame:
    """The ways to the station and back; numbered after the trips of the plan, in order of time."""
    rows = rows[rows["start_s"] < clock.end_s]
    rows = rows[np.lexsort((rows["start_s"], rows["vehicle"]))]
    starts = np.flatnonzero(np.diff(rows["vehicle"], prepend=-1))
    number = np.arange(len(rows)) - np.repeat(starts, np.diff(np.append(starts, len(rows))))
    out = rows["outbound"] > 0
    arrive_s = rows["start_s"] + errand.duration_s
    share = np.minimum(1.0, (clock.end_s - rows["start_s"]) / max(errand.duration_s, 1e-9))
    kg = np.where(out, errand.there_kg, errand.back_kg) * share
    home, station = ends
    return complete(
        "trips",
        {
            "vehicle": rows["vehicle"],
            "trip": first_number + number,
            "purpose": np.full(len(rows), PURPOSES.index("deadhead")),
            "planned_depart_at": rows["start_s"],
            "planned_arrive_at": arrive_s,
            "depart_at": rows["start_s"],
            "arrive_at": np.minimum(arrive_s, clock.end_s),
            "origin": np.where(out, home, station),
            "destination": np.where(out, station, home),
            "distance_km": errand.distance_km * share,
            "used_kwh": np.where(out, errand.there_kwh, errand.back_kwh) * share,
            "regenerated_kwh": np.zeros(len(rows)),
            "hydrogen_kg": kg,
            "soc_start": rows["level_kg"] / tank,
            "soc_end": (rows["level_kg"] - kg) / tank,
            "status": np.where(arrive_s > clock.end_s, _HORIZON, _DONE),
        },
    )

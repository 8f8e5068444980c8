"""Rounds by shift: sweepers, sprinklers, compactors and vans, who work on their way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.profiles import Body, Route, VehicleModel
from fleetsim.work.blocks import Labour, Trip, WayHome, build
from fleetsim.work.draws import Chance, run_factor, trip_normals
from fleetsim.work.effort import Conditions
from fleetsim.work.plan import BlockSet, Series, WorkPlan
from fleetsim.work.setting import MIN_S, Setting
from fleetsim.work.spec import Collecting, Delivering, Rounds, Shift, Sprinkling, Sweeping, seconds_of_day
from fleetsim.work.traffic import speed_kmh

FROST_C = 0.0
"""Air temperature at the start of a round below which no water is sprayed."""
HOPPER_LOAD = 0.5
"""Load of a sweeper all along its round: as its water goes out, the sweepings come in."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch of a round, and how the vehicle goes through it."""

    trip: Trip
    load: float
    """Mean share of the payload on board: energy is linear in mass, so that a load that changes evenly is its mean."""
    run_s: float | None = None
    """Time that it takes; None: as the traffic flows."""
    stay_s: float = 0.0
    """Standing before it: to fill the tank or to empty the body."""


@dataclass(frozen=True, slots=True)
class Round:
    """The stretches between the way out and the way home, and the loads on these."""

    stretches: tuple[Stretch, ...]
    out_load: float = 0.0
    home_load: float = 0.0
    home_stay_s: float = 0.0
    """Standing before the way home."""

    def enclosed(self, way_home: WayHome) -> list[Stretch]:
        """All stretches, the ways from and to home among them where these have a length."""
        trips = way_home.enclose([stretch.trip for stretch in self.stretches])
        out = [] if trips[0].works else [Stretch(trips[0], self.out_load)]
        home = [] if trips[-1].works else [Stretch(trips[-1], self.home_load, stay_s=self.home_stay_s)]
        return [*out, *self.stretches, *home]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a fleet makes its rounds and with what."""

    area: str
    height_m: float
    route: Route
    model: VehicleModel
    body: Body
    way_home: WayHome

    def working(self, distance_km: float, labour: Labour) -> Trip:
        """A working stretch that ends where it begins, within the area."""
        return Trip("round", self.area, self.area, ((distance_km, self.height_m, self.height_m),), labour)


def rounds_plan(work: Rounds, conditions: Conditions, setting: Setting) -> WorkPlan:
    """All rounds of a fleet over the whole run."""
    way_home = WayHome(setting, work.detour)
    ground = Ground(
        area=work.area,
        height_m=setting.places[work.area].elevation_m,
        route=conditions.route,
        model=conditions.model,
        body=conditions.model.body or Body(),
        way_home=way_home,
    )
    rounds = [_round(shift, ground).enclosed(way_home) for shift in work.shifts]
    ends = np.cumsum([0, *map(len, rounds)])
    normals = np.zeros((setting.vehicles, setting.clock.total_days, int(ends[-1])))
    if work.run_time_cv:
        normals = trip_normals(setting.seed, setting.fleet, range(setting.vehicles), int(ends[-1]), setting.clock)[0]
    return WorkPlan(
        tuple(
            _blocks(work, shift, stretch, conditions, setting, way_home, normals[..., start:end])
            for shift, stretch, start, end in zip(work.shifts, rounds, ends, ends[1:], strict=False)
        )
    )


def _round(shift: Shift, ground: Ground) -> Round:
    if isinstance(shift, Sweeping):
        return _sweeping(shift, ground)
    if isinstance(shift, Sprinkling):
        return _sprinkling(shift, ground)
    return _collecting(shift, ground) if isinstance(shift, Collecting) else _delivering(shift, ground)


def _sweeping(shift: Sweeping, ground: Ground) -> Round:
    sweep = ground.working(shift.working_km, Labour(body_kw=ground.body.working_kw))
    run_s = shift.working_km / shift.speed_kmh * HOUR_S
    return Round((Stretch(sweep, HOPPER_LOAD, run_s),), HOPPER_LOAD, HOPPER_LOAD)


def _sprinkling(shift: Sprinkling, ground: Ground) -> Round:
    """Pass after pass; the mass falls as the water leaves, so half a tank is on board in the mean."""
    run_s = shift.tank_min * MIN_S
    spray = ground.working(shift.speed_kmh * run_s / HOUR_S, Labour(body_kw=ground.body.working_kw))
    full = ground.body.water_kg / ground.model.payload_kg
    first, again = Stretch(spray, full / 2, run_s), Stretch(spray, full / 2, run_s, shift.refill_min * MIN_S)
    return Round((first, *[again] * (shift.tanks - 1)), out_load=full)


def _collecting(shift: Collecting, ground: Ground) -> Round:
    """Tour after tour; the body fills evenly and is emptied at the transfer station."""
    tour = _tour(shift, ground, 0.5, shift.stops * shift.cycles_per_stop * ground.body.cycle_kwh)
    area, station, unload_s = ground.area, shift.transfer_station, shift.unload_min * MIN_S
    transfer = Stretch(Trip("transfer", area, station, (ground.way_home.between(area, station),)), 1.0)
    back = Stretch(Trip("deadhead", station, area, (ground.way_home.between(station, area),)), 0.0, stay_s=unload_s)
    return Round((tour, transfer, *[back, tour, transfer] * (shift.tours - 1)), home_stay_s=unload_s)


def _delivering(shift: Delivering, ground: Ground) -> Round:
    """From customer to customer; the load leaves evenly, so half of it is on board in the mean."""
    return Round((_tour(shift, ground, shift.load_factor / 2, 0.0),), out_load=shift.load_factor)


def _tour(shift: Collecting | Delivering, ground: Ground, load: float, body_kwh: float) -> Stretch:
    """The way from the first stop to the last, with all stays.

    A compactor creeps from bin to bin; a van goes with the traffic in between, whose stops count too.
    """
    route, standing_s = ground.route, shift.stops * shift.stop_min * MIN_S
    stops_per_km, way_s = shift.stops / shift.tour_km, shift.tour_km / route.speed_kmh * HOUR_S
    run_s = way_s + standing_s
    if isinstance(shift, Delivering):
        stops_per_km += route.stops_per_km
        standing_s += way_s * route.stop_time_share
    labour = Labour(body_kwh=body_kwh, stops_per_km=stops_per_km, stop_time_share=standing_s / run_s)
    return Stretch(ground.working(shift.tour_km, labour), load, run_s)


def _blocks(
    work: Rounds,
    shift: Shift,
    stretches: Sequence[Stretch],
    conditions: Conditions,
    setting: Setting,
    way_home: WayHome,
    normals: Series,
) -> BlockSet:
    vehicle, day = setting.vehicle_days(shift.days)
    lag_s = shift.spread_min * MIN_S * vehicle / setting.vehicles
    start_s = day * DAY_S + seconds_of_day(shift.start) + lag_s
    if isinstance(shift, Sprinkling):
        mild = conditions.temperature_at(start_s) >= FROST_C
        vehicle, day, start_s = vehicle[mild], day[mild], start_s[mild]
    depart_s, run_s = _times(stretches, start_s, conditions.route, setting)
    load = np.broadcast_to(np.array([stretch.load for stretch in stretches]), run_s.shape)
    due_s = (day * DAY_S + seconds_of_day(shift.end))[:, None]
    return build(
        trips=[stretch.trip for stretch in stretches],
        vehicle=vehicle,
        depart_s=depart_s,
        run_s=run_s,
        layover_s=np.array([stretch.stay_s for stretch in stretches]),
        chance=Chance(run_factor(normals[vehicle, day], work.run_time_cv), load, load),
        conditions=conditions,
        setting=setting,
        way_home=way_home,
        notes={"due_at": np.broadcast_to(due_s.astype(np.float64), run_s.shape)},
    )


def _times(stretches: Sequence[Stretch], start_s: Series, route: Route, setting: Setting) -> tuple[Series, Series]:
    """Planned departure and running time of each stretch, one after the other from ``start_s``."""
    first_day = setting.clock.origin.date()
    depart_s = np.empty((len(start_s), len(stretches)))
    run_s = np.empty_like(depart_s)
    ready_s = start_s
    for number, stretch in enumerate(stretches):
        depart_s[:, number] = ready_s = ready_s + stretch.stay_s
        if stretch.run_s is not None:
            run_s[:, number] = stretch.run_s
        else:
            run_s[:, number] = stretch.trip.distance_km / speed_kmh(route, ready_s, first_day) * HOUR_S
        ready_s = ready_s + run_s[:, number]
    return depart_s, run_s

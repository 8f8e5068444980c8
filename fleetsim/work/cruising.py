"""Work on demand: how far each taxi drives in every hour, where it is, and what that takes; drawn before the run.

A taxi drives at the rate of the hour whenever it is not busy with energy. Customers are not competed for, so nothing
can interact between two visits to a station, and those hours collapse into one stretch: the moment at which a battery
has come down to a level is found in the running sum of the energy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import DAY_S, HOUR_S, WEEK_S, Clock
from fleetsim.energy.air import density_kg_per_m3
from fleetsim.energy.trip import leg_energy
from fleetsim.profiles import Place, TaxiDemand, VehicleModel
from fleetsim.randomness import generator
from fleetsim.work.draws import run_factor
from fleetsim.work.geography import Point, spread
from fleetsim.work.plan import Series
from fleetsim.work.traffic import speed_kmh

ALWAYS = date(1970, 1, 5)
"""The week that keys what a taxi keeps for good."""
HOURS_PER_DAY = 24
HOURS_PER_WEEK = WEEK_S // HOUR_S


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """What chance gives to each taxi for good: normal or uniform numbers, one row a taxi."""

    consumption: Series
    """Normal."""
    seek: Series
    initial: Series
    handovers: Series
    """Uniform: position within the range of the fleet."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a zone that stands for its share of the taxis."""

    place: str
    share: float
    point: Point


def spots(demand: TaxiDemand, places: Mapping[str, Place]) -> tuple[Spot, ...]:
    """The points at which taxis are, zone by zone."""
    found = []
    for zone in demand.zones:
        points = spread(places[zone.place], zone.radius_km)
        found += [Spot(zone.place, zone.share / len(points), point) for point in points]
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Road:
    """What a kilometre takes in each hour of the run; arrays of shape ``(hours,)``."""

    speed_kmh: Series
    draw_kwh_per_km: Series
    regeneration_kwh_per_km: Series


@dataclass(frozen=True, eq=False)
class Cruising:
    """The work of a fleet of taxis: arrays of shape ``(taxis, hours)``."""

    distance_km: Series
    """Distance that a taxi drives in each hour if it is free to."""
    spot: NDArray[np.uint16]
    """Where it is then: number of its spot."""
    road: Road
    thrift: Series
    """Consumption of each taxi over the mean."""

    @cached_property
    def net_kwh(self) -> Series:
        """Net energy from the battery up to each full hour, shape ``(taxis, hours + 1)``."""
        return self.summed((self.road.draw_kwh_per_km - self.road.regeneration_kwh_per_km) * self.thrift[:, None])

    def summed(self, per_km: Series | float = 1.0) -> Series:
        """Running sum of a quantity that each kilometre brings, from the start to each full hour."""
        taxis, hours = self.distance_km.shape
        out = np.zeros((taxis, hours + 1))
        np.cumsum(self.distance_km * per_km, axis=1, out=out[:, 1:])
        return out


def between(summed: Series, taxi: NDArray[np.integer], from_s: Series, to_s: Series) -> Series:
    """What a running sum by the hour gained between two moments of each row; even within an hour.

    >>> between(np.array([[0.0, 4.0, 6.0]]), np.array([0]), np.array([1800.0]), np.array([5400.0]))
    array([3.])
    """

    def at(moment_s: Series) -> Series:
        hour = np.clip(moment_s // HOUR_S, 0, summed.shape[1] - 2).astype(np.intp)
        low = summed[taxi, hour]
        return np.asarray(low + (moment_s / HOUR_S - hour) * (summed[taxi, hour + 1] - low))

    return at(to_s) - at(from_s)


def cruising(
    demand: TaxiDemand,
    where: Sequence[Spot],
    road: Road,
    traits: Traits,
    *,
    fleet: str,
    daily_km: float,
    daily_cv: float,
    hourly_cv: float,
    consumption_cv: float,
    seed: int,
    clock: Clock,
) -> Cruising:
    """The work of a fleet over the whole run. A taxi drives no further in an hour than the traffic lets it."""
    taxis = len(traits.consumption)
    days, hours, drawn = _draws(seed, fleet, taxis, clock)
    by_day = np.repeat(run_factor(days, daily_cv), HOURS_PER_DAY, axis=1)
    distance_km = daily_km * _shape(demand, clock) * by_day * run_factor(hours, hourly_cv)
    edges = np.cumsum([spot.share for spot in where])
    spot = np.searchsorted(edges / edges[-1], drawn, side="right")
    return Cruising(
        distance_km=np.minimum(distance_km, road.speed_kmh),
        spot=np.minimum(spot, len(edges) - 1).astype(np.uint16),
        road=road,
        thrift=run_factor(traits.consumption, consumption_cv),
    )


def standing(
    where: Sequence[Spot], road: Road, traits: Traits, *, fleet: str, consumption_cv: float, seed: int
) -> Cruising:
    """The work of a fleet whose taxis drive for single customers only; each starts the run at a spot of its own."""
    taxis, hours = len(traits.consumption), len(road.speed_kmh)
    edges = np.cumsum([spot.share for spot in where])
    drawn = np.array([generator(seed, ALWAYS, "stand", fleet, taxi).random() for taxi in range(taxis)])
    spot = np.minimum(np.searchsorted(edges / edges[-1], drawn, side="right"), len(edges) - 1).astype(np.uint16)
    return Cruising(
        distance_km=np.zeros((taxis, hours)),
        spot=np.broadcast_to(spot[:, None], (taxis, hours)).copy(),
        road=road,
        thrift=run_factor(traits.consumption, consumption_cv),
    )


def traits_of(seed: int, fleet: str, taxis: int, changes: int) -> Traits:
    """Draw the traits of a fleet's taxis; each taxi has a generator of its own."""
    drawn = np.empty((taxis, 3 + changes))
    for taxi in range(taxis):
        own = generator(seed, ALWAYS, "taxi", fleet, taxi)
        drawn[taxi, 0] = own.standard_normal()
        drawn[taxi, 1:] = own.random(2 + changes)
    return Traits(drawn[:, 0], drawn[:, 1], drawn[:, 2], drawn[:, 3:])


def road_of(
    demand: TaxiDemand,
    model: VehicleModel,
    *,
    elevation_m: float,
    temperature_c: Series,
    load_share: float,
    consumption_kwh_per_km: float | None,
    clock: Clock,
) -> Road:
    """What a kilometre takes in each hour of the run, by the trip formula or a fixed consumption."""
    hour_s = np.arange(0.0, clock.end_s, HOUR_S, dtype=np.float64)
    hourly_kmh = speed_kmh(demand, hour_s, clock.origin.date())
    if consumption_kwh_per_km is not None:
        return Road(hourly_kmh, np.full(len(hourly_kmh), consumption_kwh_per_km), np.zeros(len(hourly_kmh)))
    draw, back = leg_energy(
        model,
        distance_km=1.0,
        speed_kmh=hourly_kmh,
        stops_per_km=demand.stops_per_km,
        stop_time_share=demand.stop_time_share,
        climb_m=0.0,
        undulation_m_per_km=demand.undulation_m_per_km,
        load_share=load_share,
        temperature_c=temperature_c,
        air_density_kg_per_m3=density_kg_per_m3(elevation_m, temperature_c),
    )
    return Road(hourly_kmh, draw, back)


def week_shape(demand: TaxiDemand) -> Series:
    """Share of a mean day's distance in each hour of the week, shape ``(7, 24)``."""
    hourly = [np.array(shape) / np.sum(shape) for shape in (demand.workday, demand.weekend)]
    daily = np.array(demand.weekdays) / np.mean(demand.weekdays)
    return np.array([daily[weekday] * hourly[weekday >= 5] for weekday in range(7)])


def _shape(demand: TaxiDemand, clock: Clock) -> Series:
    """Share of a mean day's distance in each hour of the run."""
    of_week = week_shape(demand)
    return np.concatenate([of_week[day.weekday()] for day in clock.dates])


def _draws(seed: int, fleet: str, taxis: int, clock: Clock) -> tuple[Series, Series, Series]:
    """Normal numbers by day and by hour, and a uniform one by hour for the place; whole weeks, cut to the run."""
    mondays = clock.week_starts()
    days = np.empty((taxis, 7 * len(mondays)))
    hours, places = np.empty((2, taxis, HOURS_PER_WEEK * len(mondays)))
    for week, monday in enumerate(mondays):
        of_days, of_hours = slice(7 * week, 7 * week + 7), slice(HOURS_PER_WEEK * week, HOURS_PER_WEEK * (week + 1))
        for taxi in range(taxis):
            own = generator(seed, monday, "cruising", fleet, taxi)
            days[taxi, of_days] = own.standard_normal(7)
            hours[taxi, of_hours] = own.standard_normal(HOURS_PER_WEEK)
            places[taxi, of_hours] = own.random(HOURS_PER_WEEK)
    first = clock.origin.date().weekday()
    cut_days = slice(first, first + clock.total_days)
    cut_hours = slice(first * HOURS_PER_DAY, (first + clock.total_days) * HOURS_PER_DAY)
    return days[:, cut_days], hours[:, cut_hours], places[:, cut_hours]


def within(bounds: Sequence[float], position: Series) -> Series:
    """Values at relative positions between two bounds.

    >>> within((0.25, 0.30), np.array([0.0, 0.5]))
    array([0.25 , 0.275])
    """
    low, high = bounds
    return np.asarray(low + (high - low) * position)


def handover_times_s(starts_s: Sequence[float], spreads_s: Sequence[float], traits: Traits) -> Series:
    """Second of the day of each taxi's hand-overs, in order, shape ``(taxis, changes)``."""
    return np.sort((np.array(starts_s) + np.array(spreads_s) * traits.handovers) % DAY_S, axis=1)

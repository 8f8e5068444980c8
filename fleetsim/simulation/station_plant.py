"""From the specification of a hydrogen station to what its agent needs: powers and flows, trucks, outages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache, partial

import numpy as np

from fleetsim.charging.sharing import NEVER
from fleetsim.clock import DAY_S, HOUR_S, SLOT_S, Clock
from fleetsim.energy.air import ZERO_C_IN_K
from fleetsim.energy.cascade import Vessel
from fleetsim.energy.hydrogen import compression_kwh_per_kg, electrolyser_kwh_per_kg
from fleetsim.energy.weather import temperatures_c
from fleetsim.scenario.hydrogen import Compressor, HydrogenStation
from fleetsim.scenario.schema import Scenario
from fleetsim.signals import SiteSupply
from fleetsim.sites.bank import BankPlant, CascadePlant
from fleetsim.sites.hydrogen_station import IDLE, Production, StationPlant, Truck
from fleetsim.work.setting import MIN_S
from fleetsim.work.spec import seconds_of_day

STEPS = 10
"""Steps of a bank's content in which the work of the compressor is reckoned."""


def station_plant(
    site: HydrogenStation, elevation_m: float, clock: Clock, site_code: int, supply: SiteSupply | None = None
) -> StationPlant:
    """The plant of a hydrogen station and what supplies it."""
    limit_kw = site.limit_kw(elevation_m)
    made = site.electrolyser
    return StationPlant(
        site=site_code,
        capacity_kg=site.capacity_kg,
        initial_kg=site.capacity_kg * site.initial_share,
        dispensers=site.dispensers,
        dispense_kg_per_s=site.dispense_kg_per_min / MIN_S,
        wanted=production(site, made.load_share, limit_kw) if made else IDLE,
        least=production(site, made.min_load_share, limit_kw) if made else IDLE,
        runs=_runs(site, limit_kw, supply) if made and supply and limit_kw is not None else (),
        strategy=made.strategy if made else "constant",
        low_kg=site.capacity_kg * made.low_share if made else 0.0,
        deliveries=tuple(
            Truck(
                day * DAY_S + seconds_of_day(truck.at),
                truck.hydrogen_kg,
                truck.emission_kg_per_kg,
                truck.pressure_mpa or NEVER,
            )
            for day in range(clock.total_days)
            for truck in site.deliveries
        ),
        outages=outages_s(site, clock, "electrolyser"),
        closures=outages_s(site, clock, "station"),
        dispense_vent_share=site.dispense_vent_share,
    )


def bank_vessels(site: HydrogenStation) -> tuple[Vessel, ...]:
    """The banks as vessels, lowest pressure first."""
    return tuple(Vessel.holding(bank.capacity_kg, bank.max_mpa) for bank in site.banks)


def day_temperatures_k(site: HydrogenStation, scenario: Scenario) -> tuple[float, ...]:
    """Temperature of vessels in the open on each day: the day's mean, to the kelvin; their walls even out the hours."""
    spec, city = scenario.spec, scenario.profiles.places[site.place].city
    hourly_c = temperatures_c(city, scenario.profiles.cities[city], spec.seed, spec.clock)
    means_c = hourly_c.reshape(spec.clock.total_days, -1).mean(axis=1)
    return tuple((np.round(means_c) + ZERO_C_IN_K).tolist())


def cascade_plant(site: HydrogenStation, elevation_m: float, by_day_k: Sequence[float]) -> CascadePlant:
    """The banks as their station's agent sees them, and how hydrogen is lifted from one into another."""
    compressor, plants = site.compressor, {kelvin: bank_plants(site, kelvin) for kelvin in set(by_day_k)}
    banks = plants[by_day_k[0]]
    changes = (day for day in range(1, len(by_day_k)) if by_day_k[day] != by_day_k[day - 1])
    weather = tuple((float(day * DAY_S), plants[by_day_k[day]]) for day in changes)
    if compressor is None or compressor.lift_kg_per_h is None:
        return CascadePlant(banks, weather=weather)
    kg_per_h, lift = compressor.lift_kg_per_h, partial(compression, compressor)
    limit_kw = site.limit_kw(elevation_m)
    if limit_kw is not None:
        kg_per_h = min(kg_per_h, _left_kw(site, limit_kw) / _highest_lift_kwh_per_kg(site, compressor))
    return CascadePlant(banks, max(0.0, kg_per_h) / HOUR_S, lift, weather)


def bank_plants(site: HydrogenStation, temperature_k: float) -> tuple[BankPlant, ...]:
    """The banks by themselves at a temperature: the compressor fills them to a pressure, whatever that is in kg."""
    plants = []
    for bank, rated in zip(site.banks, bank_vessels(site), strict=True):
        vessel = rated.at(temperature_k)
        capacity_kg = vessel.content_kg(bank.max_mpa)
        step_kg = capacity_kg / STEPS
        steps = tuple(step_kwh_per_kg(site.compressor, vessel, step_kg * step, step_kg) for step in range(STEPS))
        initial_kg = bank.capacity_kg * site.initial_share
        least_kg = vessel.content_kg(bank.min_mpa)
        plants.append(BankPlant(vessel, capacity_kg, least_kg, initial_kg, bank.margin_mpa, steps))
    return tuple(plants)


def step_kwh_per_kg(compressor: Compressor | None, vessel: Vessel, from_kg: float, step_kg: float) -> float:
    """Electricity for a kilogram while a bank goes up by a step: by Simpson's rule, between suction and its pressure.

    >>> low_mpa_bank = Vessel.holding(100.0, 20.0)
    >>> compressor = Compressor(suction_mpa=2.0, discharge_mpa=45.0)
    >>> [round(step_kwh_per_kg(compressor, low_mpa_bank, kg, 10.0), 2) for kg in (0.0, 40.0, 90.0)]
    [0.0, 0.89, 1.48]
    """
    levels_kg = (from_kg, from_kg + step_kg / 2.0, from_kg + step_kg)
    if compressor is None:
        return 0.0
    suction_mpa = compressor.suction_mpa
    low, middle, high = (compression(compressor, suction_mpa, vessel.pressure_mpa(kg)) for kg in levels_kg)
    return (low + 4.0 * middle + high) / 6.0


def production(site: HydrogenStation, load_share: float, limit_kw: float | None) -> Production:
    """How electrolyser and compressor run at a load, or as near to it as connection and transformer allow."""
    made = site.electrolyser
    assert made is not None
    share = load_share
    if limit_kw is not None:
        share = min(share, _share_within(site, _left_kw(site, limit_kw)))
    if share < made.min_load_share:
        return IDLE
    kw, produced_kg_per_h, compressor_kw = _flows(site, share)
    produced = produced_kg_per_h / HOUR_S
    return Production(kw, compressor_kw, produced, produced * made.vent_share)


def _runs(
    site: HydrogenStation, limit_kw: float, supply: SiteSupply
) -> tuple[tuple[float, Production, Production], ...]:
    """How it may run from which moment on where its connection binds and panels and battery change what is left."""
    made = site.electrolyser
    assert made is not None
    load_share, least_share = made.load_share, made.min_load_share
    if machines_kw(site, limit_kw) == machines_kw(site, None):
        return ()

    @cache
    def ways(left_kw: float) -> tuple[Production, Production]:
        return production(site, load_share, left_kw), production(site, least_share, left_kw)

    runs: list[tuple[float, Production, Production]] = []
    most_kw = limit_kw - _left_kw(site, limit_kw) + machines_kw(site, None)
    for slot, more_kw in enumerate(supply.raise_kw.tolist()):
        found = ways(min(limit_kw + more_kw, most_kw))
        if not runs or runs[-1][1:] != found:
            runs.append((slot * float(SLOT_S), *found))
    return tuple(runs)


def machines_kw(site: HydrogenStation, limit_kw: float | None) -> float:
    """The most that electrolyser and compressor draw within what the connection leaves."""
    made, compressor = site.electrolyser, site.compressor
    running = production(site, made.load_share, limit_kw) if made else IDLE
    lifting = 0.0
    if site.banks and compressor and compressor.lift_kg_per_h:
        lifting = compressor.lift_kg_per_h * _highest_lift_kwh_per_kg(site, compressor)
        lifting = lifting if limit_kw is None else max(0.0, min(lifting, _left_kw(site, limit_kw)))
    return max(running.electrolyser_kw + running.compressor_kw, lifting)


def _left_kw(site: HydrogenStation, limit_kw: float) -> float:
    """What the site's own load leaves of a limit at all times."""
    base = site.base_load_kw
    return limit_kw - (max(base) if isinstance(base, tuple) else base)


def outages_s(site: HydrogenStation, clock: Clock, part: str) -> tuple[tuple[float, float], ...]:
    """Outages of the electrolyser or of the whole station within the run, in seconds since its start."""
    spans = []
    for outage in site.outages:
        if outage.of != part:
            continue
        start_s = (datetime.fromisoformat(outage.start) - clock.origin).total_seconds()
        end_s = min(start_s + outage.hours * HOUR_S, float(clock.end_s))
        if end_s > max(start_s, 0.0):
            spans.append((max(start_s, 0.0), end_s))
    return tuple(spans)


def _flows(site: HydrogenStation, share: float) -> tuple[float, float, float]:
    """Electrolyser kW, kg an hour, compressor kW at a share of the rated power."""
    made = site.electrolyser
    assert made is not None
    kw = made.rated_kw * share
    kg_per_h = kw / electrolyser_kwh_per_kg(share, made.kwh_per_kg)
    return kw, kg_per_h, kg_per_h * (1.0 - made.vent_share) * _highest_kwh_per_kg(site.compressor)


def _share_within(site: HydrogenStation, left_kw: float) -> float:
    """Highest load at which electrolyser and compressor stay within a power, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        kw, _, compressor_kw = _flows(site, middle)
        low, high = (middle, high) if kw + compressor_kw <= left_kw else (low, middle)
    return low


def _highest_lift_kwh_per_kg(site: HydrogenStation, compressor: Compressor) -> float:
    return compression(compressor, min(bank.min_mpa for bank in site.banks), site.banks[-1].max_mpa)


def _highest_kwh_per_kg(compressor: Compressor | None) -> float:
    return compression(compressor, compressor.suction_mpa, compressor.discharge_mpa) if compressor else 0.0


def compression(compressor: Compressor, from_mpa: float, to_mpa: float) -> float:
    """Electricity to compress a kilogram from one pressure to another; none where it flows by itself."""
    if to_mpa <= from_mpa:
        return 0.0
    return compression_kwh_per_kg(
        from_mpa,
        to_mpa,
        stages=compressor.stages,
        isentropic_efficiency=compressor.isentropic_efficiency,
        motor_efficiency=compressor.motor_efficiency,
    )

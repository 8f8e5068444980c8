"""What the panels of each site will give and what its battery can promise, slot by slot, before anybody moves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fleetsim.clock import SLOT_S
from fleetsim.energy.storage import Floats, level_after, promise
from fleetsim.grid.solar import power_per_kwp
from fleetsim.grid.tariff import PriceSlots
from fleetsim.results.schema import STORAGE_STRATEGIES, Entities, Frame, complete, concatenate
from fleetsim.scenario.hydrogen import HydrogenStation
from fleetsim.scenario.local_supply import Solar
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Site
from fleetsim.signals import Signals, SiteSupply
from fleetsim.simulation.names import codes
from fleetsim.simulation.plant import base_by_slot_kw, standby_kw
from fleetsim.simulation.station_plant import machines_kw

CHARGING_SHARE = 0.5
"""Share of what the connection leaves beside the buildings that a battery may promise to draw: vehicles come first.
At a hydrogen station it is what the machines leave."""
Sun = Callable[[Solar, str, Scenario], Floats]
"""What a kWp of such panels in such a city gives, by slot."""


def site_supplies(scenario: Scenario, prices: PriceSlots, sun: Sun | None = None) -> dict[str, SiteSupply]:
    """The supply of every site that has any; ``sun`` may remember what :func:`kw_per_kwp` said before."""
    return {name: _supply(site, scenario, prices, sun or kw_per_kwp) for name, site in _supplied(scenario).items()}


def supply_tables(scenario: Scenario, signals: Signals, names: Entities) -> dict[str, Frame]:
    """The table ``site_supply``, and that part of ``supply_slots`` that is known beforehand."""
    clock, site_codes, supplied = scenario.spec.clock, codes(names["sites"]), _supplied(scenario)
    slot = np.arange(clock.report_from_s // SLOT_S, clock.slots)
    plants, slots = [], []
    for name, site in sorted(supplied.items()):
        supply, storage = signals.supply[name], site.storage
        promised = storage is not None and storage.strategy == "valley_to_peak"
        plant: dict[str, float | int] = {
            "site": site_codes[name],
            "solar_kwp": 0.0 if site.solar is None else site.solar.peak_kw,
            "feed_in": site.solar is None or site.solar.feed_in,
        }
        if storage is not None:
            plant |= {
                "storage_kwh": storage.battery_kwh,
                "storage_kw": storage.power_kw,
                "round_trip_efficiency": storage.round_trip_efficiency,
                "strategy": STORAGE_STRATEGIES.index(storage.strategy),
                "target_kw": np.nan if storage.target_kw is None else storage.target_kw,
                "initial_kwh": supply.stored_kwh if promised else storage.battery_kwh * storage.initial_share,
                "promised_kwh": supply.stored_kwh if promised else 0.0,
            }
        plants.append(complete("site_supply", {column: np.array([value]) for column, value in plant.items()}))
        columns = {
            "site": np.full(len(slot), site_codes[name]),
            "slot_at": slot * float(SLOT_S),
            "available_kw": supply.solar_kw[slot],
            "promised_kw": supply.promised_kw[slot],
            "may_give": supply.may_give[slot],
        }
        slots.append(complete("supply_slots", columns))
    return {"site_supply": concatenate("site_supply", plants), "supply_slots": concatenate("supply_slots", slots)}


def _supplied(scenario: Scenario) -> dict[str, Site]:
    return {name: site for name, site in scenario.spec.sites.items() if site.solar or site.storage}


def _supply(site: Site, scenario: Scenario, prices: PriceSlots, sun: Sun) -> SiteSupply:
    place, clock = scenario.profiles.places[site.place], scenario.spec.clock
    solar_kw = np.zeros(clock.slots)
    if site.solar is not None:
        solar_kw = site.solar.peak_kw * sun(site.solar, place.city, scenario)
    storage = site.storage
    if storage is None or storage.strategy != "valley_to_peak":
        return SiteSupply(solar_kw, np.zeros(clock.slots))
    limit_kw = site.limit_kw(place.elevation_m)
    own_kw = standby_kw(site, scenario) + base_by_slot_kw(site, clock)
    share = CHARGING_SHARE
    if isinstance(site, HydrogenStation):
        own_kw, share = own_kw + machines_kw(site, limit_kw), 1.0
    room_kw = np.full(clock.slots, np.inf) if limit_kw is None else share * (limit_kw - own_kw + solar_kw)
    initial_kwh = storage.battery_kwh * storage.initial_share
    surplus_kw = np.maximum(solar_kw - own_kw, 0.0)
    plan_kw = promise(storage.battery, initial_kwh, prices.valley, prices.peak, room_kw, surplus_kw)
    before = clock.report_from_s // SLOT_S
    return SiteSupply(solar_kw, plan_kw, level_after(storage.battery, initial_kwh, plan_kw[:before]), prices.peak)


def kw_per_kwp(solar: Solar, city: str, scenario: Scenario) -> Floats:
    """Power of the panels per kWp under the sky that the province has, too."""
    sky = scenario.grid.sky
    return power_per_kwp(sky, city, scenario.spec.seed, scenario.spec.clock, solar.panel(sky.panel), solar.horizon_deg)

"""The names behind the codes of the tables, and the tables that follow from the scenario alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import DAY_S
from fleetsim.energy.battery import aged_share
from fleetsim.results.schema import Entities, Frame, complete
from fleetsim.scenario.fleets import AnyFleet, HomedFleet
from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Depot, Site, SwapStation


def entities(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """All names, each list in alphabetical order; a vehicle is called after its fleet, ``fleet-0001``."""
    spec, profiles = scenario.spec, scenario.profiles
    return {
        "vehicles": tuple(
            f"{name}-{number + 1:04d}" for name in sorted(spec.fleets) for number in range(spec.fleets[name].count)
        ),
        "fleets": tuple(sorted(spec.fleets)),
        "kinds": tuple(sorted({fleet.kind for fleet in spec.fleets.values()})),
        "models": tuple(sorted({fleet.model for fleet in spec.fleets.values()})),
        "sites": tuple(sorted(spec.sites)),
        "site_kinds": tuple(sorted({site.kind for site in spec.sites.values()})),
        "places": tuple(sorted(profiles.places)),
        "routes": tuple(sorted(profiles.routes)),
        "cities": tuple(sorted(profiles.cities)),
    }


def codes(names: tuple[str, ...]) -> Mapping[str, int]:
    """Code of each name."""
    return {name: code for code, name in enumerate(names)}


def first_vehicles(scenario: Scenario) -> Mapping[str, int]:
    """Code of the first vehicle of each fleet."""
    first, at = {}, 0
    for name in sorted(scenario.spec.fleets):
        first[name] = at
        at += scenario.spec.fleets[name].count
    return first


def capacity_kwh(fleet: AnyFleet, scenario: Scenario) -> float:
    """Battery energy of a fleet's vehicles, ageing included."""
    battery_kwh = scenario.profiles.vehicles[fleet.model].battery_kwh
    if isinstance(fleet, HydrogenBusFleet):
        return battery_kwh
    return battery_kwh * fleet.state_of_health * aged_share(fleet.age_years)


def tank_kg(fleet: AnyFleet, scenario: Scenario) -> float:
    """Hydrogen tank of a fleet's vehicles; NaN without one."""
    hydrogen = scenario.profiles.vehicles[fleet.model].hydrogen
    return np.nan if hydrogen is None else hydrogen.tank_kg


def home_place(fleet: HomedFleet, scenario: Scenario) -> str:
    """Place where a fleet's vehicles stand between their duties."""
    parking = fleet.parking if isinstance(fleet, HydrogenBusFleet) else None
    return parking or scenario.spec.sites[fleet.home].place


def capacities_kwh(scenario: Scenario) -> NDArray[np.float64]:
    """Battery energy of every vehicle of the scenario, by code."""
    fleets = [scenario.spec.fleets[name] for name in sorted(scenario.spec.fleets)]
    return np.repeat([capacity_kwh(fleet, scenario) for fleet in fleets], [fleet.count for fleet in fleets])


def charger_powers_kw(site: Site, scenario: Scenario) -> tuple[float, ...]:
    """Nameplate of each charger group, DC output."""
    types = scenario.profiles.chargers
    return tuple(group.power_kw or types[group.type].power_kw for group in site.chargers)


def scenario_tables(scenario: Scenario, names: Entities) -> dict[str, Frame]:
    """The tables ``vehicles``, ``sites``, ``stations``, ``places`` and ``routes``."""
    return {
        "vehicles": _vehicles(scenario, names),
        "sites": _sites(scenario, names),
        "stations": _stations(scenario, names),
        "places": _places(scenario, names),
        "routes": _routes(scenario, names),
    }


def _vehicles(scenario: Scenario, names: Entities) -> Frame:
    spec, profiles = scenario.spec, scenario.profiles
    fleets = [spec.fleets[name] for name in names["fleets"]]
    counts = [fleet.count for fleet in fleets]
    cities = [profiles.places[spec.sites[fleet.meets_at[0]].place].city for fleet in fleets]

    def by_fleet(values: list[int] | list[float]) -> np.ndarray:
        return np.repeat(values, counts)

    return complete(
        "vehicles",
        {
            "vehicle": np.arange(sum(counts)),
            "fleet": by_fleet(list(range(len(fleets)))),
            "kind": by_fleet([codes(names["kinds"])[fleet.kind] for fleet in fleets]),
            "model": by_fleet([codes(names["models"])[fleet.model] for fleet in fleets]),
            "city": by_fleet([codes(names["cities"])[city] for city in cities]),
            "home": by_fleet([-1 if fleet.home is None else codes(names["sites"])[fleet.home] for fleet in fleets]),
            "battery_kwh": capacities_kwh(scenario),
            "tank_kg": by_fleet([tank_kg(fleet, scenario) for fleet in fleets]),
            "reserve_soc": by_fleet([fleet.reserve for fleet in fleets]),
        },
    )


def _sites(scenario: Scenario, names: Entities) -> Frame:
    sites = [scenario.spec.sites[name] for name in names["sites"]]
    places = [scenario.profiles.places[site.place] for site in sites]
    counts = [sum(group.count for group in site.chargers) for site in sites]
    nameplates = [
        sum(group.rated_kw(kw) for group, kw in zip(site.chargers, charger_powers_kw(site, scenario), strict=True))
        for site in sites
    ]
    return complete(
        "sites",
        {
            "site": np.arange(len(sites)),
            "kind": np.array([codes(names["site_kinds"])[site.kind] for site in sites]),
            "city": np.array([codes(names["cities"])[place.city] for place in places]),
            "lat": np.array([place.lat for place in places]),
            "lon": np.array([place.lon for place in places]),
            "chargers": np.array(counts),
            "charger_kw": np.array(nameplates) / np.maximum(counts, 1),
            "connection_kw": np.array([np.nan if site.connection_kw is None else site.connection_kw for site in sites]),
            "transformer_kw": np.array(
                [site.transformer_kw(place.elevation_m) for site, place in zip(sites, places, strict=True)], dtype=float
            ),
            "power_factor": np.array([site.power_factor for site in sites]),
            "demand_cny_per_kw_month": np.full(len(sites), scenario.tariff.demand_cny_per_kw_month),
            "staff": np.array([site.staff.count if isinstance(site, Depot) and site.staff else 0 for site in sites]),
            **_swapping(sites, scenario),
        },
    )


def _stations(scenario: Scenario, names: Entities) -> Frame:
    """Which stations the fleets without a home may use."""
    fleets, site_codes = scenario.spec.fleets, codes(names["sites"])
    pairs = [
        (code, site_codes[site])
        for code, name in enumerate(names["fleets"])
        if fleets[name].home is None
        for site in fleets[name].meets_at
    ]
    fleet, site = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return complete("stations", {"fleet": fleet, "site": site})


def _swapping(sites: Sequence[Site], scenario: Scenario) -> Frame:
    """What the table ``sites`` says of packs and swaps."""
    swapping = [site if isinstance(site, SwapStation) else None for site in sites]
    return {
        "lanes": np.array([site.lanes if site else 0 for site in swapping]),
        "packs": np.array([site.packs if site else 0 for site in swapping]),
        "pack_kwh": np.array([pack_kwh(name, scenario) for name in sorted(scenario.spec.sites)]),
        "swaps_per_day": np.array([site.lanes * DAY_S / site.swap_s if site else np.nan for site in swapping]),
    }


def pack_kwh(station: str, scenario: Scenario) -> float:
    """Energy of a full pack of a swap station: of any vehicle that changes its pack there."""
    if not isinstance(scenario.spec.sites[station], SwapStation):
        return np.nan
    fleets = scenario.spec.fleets.values()
    return next((capacity_kwh(fleet, scenario) for fleet in fleets if station in fleet.meets_at), np.nan)


def first_packs(scenario: Scenario) -> Mapping[str, int]:
    """Number of the first pack of each swap station; the packs before are those that the vehicles start with."""
    first, at = {}, sum(fleet.count for fleet in scenario.spec.fleets.values())
    for name, site in sorted(scenario.spec.sites.items()):
        if isinstance(site, SwapStation):
            first[name] = at
            at += site.packs
    return first


def _places(scenario: Scenario, names: Entities) -> Frame:
    places = [scenario.profiles.places[name] for name in names["places"]]
    return complete(
        "places",
        {
            "place": np.arange(len(places)),
            "lat": np.array([place.lat for place in places]),
            "lon": np.array([place.lon for place in places]),
            "elevation_m": np.array([place.elevation_m for place in places]),
        },
    )


def _routes(scenario: Scenario, names: Entities) -> Frame:
    places = scenario.profiles.places
    rows = [
        (code, number, point.distance_km, *(getattr(places[point.place], key) for key in ("lat", "lon", "elevation_m")))
        for code, name in enumerate(names["routes"])
        for number, point in enumerate(scenario.profiles.routes[name].waypoints)
    ]
    keys = ("route", "point", "distance_km", "lat", "lon", "elevation_m")
    return complete("routes", dict(zip(keys, map(np.array, zip(*rows, strict=True)), strict=True)) if rows else {})

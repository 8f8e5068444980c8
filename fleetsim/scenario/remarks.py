"""What a scenario may say but a planner would want to know before running it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from fleetsim.profiles import ChargerType
from fleetsim.scenario.hydrogen import HydrogenStation
from fleetsim.scenario.provenance import figures
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Depot, Site
from fleetsim.work.spec import Timetable
from fleetsim.work.timetable import most_at_once

BETWEEN = "; "
"""Between the members of a list in a remark."""
MOST_NAMED = 4
"""Members of such a list that a summary names one by one."""
CROWDED = 4.0
"""Vehicles to a charger beyond which nights may be too short to charge them all."""


def remarks(scenario: Scenario) -> tuple[str, ...]:
    """Warnings that need no run: tight sites, far homes, timetables too large for their fleet, bare figures."""
    return (*_site_remarks(scenario), *_fleet_remarks(scenario), *_source_remarks(scenario))


def shortened(remark: str) -> str:
    """A remark for a summary: of a long list the first members, and how many more there are.

    >>> shortened("shared: a; b; c; d; e; f")
    'shared: a; b; c; d and 2 more'
    """
    members = remark.split(BETWEEN)
    more = len(members) - MOST_NAMED
    return BETWEEN.join(members[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def chargers_kw(site: Site, types: Mapping[str, ChargerType]) -> float:
    """Power (AC, kW) that all chargers of a site together can draw: nameplate over efficiency."""
    return sum(
        group.rated_kw(group.power_kw or types[group.type].power_kw) / types[group.type].efficiency
        for group in site.chargers
    )


def _site_remarks(scenario: Scenario) -> Iterator[str]:
    types = scenario.profiles.chargers
    shared: list[str] = []
    at_home: Counter[str] = Counter()
    visited: set[str] = set()
    for fleet in scenario.spec.fleets.values():
        if fleet.home is not None:
            at_home[fleet.home] += fleet.count
        visited.update(fleet.meets_at)
    for name, site in scenario.spec.sites.items():
        chargers = sum(group.count for group in site.chargers)
        limit_kw = site.limit_kw(scenario.profiles.places[site.place].elevation_m)
        if name not in visited:
            yield f"sites.{name}: no fleet {'lives' if isinstance(site, Depot) else 'comes'} here"
        if isinstance(site, HydrogenStation):
            yield from _station_remarks(name, site, limit_kw)
            continue
        if site.strategy == "solar_following" and site.solar is None:
            yield f"sites.{name}: no panels for solar_following to follow; it charges where the price is lowest"
        if isinstance(site, Depot) and site.strategy == "bidirectional":
            yield from _feeding_remarks(name, site, scenario, at_home[name])
        capped = isinstance(site, Depot) and site.peak_kw is not None
        if capped and site.storage is not None and site.storage.strategy == "valley_to_peak":
            yield f"sites.{name}: peak_kw binds its vehicles alone; its battery on valley_to_peak may draw above it"
        if at_home[name] > CROWDED * chargers:
            yield f"sites.{name}: {chargers} chargers for {at_home[name]} vehicles"
        if limit_kw is None:
            continue
        standby_kw = sum(group.count * types[group.type].standby_kw for group in site.chargers)
        base_kw = max(site.base_load_kw) if isinstance(site.base_load_kw, tuple) else site.base_load_kw
        demand_kw = standby_kw + base_kw + chargers_kw(site, types)
        if demand_kw > limit_kw:
            shared.append(f"{name} ({limit_kw:.0f} of {demand_kw:.0f} kW)")
    if shared:
        yield (
            "limit smaller than all chargers, base load and standby together, so that it will be shared: "
            + BETWEEN.join(shared)
        )


def _feeding_remarks(name: str, site: Depot, scenario: Scenario, vehicles: int) -> Iterator[str]:
    """What keeps every vehicle of a depot from feeding back, or may do so."""
    if not any(group.bidirectional for group in site.chargers):
        yield f"sites.{name}: no charger is bidirectional, so nobody feeds back; it charges where the price is lowest"
    here = [fleet for fleet in scenario.spec.fleets.values() if fleet.home == name]
    models = sorted({fleet.model for fleet in here})
    able = [(fleet, sheet) for fleet in here if (sheet := scenario.profiles.vehicles[fleet.model].feed_back)]
    if models and not able:
        yield (
            f"sites.{name}: no vehicle that lives here can feed back ({', '.join(models)} without feed_back in "
            "profiles/vehicles.yaml); it charges where the price is lowest"
        )
    elif able and all(sheet.floor_soc >= getattr(fleet, "charge_target", 1.0) for fleet, sheet in able):
        floors = ", ".join(sorted({f"{fleet.model}: {sheet.floor_soc:g}" for fleet, sheet in able}))
        yield (
            f"sites.{name}: no vehicle that lives here can feed back, since feed_back.floor_soc is not below its "
            f"charge_target ({floors}); it charges where the price is lowest"
        )
    elif able and site.feeds_back and (chargers := sum(group.count for group in site.chargers)) < vehicles:
        yield (
            f"sites.{name}: {chargers} chargers for {vehicles} vehicles: nobody feeds back while another waits for a "
            "charger, which may be through whole peaks"
        )


def _station_remarks(name: str, site: HydrogenStation, limit_kw: float | None) -> Iterator[str]:
    made, base = site.electrolyser, site.base_load_kw
    if made is None and not site.deliveries:
        yield f"sites.{name}: it has neither an electrolyser nor deliveries; only its storage can be dispensed"
    lifts = site.compressor is not None and site.compressor.lift_kg_per_h is not None
    if made is None and site.banks and site.deliveries and not lifts:
        most_mpa = max(truck.pressure_mpa or site.banks[-1].max_mpa for truck in site.deliveries)
        if most_mpa < site.banks[-1].max_mpa:
            yield f"sites.{name}: its trucks fill banks to {most_mpa:g} MPa, and no compressor lifts hydrogen higher"
    if made is not None and limit_kw is not None:
        left_kw = limit_kw - (max(base) if isinstance(base, tuple) else base)
        if left_kw < made.rated_kw * made.min_load_share:
            yield f"sites.{name}: its connection leaves {left_kw:.0f} kW, too little for the electrolyser's lowest load"
        elif left_kw < made.rated_kw * made.load_share:
            yield f"sites.{name}: its connection leaves {left_kw:.0f} kW and caps the electrolyser"


def _fleet_remarks(scenario: Scenario) -> Iterator[str]:
    profiles = scenario.profiles
    for name, fleet in scenario.spec.fleets.items():
        if isinstance(fleet, RoamingFleet):
            continue
        home = profiles.places[scenario.spec.sites[fleet.home].place].city
        route = profiles.routes[fleet.work.route].city
        if home != route:
            yield f"fleets.{name}: its home is in {home}, its route in {route}"
        if isinstance(fleet.work, Timetable):
            most = most_at_once(scenario.timetables[name])
            if most > fleet.count:
                yield f"fleets.{name}: its timetable has up to {most} blocks at once for {fleet.count} vehicles"


def _source_remarks(scenario: Scenario) -> Iterator[str]:
    bare = [figure for figure in figures(scenario) if figure.certainty is None]
    if bare:
        yield f"{len(bare)} figures have no source, the first is {bare[0].key} in {bare[0].file}"

"""Which stations a fleet of taxis may use, and whether its packs fit them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fleetsim.documents import Document, Location, one_of
from fleetsim.errors import Problem
from fleetsim.profiles import Profiles
from fleetsim.profiles.loading import LoadedProfiles
from fleetsim.scenario.references import Sections, unknown
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.scenario.schema import ScenarioSpec
from fleetsim.scenario.sites import PublicStation, Site, SwapStation
from fleetsim.scenario.taxis import TaxiFleet
from fleetsim.scenario.visitors import VisitorFleet

STATIONS = (PublicStation, SwapStation)
"""Sites where whoever comes gets energy."""


def with_stations(spec: ScenarioSpec, profiles: Profiles) -> ScenarioSpec:
    """The scenario with the stations of every fleet of taxis named."""
    named = {
        name: fleet.model_copy(update={"stations": stations_of(fleet, spec.sites, profiles)})
        for name, fleet in spec.fleets.items()
        if isinstance(fleet, TaxiFleet) and not fleet.stations
    }
    return spec.model_copy(update={"fleets": {**spec.fleets, **named}}) if named else spec


def stations_of(fleet: TaxiFleet, sites: Mapping[str, Site], profiles: Profiles) -> tuple[str, ...]:
    """The stations that a fleet names, or all of its city that suit its model."""
    if fleet.stations:
        return fleet.stations
    city = profiles.taxi_demand[fleet.demand].city
    kinds = STATIONS if profiles.vehicles[fleet.model].swappable else (PublicStation,)
    return tuple(
        name
        for name, site in sorted(sites.items())
        if isinstance(site, kinds) and site.place in profiles.places and profiles.places[site.place].city == city
    )


def taxi_problems(document: Document, sections: Sections, loaded: LoadedProfiles) -> Iterator[Problem]:
    """Demand, stations and models that do not exist or do not go together."""
    profiles, packs, complete = loaded.profiles, dict[str, tuple[str, str, float, float]](), sections.complete
    for name, fleet in sections.fleets.items():
        if not isinstance(fleet, TaxiFleet):
            continue
        at: Location = ("fleets", name)
        demands = loaded.names.get("taxi_demand")
        yield from unknown(document, (*at, "demand"), fleet.demand, demands, "profiles/taxi_demand.yaml")
        yield from _range_problems(document, at, fleet)
        model = profiles.vehicles.get(fleet.model)
        yield from _station_problems(document, at, fleet, sections, STATIONS)
        for number, station in enumerate(fleet.stations):
            where = (*at, "stations", number)
            if isinstance(sections.sites.get(station), SwapStation) and model is not None and not model.swappable:
                allowed = f"the battery of {fleet.model} cannot be swapped (profiles/vehicles.yaml: swappable)"
                yield document.problem(where, station, allowed)
        if model is None or fleet.demand not in profiles.taxi_demand:
            continue
        stations = stations_of(fleet, sections.sites, profiles)
        if not stations and len(sections.sites) == len(sections.site_names):
            city = profiles.taxi_demand[fleet.demand].city
            yield document.problem(at, "", f"its model finds no swap or public station in {city}")
        for station in stations:
            if not isinstance(sections.sites.get(station), SwapStation):
                continue
            other, *pack = packs.setdefault(station, (name, fleet.model, fleet.state_of_health, fleet.age_years))
            if pack != [fleet.model, fleet.state_of_health, fleet.age_years]:
                allowed = (
                    f"must have the model, state_of_health and age_years of {other}, whose packs it shares at {station}"
                )
                yield document.problem((*at, "model"), fleet.model, allowed)

    for name, site in sections.sites.items():
        if complete and isinstance(site, SwapStation) and name not in packs:
            allowed = "no fleet changes its packs here, so that nobody knows what they are"
            yield document.problem(("sites", name), "", allowed)


def visitor_problems(document: Document, sections: Sections) -> Iterator[Problem]:
    """Stations that visitors cannot come to, and hours at which nobody would come."""
    for name, fleet in sections.fleets.items():
        if not isinstance(fleet, VisitorFleet):
            continue
        at: Location = ("fleets", name)
        yield from _station_problems(document, at, fleet, sections, (PublicStation,))
        for key in ("hours", "weekdays"):
            if sum(getattr(fleet, key)) <= 0.0:
                yield document.problem((*at, key), "only zeros", "must have a figure above 0")
        if fleet.reserve >= fleet.charge_target:
            allowed = f"must be below the charge_target, {fleet.charge_target:g}"
            yield document.problem((*at, "reserve"), f"{fleet.reserve:g}", allowed)


def _station_problems(
    document: Document, at: Location, fleet: RoamingFleet, sections: Sections, kinds: tuple[type[Site], ...]
) -> Iterator[Problem]:
    """Stations that a fleet names and that do not exist, or are of no kind where it gets energy."""
    for number, station in enumerate(fleet.stations):
        where = (*at, "stations", number)
        yield from unknown(document, where, station, sections.site_names, "sites")
        site = sections.sites.get(station)
        if site is not None and not isinstance(site, kinds):
            fitting = sorted(key for key, each in sections.sites.items() if isinstance(each, kinds))
            yield document.problem(where, f"a {site.kind}", one_of(station, fitting, "sites"))


def _range_problems(document: Document, at: Location, fleet: TaxiFleet) -> Iterator[Problem]:
    """States of charge that contradict each other."""
    for key, (low, high) in {"seek_soc": fleet.seek_soc, "initial_soc": fleet.initial_soc}.items():
        if low > high:
            yield document.problem((*at, key), f"[{low:g}, {high:g}]", "the lowest must not be above the highest")
    low, high = fleet.seek_soc
    if low < fleet.reserve:
        yield document.problem((*at, "seek_soc"), f"{low:g}", f"must be at least the reserve, {fleet.reserve:g}")
    if max(high, fleet.handover_soc) >= fleet.charge_target:
        key = "seek_soc" if high >= fleet.charge_target else "handover_soc"
        allowed = f"must be below the charge_target, {fleet.charge_target:g}"
        yield document.problem((*at, key), f"{max(high, fleet.handover_soc):g}", allowed)

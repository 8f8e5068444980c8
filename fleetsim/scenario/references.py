"""Names in a scenario that must lead somewhere, and figures that must agree with each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fleetsim.clock import Clock
from fleetsim.documents import Document, Location, one_of
from fleetsim.errors import Problem
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.tariff import Tariff
from fleetsim.profiles import Profiles
from fleetsim.scenario.banks import bank_problems
from fleetsim.scenario.fleets import Fleet, season_of
from fleetsim.scenario.hydrogen import HydrogenBusFleet, HydrogenStation
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.scenario.rounds import round_problems, together
from fleetsim.scenario.sites import Cabinet, Depot, DepotGroup, PlugGroup, Site, SwapStation
from fleetsim.work.errand_spec import Errands
from fleetsim.work.spec import Collecting, OnDemand, Rounds


@dataclass(frozen=True, slots=True)
class Sections:
    """The parts of a scenario file that are sound in themselves, whatever is wrong with the others."""

    sites: Mapping[str, Site]
    fleets: Mapping[str, Fleet]
    site_names: Collection[str]
    """Names of all sites, the faulty ones too: a fleet at a faulty site has named it well."""
    clock: Clock | None
    grid: GridSpec | None
    tariff: str | None
    complete: bool
    """Whether every part of the file is sound."""


def site_problems(
    document: Document, sections: Sections, profiles: Mapping[str, Collection[str]], sound: Profiles
) -> Iterator[Problem]:
    """Places and charger types that ``profiles/`` does not know, and loads beyond their connection.

    ``profiles`` are the names of all profiles, ``sound`` those without a fault.
    """
    for name, site in sections.sites.items():
        at: Location = ("sites", name)
        yield from unknown(document, (*at, "place"), site.place, profiles.get("places"), "profiles/places.yaml")
        for number, group in enumerate(site.chargers):
            where = (*at, "slots", "type") if isinstance(site, SwapStation) else (*at, "chargers", number, "type")
            yield from unknown(document, where, group.type, profiles.get("chargers"), "profiles/chargers.yaml")
            if isinstance(group, PlugGroup) and group.cabinet is not None:
                yield from _cabinet_problems(document, (*at, "chargers", number), group, group.cabinet)
            if isinstance(group, DepotGroup) and group.both_guns:
                yield from _both_guns_problems(document, (*at, "chargers", number), group)
        if isinstance(site, HydrogenStation):
            yield from bank_problems(document, at, site, _highest_tank_mpa(name, sections, sound))
        place = sound.places.get(site.place)
        limit_kw = site.limit_kw(place.elevation_m) if place else site.connection_kw
        if not isinstance(site, HydrogenStation) and limit_kw is not None:
            types = [sound.chargers.get(group.type) for group in site.chargers]
            base = site.base_load_kw
            own_kw = (max(base) if isinstance(base, tuple) else base) + sum(
                group.count * type_.standby_kw for group, type_ in zip(site.chargers, types, strict=True) if type_
            )
            if own_kw > limit_kw:
                allowed = f"must be at least the {own_kw:g} kW that buildings and standing chargers draw at the most"
                key = "connection_kw" if limit_kw == site.connection_kw else "transformer"
                yield document.problem((*at, key), f"{limit_kw:g}" + " kW" * (key == "transformer"), allowed)


def _highest_tank_mpa(station: str, sections: Sections, sound: Profiles) -> float | None:
    """Pressure of the tanks that are filled at a station, the highest; none where no sound fleet comes."""
    models = [
        sound.vehicles.get(fleet.model)
        for fleet in sections.fleets.values()
        if isinstance(fleet, HydrogenBusFleet) and fleet.home == station
    ]
    return max((model.hydrogen.tank_mpa for model in models if model and model.hydrogen), default=None)


def _cabinet_problems(document: Document, at: Location, group: PlugGroup, cabinet: Cabinet) -> Iterator[Problem]:
    """Guns that hang on no whole cabinet, and modules that do not make up its power."""
    if group.count % cabinet.guns:
        allowed = f"must be a multiple of the {cabinet.guns} guns of a cabinet"
        yield document.problem((*at, "count"), f"{group.count}", allowed)
    if cabinet.module_kw is not None:
        modules = cabinet.power_kw / cabinet.module_kw
        if modules < 1 or abs(modules - round(modules)) > 1e-6:
            allowed = f"must go into the cabinet's {cabinet.power_kw:g} kW without a rest"
            yield document.problem((*at, "cabinet", "module_kw"), f"{cabinet.module_kw:g}", allowed)


def _both_guns_problems(document: Document, at: Location, group: DepotGroup) -> Iterator[Problem]:
    """Guns that cannot be taken two and two."""
    if group.cabinet is not None and group.cabinet.guns != 2:
        allowed = "must be 2 where a bus takes both_guns of a cabinet"
        yield document.problem((*at, "cabinet", "guns"), f"{group.cabinet.guns}", allowed)
    if group.cabinet is None and group.count % 2:
        allowed = "must be even where a bus takes both_guns, of two neighbouring chargers"
        yield document.problem((*at, "count"), f"{group.count}", allowed)


def fleet_problems(
    document: Document, sections: Sections, profiles: Mapping[str, Collection[str]], sound: Profiles
) -> Iterator[Problem]:
    """Homes, vehicle sheets and routes that do not exist, and settings that contradict each other.

    ``profiles`` are the names of all profiles, ``sound`` those without a fault.
    """
    for name, fleet in sections.fleets.items():
        at: Location = ("fleets", name)
        yield from unknown(document, (*at, "model"), fleet.model, profiles.get("vehicles"), "profiles/vehicles.yaml")
        if (season := season_of(fleet)) is not None:
            where = (*at, "season") if isinstance(fleet, RoamingFleet) else (*at, "work", "season")
            yield from unknown(document, where, season, profiles.get("seasons"), "profiles/seasons.yaml")
        if isinstance(fleet, RoamingFleet):
            continue
        yield from unknown(document, (*at, "home"), fleet.home, sections.site_names, "sites")
        route_at = (*at, "work", "route")
        yield from unknown(document, route_at, fleet.work.route, profiles.get("routes"), "profiles/routes.yaml")
        if isinstance(fleet.work, OnDemand):
            demands = profiles.get("passenger_demand")
            where = (*at, "work", "demand")
            yield from unknown(document, where, fleet.work.demand, demands, "profiles/passenger_demand.yaml")
        if isinstance(fleet.work, Rounds):
            yield from _unknown_places(document, (*at, "work"), fleet.work, profiles.get("places"))
            yield from round_problems(document, at, fleet, fleet.work, sound.vehicles.get(fleet.model), sound.places)
        if isinstance(fleet.work, Errands):
            home = sections.sites.get(fleet.home)
            yield from errand_problems(document, (*at, "work"), fleet.work, home, profiles.get("places"), sound)
        target, initial = ("charge_target", "initial_soc")
        if isinstance(fleet, HydrogenBusFleet):
            target, initial = ("fill_target", "initial_share")
            yield from hydrogen_problems(document, name, fleet, sections, profiles, sound)
        elif not isinstance(sections.sites.get(fleet.home), Depot | None):
            yield document.problem((*at, "home"), repr(fleet.home), "must be a site of kind depot")
        if fleet.reserve >= getattr(fleet, target):
            allowed = f"must be below the {target}, {getattr(fleet, target):g}"
            yield document.problem((*at, "reserve"), f"{fleet.reserve:g}", allowed)
        if getattr(fleet, initial) < fleet.reserve:
            allowed = f"must be at least the reserve, {fleet.reserve:g}"
            yield document.problem((*at, initial), f"{getattr(fleet, initial):g}", allowed)


def hydrogen_problems(
    document: Document,
    name: str,
    fleet: HydrogenBusFleet,
    sections: Sections,
    profiles: Mapping[str, Collection[str]],
    sound: Profiles,
) -> Iterator[Problem]:
    """A parking place that does not exist, a home without hydrogen, a vehicle sheet without a fuel cell."""
    at: Location = ("fleets", name)
    if fleet.parking is not None:
        yield from unknown(document, (*at, "parking"), fleet.parking, profiles.get("places"), "profiles/places.yaml")
    stations = [site for site, spec in sections.sites.items() if isinstance(spec, HydrogenStation)]
    if fleet.home in sections.sites and fleet.home not in stations:
        yield document.problem((*at, "home"), repr(fleet.home), "must be a site of kind hydrogen_station")
    model = sound.vehicles.get(fleet.model)
    if model is not None and model.hydrogen is None:
        fuelled = sorted(each for each, sheet in sound.vehicles.items() if sheet.hydrogen is not None)
        allowed = one_of(fleet.model, fuelled, "profiles/vehicles.yaml with a hydrogen block")
        yield document.problem((*at, "model"), repr(fleet.model), allowed)


def grid_problems(
    document: Document,
    sections: Sections,
    grid: GridInputs | None,
    tariffs: Mapping[str, Tariff],
    tariff_names: Collection[str],
) -> Iterator[Problem]:
    """A grid year without statistics, an unknown tariff, dates that the tariff does not cover.

    ``tariff_names`` are the names of all tariffs, ``tariffs`` those without a fault.
    """
    if grid is not None and sections.grid is not None:
        for text in grid.problems_for(sections.grid):
            yield document.problem(("grid", "year"), str(sections.grid.year), text)
    if not tariff_names or sections.tariff is None:
        return
    yield from unknown(document, ("tariff",), sections.tariff, tariff_names, "grid/tariffs.yaml")
    if sections.tariff in tariffs and sections.clock is not None:
        for text in tariffs[sections.tariff].problems_for(sections.clock):
            days = f"{sections.clock.dates[0]} to {sections.clock.dates[-1]}, warm-up included"
            yield document.problem(("start_date",), days, text)


def _unknown_places(document: Document, at: Location, work: Rounds, names: Collection[str] | None) -> Iterator[Problem]:
    """Area and transfer stations that ``profiles/places.yaml`` does not know."""
    named = [((*at, "area"), work.area)]
    for number, shift in enumerate(work.shifts):
        if isinstance(shift, Collecting):
            named.append(((*at, "shifts", number, "transfer_station"), shift.transfer_station))
    for where, place in named:
        yield from unknown(document, where, place, names, "profiles/places.yaml")


def errand_problems(
    document: Document, at: Location, work: Errands, home: Site | None, names: Collection[str] | None, sound: Profiles
) -> Iterator[Problem]:
    """Destinations that do not exist, are home or weigh nothing, and stays whose shortest is not the shortest."""
    for number, destination in enumerate(work.destinations):
        where = (*at, "destinations", number, "place")
        yield from unknown(document, where, destination.place, names, "profiles/places.yaml")
        if home is not None and together(destination.place, home.place, sound.places):
            yield document.problem(where, repr(destination.place), f"must lie away from home, {home.place}")
    if sum(destination.share for destination in work.destinations) <= 0.0:
        yield document.problem((*at, "destinations"), "only shares of 0", "must have a share above 0")
    for number, outing in enumerate(work.outings):
        if outing.stay_min[0] > outing.stay_min[1]:
            found = "[{:g}, {:g}]".format(*outing.stay_min)
            allowed = "the shortest must not be above the longest"
            yield document.problem((*at, "outings", number, "stay_min"), found, allowed)


def unknown(
    document: Document, at: Location, found: str, names: Collection[str] | None, where: str
) -> Iterator[Problem]:
    """A problem where a name is none of those there are; nothing where these could not be read."""
    if names is not None and found not in names:
        yield document.problem(at, repr(found), one_of(found, sorted(names), where))

"""From the files of ``profiles/`` to specifications, checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fleetsim.documents import Document, one_of, parse_mapping, read_yaml
from fleetsim.errors import InputError, Problem
from fleetsim.profiles.demand import TaxiDemand
from fleetsim.profiles.spec import (
    ChargerType,
    Climate,
    PassengerDemand,
    Place,
    Profiles,
    Route,
    SeasonCalendar,
    VehicleModel,
)
from fleetsim.spec import Spec

SpecT = TypeVar("SpecT", bound=Spec)

FILES: Mapping[str, type[Spec]] = {
    "vehicles": VehicleModel,
    "chargers": ChargerType,
    "places": Place,
    "routes": Route,
    "climates": Climate,
    "passenger_demand": PassengerDemand,
    "taxi_demand": TaxiDemand,
    "seasons": SeasonCalendar,
}
"""The files of ``profiles/`` and what each entry of theirs is."""
OPTIONAL = frozenset({"passenger_demand", "taxi_demand", "seasons"})
"""Files that a workspace need not have."""


@dataclass(frozen=True, slots=True)
class LoadedProfiles:
    """The profiles without a fault, and the names of all: a faulty profile is still one that can be named."""

    profiles: Profiles
    names: Mapping[str, frozenset[str]]
    """Names by file, such as ``vehicles``."""


def load_profiles(root: Path, problems: list[Problem]) -> LoadedProfiles:
    """The profiles of a workspace; faults go to ``problems``."""
    documents: dict[str, Document] = {}
    for name in profile_names(root):
        try:
            documents[name] = read_yaml(profile_file(root, name), root)
        except InputError as error:
            problems.extend(error.problems)

    def entries(name: str, model: type[SpecT]) -> dict[str, SpecT]:
        document = documents.get(name)
        return {} if document is None else parse_mapping(model, document, document.data, (), problems)

    profiles = Profiles(
        vehicles=entries("vehicles", VehicleModel),
        chargers=entries("chargers", ChargerType),
        places=entries("places", Place),
        routes=entries("routes", Route),
        cities=entries("climates", Climate),
        demands=entries("passenger_demand", PassengerDemand),
        taxi_demand=entries("taxi_demand", TaxiDemand),
        seasons=entries("seasons", SeasonCalendar),
    )
    names = {name: frozenset[str]() for name in FILES.keys() - profile_names(root)} | {
        name: frozenset(map(str, document.data)) if isinstance(document.data, dict) else frozenset()
        for name, document in documents.items()
    }
    loaded = LoadedProfiles(profiles, names)
    _check_curves(profiles, documents, problems)
    _check_load_curves(profiles, documents, problems)
    _check_bodies(profiles, documents, problems)
    _check_places(loaded, documents, problems)
    _check_routes(loaded, documents, problems)
    _check_demand(loaded, documents, problems)
    return loaded


def profile_names(root: Path) -> list[str]:
    """The kinds of profile that a workspace has, or should have."""
    return [name for name in FILES if name not in OPTIONAL or profile_file(root, name).exists()]


def profile_file(root: Path, name: str) -> Path:
    """File of one kind of profile."""
    return root / "profiles" / f"{name}.yaml"


def _check_curves(profiles: Profiles, documents: Mapping[str, Document], problems: list[Problem]) -> None:
    for name, model in profiles.vehicles.items():
        document = documents["vehicles"]
        socs = [point.soc for point in model.charge_curve]
        last = len(socs) - 1
        for number, soc in enumerate(socs):
            at = (name, "charge_curve", number, "soc")
            if number == 0 and soc != 0:
                problems.append(document.problem(at, f"{soc:g}", "the first corner must stand at 0"))
            if number > 0 and soc < socs[number - 1]:
                allowed = f"must not be below the corner before, {socs[number - 1]:g}"
                problems.append(document.problem(at, f"{soc:g}", allowed))
            elif number == last and soc != 1:
                problems.append(document.problem(at, f"{soc:g}", "the last corner must stand at 1"))
        for number, point in enumerate(model.charge_curve):
            if point.c_rate <= 0:
                at = (name, "charge_curve", number, "c_rate")
                allowed = "must be above 0: a battery that accepts nothing is never full"
                problems.append(document.problem(at, f"{point.c_rate:g}", allowed))


def _check_load_curves(profiles: Profiles, documents: Mapping[str, Document], problems: list[Problem]) -> None:
    for name, charger in profiles.chargers.items():
        curve = charger.efficiency_curve
        for number, point in enumerate(curve):
            at, found = (name, "efficiency_curve", number), f"{point.load_share:g}: {point.efficiency:g}"
            if number and point.load_share <= curve[number - 1].load_share:
                allowed = f"must stand above the load of the corner before, {curve[number - 1].load_share:g}"
                problems.append(documents["chargers"].problem(at, found, allowed))
            elif number and point.load_share / point.efficiency <= (
                curve[number - 1].load_share / curve[number - 1].efficiency
            ):
                allowed = "must take more from the grid than the corner before: more load cannot draw less power"
                problems.append(documents["chargers"].problem(at, found, allowed))
            if number == len(curve) - 1 and (point.load_share, point.efficiency) != (1.0, charger.efficiency):
                allowed = f"the last corner must be at load 1 with the efficiency, {charger.efficiency:g}"
                problems.append(documents["chargers"].problem(at, found, allowed))


def _check_bodies(profiles: Profiles, documents: Mapping[str, Document], problems: list[Problem]) -> None:
    for name, model in profiles.vehicles.items():
        if model.body is not None and model.body.water_kg > model.payload_kg:
            allowed = f"must not be above the payload_kg, {model.payload_kg:g}"
            found = f"{model.body.water_kg:g}"
            problems.append(documents["vehicles"].problem((name, "body", "water_kg"), found, allowed))


def _check_places(loaded: LoadedProfiles, documents: Mapping[str, Document], problems: list[Problem]) -> None:
    for name, place in loaded.profiles.places.items():
        _check_city(place.city, (name, "city"), documents["places"], loaded, problems)


def _check_routes(loaded: LoadedProfiles, documents: Mapping[str, Document], problems: list[Problem]) -> None:
    for name, route in loaded.profiles.routes.items():
        document = documents["routes"]
        _check_city(route.city, (name, "city"), document, loaded, problems)
        before = None
        for number, point in enumerate(route.waypoints):
            at = (name, "waypoints", number)
            if "places" in loaded.names and point.place not in loaded.names["places"]:
                names = sorted(loaded.names["places"])
                allowed = one_of(point.place, names, "profiles/places.yaml")
                problems.append(document.problem((*at, "place"), repr(point.place), allowed))
            found = f"{point.distance_km:g}"
            if before is None and point.distance_km != 0:
                problems.append(document.problem((*at, "distance_km"), found, "the first waypoint must be at 0 km"))
            if before is not None and point.distance_km <= before:
                allowed = f"must be above the waypoint before, {before:g} km"
                problems.append(document.problem((*at, "distance_km"), found, allowed))
            before = point.distance_km


def _check_demand(loaded: LoadedProfiles, documents: Mapping[str, Document], problems: list[Problem]) -> None:
    for name, demand in loaded.profiles.taxi_demand.items():
        document = documents["taxi_demand"]
        _check_city(demand.city, (name, "city"), document, loaded, problems)
        for key in ("workday", "weekend", "weekdays"):
            if sum(getattr(demand, key)) <= 0.0:
                problems.append(document.problem((name, key), "only zeros", "must have a figure above 0"))
        if sum(zone.share for zone in demand.zones) <= 0.0:
            problems.append(document.problem((name, "zones"), "only zeros", "must have a share above 0"))
        for number, zone in enumerate(demand.zones):
            if "places" in loaded.names and zone.place not in loaded.names["places"]:
                allowed = one_of(zone.place, sorted(loaded.names["places"]), "profiles/places.yaml")
                problems.append(document.problem((name, "zones", number, "place"), repr(zone.place), allowed))


def _check_city(
    city: str, at: tuple[str, str], document: Document, loaded: LoadedProfiles, problems: list[Problem]
) -> None:
    if "climates" in loaded.names and city not in loaded.names["climates"]:
        allowed = one_of(city, sorted(loaded.names["climates"]), "profiles/climates.yaml")
        problems.append(document.problem(at, repr(city), allowed))

"""The profiles that a scenario uses, out of all that its workspace has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from fleetsim.profiles import Profiles
from fleetsim.scenario.schema import Scenario
from fleetsim.work.spec import OnDemand

T = TypeVar("T")


def used_profiles(scenario: Scenario) -> Profiles:
    """The vehicle sheets, charger types, places, routes and climates that the scenario leads to."""
    spec, profiles = scenario.spec, scenario.profiles
    routes = _named(profiles.routes, (fleet.work.route for fleet in spec.fleets.values()))
    trips = [trip for timetable in scenario.timetables.values() for trip in timetable.trips]
    places = _named(
        profiles.places,
        [
            *(site.place for site in spec.sites.values()),
            *(parking for fleet in spec.fleets.values() if (parking := getattr(fleet, "parking", None))),
            *(point.place for route in routes.values() for point in route.waypoints),
            *(place for fleet in spec.fleets.values() for place in fleet.work.places),
            *(place for trip in trips for place in (trip.origin, trip.destination)),
        ],
    )
    cities = [*(place.city for place in places.values()), *(route.city for route in routes.values())]
    return Profiles(
        vehicles=_named(profiles.vehicles, (fleet.model for fleet in spec.fleets.values())),
        chargers=_named(profiles.chargers, (group.type for site in spec.sites.values() for group in site.chargers)),
        places=places,
        routes=routes,
        cities=_named(profiles.cities, cities),
        demands=_named(profiles.demands, (f.work.demand for f in spec.fleets.values() if isinstance(f.work, OnDemand))),
    )


def _named(every: Mapping[str, T], names: Iterable[str]) -> dict[str, T]:
    """The entries with these names, by name."""
    return {name: every[name] for name in sorted(set(names))}

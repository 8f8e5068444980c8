"""The profiles that a scenario uses, out of all that its workspace has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from fleetsim.profiles import Profiles
from fleetsim.scenario.fleets import season_of
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Depot
from fleetsim.scenario.taxis import TaxiFleet
from fleetsim.work.spec import OnDemand

T = TypeVar("T")


def used_profiles(scenario: Scenario) -> Profiles:
    """The vehicle sheets, charger types, places, routes and climates that the scenario leads to.

    What vehicles could feed back is left out where no depot lets them.
    """
    spec, profiles = scenario.spec, scenario.profiles
    fleets = spec.fleets.values()
    works = [fleet.work for fleet in fleets if not isinstance(fleet, RoamingFleet)]
    routes = _named(profiles.routes, (work.route for work in works))
    demand = _named(profiles.taxi_demand, (fleet.demand for fleet in fleets if isinstance(fleet, TaxiFleet)))
    trips = [trip for timetable in scenario.timetables.values() for trip in timetable.trips]
    places = _named(
        profiles.places,
        [
            *(site.place for site in spec.sites.values()),
            *(parking for fleet in fleets if (parking := getattr(fleet, "parking", None))),
            *(point.place for route in routes.values() for point in route.waypoints),
            *(place for work in works for place in work.places),
            *(zone.place for each in demand.values() for zone in each.zones),
            *(place for trip in trips for place in (trip.origin, trip.destination)),
        ],
    )
    vehicles = _named(profiles.vehicles, (fleet.model for fleet in fleets))
    if not any(isinstance(site, Depot) and site.feeds_back for site in spec.sites.values()):
        vehicles = {name: model.model_copy(update={"feed_back": None}) for name, model in vehicles.items()}
    cities = [each.city for named in (places, routes, demand) for each in named.values()]
    return Profiles(
        vehicles=vehicles,
        chargers=_named(profiles.chargers, (group.type for site in spec.sites.values() for group in site.chargers)),
        places=places,
        routes=routes,
        cities=_named(profiles.cities, cities),
        demands=_named(profiles.demands, (work.demand for work in works if isinstance(work, OnDemand))),
        taxi_demand=demand,
        seasons=_named(profiles.seasons, (season for fleet in fleets if (season := season_of(fleet)))),
    )


def _named(every: Mapping[str, T], names: Iterable[str]) -> dict[str, T]:
    """The entries with these names, by name."""
    return {name: every[name] for name in sorted(set(names))}

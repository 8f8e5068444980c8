"""The work plan of each fleet of a scenario."""

from __future__ import annotations

from collections.abc import Mapping

from fleetsim.energy.weather import temperatures_c
from fleetsim.results.schema import Entities
from fleetsim.scenario.fleets import HomedFleet, season_of
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.names import codes, entities, home_place
from fleetsim.work.effort import Conditions
from fleetsim.work.plan import WorkPlan
from fleetsim.work.planning import work_plan
from fleetsim.work.setting import Setting
from fleetsim.work.spec import OnDemand


def fleet_plan(fleet_name: str, scenario: Scenario, names: Entities) -> WorkPlan:
    """All blocks of a fleet over the whole run, with the energy they take."""
    spec, profiles = scenario.spec, scenario.profiles
    fleet = spec.fleets[fleet_name]
    assert not isinstance(fleet, RoamingFleet)
    setting = Setting(
        fleet=fleet_name,
        vehicles=fleet.count,
        home=home_place(fleet, scenario),
        places=profiles.places,
        place_codes=codes(names["places"]),
        route_code=codes(names["routes"])[fleet.work.route],
        seed=spec.seed,
        clock=spec.clock,
        season=profiles.seasons[season] if (season := season_of(fleet)) else None,
    )
    demand = profiles.demands[fleet.work.demand] if isinstance(fleet.work, OnDemand) else None
    conditions = fleet_conditions(fleet, scenario)
    return work_plan(fleet.work, scenario.timetables.get(fleet_name), demand, conditions, setting)


def work_plans(scenario: Scenario) -> Mapping[str, WorkPlan]:
    """The plan of every fleet that has one; no site's equipment changes them."""
    names, fleets = entities(scenario), scenario.spec.fleets
    return {name: fleet_plan(name, scenario, names) for name in fleets if not isinstance(fleets[name], RoamingFleet)}


def fleet_conditions(fleet: HomedFleet, scenario: Scenario) -> Conditions:
    """What decides the energy of a fleet's trips beside the road."""
    spec, profiles = scenario.spec, scenario.profiles
    city = profiles.places[spec.sites[fleet.home].place].city
    return Conditions(
        model=profiles.vehicles[fleet.model],
        route=profiles.routes[fleet.work.route],
        temperature_c=temperatures_c(city, profiles.cities[city], spec.seed, spec.clock),
        consumption_kwh_per_km=fleet.consumption_kwh_per_km,
    )

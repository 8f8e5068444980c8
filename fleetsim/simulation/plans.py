"""The work plan of each fleet of a scenario, and what a dispatcher would say of it beforehand."""

from __future__ import annotations

from fleetsim.energy.weather import temperatures_c
from fleetsim.results.schema import Entities
from fleetsim.scenario.fleets import HomedFleet, season_of
from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.fuel_plan import fuel_remarks
from fleetsim.simulation.names import capacity_kwh, codes, entities, home_place
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


def duty_remarks(scenario: Scenario) -> tuple[str, ...]:
    """Duties that cannot be done as planned: beyond the battery, beyond the shift, without a vehicle."""
    names = entities(scenario)
    remarks = []
    for name, fleet in sorted(scenario.spec.fleets.items()):
        if isinstance(fleet, RoamingFleet):
            continue
        plan = fleet_plan(name, scenario, names)
        if unmanned := int((plan.vehicle < 0).sum()):
            remarks.append(f"fleets.{name}: {unmanned} blocks find none of the {fleet.count} vehicles at home")
        if isinstance(fleet, HydrogenBusFleet):
            remarks += fuel_remarks(name, fleet, plan, fleet_conditions(fleet, scenario), scenario, names)
            continue
        usable_kwh = capacity_kwh(fleet, scenario) * (fleet.charge_target - fleet.reserve)
        needs = [need for roster in plan.rosters(fleet.count) for need in (block.need_kwh for block in roster)]
        beyond = [need for need in needs if need > usable_kwh]
        if beyond:
            remarks.append(
                f"fleets.{name}: {len(beyond)} of {len(needs)} blocks need more than the {usable_kwh:.0f} kWh between "
                f"charge target and reserve (up to {max(beyond):.0f} kWh); they will be cut short or cancelled"
            )
        if early := _early(plan):
            remarks.append(f"fleets.{name}: {early} of {len(needs)} blocks begin before the one before ends")
        if overlong := _overlong(plan):
            remarks.append(f"fleets.{name}: {overlong} of {len(needs)} rounds are planned to end after their shift")
    return tuple(remarks)


def _early(plan: WorkPlan) -> int:
    """Number of blocks that are planned to begin before the one before of the same vehicle ends."""
    early = 0
    ends_s = [blocks.planned_arrive_s[:, -1] for blocks in plan.sets]
    starts_s = [blocks.planned_depart_s[:, 0] for blocks in plan.sets]
    before: tuple[int, float] = (-1, 0.0)
    for vehicle, blocks, row in zip(plan.vehicle.tolist(), plan.blocks.tolist(), plan.row.tolist(), strict=True):
        early += vehicle >= 0 and vehicle == before[0] and starts_s[blocks][row] < before[1]
        before = (vehicle, float(ends_s[blocks][row]))
    return early


def _overlong(plan: WorkPlan) -> int:
    """Number of rounds that are planned to end later than they are due."""
    return sum(
        int((blocks.planned_arrive_s[:, -1] > blocks.notes["due_at"][:, -1]).sum())
        for blocks in plan.sets
        if "due_at" in blocks.notes
    )

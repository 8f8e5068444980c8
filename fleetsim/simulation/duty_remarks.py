"""What a dispatcher would say of the work plans of a scenario beforehand."""

from __future__ import annotations

from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.fuel_plan import fuel_remarks
from fleetsim.simulation.halting import halt_remarks, plans_with_halts
from fleetsim.simulation.names import capacity_kwh, entities
from fleetsim.simulation.plans import fleet_conditions, fleet_plan
from fleetsim.work.plan import WorkPlan


def duty_remarks(scenario: Scenario) -> tuple[str, ...]:
    """Duties that cannot be done as planned: beyond the battery, beyond the shift, without a vehicle."""
    names = entities(scenario)
    remarks = []
    with_halts = plans_with_halts(scenario.spec.fleets, scenario, names)
    for name, fleet in sorted(scenario.spec.fleets.items()):
        if isinstance(fleet, RoamingFleet):
            continue
        plan = with_halts.get(name) or fleet_plan(name, scenario, names)
        if unmanned := int((plan.vehicle < 0).sum()):
            remarks.append(f"fleets.{name}: {unmanned} blocks find none of the {fleet.count} vehicles at home")
        if isinstance(fleet, HydrogenBusFleet):
            remarks += fuel_remarks(name, fleet, plan, fleet_conditions(fleet, scenario), scenario, names)
            continue
        if name in with_halts:
            remarks += halt_remarks(name, fleet, plan)
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

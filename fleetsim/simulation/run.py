"""Running a scenario: every component by itself, then one set of tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from simpy import Environment

from fleetsim.energy.curve import ChargeSteps
from fleetsim.results.records import Records
from fleetsim.results.schema import Entities, Frame, concatenate
from fleetsim.scenario.schema import BusFleet, Scenario
from fleetsim.signals import Signals
from fleetsim.simulation.components import Component, components
from fleetsim.simulation.names import codes, entities, first_vehicles, scenario_tables
from fleetsim.simulation.plans import fleet_plan
from fleetsim.simulation.plant import depot_plant
from fleetsim.simulation.site_tables import site_tables
from fleetsim.simulation.trip_table import trip_table
from fleetsim.sites.depot import Depot
from fleetsim.sites.log import SiteLog
from fleetsim.vehicles.battery_vehicle import BatteryClass, BatteryVehicle
from fleetsim.vehicles.log import VehicleLog
from fleetsim.work.plan import WorkPlan
from fleetsim.work.setting import MIN_S

RUN_TABLES = ("trips", "sessions", "waits", "draws", "clocks")
"""The tables that a run writes."""


class Executor(Protocol):
    """What carries out jobs: in this process, in a pool, on a cluster."""

    def map(self, function: Callable[[Job], dict[str, Frame]], jobs: Sequence[Job]) -> Iterable[dict[str, Frame]]:
        """The results in the order of the jobs."""


@dataclass(frozen=True, slots=True)
class Job:
    """One component of a scenario, with all that its run needs."""

    scenario: Scenario
    component: Component
    signals: Signals
    names: Entities


def simulate(scenario: Scenario, signals: Signals, executor: Executor) -> Records:
    """Run all components and put their tables together, in order of component."""
    names = entities(scenario)
    jobs = [Job(scenario, component, signals, names) for component in components(scenario.spec)]
    parts = list(executor.map(run_component, jobs))
    sessions = 0
    for part in parts:
        for table in ("sessions", "draws"):
            number = part[table]["session"]
            number[number >= 0] += sessions
        sessions += len(part["sessions"]["session"])
    tables = scenario_tables(scenario, names)
    tables |= {table: concatenate(table, [part[table] for part in parts]) for table in RUN_TABLES}
    return Records(scenario.spec.clock, names, tables)


def run_component(job: Job) -> dict[str, Frame]:
    """Live through the horizon with the vehicles and sites of one component; its tables."""
    scenario, spec = job.scenario, job.scenario.spec
    env = Environment()
    site_log, vehicle_log = SiteLog(), VehicleLog()
    fleets = {name: spec.fleets[name] for name in job.component.fleets}
    steps: list[ChargeSteps] = []
    site_codes = codes(job.names["sites"])
    plants = {name: depot_plant(name, scenario, site_codes[name], fleets, steps) for name in job.component.sites}
    depots = {name: Depot(env, plant, steps, job.signals, site_log) for name, plant in plants.items()}
    plans: dict[str, WorkPlan] = {}
    first = first_vehicles(scenario)
    for number, (name, fleet) in enumerate(fleets.items()):
        plans[name] = plan = fleet_plan(name, scenario, job.names)
        battery = _battery_class(number, fleet, scenario)
        level_kwh = battery.capacity_kwh * fleet.initial_soc
        for vehicle, roster in enumerate(plan.rosters(fleet.count)):
            agent = BatteryVehicle(
                env, first[name] + vehicle, battery, level_kwh, depots[fleet.home], roster, plan.sets, vehicle_log
            )
            env.process(agent.live())
    env.run(until=spec.clock.end_s)
    for depot in depots.values():
        depot.close()
    return {
        "trips": trip_table(plans, fleets, scenario, vehicle_log, first),
        **site_tables(site_log, steps, plants, scenario, _capacities_kwh(scenario)),
    }


def _battery_class(number: int, fleet: BusFleet, scenario: Scenario) -> BatteryClass:
    capacity_kwh = scenario.profiles.vehicles[fleet.model].battery_kwh * fleet.state_of_health
    return BatteryClass(
        number=number,
        capacity_kwh=capacity_kwh,
        target_kwh=capacity_kwh * fleet.charge_target,
        reserve_kwh=capacity_kwh * fleet.reserve,
        patience_s=fleet.patience_min * MIN_S,
    )


def _capacities_kwh(scenario: Scenario) -> NDArray[np.float64]:
    """Battery energy of every vehicle of the scenario, by code."""
    fleets = [scenario.spec.fleets[name] for name in sorted(scenario.spec.fleets)]
    models = scenario.profiles.vehicles
    return np.repeat(
        [models[fleet.model].battery_kwh * fleet.state_of_health for fleet in fleets], [fleet.count for fleet in fleets]
    )

"""The stage of one component: its environment, its sites, and the logs in which everybody writes."""

from __future__ import annotations

from dataclasses import dataclass

from simpy import Environment

from fleetsim.energy.curve import ChargeSteps
from fleetsim.results.schema import Entities
from fleetsim.scenario.hydrogen import HydrogenStation as HydrogenStationSpec
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Depot as DepotSpec
from fleetsim.signals import Signals
from fleetsim.simulation.components import Component
from fleetsim.simulation.names import codes
from fleetsim.simulation.plant import depot_plant
from fleetsim.simulation.station_plant import station_plant
from fleetsim.sites.depot import Depot, DepotPlant
from fleetsim.sites.hydrogen_station import HydrogenStation
from fleetsim.sites.log import SiteLog


@dataclass(frozen=True, slots=True)
class Job:
    """One component of a scenario, with all that its run needs."""

    scenario: Scenario
    component: Component
    signals: Signals
    names: Entities


class Stage:
    """What the agents of a component share."""

    def __init__(self, job: Job) -> None:
        spec = job.scenario.spec
        self.job = job
        self.env = Environment()
        self.site_log = SiteLog()
        self.fleets = {name: spec.fleets[name] for name in job.component.fleets}
        self.steps: list[ChargeSteps] = []
        site_codes = codes(job.names["sites"])
        self.plants: dict[str, DepotPlant] = {
            name: depot_plant(name, job.scenario, site_codes[name], self.fleets, self.steps)
            for name in job.component.sites
            if isinstance(spec.sites[name], DepotSpec)
        }
        self.depots = {
            name: Depot(self.env, plant, self.steps, job.signals, self.site_log) for name, plant in self.plants.items()
        }

        self.stations = {
            name: HydrogenStation(
                self.env, station_plant(site, spec.clock, site_codes[name]), job.signals, self.site_log
            )
            for name in job.component.sites
            if isinstance(site := spec.sites[name], HydrogenStationSpec)
        }

    def run(self) -> None:
        """Live through the horizon, then close what is open."""
        self.env.run(until=self.job.scenario.spec.clock.end_s)
        for depot in self.depots.values():
            depot.close()
        for station in self.stations.values():
            station.close()

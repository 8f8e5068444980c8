"""The stage of one component: its environment, its sites, and the logs in which everybody writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from simpy import Environment

from fleetsim.energy.curve import ChargeSteps
from fleetsim.results.schema import Entities
from fleetsim.scenario.hydrogen import HydrogenStation as HydrogenStationSpec
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Terminal as TerminalSpec
from fleetsim.signals import Signals
from fleetsim.simulation.components import Component
from fleetsim.simulation.halting import plans_with_halts
from fleetsim.simulation.names import codes
from fleetsim.simulation.plans import fleet_plan
from fleetsim.simulation.plant import Plant, plant_of
from fleetsim.simulation.staff import staff_plant
from fleetsim.simulation.station_plant import cascade_plant, day_temperatures_k, station_plant
from fleetsim.sites.cascade_station import CascadeStation
from fleetsim.sites.depot import Depot
from fleetsim.sites.feeding_depot import FeedingDepot
from fleetsim.sites.flexible_swap_station import FlexibleSwapStation
from fleetsim.sites.hydrogen_station import HydrogenStation
from fleetsim.sites.log import SiteLog
from fleetsim.sites.public_station import PublicStation
from fleetsim.sites.staffed_depot import StaffedDepot
from fleetsim.sites.swap_station import ASKED_ONCE, SwapPlant, SwapStation
from fleetsim.sites.terminal import Terminal
from fleetsim.work.plan import WorkPlan
from fleetsim.work.setting import MIN_S


@dataclass(frozen=True, slots=True)
class Job:
    """One component of a scenario, with all that its run needs."""

    scenario: Scenario
    component: Component
    signals: Signals
    names: Entities
    plans: Mapping[str, WorkPlan] = field(default_factory=dict)
    """Work plans that were drawn up before, by fleet."""
    compiled: bool = False
    """Whether the compiled kernel lives through it; see :mod:`fleetsim.simulation.engine`."""


class Stage:
    """What the agents of a component share."""

    def __init__(self, job: Job) -> None:
        spec = job.scenario.spec
        self.job = job
        self.env = Environment()
        self.site_log = SiteLog()
        self.fleets = {name: spec.fleets[name] for name in job.component.fleets}
        self._plans: Mapping[str, WorkPlan] = {
            **job.plans, **plans_with_halts(job.component.fleets, job.scenario, job.names)
        }  # fmt: skip
        """Plans that are there already: of fleets that charge at terminals, where all of them meet, every time."""
        self.steps: list[ChargeSteps] = []
        site_codes = codes(job.names["sites"])
        self.plants: dict[str, Plant] = {
            name: plant_of(name, job.scenario, site_codes[name], self.fleets, self.steps, job.signals.supply.get(name))
            for name in job.component.sites
            if not isinstance(spec.sites[name], HydrogenStationSpec)
        }
        self.depots: dict[str, Depot] = {}
        self.terminals: dict[str, Terminal] = {}
        self.public_stations: dict[str, PublicStation | SwapStation] = {}
        for name, plant in self.plants.items():
            if isinstance(plant, SwapPlant):
                pack = self.steps[plant.steps_id]
                station = SwapStation if plant.strategy in ASKED_ONCE else FlexibleSwapStation
                self.public_stations[name] = station(self.env, plant, pack, job.signals, self.site_log)
            elif spec.sites[name].kind == "public_station":
                self.public_stations[name] = PublicStation(self.env, plant, self.steps, job.signals, self.site_log)
            elif isinstance(site := spec.sites[name], TerminalSpec):
                self.terminals[name] = Terminal(
                    self.env, plant, site.plug_in_min * MIN_S, self.steps, job.signals, self.site_log
                )
            elif staff := getattr(spec.sites[name], "staff", None):
                self.depots[name] = StaffedDepot(
                    self.env, plant, staff_plant(staff, spec.clock), self.steps, job.signals, self.site_log
                )
            else:
                kind = FeedingDepot if plant.net_own_kw else Depot
                self.depots[name] = kind(self.env, plant, self.steps, job.signals, self.site_log)

        places = job.scenario.profiles.places
        self.stations: dict[str, HydrogenStation] = {}
        for name in job.component.sites:
            if isinstance(site := spec.sites[name], HydrogenStationSpec):
                elevation_m = places[site.place].elevation_m
                fuelling = station_plant(site, elevation_m, spec.clock, site_codes[name], job.signals.supply.get(name))
                if site.banks:
                    cascade = cascade_plant(site, elevation_m, day_temperatures_k(site, job.scenario))
                    self.stations[name] = CascadeStation(self.env, fuelling, cascade, job.signals, self.site_log)
                else:
                    self.stations[name] = HydrogenStation(self.env, fuelling, job.signals, self.site_log)

    def plan(self, fleet: str) -> WorkPlan:
        """All blocks of a fleet."""
        return self._plans.get(fleet) or fleet_plan(fleet, self.job.scenario, self.job.names)

    def run(self) -> None:
        """Live through the horizon, then close what is open."""
        self.env.run(until=self.job.scenario.spec.clock.end_s)
        plugged = (self.depots, self.terminals, self.public_stations, self.stations)
        for site in (site for sites in plugged for site in sites.values()):
            site.close()

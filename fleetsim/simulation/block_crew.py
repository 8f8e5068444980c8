"""A fleet that works by blocks from a home depot: its vehicles on stage, and their trips afterwards."""

from __future__ import annotations

from fleetsim.results.schema import Frame
from fleetsim.scenario.fleets import BatteryFleet
from fleetsim.simulation.names import capacity_kwh, first_vehicles
from fleetsim.simulation.stage import Stage
from fleetsim.simulation.trip_table import block_trips
from fleetsim.vehicles.battery_vehicle import BatteryClass, BatteryVehicle
from fleetsim.vehicles.exchange import ExchangingVehicle, Stand
from fleetsim.vehicles.halting_vehicle import HaltingVehicle, Opportunity
from fleetsim.vehicles.log import VehicleLog
from fleetsim.work.setting import MIN_S


class BlockCrew:
    """The vehicles of one fleet, each with its roster of blocks."""

    def __init__(self, name: str, stage: Stage) -> None:
        scenario = stage.job.scenario
        fleet = stage.fleets[name]
        assert isinstance(fleet, BatteryFleet)
        self._clock = scenario.spec.clock
        self._log = VehicleLog()
        self._first = first_vehicles(scenario)[name]
        self._plan = stage.plan(name)
        self._capacity_kwh = capacity_kwh(fleet, scenario)
        battery = BatteryClass(
            number=list(stage.fleets).index(name),
            capacity_kwh=self._capacity_kwh,
            target_kwh=self._capacity_kwh * fleet.charge_target,
            reserve_kwh=self._capacity_kwh * fleet.reserve,
            patience_s=fleet.patience_min * MIN_S,
        )
        level_kwh = self._capacity_kwh * fleet.initial_soc
        home = stage.depots[fleet.home]
        stand = Stand()
        charges = fleet.opportunity
        opportunity = charges and Opportunity(
            terminals=[stage.terminals[each] for each in charges.terminals],
            least_s=charges.least_min * MIN_S,
            wait_kwh=charges.wait_below_soc * self._capacity_kwh,
            wait_s=charges.wait_min * MIN_S,
        )
        form = ExchangingVehicle if fleet.exchange else HaltingVehicle if charges else BatteryVehicle
        for vehicle, roster in enumerate(self._plan.rosters(fleet.count)):
            agent = form(stage.env, self._first + vehicle, battery, level_kwh, home, roster, self._plan.sets, self._log)
            if isinstance(agent, ExchangingVehicle):
                agent.stand = stand
            if isinstance(agent, HaltingVehicle) and opportunity:
                agent.opportunity = opportunity
            stage.env.process(agent.live())

    def trips(self) -> Frame:
        """The trips of the fleet's vehicles over the whole run."""
        return block_trips(
            self._plan,
            self._log.runs.array(),
            self._log.caps.array(),
            self._log.halts.array(),
            self._first,
            self._capacity_kwh,
            self._clock,
        )

"""A terminal with chargers: buses charge there for the time of a layover, if a gun is free."""

from __future__ import annotations

from collections.abc import Sequence

from simpy import Environment

from fleetsim.charging.sharing import NEVER, TOLERANCE_S
from fleetsim.charging.view import Slot
from fleetsim.energy.curve import ChargeSteps
from fleetsim.results.schema import WAIT_OUTCOMES
from fleetsim.signals import Signals
from fleetsim.sites.depot import Depot
from fleetsim.sites.depot_plant import DepotPlant
from fleetsim.sites.log import SiteLog
from fleetsim.sites.visit import Visit

_PASSED = WAIT_OUTCOMES.index("passed")


class Terminal(Depot):
    """The agent of a terminal: a depot where vehicles plug in for a layover and do not live."""

    def __init__(
        self,
        env: Environment,
        plant: DepotPlant,
        plug_in_s: float,
        steps: Sequence[ChargeSteps],
        signals: Signals,
        log: SiteLog,
    ) -> None:
        self.plug_in_s = plug_in_s
        """Time between a vehicle's taking a gun and its first power."""
        super().__init__(env, plant, steps, signals, log)

    @property
    def has_free_gun(self) -> bool:
        """Whether a vehicle that comes now finds a gun."""
        return self._guns.any_free

    def pass_by(self, vehicle: int) -> None:
        """A vehicle has its layover here and finds no gun."""
        self._log.waits.add(vehicle, self._plant.site, self._env.now, self._env.now, _PASSED)

    def _plug(self, visit: Visit, charger: int, now_s: float) -> None:
        """As in a depot; what is asked for is what the time until the departure can bring at full power."""
        super()._plug(visit, charger, now_s)
        steps, stay_s = visit.steps, max(0.0, visit.until_s - now_s - self.plug_in_s)
        visit.wanted_kwh = min(visit.target_kwh, steps.level_at(steps.time_at(visit.level_kwh) + stay_s))

    def _draw(self, visit: Visit, now_s: float) -> None:
        """As in a depot, once it is plugged in."""
        ready_s = visit.plug_s + self.plug_in_s
        if now_s < ready_s - TOLERANCE_S:
            visit.plan = (Slot(ready_s, NEVER),)
            self._note(ready_s, self._follow_plan, visit)
        else:
            super()._draw(visit, now_s)

    def _plug_free_s(self, _: Visit, now_s: float) -> float:
        """A vehicle that has what it wanted makes room at once."""
        return now_s

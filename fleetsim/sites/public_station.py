"""A public charging station: whoever comes queues for a charger, charges and goes."""

from __future__ import annotations

from fleetsim.charging.sharing import NEVER, TOLERANCE_S
from fleetsim.results.schema import WAIT_OUTCOMES
from fleetsim.sites.depot import Depot
from fleetsim.sites.visit import Stage, Visit

_BALKED = WAIT_OUTCOMES.index("balked")
OUT_OF_SERVICE_S = 86_400.0
"""Wait that a driver expects where no charger is in service: longer than anybody waits who has a choice."""
MEMORY = 0.1
"""Weight of the latest session in what is taken for a typical one."""


class PublicStation(Depot):
    """The agent of a public station: a depot whose vehicles do not live there."""

    _typical_s = 0.0
    """Length of a typical session at full power, as far as it is known."""

    def expected_wait_s(self) -> float:
        """How long a vehicle that came now would wait for a charger, by what it can see."""
        chargers = self._working
        ahead = len(self._queue) + len(self._plugged) + 1 - chargers
        if ahead <= 0:
            return 0.0
        return ahead * self._typical_s / chargers if chargers else OUT_OF_SERVICE_S

    def balk(self, vehicle: int) -> None:
        """A vehicle sees the queue and drives on."""
        self._log.waits.add(vehicle, self._plant.site, self._env.now, self._env.now, _BALKED)

    def enter(
        self, vehicle: int, vehicle_class: int, pack: int, level_kwh: float, target_kwh: float, patience_s: float
    ) -> Visit:
        """A vehicle comes and wants ``target_kwh``, but waits no longer than ``patience_s`` in the queue."""
        visit = self.stay(vehicle, vehicle_class, level_kwh, target_kwh, NEVER)
        visit.pack = pack
        visit.patience_s = patience_s
        if visit.stage is Stage.QUEUED:
            self._be_patient(visit, self._env.now)
        return visit

    def _be_patient(self, visit: Visit, now_s: float) -> None:
        if visit.patience_s < NEVER:
            self._note(now_s + visit.patience_s, self._lose_patience, visit)
            self._arm(now_s)

    def _wait_again(self, visit: Visit, now_s: float) -> None:
        super()._wait_again(visit, now_s)
        self._be_patient(visit, now_s)

    def _lose_patience(self, visit: Visit | None, now_s: float) -> None:
        assert visit is not None
        if visit.stage is Stage.QUEUED and visit.arrive_s + visit.patience_s <= now_s + TOLERANCE_S:
            self.leave(visit)
            self._wakes.add(visit.ended)

    def _plug(self, visit: Visit, charger: int, now_s: float) -> None:
        super()._plug(visit, charger, now_s)
        session_s = visit.steps.time_at(visit.target_kwh) - visit.steps.time_at(visit.start_kwh)
        self._typical_s += (session_s - self._typical_s) * (MEMORY if self._typical_s else 1.0)

    def _plug_free_s(self, _: Visit, now_s: float) -> float:
        return now_s

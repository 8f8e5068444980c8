"""One stay of a vehicle at a hydrogen station: from its arrival until it leaves or has been filled."""

from __future__ import annotations

from simpy import Event

from fleetsim.energy.cascade import Vessel

SMALL_KG = 1e-6


class Refuelling:
    """A vehicle's claim on a dispenser. ``ended`` fires when it has been filled or its time is up."""

    __slots__ = (
        "arrive_s", "came_kg", "end_s", "ended", "enough_kg", "filling", "level_kg", "over", "start_kg", "start_s",
        "tank", "target_kg", "until_s", "vehicle",
    )  # fmt: skip

    def __init__(
        self,
        vehicle: int,
        arrive_s: float,
        level_kg: float,
        target_kg: float,
        enough_kg: float,
        until_s: float,
        ended: Event,
        tank: Vessel,
    ) -> None:
        self.vehicle = vehicle
        self.arrive_s = arrive_s
        self.level_kg = self.start_kg = self.came_kg = level_kg
        self.target_kg = target_kg
        self.enough_kg = enough_kg
        """Level of the tank with which the vehicle could do its next duty."""
        self.until_s = until_s
        self.ended = ended
        self.tank = tank
        self.filling = False
        self.over = False
        self.start_s = self.end_s = float("nan")

    @property
    def wanted_kg(self) -> float:
        """What is missing to the target."""
        return self.target_kg - self.start_kg

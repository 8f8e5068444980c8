"""A bank of a hydrogen station: a vessel with what it holds, and what compressing into it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fleetsim.energy.cascade import Vessel
from fleetsim.scenario.hydrogen import RESTART_SHARE
from fleetsim.sites.refuelling import SMALL_KG


@dataclass(frozen=True, slots=True)
class BankPlant:
    """A bank as it stands."""

    vessel: Vessel
    capacity_kg: float
    least_kg: float
    """What it holds at its lowest pressure."""
    initial_kg: float
    margin_mpa: float
    step_kwh_per_kg: tuple[float, ...]
    """Electricity to compress a kilogram into it, by equal steps of its content from empty to full."""

    @property
    def step_kg(self) -> float:
        """Content of one step."""
        return self.capacity_kg / len(self.step_kwh_per_kg)


@dataclass(frozen=True, slots=True)
class CascadePlant:
    """The banks of a station, the lowest first, and how hydrogen is lifted between them."""

    banks: tuple[BankPlant, ...]
    lift_kg_per_s: float = 0.0
    lift_kwh_per_kg: Callable[[float, float], float] = max
    """Electricity to compress a kilogram from one pressure to another, both in MPa."""
    weather: tuple[tuple[float, tuple[BankPlant, ...]], ...] = ()
    """The banks as they are on a colder or warmer day, and from when on, in order."""


class Bank:
    """A bank and what it holds."""

    __slots__ = ("kg", "net_kg_per_s", "plant", "resting", "since_kg", "since_s")

    def __init__(self, plant: BankPlant, now_s: float) -> None:
        self.plant = plant
        self.kg = self.since_kg = plant.initial_kg
        self.since_s = now_s
        self.net_kg_per_s = 0.0
        self.resting = False

    def step(self, net_kg_per_s: float) -> int:
        """The step of its content that it is in; at an edge, the one into which it goes."""
        step = (self.kg + (SMALL_KG if net_kg_per_s >= 0.0 else -SMALL_KG)) // self.plant.step_kg
        return min(max(int(step), 0), len(self.plant.step_kwh_per_kg) - 1)

    def marks_s(self, compressed: bool) -> list[float]:
        """Times until it is full, asks to be filled, is at its lowest, or passes a step of the compressor."""
        plant, net = self.plant, self.net_kg_per_s
        if net == 0.0:
            return []
        edges = [plant.capacity_kg] if net > 0.0 else [plant.capacity_kg * RESTART_SHARE, plant.least_kg]
        if compressed:
            below = self.kg // plant.step_kg
            edges += [(below + each) * plant.step_kg for each in (-1.0, 0.0, 1.0, 2.0)]
        return [(edge - self.kg) / net for edge in edges if (edge - self.kg) / net * abs(net) > SMALL_KG]

"""One stay of a vehicle at a site: from its arrival until it leaves or has what it wanted."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray
from simpy import Event

from fleetsim.charging.sharing import NEVER
from fleetsim.charging.view import ALWAYS, Plan, Slot
from fleetsim.energy.curve import ChargeSteps


class Stage(Enum):
    """How far a visit is."""

    QUEUED = 1
    HELD = 2
    """Plugged in, not drawing: the plan says wait, or the vehicle is to decide whether it stays."""
    DRAWING = 3
    """Drawing, or feeding back."""
    OVER = 4


class Visit:
    """A vehicle's claim on a charger. ``ended`` fires when its target is reached or its time is up."""

    __slots__ = (
        "arrive_s", "cap_kw", "charger", "end_s", "ended", "expected", "floor_kwh", "held_off", "level_kwh", "pack",
        "patience_s", "plan", "planned_s", "plug_s", "second", "session", "stage", "start_kwh", "start_s", "steps",
        "steps_id", "target_kwh", "until_s", "vehicle", "vehicle_class", "wanted_kwh",
    )  # fmt: skip

    def __init__(
        self,
        vehicle: int,
        vehicle_class: int,
        arrive_s: float,
        level_kwh: float,
        target_kwh: float,
        until_s: float,
        ended: Event,
        floor_kwh: float = NEVER,
    ) -> None:
        self.vehicle = vehicle
        self.vehicle_class = vehicle_class
        self.arrive_s = arrive_s
        self.level_kwh = self.start_kwh = level_kwh
        self.target_kwh = self.wanted_kwh = target_kwh
        self.until_s = self.planned_s = until_s
        self.ended = ended
        self.stage = Stage.QUEUED
        self.patience_s = NEVER
        """How long it waits in the queue at the most; only customers lose patience."""
        self.plan: Plan = ALWAYS
        self.expected: tuple[int, NDArray[np.float64]] | None = None
        """First slot of its plan, and the power that it will draw by slot, where the site's strategy looks at that."""
        self.floor_kwh = floor_kwh
        """The energy that its vehicle needs: what is above that its battery may feed back."""
        self.held_off = False
        """Whether its plan feeds nothing because another waited for a charger when it was made."""
        self.cap_kw = NEVER
        """The power at the meter that its plan allows at present; negative while it is to feed back."""
        self.session = self.charger = self.second = self.steps_id = self.pack = -1
        self.steps: ChargeSteps
        self.plug_s = self.start_s = self.end_s = float("nan")

    def slot_at(self, at_s: float) -> Slot | None:
        """The slot of the plan that a moment lies in."""
        return next((slot for slot in self.plan if slot.start_s <= at_s < slot.end_s), None)

    @property
    def is_full(self) -> bool:
        """Whether it has what it wants."""
        return self.level_kwh >= self.target_kwh

    @property
    def lowest_kwh(self) -> float:
        """The energy down to which its battery may feed back at its charger; endless where it cannot."""
        battery = self.steps.feed_back
        return NEVER if battery is None else max(self.floor_kwh, battery.floor_kwh)

    @property
    def can_feed(self) -> bool:
        """Whether its battery may feed back at its charger, once it has what it wants."""
        return self.lowest_kwh < self.target_kwh

    def feeds_after(self, now_s: float) -> bool:
        """Whether its plan lets it feed back at a later time."""
        return any(slot.max_kw < 0.0 and slot.end_s > now_s for slot in self.plan)

    def begin_again(self, now_s: float) -> None:
        """The charger failed: what the vehicle still wants is a new claim, with what the battery holds by now."""
        self.stage = Stage.QUEUED
        self.arrive_s = now_s
        self.start_kwh = self.level_kwh
        self.plug_s = self.start_s = self.end_s = float("nan")

    @property
    def served(self) -> bool:
        """Whether the vehicle came to a charger."""
        return self.session >= 0

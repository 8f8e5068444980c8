"""What a strategy may see, and the plan with which it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from fleetsim.signals import Signals


class Slot(NamedTuple):
    """A stretch of time in which a session may draw."""

    start_s: float
    end_s: float


Plan = tuple[Slot, ...]
"""Slots in order of time, without overlap. An empty plan means: do not charge."""

ALWAYS: Plan = (Slot(0.0, float("inf")),)
"""The plan that never holds a session back."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as a strategy sees it."""

    plug_s: float
    """When it was plugged in."""
    depart_s: float
    """When the vehicle is to leave; infinite where nobody knows."""
    needed_kwh: float
    """Energy still to be stored."""
    full_power_s: float
    """Time that takes at full power."""


@dataclass(frozen=True, slots=True)
class SiteView:
    """The site around it: the moment, the limit, and the signals that may be followed."""

    now_s: float
    limit_kw: float
    signals: Signals


class Strategy(Protocol):
    """A pure function from what is seen to a plan. It is asked when a vehicle is plugged in."""

    def __call__(self, site: SiteView, session: SessionView, /) -> Plan:
        """When the session may draw."""

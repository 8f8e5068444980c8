"""What a strategy may see, and the plan with which it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import HOUR_S
from fleetsim.signals import Signals


class Slot(NamedTuple):
    """A stretch of time in which a session may draw."""

    start_s: float
    end_s: float
    max_kw: float = float("inf")
    """Power at the meter that it may draw at most; negative, that it is to feed back."""


Plan = tuple[Slot, ...]
"""Slots in order of time, without overlap. An empty plan means: do not charge."""

ALWAYS: Plan = (Slot(0.0, float("inf")),)
"""The plan that never holds a session back."""

UNKNOWN_STAY_S = 12 * HOUR_S
"""For how long a vehicle is taken to stay of which nobody knows when it leaves."""


Needs = tuple[tuple[float, float], ...]
"""Steps of a charge curve: energy at the meter (kWh) and full power (kW)."""


@dataclass(frozen=True, slots=True)
class FeedView:
    """A battery that may feed back, as a strategy sees it, in energy that it draws at the meter to climb."""

    power_kw: float
    """Highest power at the meter that it can feed back."""
    round_trip: float
    """Energy fed back over the energy that is drawn to replace it."""
    needs: Needs
    """The steps of the charge curve from its floor, or from where it stands if that is lower, to its target."""
    level_kwh: float
    """How far up these it stands."""
    floor_kwh: float
    """How far up these it may come down."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as a strategy sees it."""

    depart_s: float
    """When the vehicle is to leave; infinite where nobody knows."""
    full_power_s: float
    """Time that the energy still to be stored takes at full power."""
    needs: Needs = ()
    """The steps of the charge curve that are still to be climbed: energy at the meter (kWh) and full power (kW)."""
    bay: int = 0
    """Number of its charger."""
    feeds: FeedView | None = None
    """What it may feed back; nothing where vehicle or charger cannot, or others wait for a charger."""


@dataclass(frozen=True, slots=True)
class SiteView:
    """The site around it: the moment, how crowded it is, and the signals that may be followed."""

    now_s: float
    crowding: float
    """How many times longer than at full power everybody here would take together: vehicles over chargers, times the
    power that plugged vehicles could draw over the limit, each at least 1."""
    signals: Signals
    bays: int = 1
    """How many chargers there are."""
    solar_kw: NDArray[np.float64] | None = None
    """Power of the site's own panels by slot from the start of the warm-up on, if it has any."""
    cap_kw: float = float("inf")
    """Power under which the whole site is to stay by its operator's wish; infinite where none is set."""
    planned_kw: tuple[float, ...] = ()
    """Highest power at the meter of all else here, by slot from that of ``now_s`` to the departure: buildings, standby,
    and the sessions that leave no later, by their plans, less what the panels give. It is shown to those strategies
    alone that ``add_strategy(sees_plans=True)`` declares; those with ``feeds_back=True`` see all sessions in it."""


class Strategy(Protocol):
    """A pure function from what is seen to a plan. It is asked at plug-in and at decision times.

    Decision times are the end of a plan that was not enough, and the coming of a vehicle that finds no free charger.
    """

    def __call__(self, site: SiteView, session: SessionView, /) -> Plan:
        """When the session may draw."""

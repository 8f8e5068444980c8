"""One week of a sized site, as a worker is given it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleetsim.scenario.schema import Scenario
from fleetsim.signals import Signals
from fleetsim.work.plan import WorkPlan


@dataclass(frozen=True, slots=True)
class Week:
    """What a worker needs to know of one week."""

    scenario: Scenario
    signals: Signals
    plans: Mapping[str, WorkPlan]
    fleets: tuple[str, ...]
    """Whose service counts."""

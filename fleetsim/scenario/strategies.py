"""The strategies that a scenario may name: those of the table, added ones included."""

from __future__ import annotations

from typing import Any, Literal

from fleetsim.charging.installed import add_installed_strategies
from fleetsim.charging.strategies import STRATEGIES
from fleetsim.scenario.lists import ChargerRow
from fleetsim.scenario.schema import ScenarioSpec
from fleetsim.scenario.sites import Depot, SwapStation


def allow_strategies() -> None:
    """Let scenarios and lists of chargers name every strategy that is in the table by now."""
    add_installed_strategies()
    names: Any = Literal[tuple(STRATEGIES)]
    if Depot.model_fields["strategy"].annotation != names:
        for site in (Depot, SwapStation):
            site.model_fields["strategy"].annotation = names
        ChargerRow.model_fields["strategy"].annotation = names | None
        for spec in (Depot, SwapStation, ChargerRow, ScenarioSpec):
            spec.model_rebuild(force=True)

"""The strategies that a scenario may name: those of the table, added ones included."""

from __future__ import annotations

from typing import Any, Literal

from fleetsim.charging.installed import add_installed_strategies
from fleetsim.charging.strategies import FEEDING, STRATEGIES
from fleetsim.scenario.lists import ChargerRow
from fleetsim.scenario.schema import ScenarioSpec
from fleetsim.scenario.sites import Depot, SwapStation


def allow_strategies() -> None:
    """Let scenarios and lists of chargers name every strategy that is in the table by now; packs never feed back."""
    add_installed_strategies()
    names: Any = Literal[tuple(STRATEGIES)]
    of_packs: Any = Literal[tuple(name for name in STRATEGIES if name not in FEEDING)]
    if Depot.model_fields["strategy"].annotation != names:
        Depot.model_fields["strategy"].annotation = names
        SwapStation.model_fields["strategy"].annotation = of_packs
        ChargerRow.model_fields["strategy"].annotation = names | None
        for spec in (Depot, SwapStation, ChargerRow, ScenarioSpec):
            spec.model_rebuild(force=True)

"""The strategies that installed packages bring."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from fleetsim.charging.strategies import STRATEGIES
from fleetsim.charging.view import Strategy
from fleetsim.errors import InputError, Problem

GROUP = "fleetsim.strategies"
"""Entry points by which an installed package brings strategies: each names a function below ``add_strategy``."""


@cache
def installed_strategies() -> tuple[EntryPoint, ...]:
    """The strategies that installed packages bring; they stay the same while a process lives."""
    return tuple(entry_points(group=GROUP))


def add_installed_strategies() -> None:
    """Read the modules of the strategies that installed packages bring; each adds its own."""
    for point in installed_strategies():
        try:
            strategy = point.load()
        except Exception as error:
            allowed = f"this strategy of an installed package cannot be read: {error}"
            raise InputError([Problem(GROUP, None, point.name, point.value, allowed)]) from error
        if strategy not in STRATEGIES.values():
            allowed = "this function of an installed package does not stand below @add_strategy()"
            raise InputError([Problem(GROUP, None, point.name, point.value, allowed)])


def strategy_named(name: str) -> Strategy:
    """A strategy, also in a process that has not loaded a scenario yet."""
    if name not in STRATEGIES:
        add_installed_strategies()
    return STRATEGIES[name]

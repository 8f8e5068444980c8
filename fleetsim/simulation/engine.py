"""Which engine lives through a component: agents under SimPy, or the compiled kernel of the extra ``fast``.

Their results are the same to the last bit. The kernel knows a depot and its fleets of blocks and no more than what is
listed here: whatever a scenario says beyond that, and whatever is added to scenarios some day, is lived by agents.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from importlib import import_module
from importlib.util import find_spec

from fleetsim.charging.installed import strategy_named
from fleetsim.charging.strategies import immediate
from fleetsim.documents import one_of
from fleetsim.errors import InputError, Problem
from fleetsim.scenario.fleets import BatteryFleet
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Depot
from fleetsim.simulation.components import Component, components
from fleetsim.spec import Spec

ENGINES = ("auto", "simpy", "compiled")
VARIABLE = "FLEETSIM_ENGINE"
"""Environment variable that names one of them."""
WORTH_VEHICLE_DAYS = 20_000
"""Work after which ``auto`` compiles: loading the kernel takes about as long as agents take for that much."""

_SITE = frozenset((
    "kind", "title", "place", "connection_kw", "transformer", "power_factor", "base_load_kw", "network_node", "solar",
    "storage", "chargers", "strategy", "sharing", "peak_kw", "sources",
))  # fmt: skip
_CHARGERS = frozenset(("type", "count", "power_kw", "sources"))
_FLEET = frozenset((
    "kind", "title", "model", "count", "home", "work", "charge_target", "reserve", "initial_soc", "state_of_health",
    "age_years", "patience_min", "consumption_kwh_per_km", "sources",
))  # fmt: skip
"""What the kernel follows, or what does not concern it; everything else must be as if it were not written."""


class _Met:
    """The work that this process has met so far and that the kernel could have done."""

    vehicle_days = 0


def kernel_knows(component: Component, scenario: Scenario) -> bool:
    """Whether the kernel can live through a component: one depot that charges at once and shares in proportion."""
    site, *others = (scenario.spec.sites[name] for name in component.sites)
    fleets = [scenario.spec.fleets[name] for name in component.fleets]
    return (
        not others
        and isinstance(site, Depot)
        and bool(fleets)
        and site.sharing == "proportional"
        and strategy_named(site.strategy) is immediate
        and _says_only(site, _SITE)
        and all(_says_only(group, _CHARGERS) for group in site.chargers)
        and not any(scenario.profiles.chargers[group.type].efficiency_curve for group in site.chargers)
        and all(isinstance(fleet, BatteryFleet) and _says_only(fleet, _FLEET) for fleet in fleets)
    )


def compiled_components(scenario: Scenario) -> frozenset[str]:
    """The components that the kernel is to live through, by name. ``InputError`` where it is asked for in vain."""
    asked = engine_asked()
    if asked == "simpy" or (asked == "auto" and find_spec("numba") is None):
        return frozenset()
    known = [each for each in components(scenario.spec) if kernel_knows(each, scenario)]
    vehicles = sum(scenario.spec.fleets[name].count for each in known for name in each.fleets)
    _Met.vehicle_days += vehicles * scenario.spec.clock.total_days
    worth_it = asked == "compiled" or (_Met.vehicle_days >= WORTH_VEHICLE_DAYS and _fault() is None)
    return frozenset(each.name for each in known) if worth_it else frozenset()


def _fault() -> str | None:
    """Why the kernel does not work here: numba may not fit NumPy, or find no folder where to keep what it compiled."""
    try:
        import_module("fleetsim.simulation.compiled.kernel")
    except (ImportError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def engine_asked() -> str:
    """The engine that the environment asks for. ``InputError`` where there is no such, or where it does not work."""
    asked = os.environ.get(VARIABLE) or "auto"
    if asked not in ENGINES:
        raise InputError([Problem(VARIABLE, None, "environment variable", asked, one_of(asked, ENGINES))])
    if asked == "compiled":
        missing = "needs the extra fast: pip install 'fleetsim[fast]'" if find_spec("numba") is None else None
        fault = missing or ((why := _fault()) and f"does not work here ({why}); auto leaves all to agents")
        if fault:
            raise InputError([Problem(VARIABLE, None, "environment variable", asked, fault)])
    return asked


def _says_only(spec: Spec, known: Collection[str]) -> bool:
    """Whether nothing is set but what is known."""
    return all(
        getattr(spec, name) == field.get_default(call_default_factory=True)
        for name, field in type(spec).model_fields.items()
        if name not in known
    )

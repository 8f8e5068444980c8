"""Electric fleets, their charging sites and the clean share of each kilowatt-hour.

>>> import fleetsim
>>> scenario = fleetsim.load("configs/first_depot.yaml")        # doctest: +SKIP
>>> results = fleetsim.simulate(scenario)                       # doctest: +SKIP
>>> results.tables["sessions"]                                  # doctest: +SKIP

The names below load what they need when they are first used, so that importing the package costs nothing.
Inside the package nothing imports from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fleetsim.version import __version__

if TYPE_CHECKING:
    from fleetsim.comparison.differences import Comparison, compare
    from fleetsim.pipeline import Results, load, read, simulate
    from fleetsim.study.sensitivity import sensitivity
    from fleetsim.study.sizing import size

_HOMES = {
    **dict.fromkeys(("Results", "load", "read", "simulate"), "pipeline"),
    **dict.fromkeys(("Comparison", "compare"), "comparison.differences"),
    "sensitivity": "study.sensitivity",
    "size": "study.sizing",
}
__all__ = ["Comparison", "Results", "__version__", "compare", "load", "read", "sensitivity", "simulate", "size"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"fleetsim.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

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
    from fleetsim.pipeline import Results, load, read, simulate

__all__ = ["Results", "__version__", "load", "read", "simulate"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from fleetsim import pipeline

    return getattr(pipeline, name)


def __dir__() -> list[str]:
    return sorted(__all__)

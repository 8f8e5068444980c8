"""Kinds and strategies that others wrote: what a run with them depends on beside the program."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from fleetsim.charging.installed import installed_strategies
from fleetsim.charging.strategies import STRATEGIES
from fleetsim.results.identity import tree_sha256
from fleetsim.scenario.kinds import installed_kinds, kinds
from fleetsim.scenario.schema import ScenarioSpec

OWN = __name__.partition(".")[0]

Extensions = dict[str, dict[str, str]]
"""By kind or strategy: its module, the distribution and version that brought it, and the hash of its source."""


def extensions(spec: ScenarioSpec | None = None) -> Extensions:
    """The kinds and strategies from outside that a scenario uses; without one, all that are there."""
    return {
        label: {"module": part.__module__} | _distribution(part.__module__) | {"sha256": _source_sha256(part)}
        for label, part in sorted(_parts(spec))
        if part.__module__.partition(".")[0] != OWN
    }


def _parts(spec: ScenarioSpec | None) -> Iterator[tuple[str, Any]]:
    """Kinds and strategies with what they are called."""
    used_kinds = kinds().keys() if spec is None else {fleet.kind for fleet in spec.fleets.values()}
    used_strategies = STRATEGIES.keys() if spec is None else {
        strategy for site in spec.sites.values() if (strategy := getattr(site, "strategy", None)) in STRATEGIES
    }  # fmt: skip
    yield from ((f"kind {name}", kinds()[name]) for name in used_kinds)
    yield from ((f"strategy {name}", STRATEGIES[name]) for name in used_strategies)


def _distribution(module: str) -> dict[str, str]:
    """What was installed to bring a module, where an entry point names it."""
    for point in (*installed_kinds(), *installed_strategies()):
        dist = getattr(point, "dist", None)
        if dist is not None and point.value.partition(":")[0] == module:
            return {"distribution": dist.name, "version": dist.version}
    return {}


def _source_sha256(part: Any) -> str:
    """Hash over the package that a kind or strategy belongs to, or over its file where that stands alone."""
    module = sys.modules.get(part.__module__.partition(".")[0])
    file = getattr(module, "__file__", None)
    if file is None:
        return sha256(inspect.getsource(part).encode()).hexdigest()
    path = Path(file)
    return tree_sha256(path.parent) if path.name == "__init__.py" else sha256(path.read_bytes()).hexdigest()

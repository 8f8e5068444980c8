"""Which inputs of a scenario are guesses: everything whose source says ``assumed``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fleetsim.scenario.schema import Scenario
from fleetsim.spec import Source, SourcedSpec, Spec, inside

Assumption = tuple[str, str, str, str]
"""File, key, value and reasoning."""

_CHOICES = ("seed", "days", "warmup_days")
"""Numbers of a scenario that ask a question and cannot be wrong."""


def assumptions(scenario: Scenario) -> tuple[Assumption, ...]:
    """Every assumed input that the scenario uses, the scenario's own first."""
    spec, profiles = scenario.spec, scenario.profiles
    fleets, sites = spec.fleets.values(), spec.sites.values()
    used: list[tuple[str, str, Spec]] = [(_scenario_file(scenario), "", spec)]
    for file, table, names in (
        ("vehicles", profiles.vehicles, (fleet.model for fleet in fleets)),
        ("chargers", profiles.chargers, (group.type for site in sites for group in site.chargers)),
        ("routes", profiles.routes, (fleet.work.route for fleet in fleets)),
        ("climates", profiles.cities, (profiles.places[site.place].city for site in sites)),
    ):
        used += [(f"profiles/{file}.yaml", name, table[name]) for name in dict.fromkeys(names)]
    used.append(("grid/tariffs.yaml", scenario.tariff.name, scenario.tariff.spec))
    return tuple(
        (file, f"{name}.{key}" if name else key, value, reason)
        for file, name, block in used
        for key, value, reason in assumed(block)
        if name or key not in _CHOICES
    )


def assumed(block: Any, at: str = "", inherited: Source | None = None) -> Iterator[tuple[str, str, str]]:
    """Key, value and reasoning of each assumed number inside a block; an inner ``"*"`` goes before an outer one."""
    sources = block.sources if isinstance(block, SourcedSpec) else {}
    rest = sources.get("*", inherited)
    for key, value in inside(block):
        if isinstance(block, Spec) and key not in block.model_fields_set:
            continue
        where = f"{at}.{key}" if at else str(key)
        source = sources.get(str(key), rest)
        if not _is_number(value):
            yield from assumed(value, where, source)
        elif source is not None and source.certainty == "assumed":
            yield where, _printed(value), source.source
    for key, source in sources.items():
        if "." in key and source.certainty == "assumed":
            yield f"{at}.{key}" if at else key, "…", source.source


def _is_number(value: Any) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(map(_is_number, value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _printed(value: Any) -> str:
    return ", ".join(map(_printed, value)) if isinstance(value, tuple) else f"{value:g}"


def _scenario_file(scenario: Scenario) -> str:
    """The one input that is neither a profile nor part of the grid."""
    others = (file for file in scenario.inputs if not file.startswith(("profiles/", "grid/")))
    return next(others, f"{scenario.spec.name}.yaml")

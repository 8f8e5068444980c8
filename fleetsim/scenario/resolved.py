"""The resolved scenario as text: everything that was chosen, overrides and defaults and used profiles included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import yaml

from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.used import used_profiles
from fleetsim.spec import Spec, inside


def dump(scenario: Scenario) -> str:
    """YAML of the scenario as it runs; equal scenarios give equal text.

    The grid and the tariff's prices are not in it: their files are named with their SHA-256 under ``inputs``.
    """
    used = used_profiles(scenario)
    content = {
        "scenario": _plain(scenario.spec),
        "profiles": {field.name: _plain(getattr(used, field.name)) for field in fields(used)},
        "timetables": {
            name: [
                {key: _plain(getattr(trip, key)) for key in ("block", "depart_s", "arrive_s", "origin", "destination")}
                | {"distance_km": trip.distance_km, "days": list(trip.days), "purpose": trip.purpose}
                for trip in timetable.trips
            ]
            for name, timetable in sorted(scenario.timetables.items())
        },
        "inputs": dict(sorted(scenario.inputs.items())),
    }
    text: str = yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, default_flow_style=None, allow_unicode=True, width=120
    )
    return text


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes equal blocks out in full, since an alias would hide what they say."""

    def ignore_aliases(self, _: Any) -> bool:
        """Say that no block needs an alias."""
        return True


def _plain(value: Any) -> Any:
    """A specification as plain mappings and lists, keys in the order of its class, sources last."""
    if isinstance(value, Spec):
        plain = {str(key): _plain(inner) for key, inner in inside(value)}
        sources = getattr(value, "sources", None)
        return plain | {"sources": _plain(sources)} if sources else plain
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value

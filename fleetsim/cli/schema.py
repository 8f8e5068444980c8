"""``fleetsim schema``."""

from __future__ import annotations

from typing import Any

import click

from fleetsim.cli.printing import print_json

FILES = ("scenario", "vehicles", "chargers", "places", "routes", "climates")


@click.command("schema")
@click.argument("file", type=click.Choice(FILES), default=FILES[0], metavar="[FILE]")
def command(file: str) -> None:
    """Print the JSON Schema of an input file.

    Editors complete and check YAML with it.

    FILE is one of scenario (the default), vehicles, chargers, places, routes, climates.

    Example: fleetsim schema > scenario.schema.json
    """
    print_json(json_schema(file))


def json_schema(file: str) -> dict[str, Any]:
    """The JSON Schema of a kind of input file, from the classes that check it."""
    from fleetsim.profiles.loading import FILES as PROFILES
    from fleetsim.scenario.schema import ScenarioSpec

    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    if file == "scenario":
        return draft | ScenarioSpec.model_json_schema()
    entry = PROFILES[file].model_json_schema(ref_template="#/$defs/{model}")
    definitions = entry.pop("$defs", {})
    return draft | {"type": "object", "additionalProperties": entry, "$defs": definitions}

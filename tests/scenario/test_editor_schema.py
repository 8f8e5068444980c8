"""The schema for editors says what the classes say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fleetsim.scenario.editor_schema import INPUTS, editor_schema


def blocks(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object with properties inside a schema."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for inner in schema.values():
            yield from blocks(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from blocks(inner)


@pytest.mark.parametrize("kind", INPUTS)
def test_every_key_has_a_description_and_unknown_keys_are_refused(kind: str) -> None:
    found = list(blocks(editor_schema(kind)))

    assert found
    for block in found:
        assert block["additionalProperties"] is False
        for key, held in block["properties"].items():
            assert held.get("description"), key


@pytest.mark.parametrize("kind", INPUTS)
def test_bounds_are_in_the_words_of_the_standard(kind: str) -> None:
    text = json.dumps(editor_schema(kind))

    assert '"gt":' not in text
    assert '"le":' not in text
    assert '"maximum":' in text


def test_figures_carry_their_unit_and_choices_their_words() -> None:
    depot = editor_schema()["$defs"]["Depot"]["properties"]
    charger = editor_schema("chargers")["$defs"]["ChargerType"]["properties"]

    assert charger["power_kw"] == {
        "description": "Nameplate power, DC output (kW).",
        "exclusiveMinimum": 0,
        "maximum": 1500,
        "type": "number",
    }
    assert depot["connection_kw"]["description"].endswith("(kW).")
    assert depot["strategy"]["enum"][:2] == ["immediate", "valley"]

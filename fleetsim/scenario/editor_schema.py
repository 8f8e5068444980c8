"""JSON Schemas by which editors complete and check the input files, from the classes that read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter

from fleetsim.documents.requirement import Expected
from fleetsim.profiles.loading import FILES
from fleetsim.scenario.schema import ScenarioSpec
from fleetsim.spec import Name, Spec

DIALECT = "https://json-schema.org/draft/2020-12/schema"
INPUTS = ("scenario", *FILES)
"""Kinds of input file that have a schema: the scenario and the files of ``profiles/``."""


def editor_schema(kind: str = "scenario") -> dict[str, Any]:
    """The JSON Schema of one kind of input file, with a description of every key and the unit of every figure."""
    model: type[Spec] = ScenarioSpec if kind == "scenario" else FILES[kind]
    adapter: TypeAdapter[Any] = TypeAdapter(model if kind == "scenario" else dict[Name, model])  # type: ignore[valid-type]
    schema = adapter.json_schema()
    definitions = schema.get("$defs", {})
    for block in _models(model):
        properties = definitions.get(block.__name__, schema).get("properties", {})
        for key, held in properties.items():
            held.pop("title", None)
            unit = Expected.of(block).inner(key).unit()
            if unit and unit not in held.get("description", ""):
                held["description"] = f"{held.get('description', '').rstrip('.')} ({unit})."
    return {"$schema": DIALECT, **_standard(schema), "title": f"fleetsim {kind}"}


def _standard(schema: Any) -> Any:
    """The schema with its bounds in the words of the standard, which validators of our own keep from it."""
    if isinstance(schema, dict):
        return {_BOUNDS.get(key, key): _standard(value) for key, value in schema.items()}
    return [_standard(value) for value in schema] if isinstance(schema, list) else schema


_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A block and all blocks inside it, each once."""
    found: dict[type[BaseModel], None] = {}
    waiting: list[Expected] = [Expected.of(model)]
    while waiting:
        expected = waiting.pop()
        block = expected.type
        if isinstance(block, type) and issubclass(block, BaseModel):
            if block not in found:
                found[block] = None
                waiting.extend(expected.inner(key) for key in block.model_fields)
        else:
            waiting.extend(expected.parts())
    yield from found

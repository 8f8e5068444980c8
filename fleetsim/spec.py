"""The base of every specification: frozen, no unknown keys, and a source beside each number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from typing_extensions import Doc

Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60),
    Doc("a name of small letters, digits and underscores that begins with a letter"),
]
"""A name that is also a file name and a column value: small letters, digits, underscores."""

Certainty = Literal["measured", "published", "derived", "known", "estimated", "assumed"]
"""How far a figure can be trusted.

``measured``: from an open measurement; ``published``: read in a document; ``derived``: computed from
published figures; ``known``: common knowledge of the trade, high certainty, no document at hand;
``estimated``: the same with medium certainty; ``assumed``: a guess that a report must call one.
"""


class Spec(BaseModel):
    """A piece of a scenario: immutable once read, and it refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Source(Spec):
    """Where a figure comes from."""

    certainty: Certainty
    """How far the figure can be trusted."""
    source: Annotated[str, StringConstraints(min_length=3), Doc("a document, data set or reasoning in words")]
    """Document, data set or reasoning, short enough for a report's footnote."""


class SourcedSpec(Spec):
    """A specification whose numbers each have a source.

    ``sources`` maps a key of the same block (dots reach into nested blocks) to its source; ``"*"``
    speaks for every number without an entry of its own.
    """

    sources: dict[str, Source] = Field(default_factory=dict)
    """Source and certainty of the numbers in this block, by key; ``"*"`` covers the rest."""


class Text(Spec):
    """A name in the languages of the report."""

    en: str
    """English."""
    zh: str
    """Chinese."""


def blocks(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Spec]]:
    """Every specification inside a value, outer ones first, with the key that leads to it."""
    if isinstance(value, Spec):
        yield at, value
    for key, inner in inside(value):
        yield from blocks(inner, (*at, key))


def inside(value: Any) -> Iterator[tuple[str | int, Any]]:
    """What a specification, a mapping or a list holds, by key or number; ``sources`` aside."""
    if isinstance(value, Spec):
        for key in type(value).model_fields:
            if key != "sources":
                yield key, getattr(value, key)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from enumerate(value)


def stray_sources(spec: Spec) -> list[tuple[tuple[str | int, ...], str]]:
    """Sources that belong to no key of their block: the key of the block, and the key of the source."""
    return [
        (at, key)
        for at, block in blocks(spec)
        if isinstance(block, SourcedSpec)
        for key in block.sources
        if key != "*" and not _leads_somewhere(block, key)
    ]


def _leads_somewhere(value: Any, key: str) -> bool:
    """Whether a dotted key exists; a list need not be numbered: ``months.mean_c`` speaks for every month."""
    if not key:
        return True
    step, _, rest = key.partition(".")
    if isinstance(value, tuple) and not step.isdigit():
        return any(_leads_somewhere(item, key) for item in value)
    return any(str(name) == step and _leads_somewhere(inner, rest) for name, inner in inside(value))

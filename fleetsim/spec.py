"""The base of every specification: frozen, no unknown keys, and a source beside each number."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
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
    source: Annotated[str, StringConstraints(min_length=3)]
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

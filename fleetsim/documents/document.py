"""A YAML file as plain data that remembers where each key stands, and its way into specifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from fleetsim.documents.faults import faults_of
from fleetsim.documents.requirement import shortened
from fleetsim.documents.text_file import read_text, shown
from fleetsim.documents.yaml_text import Location, load_yaml, nearest_line
from fleetsim.errors import Problem
from fleetsim.spec import Spec, stray_sources

SpecT = TypeVar("SpecT", bound=Spec)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain data, with the line on which each key stands."""

    file: str
    """Path as a user would name it: from the root of the workspace where it lies inside."""
    data: Any
    lines: Mapping[Location, int]
    overridden: Mapping[Location, str] = field(default_factory=dict)
    """Keys whose value came from elsewhere (the command line), and the word for that place."""
    parts: Mapping[Location, Document] = field(default_factory=dict)
    """Keys that were taken over from another document, and that document."""

    def line(self, at: Location) -> int | None:
        """Line of a key, or of the nearest block around it."""
        return nearest_line(self.lines, at)

    def problem(self, at: Location, found: str, allowed: str) -> Problem:
        """A fault at a key of this document."""
        key = shortened(".".join(map(str, at)), most=200)
        for depth in range(len(at), 0, -1):
            if at[:depth] in self.overridden:
                return Problem(self.overridden[at[:depth]], None, key, found, allowed)
            if at[:depth] in self.parts:
                return self.parts[at[:depth]].problem(at, found, allowed)
        return Problem(self.file, self.line(at), key, found, allowed)


def read_yaml(path: Path, root: Path) -> Document:
    """Read one YAML file. Raises ``InputError`` where it is missing, empty, not text or not YAML."""
    file = shown(path, root)
    data, lines = load_yaml(read_text(path, root), file)
    return Document(file, data, lines)


def parse(model: type[SpecT], document: Document, data: Any, at: Location, problems: list[Problem]) -> SpecT | None:
    """``data``, which stands at ``at`` in the document, as a specification; faults go to ``problems``."""
    try:
        spec = model.model_validate(data)
    except ValidationError as error:
        for fault in faults_of(model, data, error):
            problems.append(document.problem((*at, *fault.at), fault.found, fault.allowed))
        return None
    strays = stray_sources(spec)
    for where, key in strays:
        allowed = "a source must belong to a key of its block, or to * for all of them"
        problems.append(document.problem((*at, *where, "sources", key), "", allowed))
    return None if strays else spec


def parse_mapping(
    model: type[SpecT], document: Document, data: Any, at: Location, problems: list[Problem]
) -> dict[str, SpecT]:
    """A mapping from names to specifications; the good entries, with the faults of the others in ``problems``."""
    if not isinstance(data, dict):
        found = "" if data is None else "something else"
        problems.append(document.problem(at, found, "must be a block of names, each with a block of its own"))
        return {}
    parsed: dict[str, SpecT] = {}
    for name, inner in data.items():
        if not isinstance(name, str):
            problems.append(document.problem((*at, str(name)), repr(name), "a name must be text, not a number or date"))
            continue
        spec = parse(model, document, inner, (*at, name), problems)
        if spec is not None:
            parsed[name] = spec
    return parsed

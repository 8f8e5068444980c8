"""Reading YAML and CSV so that every fault can be shown with its file, line and key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from fleetsim.errors import InputError, Problem
from fleetsim.spec import Spec

Location = tuple[str | int, ...]
SpecT = TypeVar("SpecT", bound=Spec)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain data, with the line on which each key stands."""

    file: str
    """Path as a user would name it: from the root of the workspace where it lies inside."""
    data: Any
    lines: Mapping[Location, int]

    def line(self, at: Location) -> int | None:
        """Line of a key, or of the nearest block around it."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at)


def read_yaml(path: Path, root: Path) -> Document:
    """Read one YAML file. Raises ``InputError`` where it is missing or is not YAML."""
    file = shown(path, root)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError([Problem(file, None, "", "", "the file does not exist")]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError([Problem(file, line, "", "", f"not valid YAML: {error.problem}")]) from None
    lines: dict[Location, int] = {}
    if node is not None:
        _mark(node, (), lines)
    return Document(file, data, lines)


def shown(path: Path, root: Path) -> str:
    """The path as messages show it: from ``root`` where it lies inside."""
    try:
        return str(path.resolve().relative_to(root.resolve()))
    except ValueError:
        return str(path)


def _mark(node: yaml.Node, at: Location, lines: dict[Location, int]) -> None:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*at, key.value)] = key.start_mark.line + 1
            _mark(value, (*at, key.value), lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _mark(value, (*at, number), lines)


def parse(model: type[SpecT], document: Document, data: Any, at: Location, problems: list[Problem]) -> SpecT | None:
    """``data``, which stands at ``at`` in the document, as a specification; faults go to ``problems``."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for fault in error.errors():
            where = (*at, *fault["loc"])
            key = ".".join(map(str, where))
            problems.append(Problem(document.file, document.line(where), key, repr(fault["input"]), fault["msg"]))
        return None


def parse_mapping(
    model: type[SpecT], document: Document, data: Any, at: Location, problems: list[Problem]
) -> dict[str, SpecT]:
    """A mapping from names to specifications; the good entries, with the faults of the others in ``problems``."""
    if not isinstance(data, dict):
        problems.append(Problem(document.file, document.line(at), ".".join(map(str, at)), repr(data), "must be a mapping"))
        return {}
    parsed = {name: parse(model, document, value, (*at, name), problems) for name, value in data.items()}
    return {name: spec for name, spec in parsed.items() if spec is not None}

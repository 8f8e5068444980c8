"""YAML with the line of each key, read by the plain rules of YAML 1.2.

The rules of YAML 1.1, PyYAML's own, read ``10:30`` as the number 630, ``no`` as a truth value and ``010`` as
eight. Here numbers are numbers, ``true`` and ``false`` the only truth values, and everything else is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from fleetsim.errors import InputError, Problem

Location = tuple[str | int, ...]

_RESOLVERS = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^(?:[-+]?[0-9]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|\.inf|\.nan)$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", "~nN"),
    ("timestamp", r"^\d{4}-\d{2}-\d{2}$", "0123456789"),
    ("merge", r"^<<$", "<"),
)


def _whole(loader: Any, node: yaml.ScalarNode) -> int | str:
    text = str(loader.construct_scalar(node))
    try:
        return int(text, 16) if text.startswith("0x") else int(text)
    except ValueError:
        return text


def _number(loader: Any, node: yaml.ScalarNode) -> float | str:
    text = str(loader.construct_scalar(node))
    try:
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text


def _date(loader: Any, node: yaml.ScalarNode) -> date | str:
    text = str(loader.construct_scalar(node))
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _plain(base: type[Any]) -> type[Any]:
    """A safe loader of PyYAML with the rules above."""
    loader: Any = type("PlainLoader", (base,), {"yaml_implicit_resolvers": {}})
    for tag, pattern, first in _RESOLVERS:
        letters = [*first, ""] if tag == "null" else list(first)
        loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), letters)
    loader.add_constructor("tag:yaml.org,2002:int", _whole)
    loader.add_constructor("tag:yaml.org,2002:float", _number)
    loader.add_constructor("tag:yaml.org,2002:timestamp", _date)
    plain: type[Any] = loader
    return plain


_CAREFUL = _plain(yaml.SafeLoader)
_FAST = _plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def load_yaml(text: str, file: str) -> tuple[Any, dict[Location, int]]:
    """The plain data of a YAML text and the line of each key. Raises ``InputError`` where it is not YAML."""
    try:
        try:
            return _load(_FAST, text, file)
        except yaml.YAMLError:  # the slower parser words its complaints better, and alike on every machine
            return _load(_CAREFUL, text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InputError([Problem(file, mark.line + 1 if mark else None, "", "", _complaint(error))]) from None
    except yaml.YAMLError:
        line = next((n for n, row in enumerate(text.split("\n"), 1) if not row.replace("\t", " ").isprintable()), None)
        raise InputError([Problem(file, line, "", "", "not valid YAML: it has characters that do not print")]) from None
    except RecursionError:
        raise InputError([Problem(file, None, "", "", "the blocks are nested too deep")]) from None


def read_value(text: str, origin: str) -> Any:
    """One value as YAML reads it: ``12`` is a number, ``10:30`` a text, ``[1, 2]`` a list.

    Raises ``InputError`` where it is not YAML.
    """
    return load_yaml(text, origin)[0]


def _load(loader_class: type[Any], text: str, file: str) -> tuple[Any, dict[Location, int]]:
    loader = loader_class(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, {}
        problems: list[Problem] = []
        _refuse_duplicates(node, (), file, problems, ())
        if problems:
            raise InputError(problems)
        data = loader.construct_document(node)
        lines: dict[Location, int] = {}
        _mark(node, (), lines)
        return data, lines
    finally:
        loader.dispose()


def _refuse_duplicates(
    node: yaml.Node, at: Location, file: str, problems: list[Problem], around: tuple[yaml.Node, ...]
) -> None:
    if node in around:
        raise InputError([Problem(file, node.start_mark.line + 1, "", "", "an alias must not contain itself")])
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, inner in node.value:
            line = key.start_mark.line + 1
            where = (*at, key.value if isinstance(key, yaml.ScalarNode) else "?")
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                dotted = ".".join(map(str, where))
                problems.append(Problem(file, line, dotted, "", f"this key stands already in line {seen[key.value]}"))
            elif isinstance(key, yaml.ScalarNode):
                seen[key.value] = line
            _refuse_duplicates(inner, where, file, problems, (*around, node))
    elif isinstance(node, yaml.SequenceNode):
        for number, inner in enumerate(node.value):
            _refuse_duplicates(inner, (*at, number), file, problems, (*around, node))


def _mark(node: yaml.Node, at: Location, lines: dict[Location, int]) -> None:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, inner in node.value:
            where = (*at, str(key.value))
            lines[where] = key.start_mark.line + 1
            _mark(inner, where, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, inner in enumerate(node.value):
            _mark(inner, (*at, number), lines)


def _complaint(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or ""
    if "\\t" in problem:
        return "not valid YAML: a tab stands where YAML needs spaces"
    if "another document" in problem:
        return "not valid YAML here: the file must hold one document, without a line of three dashes inside"
    if "could not determine a constructor" in problem:
        return "not valid YAML here: tags (words that begin with !) are not allowed"
    return f"not valid YAML: {problem}"


def nearest_line(lines: Mapping[Location, int], at: Location) -> int | None:
    """Line of a key, or of the nearest block around it."""
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at)

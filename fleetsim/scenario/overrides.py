"""Values from the command line in place of those of the file: ``sites.dayangfu.chargers.0.count=12``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fleetsim.documents import Document, Location, did_you_mean, listed, read_value
from fleetsim.errors import InputError, Problem

ORIGIN = "--set"
"""Where messages say that such a value came from."""


def override(document: Document, settings: Sequence[str], problems: list[Problem]) -> Document:
    """The document with ``KEY=VALUE`` settings in force, later ones last; faults go to ``problems``.

    A key is the way to a value, its steps joined by dots, list entries by their number. All but the last step must
    exist already; whether the last one may be there is for the specification to say. Values are read as YAML.
    """
    if not settings:
        return document
    data = _copy(document.data)
    overridden = dict(document.overridden)
    for setting in settings:
        at = _apply(data, setting, problems)
        if at:
            overridden[at] = ORIGIN
    return replace(document, data=data, overridden=overridden)


def _copy(data: Any) -> Any:
    """A copy in which blocks that the file shares by an alias are apart."""
    if isinstance(data, dict):
        return {key: _copy(value) for key, value in data.items()}
    return [_copy(value) for value in data] if isinstance(data, list) else data


def _apply(data: Any, setting: str, problems: list[Problem]) -> Location:
    """Put one setting into the data; the place where it stands, or nothing where it cannot."""
    key, equals, text = setting.partition("=")
    key = key.strip()
    if not equals or not key or not all(key.split(".")):
        problems.append(Problem(ORIGIN, None, "", repr(setting), "must be KEY=VALUE, such as seed=2 or grid.year=2024"))
        return ()
    try:
        value = read_value(text, ORIGIN)
    except InputError:
        problems.append(Problem(ORIGIN, None, key, repr(text), "must be a value as YAML writes it"))
        return ()
    at: Location = ()
    *steps, last = key.split(".")
    holder = data
    for step in steps:
        name = _name(holder, step, at, key, problems)
        if name is None:
            return ()
        holder, at = holder[name], (*at, name)
    if isinstance(holder, dict):
        holder[last] = value
        return (*at, last)
    name = _name(holder, last, at, key, problems)
    if name is None:
        return ()
    holder[name] = value
    return (*at, name)


def _name(holder: Any, step: str, at: Location, key: str, problems: list[Problem]) -> str | int | None:
    """The key or list number that a step means; ``None`` where there is nothing of the kind."""
    where = ".".join(map(str, at)) or "the scenario"
    if isinstance(holder, dict):
        names = [str(name) for name in holder]
        if step in holder:
            return step
        allowed = f"{where} has no {step}{did_you_mean(step, names)}; it has: {listed(names)}"
    elif isinstance(holder, list):
        if step.isdecimal() and int(step) < len(holder):
            return int(step)
        entries = "no entries" if not holder else f"the entries 0 to {len(holder) - 1}"
        allowed = f"{where} is a list: it has {entries}, not {step}"
    else:
        allowed = f"{where} is a single value and has no {step} inside"
    problems.append(Problem(ORIGIN, None, key, "", allowed))
    return None

"""What a validation found wrong, in plain sentences: one per fault, with what is allowed in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from fleetsim.documents.choices import did_you_mean, listed, nearest, one_of
from fleetsim.documents.requirement import Expected, found_text, keys_of, requirement
from fleetsim.documents.yaml_text import Location


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where in the validated data, what stands there, what is allowed."""

    at: Location
    found: str
    allowed: str


def faults_of(model: type[BaseModel], data: Any, error: ValidationError) -> list[Fault]:
    """The faults of ``data`` against ``model``, each once, in the order of the data."""
    faults = dict.fromkeys(_faults(model, data, error))
    unknown = {fault.at: fault for fault in faults if fault.allowed.startswith(_UNKNOWN)}
    misspelt = {
        (*at[:-1], meant) for at in unknown if (meant := nearest(at[-1], _keys_of(model, data, at[:-1]))) is not None
    }
    return [fault for fault in faults if not (fault.allowed.startswith(_MISSING) and fault.at in misspelt)]


_UNKNOWN = "unknown key"
_MISSING = "this key is missing"


def _faults(model: type[BaseModel], data: Any, error: ValidationError) -> Iterator[Fault]:
    for fault in error.errors(include_url=False):
        spot = _follow(model, data, tuple(fault["loc"]))
        if spot is None:
            continue
        at, expected, value = spot
        kind = fault["type"]
        if kind == "missing":
            yield Fault(at, "", f"{_MISSING}; it {requirement(expected)}")
        elif kind == "extra_forbidden":
            keys = _keys_of(model, data, at[:-1])
            yield Fault(at, "", f"{_UNKNOWN}{did_you_mean(at[-1], keys)}; allowed here: {listed(keys)}")
        elif kind == "invalid_key":
            yield Fault(at, "", "a key must be a word (was a number written with a comma?)")
        elif kind in {"union_tag_invalid", "union_tag_not_found"}:
            tag = expected.discriminator
            tags = list(expected.tagged_arms())
            given = value.get(tag) if isinstance(value, dict) else None
            if kind == "union_tag_not_found":
                yield Fault((*at, tag), "", f"{_MISSING}; it {one_of(None, tags)}")
            else:
                yield Fault((*at, tag), found_text(given), one_of(given, tags))
        elif kind == "literal_error":
            yield Fault(at, found_text(value), one_of(value, map(str, get_args(expected.type))))
        elif kind in {"too_short", "too_long"} and expected.accepts_length_of(value):
            continue  # said of the good rest of a list whose faulty entries are reported themselves
        elif kind == "value_error" and expected.type not in (int, float, date):
            yield Fault(at, found_text(value), str(fault["ctx"]["error"]))
        else:
            yield Fault(at, found_text(value), requirement(expected, value))


def _follow(model: type[BaseModel], data: Any, path: Location) -> tuple[Location, Expected, Any] | None:
    """The key, the expected type and the value at the end of a pydantic location.

    Pydantic's locations also name the arm of a union that was tried; those steps lead to no key. ``None`` for
    an arm that the value does not resemble.
    """
    at: Location = ()
    expected, value = Expected.of(model), data
    for number, step in enumerate(path):
        if path[number + 1 :] == ("[key]",):
            return (*at, step), expected.key(), step
        if expected.discriminator and isinstance(value, dict):
            expected = expected.tagged_arms()[str(step)]
            continue
        if expected.is_union():
            arm = expected.arm_like(value)
            if arm is None:
                return (at, expected, value) if number == len(path) - 1 else None
            if arm.is_list() != str(step).startswith(("tuple", "list")):
                return None
            expected = arm
            continue
        expected, value = expected.inner(step), _inner_value(value, step)
        at = (*at, step)
    return at, expected, value


def _inner_value(value: Any, step: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, (list, tuple)) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _keys_of(model: type[BaseModel], data: Any, at: Location) -> list[str]:
    """The keys that the block at ``at`` may have."""
    expected, value = Expected.of(model), data
    for step in at:
        expected, value = _choose(expected, value).inner(step), _inner_value(value, step)
    block = _choose(expected, value).type
    return keys_of(block) if isinstance(block, type) and issubclass(block, BaseModel) else []


def _choose(expected: Expected, value: Any) -> Expected:
    """The arm of a union that a value is meant for."""
    if expected.discriminator and isinstance(value, dict):
        return expected.tagged_arms().get(str(value.get(expected.discriminator)), expected)
    if expected.is_union():
        return expected.arm_like(value) or expected
    return expected

"""What a place in a specification asks for, read from its type and said in words."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, Unit
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typing_extensions import Doc

SMALLER_UNITS = {"kW": "W", "kWh": "Wh", "km": "m", "kg": "g"}
"""Units a thousand times smaller, in which figures are given by mistake."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The type that a specification expects at one place, with the remarks attached to it."""

    type: Any
    remarks: tuple[Any, ...] = ()
    discriminator: str = ""

    @classmethod
    def of(cls, annotation: Any, remarks: tuple[Any, ...] = (), discriminator: str = "") -> Expected:
        """The expectation of an annotation; an optional value expects what it is when given."""
        while True:
            origin = get_origin(annotation)
            if origin is Annotated:
                annotation, *added = get_args(annotation)
                for remark in added:
                    if isinstance(remark, FieldInfo):
                        discriminator = discriminator or str(remark.discriminator or "")
                        remarks = (*remarks, *remark.metadata)
                    else:
                        remarks = (*remarks, remark)
            elif origin in (Union, types.UnionType):
                arms = [arm for arm in get_args(annotation) if arm is not type(None)]
                if len(arms) > 1:
                    return cls(Union[tuple(arms)], remarks, discriminator)  # noqa: UP007 - built at run time
                annotation = arms[0]
            else:
                return cls(annotation, remarks, discriminator)

    def is_union(self) -> bool:
        """Whether the value may be of several types."""
        return get_origin(self.type) is Union

    def is_list(self) -> bool:
        """Whether a list is expected."""
        return get_origin(self.type) in (tuple, list)

    def is_number(self) -> bool:
        """Whether a number is expected."""
        return self.type in (int, float)

    def arm_like(self, value: Any) -> Expected | None:
        """The arm of a union without a discriminator that a value resembles."""
        return next((arm for arm in self.parts() if arm.is_list() == isinstance(value, (list, tuple))), None)

    def tagged_arms(self) -> dict[str, Expected]:
        """The arms of a union by the word that chooses them."""
        return {
            str(word): arm
            for arm in (self.parts() if self.is_union() else [Expected.of(self.type)])
            for word in get_args(arm.type.model_fields[self.discriminator].annotation)
        }

    def key(self) -> Expected:
        """What the names of a mapping must be."""
        return Expected.of(get_args(self.type)[0]) if get_args(self.type) else Expected.of(str)

    def inner(self, step: str | int) -> Expected:
        """What is expected one step further inside."""
        if isinstance(self.type, type) and issubclass(self.type, BaseModel):
            field = self.type.model_fields.get(str(step))
            if field is None:
                return Expected(object)
            return Expected.of(field.annotation, tuple(field.metadata), str(field.discriminator or ""))
        arguments = get_args(self.type)
        if get_origin(self.type) is dict:
            return Expected.of(arguments[1])
        if self.is_list():
            return Expected.of(arguments[0])
        return Expected(object)

    def parts(self) -> list[Expected]:
        """The arms of a union, the entries of a list, the names and values of a mapping."""
        if get_origin(self.type) is Literal:
            return []
        return [Expected.of(part) for part in get_args(self.type) if part is not Ellipsis]

    def unit(self) -> str:
        """Unit of the number, or nothing."""
        if self.is_union() or self.is_list():
            return next((unit for part in self.parts() if (unit := part.unit())), "")
        return next((remark.unit for remark in self.remarks if isinstance(remark, Unit)), "")

    def bounds(self) -> tuple[float | None, float | None]:
        """Lowest and highest value, or length of a list."""

        def first(*names: str) -> Any:
            values = (getattr(remark, name, None) for remark in self.remarks for name in names)
            return next((value for value in values if value is not None), None)

        return first("gt", "ge", "min_length"), first("lt", "le", "max_length")

    def accepts_length_of(self, value: Any) -> bool:
        """Whether a list or mapping is as long as it should be."""
        low, high = self.bounds()
        return hasattr(value, "__len__") and (low or 0) <= len(value) and (high is None or len(value) <= high)


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a block, in the order in which a message lists them."""
    return sorted(model.model_fields, key="sources".__eq__)


def requirement(expected: Expected, value: Any = None) -> str:
    """What must stand at a place, and a hint where the value shows what went wrong."""
    if expected.is_number():
        return _number_requirement(expected, value)
    if expected.is_union() and not expected.discriminator:
        return "must be " + ", or ".join(requirement(arm).removeprefix("must be ") for arm in expected.parts())
    return f"must be {_noun(expected)}"


def _noun(expected: Expected) -> str:
    worded = next((remark.documentation for remark in expected.remarks if isinstance(remark, Doc)), None)
    if worded:
        return str(worded)
    origin = get_origin(expected.type)
    if origin is Literal:
        return " or ".join(map(str, get_args(expected.type)))
    if expected.type is date:
        return "a date like 2026-03-09"
    if expected.type is str:
        return "text"
    if origin is dict:
        return f"a block of names, each with its own value{_length_text(expected, 'name', 'names')}"
    if expected.is_list():
        return f"a list{_length_text(expected, 'entry', 'entries')}"
    if expected.discriminator:
        return f"a block with {expected.discriminator}: {' or '.join(expected.tagged_arms())}"
    if isinstance(expected.type, type) and issubclass(expected.type, BaseModel):
        return f"a block with the keys {', '.join(keys_of(expected.type))}"
    return "another value"


def _length_text(expected: Expected, one: str, many: str) -> str:
    low, high = expected.bounds()
    if low is not None and low == high:
        return f" of {low} {one if low == 1 else many}"
    if low is not None:
        return f" of at least {low} {one if low == 1 else many}"
    return "" if high is None else f" of at most {high} {one if high == 1 else many}"


def _number_requirement(expected: Expected, value: Any) -> str:
    kind = "whole number" if expected.type is int else "number"
    phrase = range_text(expected)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and (expected.type is float or value % 1 == 0):
        return f"must be {phrase or f'a finite {kind}'}{_unit_hint(expected, float_or_inf(value))}"
    plain = f"must be a {kind}"
    if isinstance(value, str):
        plain = f"must be a plain {kind}{_spelling_hint(value)}"
    return f"{plain}, {phrase}" if phrase else plain


def range_text(expected: Expected) -> str:
    """The range and unit of a number.

    >>> range_text(Expected(float, (Gt(0), Le(1500), Unit("kW"))))
    'above 0 and at most 1500 kW'
    """
    parts = []
    for remark in expected.remarks:
        for kind, attribute, words in (
            (Gt, "gt", "above"),
            (Ge, "ge", "at least"),
            (Lt, "lt", "below"),
            (Le, "le", "at most"),
        ):
            if isinstance(remark, kind):
                parts.append(f"{words} {getattr(remark, attribute):.10g}")
    unit = expected.unit()
    return " and ".join(parts) + (f" {unit}" if unit and parts else "")


def float_or_inf(value: float) -> float:
    """A number as a float; whole numbers beyond every float are infinite."""
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _unit_hint(expected: Expected, value: float) -> str:
    """The unit in which an implausible value would make sense."""
    low, high = expected.bounds()
    if high is None or not high < value < float("inf"):
        return ""
    smaller = SMALLER_UNITS.get(expected.unit())
    if smaller and (low or 0) < value / 1_000 <= high:
        return f" (was it given in {smaller}?)"
    if not expected.unit() and high == 1 and value <= 100:
        return " (was it given in per cent?)"
    return ""


def _spelling_hint(text: str) -> str:
    """Why a text that was meant as a number is none."""
    if re.fullmatch(r"[-+]?[\d.]*,[\d.,]*", text.strip()):
        return " without a comma"
    if re.fullmatch(r"[-+]?\d+([_' ]\d+)+(\.\d*)?", text.strip()):
        return " without thousands separators"
    if re.match(r"[-+]?\d[\d.]*\s*[^\d\s.]+$", text.strip()):
        return " without a unit"
    if re.fullmatch(r"[-+]?\d+(\.\d*)?", text.strip()):
        return " without quotes"
    return ""


def found_text(value: Any) -> str:
    """A value as a message shows it.

    >>> found_text("1,200"), found_text({"a": 1}), found_text([1, 2])
    ("'1,200'", 'a block with the keys a', 'a list of 2')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return f"a block with the keys {shortened(', '.join(map(str, value)))}" if value else "an empty block"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a huge number"
    return shortened(repr(value))


def shortened(text: str, most: int = 80) -> str:
    """A text cut to the length that a message bears."""
    return text if len(text) <= most else text[: most - 1] + "…"

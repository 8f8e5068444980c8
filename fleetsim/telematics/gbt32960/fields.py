"""The fields of a message: how each is read from bytes and written to them.

Integers are unsigned, most significant byte first. The two highest codes of a field that may be missing mean
"abnormal" and "invalid"; they are read as :class:`NoValue` and never as a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol


class NoValue(Enum):
    """What stands in a field instead of a value."""

    ABNORMAL = 1
    INVALID = 0


class DataUnitError(Exception):
    """A data unit that cannot be read: it ends too early, or a block in it has no known form."""


class Cursor:
    """A place in the bytes of a data unit."""

    __slots__ = ("at", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0

    @property
    def left(self) -> int:
        """Bytes not yet read."""
        return len(self.text) - self.at

    def take(self, size: int) -> bytes:
        """The next bytes. Raises ``DataUnitError`` where there are fewer."""
        end = self.at + size
        if end > len(self.text):
            raise DataUnitError(f"{size} bytes wanted at byte {self.at}, {self.left} left")
        taken = self.text[self.at : end]
        self.at = end
        return taken


class Field(Protocol):
    """Something that can be read and written; reading what was written gives the same value."""

    def read(self, cursor: Cursor) -> Any:
        """The value at the cursor, which moves behind it."""

    def write(self, value: Any, out: bytearray) -> None:
        """Append a value."""


@dataclass(frozen=True, slots=True)
class Number:
    r"""An integer that stands for a quantity: ``value = raw / per_unit + offset``.

    What a value comes to is rounded and kept within ``lowest`` and ``highest``, so that it never looks like a missing
    one.

    >>> current_a = Number(2, per_unit=10, offset=-1000, highest=20_000)
    >>> out = bytearray(); current_a.write(120.4, out); out.hex()
    '2bc4'
    >>> current_a.read(Cursor(bytes(out))), current_a.read(Cursor(b"\xff\xfe"))
    (120.4, <NoValue.ABNORMAL: 1>)
    """

    size: int
    per_unit: int = 1
    offset: int = 0
    highest: int | None = None
    """Highest raw value; all that the size allows below the missing ones by default."""
    lowest: int = 0
    may_miss: bool = True
    """Whether the two highest codes mean that there is no value."""
    invalid: int = field(init=False)
    """The raw value of :attr:`NoValue.INVALID`."""
    top: int = field(init=False)
    """The highest raw value that is a value."""

    def __post_init__(self) -> None:
        invalid = (1 << 8 * self.size) - 1
        object.__setattr__(self, "invalid", invalid)
        object.__setattr__(self, "top", invalid - 2 * self.may_miss if self.highest is None else self.highest)

    def read(self, cursor: Cursor) -> float | int | NoValue:
        """See :class:`Field`."""
        raw = int.from_bytes(cursor.take(self.size), "big")
        if self.may_miss and raw >= self.invalid - 1:
            return NoValue(self.invalid - raw)
        if self.per_unit == 1:
            return raw + self.offset
        return round(raw / self.per_unit + self.offset, 6)

    def write(self, value: float | NoValue, out: bytearray) -> None:
        """See :class:`Field`."""
        out += self.raw(value).to_bytes(self.size, "big")

    def raw(self, value: float | NoValue) -> int:
        """The integer that stands for a value."""
        if isinstance(value, NoValue):
            return self.invalid - value.value
        return min(max(round((value - self.offset) * self.per_unit), self.lowest), self.top)


@dataclass(frozen=True, slots=True)
class Text:
    """Characters in a fixed width, filled up with zeros. Bytes that are no characters survive a round trip."""

    size: int

    def read(self, cursor: Cursor) -> str:
        """See :class:`Field`."""
        return cursor.take(self.size).decode("latin-1").rstrip("\0")

    def write(self, value: str, out: bytearray) -> None:
        """See :class:`Field`."""
        out += value.encode("latin-1")[: self.size].ljust(self.size, b"\0")


@dataclass(frozen=True, slots=True)
class Sized:
    """Bytes behind their number."""

    length: Number

    def read(self, cursor: Cursor) -> bytes:
        """See :class:`Field`."""
        return cursor.take(int.from_bytes(cursor.take(self.length.size), "big"))

    def write(self, value: bytes, out: bytearray) -> None:
        """See :class:`Field`."""
        out += len(value).to_bytes(self.length.size, "big") + value


@dataclass(frozen=True, slots=True)
class Rest:
    """All bytes that are left."""

    def read(self, cursor: Cursor) -> bytes:
        """See :class:`Field`."""
        return cursor.take(cursor.left)

    def write(self, value: bytes, out: bytearray) -> None:
        """See :class:`Field`."""
        out += value


@dataclass(frozen=True, slots=True)
class Many:
    """Items behind their number; the number itself may be missing, and then there are no items."""

    count: Number
    item: Field

    def read(self, cursor: Cursor) -> tuple[Any, ...] | NoValue:
        """See :class:`Field`."""
        count = self.count.read(cursor)
        return count if isinstance(count, NoValue) else tuple(self.item.read(cursor) for _ in range(int(count)))

    def write(self, value: tuple[Any, ...] | NoValue, out: bytearray) -> None:
        """See :class:`Field`."""
        if isinstance(value, NoValue):
            self.count.write(value, out)
            return
        out += self.number(len(value))
        for item in value:
            self.item.write(item, out)

    def number(self, items: int) -> bytes:
        """The bytes that say how many items follow. Raises ``ValueError`` for more than can be said."""
        if items > self.count.invalid - 2 * self.count.may_miss:
            raise ValueError(f"{items} items are more than {self.count.size} bytes can count")
        return items.to_bytes(self.count.size, "big")


@dataclass(frozen=True, slots=True)
class Layout:
    """Named fields, one behind the other; its value is a mapping."""

    fields: tuple[tuple[str, Field], ...]

    def read(self, cursor: Cursor) -> dict[str, Any]:
        """See :class:`Field`."""
        return {name: each.read(cursor) for name, each in self.fields}

    def write(self, value: Mapping[str, Any], out: bytearray) -> None:
        """See :class:`Field`. A field that the value lacks is written as invalid."""
        for name, each in self.fields:
            each.write(value.get(name, NoValue.INVALID), out)


def layout(**fields: Field) -> Layout:
    """A layout of the fields in the order of writing."""
    return Layout(tuple(fields.items()))


BYTE = Number(1)
PLAIN_BYTE = Number(1, may_miss=False)
WORD = Number(2)
PLAIN_WORD = Number(2, may_miss=False)
DWORD = Number(4, may_miss=False)
TEMPERATURE_C = Number(1, offset=-40, highest=250)

"""Data units and what they say: logins, reports with their blocks, and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fleetsim.telematics.gbt32960.editions import EDITION_2016, Edition
from fleetsim.telematics.gbt32960.fields import (
    PLAIN_BYTE,
    PLAIN_WORD,
    Cursor,
    DataUnitError,
    Layout,
    NoValue,
    Rest,
    Text,
    layout,
)
from fleetsim.telematics.gbt32960.frame import PLAIN, REQUEST, Command, Frame

UNREADABLE = "unreadable"
"""Name under which bytes stand whose type says nothing about their form."""
_TIME = Text(6)
_LOGOUT = layout(time=_TIME, serial=PLAIN_WORD)
_PLATFORM_LOGIN = layout(time=_TIME, serial=PLAIN_WORD, user=Text(12), password=Text(20), encryption=PLAIN_BYTE)
_WITH_TIME: dict[int, Layout] = {
    Command.LOGOUT: _LOGOUT,
    Command.PLATFORM_LOGIN: _PLATFORM_LOGIN,
    Command.PLATFORM_LOGOUT: _LOGOUT,
}


@dataclass(frozen=True, slots=True)
class Message:
    """What a frame says."""

    command: int
    unique_id: str
    at: datetime | None
    """Civil time in China, without a zone; ``None`` where there is none, or none that exists."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Of a report, its blocks by name, in their order; else the fields of the data unit."""
    edition: Edition = EDITION_2016
    response: int = REQUEST


def decode(frame: Frame) -> Message:
    """Read a frame. Raises ``DataUnitError`` where its data unit is damaged, encrypted, or of no known form."""
    if frame.encryption != PLAIN:
        raise DataUnitError(f"the data unit is encrypted (rule {frame.encryption})")
    cursor = Cursor(frame.unit)
    if frame.response != REQUEST or frame.command in (Command.HEARTBEAT, Command.CLOCK):
        values: dict[str, Any] = {"time": _TIME.read(cursor)} if cursor.left >= _TIME.size else {}
        values |= {"rest": cursor.take(cursor.left)} if cursor.left else {}
    elif frame.command in (Command.REPORT, Command.REISSUE):
        values = {"time": _TIME.read(cursor), **_read_blocks(cursor, frame.edition)}
    elif frame.command == Command.LOGIN:
        values = frame.edition.login.read(cursor)
    elif frame.command in _WITH_TIME:
        values = _WITH_TIME[frame.command].read(cursor)
    else:
        values = {"rest": cursor.take(cursor.left)}
    if cursor.left:
        raise DataUnitError(f"{cursor.left} bytes behind the end of the data unit")
    time = values.pop("time", None)
    at = None if time is None else _moment(time)
    if time is not None and at is None:
        raise DataUnitError(f"no such time: {time.encode('latin-1').hex()}")
    return Message(frame.command, frame.unique_id, at, values, frame.edition, frame.response)


def encode(message: Message) -> Frame:
    """The frame that says a message; what :func:`decode` reads from it is the message again."""
    out = bytearray()
    values = message.values
    if message.at is not None:
        out += time_block(message.at)
    if message.response == REQUEST and message.command in (Command.REPORT, Command.REISSUE):
        _write_blocks(values, message.edition, out)
    elif message.response == REQUEST and message.command == Command.LOGIN:
        _without_time(message.edition.login).write(values, out)
    elif message.response == REQUEST and message.command in _WITH_TIME:
        _without_time(_WITH_TIME[message.command]).write(values, out)
    else:
        out += values.get("rest", b"")
    return Frame(message.command, message.unique_id, bytes(out), message.response, PLAIN, message.edition)


def time_block(at: datetime) -> bytes:
    """Six bytes of civil time in China: year since 2000, month, day, hour, minute, second."""
    return bytes((at.year - 2000, at.month, at.day, at.hour, at.minute, at.second))


def coordinates(position: Mapping[str, Any]) -> tuple[float, float] | None:
    """Latitude and longitude, degrees, of a valid position block; ``None`` for one that is not valid.

    >>> coordinates({"state": 0, "lon": 102.728, "lat": 25.018})
    (25.018, 102.728)
    """
    state = position["state"]
    if state & 1:
        return None
    return position["lat"] * (-1 if state & 2 else 1), position["lon"] * (-1 if state & 4 else 1)


def _moment(time: str) -> datetime | None:
    raw = time.encode("latin-1").ljust(6, b"\0")
    try:
        return datetime(2000 + raw[0], *raw[1:])
    except ValueError:
        return None


def _without_time(fields: Layout) -> Layout:
    return Layout(tuple(each for each in fields.fields if each[0] != "time"))


def _read_blocks(cursor: Cursor, edition: Edition) -> dict[str, Any]:
    """The blocks of a report. A type without a known form makes the rest unreadable; it is kept as it is."""
    blocks: dict[str, Any] = {}
    while cursor.left:
        type_ = cursor.text[cursor.at]
        if type_ not in edition.blocks:
            return {**blocks, UNREADABLE: Rest().read(cursor)}
        cursor.at += 1
        name, form = edition.blocks[type_]
        if name in blocks:
            raise DataUnitError(f"block {type_:02x} stands twice")
        blocks[name] = form.read(cursor)
    return blocks


def _write_blocks(blocks: Mapping[str, Any], edition: Edition, out: bytearray) -> None:
    for name, value in blocks.items():
        if name == UNREADABLE:
            out += value
            continue
        type_ = edition.block_type(name)
        out.append(type_)
        edition.blocks[type_][1].write(value, out)


__all__ = ["DataUnitError", "Message", "NoValue", "coordinates", "decode", "encode", "time_block"]

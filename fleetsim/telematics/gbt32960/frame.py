"""Frames: what surrounds every data unit, and the check over it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from fleetsim.telematics.gbt32960.editions import BY_START, EDITION_2016, Edition

HEADER = 24
"""Bytes before the data unit."""
MOST_DATA = 65_531
"""Most bytes of a data unit."""
REQUEST = 0xFE
"""The response flag of a frame that is no answer."""
PLAIN = 0x01
"""The encryption of a data unit that is not encrypted."""
_ENCRYPTIONS = frozenset((1, 2, 3, 4, 5, 0xFE, 0xFF))


class Command(IntEnum):
    """What a frame is about."""

    LOGIN = 0x01
    REPORT = 0x02
    REISSUE = 0x03
    LOGOUT = 0x04
    PLATFORM_LOGIN = 0x05
    PLATFORM_LOGOUT = 0x06
    HEARTBEAT = 0x07
    CLOCK = 0x08


class Answer(IntEnum):
    """The response flag of an answer."""

    SUCCESS = 0x01
    ERROR = 0x02
    DUPLICATE = 0x03


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; ``unit`` is the data unit, plain or encrypted."""

    command: int
    unique_id: str
    """The vehicle identification number, or a platform's code: up to 17 characters."""
    unit: bytes = b""
    response: int = REQUEST
    encryption: int = PLAIN
    edition: Edition = EDITION_2016

    def encode(self) -> bytes:
        """The frame as it is sent."""
        if len(self.unit) > MOST_DATA:
            raise ValueError(f"a data unit holds {MOST_DATA} bytes at most, not {len(self.unit)}")
        body = bytes((self.command, self.response)) + self.unique_id.encode("latin-1")[:17].ljust(17, b"\0")
        body += bytes((self.encryption,)) + len(self.unit).to_bytes(2, "big") + self.unit
        return self.edition.start + body + bytes((check(body),))

    def answer(self, flag: int = Answer.SUCCESS) -> Frame:
        """What a platform says to it: the flag changes, the time stays, and the rest of the data unit is left out."""
        return Frame(self.command, self.unique_id, self.unit[:6], flag, self.encryption, self.edition)


def check(body: bytes) -> int:
    r"""Exclusive or over all bytes, by halving: ``x_0 ^ x_1 ^ ...`` (GB/T 32960.3, clause 6.2).

    >>> check(b"\x01\xfe\x02")
    253
    """
    value, size = int.from_bytes(body, "big"), len(body)
    while size > 1:
        half = (size + 1) // 2
        value = (value >> 8 * half) ^ (value & ((1 << 8 * half) - 1))
        size = half
    return value


def plausible(header: bytes) -> bool:
    """Whether 24 bytes can be the header of a frame, by those of its fields that have few values."""
    response = header[3]
    return (
        header[:2] in BY_START
        and (response == REQUEST or 1 <= response <= 7)
        and header[21] in _ENCRYPTIONS
        and data_length(header) <= MOST_DATA
    )


def data_length(header: bytes) -> int:
    """Bytes of the data unit behind a header."""
    return (header[22] << 8) | header[23]


def decode_frame(text: bytes) -> Frame:
    """The frame that exactly these bytes are. Raises ``ValueError`` where they are none."""
    if len(text) < HEADER + 1 or not plausible(text) or len(text) != HEADER + data_length(text) + 1:
        raise ValueError("not one whole frame")
    if check(text[2:-1]) != text[-1]:
        raise ValueError("the check is wrong")
    unique_id = text[4:21].decode("latin-1").rstrip("\0")
    return Frame(text[2], unique_id, bytes(text[HEADER:-1]), text[3], text[21], BY_START[bytes(text[:2])])

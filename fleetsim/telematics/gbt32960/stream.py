"""Frames out of a stream that may be cut anywhere, joined, noisy or damaged."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fleetsim.telematics.gbt32960.editions import BY_START
from fleetsim.telematics.gbt32960.frame import HEADER, Frame, check, data_length, decode_frame, plausible

_STARTS = re.compile(b"|".join(re.escape(start) for start in BY_START))


@dataclass(slots=True)
class StreamDecoder:
    """Bytes in, frames out. It never fails; what is no frame is skipped byte by byte, and counted.

    A start pair can occur inside data, so after a check that fails only one byte is given up. What it holds is at most
    one frame of the greatest length and what was just fed to it.
    """

    skipped_bytes: int = 0
    """Bytes that belonged to no frame."""
    failed_checks: int = 0
    """Frames whose check was wrong, false starts among them."""
    _held: bytearray = field(default_factory=bytearray)

    def feed(self, received: bytes) -> list[Frame]:
        """The frames that are whole now, in order."""
        held = self._held
        held += received
        frames: list[Frame] = []
        at = 0
        while True:
            start = _next_start(held, at)
            self.skipped_bytes += start - at
            at = start
            if len(held) - at < HEADER:
                break
            header = bytes(held[at : at + HEADER])
            if not plausible(header):
                at += 1
                self.skipped_bytes += 1
                continue
            end = at + HEADER + data_length(header) + 1
            if len(held) < end:
                break
            text = bytes(held[at:end])
            if check(text[2:-1]) == text[-1]:
                frames.append(decode_frame(text))
                at = end
            else:
                self.failed_checks += 1
                self.skipped_bytes += 1
                at += 1
        del held[:at]
        return frames

    def close(self) -> list[Frame]:
        """The stream has ended: frames behind a false start that waited for more bytes than came."""
        frames: list[Frame] = []
        while self._held:
            del self._held[:1]
            self.skipped_bytes += 1
            frames += self.feed(b"")
        return frames


def _next_start(held: bytearray, at: int) -> int:
    """Where the next start pair begins, or the end; a first half at the very end may become one."""
    found = _STARTS.search(held, at)
    if found:
        return found.start()
    return len(held) - 1 if len(held) > at and bytes(held[-1:]) in (b"#", b"$") else len(held)

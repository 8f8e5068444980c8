"""A coverage-guided fuzzer for the stream decoder and the reader of data units; needs ``pip install atheris``.

Usage: python -m tests.telematics.fuzz -runs=1000000 -max_len=2048 (options of libFuzzer). It falls at the first input
that raises anything but ``DataUnitError``, loses bytes, holds more than a frame, or reads differently what it has
written.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["fleetsim.telematics.gbt32960"]):
    from fleetsim.telematics.gbt32960.editions import EDITIONS
    from fleetsim.telematics.gbt32960.fields import DataUnitError
    from fleetsim.telematics.gbt32960.frame import HEADER, MOST_DATA, Frame
    from fleetsim.telematics.gbt32960.messages import decode, encode
    from fleetsim.telematics.gbt32960.stream import StreamDecoder
from tests.telematics.vectors import VECTORS, vector

LIMITS = ("-rss_limit_mb=1024", "-timeout=10")


def one_input(content: bytes) -> None:
    """The first byte says how it is taken: as a stream in pieces, or as the data unit of a frame of its own."""
    if not content:
        return
    how, content = content[0], content[1:]
    if how % 2:
        frame = Frame(how // 2 % 16, "L0FLEETS900000001", content, edition=EDITIONS[2025 if how & 64 else 2016])
        as_stream(frame.encode(), 7)
    else:
        as_stream(content, 1 + how // 2)


def as_stream(content: bytes, piece: int) -> None:
    """Feed it piece by piece; every byte is in a frame or counted as skipped."""
    decoder, frames = StreamDecoder(), []
    for start in range(0, len(content), piece):
        frames += decoder.feed(content[start : start + piece])
        assert len(decoder._held) <= HEADER + MOST_DATA + 1
    frames += decoder.close()
    assert sum(len(frame.encode()) for frame in frames) + decoder.skipped_bytes == len(content)
    for frame in frames:
        read_and_write(frame)


def read_and_write(frame: Frame) -> None:
    """A frame is refused, or read; what is written of it is read as the same again."""
    try:
        message = decode(frame)
    except DataUnitError:
        return
    within_range = decode(encode(message))  # values beyond the ranges of the standard are brought back into them
    assert decode(encode(within_range)) == within_range


def main() -> None:
    """Run with the hand-made frames as a start."""
    with tempfile.TemporaryDirectory() as folder:
        for name in VECTORS:
            (Path(folder) / name).write_bytes(b"\0" + vector(name))
            (Path(folder) / f"{name}.unit").write_bytes(bytes((1 + 2 * vector(name)[2],)) + vector(name)[24:-1])
        atheris.Setup([*sys.argv, *LIMITS, folder], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

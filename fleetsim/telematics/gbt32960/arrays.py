"""Many frames of one form at once: fields written as arrays of bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.telematics.gbt32960.editions import Edition
from fleetsim.telematics.gbt32960.fields import Field, Layout, Many, NoValue, Number
from fleetsim.telematics.gbt32960.frame import PLAIN, REQUEST

Bytes = NDArray[np.uint8]
"""A row of bytes for each frame, shape ``(frames, size)``."""


def report_frames(command: int, ids: Bytes, times: Bytes, blocks: Mapping[str, Any], edition: Edition) -> Bytes:
    """Frames with reports of the same blocks, from 17 bytes of identification and 6 of time each.

    The blocks are as :func:`fleetsim.telematics.gbt32960.messages.encode` takes them, with an array where values
    differ from frame to frame; NaN in it stands for an invalid value.
    """
    rows = len(ids)
    parts = [times]
    for name, value in blocks.items():
        type_ = edition.block_type(name)
        parts += [_constant(bytes((type_,)), rows), packed(edition.blocks[type_][1], value, rows)]
    unit = np.concatenate(parts, axis=1)
    head = _constant(edition.start + bytes((command, REQUEST)), rows)
    length = _constant(bytes((PLAIN,)) + unit.shape[1].to_bytes(2, "big"), rows)
    frames = np.concatenate((head, ids, length, unit), axis=1)
    check = np.bitwise_xor.reduce(frames[:, 2:], axis=1)
    return np.concatenate((frames, check[:, np.newaxis]), axis=1)


def packed(field: Field, value: Any, rows: int) -> Bytes:
    """A field of many frames."""
    if isinstance(field, Number) and isinstance(value, np.ndarray):
        return _numbers(field, value)
    if isinstance(field, Layout):
        parts = [packed(each, value.get(name, NoValue.INVALID), rows) for name, each in field.fields]
        return np.concatenate(parts, axis=1)
    if isinstance(field, Many) and isinstance(value, Sequence):
        parts = [_constant(field.number(len(value)), rows), *(packed(field.item, item, rows) for item in value)]
        return np.concatenate(parts, axis=1)
    out = bytearray()
    field.write(value, out)
    return _constant(bytes(out), rows)


def _numbers(field: Number, values: NDArray[Any]) -> Bytes:
    known = ~np.isnan(values) if values.dtype.kind == "f" else np.ones(len(values), dtype=bool)
    raw = np.rint((np.where(known, values, 0) - field.offset) * field.per_unit)
    raw = np.where(known, np.clip(raw, field.lowest, field.top), field.invalid)
    return raw.astype(">u4").view(np.uint8).reshape(len(values), 4)[:, 4 - field.size :]


def _constant(content: bytes, rows: int) -> Bytes:
    return np.broadcast_to(np.frombuffer(content, dtype=np.uint8), (rows, len(content)))

"""Tables of a large run as raw columns in files, seen through the memory map of the system.

What is mapped comes into memory where it is touched, and leaves it when memory is short. The files lose their names as
soon as they are mapped: they go away with the last array that shows them, however the process ends. They lie in the
system's folder for temporary files (``TMPDIR``).
"""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fleetsim.results.schema import TABLES, Frame, complete, concatenate

COPIED_AT_ONCE = 1 << 20
"""Bytes."""


IN_MEMORY = 1 << 24
"""Bytes up to which what is to be filled is held in memory."""


def zeros(*shape: int, dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Zeros to be filled: in a file without a name where they are many, else in memory.

    The room on the disk is taken at once: a map that finds none later ends the process, where this is an ``OSError``.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size <= IN_MEMORY:
        return np.zeros(shape, dtype)
    with TemporaryFile(prefix="fleetsim-") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        return np.memmap(file, dtype=dtype, mode="r+", shape=shape).view(np.ndarray)


def gather(table: str, frames: Sequence[Frame], rows: NDArray[Any]) -> Frame:
    """Some rows, in their order, of frames that stand one below the other; uses up the frames, column by column.

    The frames may have some columns alone, all the same.
    """
    out = {}
    for column in [column for column in TABLES[table] if column.name in frames[0]]:
        whole = np.concatenate([frame.pop(column.name) for frame in frames])
        out[column.name] = whole[rows] if column.kind == "text" else zeros(len(rows), dtype=column.dtype)
        np.take(whole, rows, out=out[column.name])
    return out


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of tables, in a folder."""

    folder: Path
    rows: Mapping[str, int]
    """By table."""
    kept: Mapping[str, Frame]
    """The tables that have columns of text: they are short."""


def write(folder: Path, tables: Mapping[str, Frame]) -> Part:
    """Write tables into a folder that is made for them."""
    folder.mkdir()
    texts = {table for table in tables if any(column.kind == "text" for column in TABLES[table])}
    for table in tables.keys() - texts:
        for column, values in tables[table].items():
            values.tofile(_file(folder, table, column))
    rows = {table: len(frame[TABLES[table][0].name]) for table, frame in tables.items()}
    return Part(folder, rows, {table: tables[table] for table in texts})


def join(table: str, parts: Sequence[Part]) -> Frame:
    """The rows of a table in all parts, one below the other; they are in the parts no more."""
    if table in parts[0].kept:
        return concatenate(table, [part.kept[table] for part in parts])
    columns = {}
    for column in TABLES[table]:
        whole, *others = (_file(part.folder, table, column.name) for part in parts)
        with whole.open("ab") as out:
            for file in others:
                with file.open("rb") as rows:
                    shutil.copyfileobj(rows, out, COPIED_AT_ONCE)
                file.unlink()
        if whole.stat().st_size:
            columns[column.name] = np.memmap(whole, dtype=column.dtype, mode="r+").view(np.ndarray)
        whole.unlink()
    return complete(table, columns)


def _file(folder: Path, table: str, column: str) -> Path:
    return folder / f"{table}.{column}"

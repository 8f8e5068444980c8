"""Rows packed into one growing buffer: the cheapest record a running simulation can keep."""

from __future__ import annotations

from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FORMATS = {"f8": "d", "i8": "q", "i4": "i", "i1": "b"}


class Rows:
    """Rows of fixed columns, appended one by one and read back as a structured array.

    >>> rows = Rows(vehicle="i4", at_s="f8")
    >>> rows.add(3, 7.5)
    >>> rows.array()["at_s"]
    array([7.5])
    """

    def __init__(self, **columns: str) -> None:
        self._dtype = np.dtype([(name, f"<{code}") for name, code in columns.items()])
        self._pack = Struct("<" + "".join(_FORMATS[code] for code in columns.values())).pack
        self._buffer = bytearray()

    def add(self, *values: float) -> None:
        """Append one row; values in the order of the columns."""
        self._buffer += self._pack(*values)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of a row."""
        return self._dtype

    def extend(self, rows: NDArray[Any]) -> None:
        """Append rows of this type."""
        assert rows.dtype == self._dtype
        self._buffer += rows.tobytes()

    def array(self) -> NDArray[Any]:
        """All rows; none can be appended while the array is there."""
        return np.frombuffer(memoryview(self._buffer).toreadonly(), dtype=self._dtype)

"""One table as a Parquet file and back: codes become names, seconds become civil time, empty becomes null.

The same frame always makes the same bytes: fixed row groups, dictionaries in the order of the entity lists,
no pandas metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fleetsim.clock import HOUR_S, TIMEZONE, UTC_OFFSET_H, Clock
from fleetsim.errors import RunError
from fleetsim.results.schema import TABLES, Column, Entities, Frame

if TYPE_CHECKING:
    import pandas as pd

ROWS_PER_GROUP = 131_072

_ARROW = {
    "time": pa.timestamp("us", tz=TIMEZONE),
    "float": pa.float64(),
    "int": pa.int64(),
    "bool": pa.bool_(),
    "text": pa.string(),
    "code": pa.dictionary(pa.int32(), pa.string()),
}
_OFFSET_US = UTC_OFFSET_H * HOUR_S * 1_000_000


def arrow_schema(table: str) -> pa.Schema:
    """Arrow types of a table; each field carries its definition as metadata."""
    return pa.schema(
        pa.field(column.name, _ARROW[column.kind], metadata={"definition": column.meaning}) for column in TABLES[table]
    )


def to_arrow(table: str, frame: Frame, entities: Entities, clock: Clock) -> pa.Table:
    """A frame as an Arrow table."""
    arrays = [_to_arrow(column, frame[column.name], entities, clock) for column in TABLES[table]]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(table))


def to_frame(table: str, arrow: pa.Table, entities: Entities, clock: Clock) -> Frame:
    """An Arrow table as a frame; times are exact to the microsecond.

    Raises ``RunError`` where a column is not there: the run was written by another version.
    """
    lacking = [column.name for column in TABLES[table] if column.name not in arrow.column_names]
    if lacking:
        raise RunError(
            f"table {table} has no column {', '.join(lacking)}: another version of fleetsim wrote this run; "
            "run its scenario again"
        )
    return {column.name: _to_numpy(column, arrow.column(column.name), entities, clock) for column in TABLES[table]}


def to_pandas(arrow: pa.Table) -> pd.DataFrame:
    """An Arrow table as a DataFrame; whole numbers stay whole where some are missing."""
    import pandas as pd

    frame: pd.DataFrame = arrow.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame


def write_table(path: Path, table: str, frame: Frame, entities: Entities, clock: Clock) -> None:
    """Write a frame, one row group after the other."""
    names = [column.name for column in TABLES[table]]
    repeating = [column.name for column in TABLES[table] if column.kind in ("code", "text")]
    rows = len(frame[names[0]])
    with pq.ParquetWriter(path, arrow_schema(table), compression="zstd", use_dictionary=repeating) as writer:
        for first in range(0, rows, ROWS_PER_GROUP):
            part = {name: frame[name][first : first + ROWS_PER_GROUP] for name in names}
            writer.write_table(to_arrow(table, part, entities, clock), row_group_size=ROWS_PER_GROUP)


def read_table(path: Path) -> pa.Table:
    """Read a table as it was written."""
    return pq.read_table(path, partitioning=None)


def dictionary(arrow: pa.Table, column: str) -> tuple[str, ...]:
    """The whole list of names behind a column, those included that no row uses."""
    chunks = arrow.column(column).unify_dictionaries().chunks
    return tuple(chunks[0].dictionary.to_pylist()) if chunks else ()


def names_behind(column: Column, entities: Entities) -> tuple[str, ...]:
    """The words that the codes of a column stand for."""
    return entities[column.domain] if isinstance(column.domain, str) else column.domain


def _to_arrow(column: Column, values: NDArray[Any], entities: Entities, clock: Clock) -> pa.Array:
    match column.kind:
        case "code":
            codes = pa.array(values, type=pa.int32(), mask=values < 0)
            names = pa.array(names_behind(column, entities), type=pa.string())
            return pa.DictionaryArray.from_arrays(codes, names)
        case "time":
            civil = clock.civil(values)
            unknown = np.isnat(civil)
            utc_us = np.where(unknown, 0, civil.astype("int64") - _OFFSET_US)
            return pa.array(utc_us, mask=unknown).cast(_ARROW["time"])
        case "float":
            return pa.array(values, type=pa.float64(), mask=np.isnan(values))
        case "int":
            return pa.array(values, type=pa.int64(), mask=values == -1)
        case "text":
            return pa.array([text or None for text in values], type=pa.string())
        case "bool":
            return pa.array(values, type=pa.bool_())


def _to_numpy(column: Column, values: pa.ChunkedArray, entities: Entities, clock: Clock) -> NDArray[Any]:
    match column.kind:
        case "code":
            code_of: Mapping[str, int] = {name: code for code, name in enumerate(names_behind(column, entities))}
            chunks = [np.empty(0, dtype="i4")]
            for chunk in values.chunks:
                codes = np.array([*(code_of[name] for name in chunk.dictionary.to_pylist()), -1], dtype="i4")
                chunks.append(codes[chunk.indices.fill_null(len(codes) - 1).to_numpy(zero_copy_only=False)])
            return np.concatenate(chunks)
        case "time":
            utc_us = values.cast(pa.int64())
            origin_us = int(np.datetime64(clock.origin, "us").astype("int64")) - _OFFSET_US
            seconds = (utc_us.fill_null(0).to_numpy() - origin_us) / 1e6
            seconds[values.is_null().to_numpy()] = np.nan
            return np.asarray(seconds, dtype=column.dtype)
        case "float":
            return np.asarray(values.fill_null(np.nan).to_numpy(), dtype=column.dtype)
        case "int":
            return np.asarray(values.fill_null(-1).to_numpy(), dtype=column.dtype)
        case "text":
            return np.array(values.fill_null("").to_pylist(), dtype=column.dtype)
        case "bool":
            return np.asarray(values.to_numpy(), dtype=column.dtype)

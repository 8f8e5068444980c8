"""Traces in files: Parquet by day, CSV or GeoJSON, written chunk by chunk; the folder appears whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from fleetsim.clock import Clock
from fleetsim.errors import InputError, Problem, RunError
from fleetsim.telematics.segments import Doing
from fleetsim.telematics.trace import Chunk

TraceFormat = Literal["parquet", "csv", "geojson"]
ZONE = "Asia/Shanghai"
DECIMALS = {
    "lat": 6, "lon": 6, "speed_kmh": 1, "odometer_km": 2, "soc": 4, "hydrogen_kg": 2, "voltage_v": 1, "current_a": 1,
    "power_kw": 2, "temperature_c": 1,
}  # fmt: skip
"""Columns of values and the decimals that they are kept to."""
ACTIVITIES = tuple(each.name.lower() for each in Doing)


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it."""

    folder: Path
    rows: int
    size_bytes: int


def write_traces(
    chunks: Iterable[Chunk], names: tuple[str, ...], clock: Clock, folder: Path, form: TraceFormat
) -> Written:
    """Write the traces of vehicles, whose ``names`` stand by code, into a new folder.

    Parquet is one file a day, in a folder ``date=YYYY-MM-DD`` as partitioned data sets have them. Raises ``InputError``
    where the folder is there already.
    """
    rows = 0
    with _aside(folder) as aside, _Writers(aside, form) as writers:
        for chunk in chunks:
            day = clock.dates[clock.warmup_days + chunk.day].isoformat()
            table = to_table(chunk, names, clock)
            rows += table.num_rows
            writers.write(day, table, chunk)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Written(folder, rows, size)


def to_table(chunk: Chunk, names: tuple[str, ...], clock: Clock) -> pa.Table:
    """A chunk as a table with names, civil times and rounded values; NaN becomes null."""
    at = (clock.civil(np.zeros(1))[0] + (chunk.at_s * 1_000).astype("timedelta64[ms]")).astype("datetime64[ms]")
    utc = at - np.timedelta64(8, "h")
    columns: dict[str, Any] = {
        "vehicle": pa.DictionaryArray.from_arrays(pa.array(chunk.vehicle), pa.array(names, pa.string())),
        "at": pa.array(utc.astype("int64"), pa.int64()).cast(pa.timestamp("ms", tz=ZONE)),
        "activity": pa.DictionaryArray.from_arrays(pa.array(chunk.doing), pa.array(ACTIVITIES, pa.string())),
    }
    for name, decimals in DECIMALS.items():
        values = np.round(getattr(chunk, name).astype(np.float32), decimals)
        columns[name] = pa.array(values, mask=np.isnan(values))
    columns["alarms"] = pa.array(chunk.alarms)
    return pa.table(columns)


class _Writers:
    """The open file of the day, or of all days."""

    def __init__(self, folder: Path, form: TraceFormat) -> None:
        self._folder, self._form = folder, form
        self._day = ""
        self._close: Callable[[], None] = lambda: None
        self._write: Callable[[pa.Table, Chunk], None]

    def __enter__(self) -> _Writers:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def write(self, day: str, table: pa.Table, chunk: Chunk) -> None:
        """Append to the file of a day."""
        if day != self._day:
            self._close()
            self._day = day
            _OPENERS[self._form](self, day, table)
        self._write(table, chunk)

    def open_parquet(self, day: str, table: pa.Table) -> None:
        """One file a day."""
        file = self._folder / f"date={day}" / "trace.parquet"
        file.parent.mkdir()
        floats = [name for name in DECIMALS if name in table.column_names]
        encodings = {**dict.fromkeys(floats, "BYTE_STREAM_SPLIT"), "at": "DELTA_BINARY_PACKED",
                     "alarms": "DELTA_BINARY_PACKED"}  # fmt: skip
        writer = pq.ParquetWriter(
            file, table.schema, compression="zstd", use_dictionary=["vehicle", "activity"],
            column_encoding=encodings,
        )  # fmt: skip
        self._close, self._write = writer.close, lambda table, _: writer.write_table(table)

    def open_csv(self, day: str, table: pa.Table) -> None:
        """One file a day, with a head."""
        plain = _plain(table)
        writer = pa_csv.CSVWriter(str(self._folder / f"trace-{day}.csv"), plain.schema)
        self._close, self._write = writer.close, lambda table, _: writer.write_table(_plain(table))

    def open_geojson(self, day: str, _table: pa.Table) -> None:
        """One collection a day, a line for each vehicle."""
        out = (self._folder / f"trace-{day}.geojson").open("w", encoding="utf-8")
        out.write('{"type": "FeatureCollection", "features": [')
        state = {"first": True}

        def write(table: pa.Table, chunk: Chunk) -> None:
            for feature in _features(table, chunk):
                out.write("\n" if state["first"] else ",\n")
                out.write(json.dumps(feature, ensure_ascii=False, allow_nan=False))
                state["first"] = False

        def close() -> None:
            out.write("\n]}\n")
            out.close()

        self._close, self._write = close, write


_OPENERS = {"parquet": _Writers.open_parquet, "csv": _Writers.open_csv, "geojson": _Writers.open_geojson}


def _plain(table: pa.Table) -> pa.Table:
    """Texts in place of dictionaries and of times, which a CSV file cannot carry."""
    columns = {name: table[name] for name in table.column_names}
    for name in ("vehicle", "activity"):
        columns[name] = table[name].cast(pa.string())
    columns["at"] = pa.compute.strftime(table["at"], format="%Y-%m-%dT%H:%M:%S%z")
    return pa.table(columns)


def _features(table: pa.Table, chunk: Chunk) -> Iterator[dict[str, Any]]:
    """A line with times for each vehicle that is known to be somewhere; what stands still keeps its ends only."""
    edges = np.flatnonzero(np.diff(chunk.vehicle, prepend=-1))
    times = pa.compute.strftime(table["at"], format="%H:%M:%S").to_numpy(zero_copy_only=False)
    names = table["vehicle"].combine_chunks().dictionary
    for start, end in zip(edges, [*edges[1:], len(chunk.vehicle)], strict=True):
        known = np.flatnonzero(np.isfinite(chunk.lat[start:end])) + start
        if len(known) < 2:
            continue
        moved = np.ones(len(known), dtype=bool)
        place = np.stack((chunk.lon[known], chunk.lat[known]), axis=1).round(6)
        moved[1:-1] = np.any(place[1:-1] != place[:-2], axis=1) | np.any(place[1:-1] != place[2:], axis=1)
        known, place = known[moved], place[moved]
        yield {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": place.tolist()},
            "properties": {
                "vehicle": names[int(chunk.vehicle[start])].as_py(),
                "times": times[known].tolist(),
                "soc": [None if np.isnan(each) else round(float(each), 4) for each in chunk.soc[known]],
                "odometer_km": np.round(chunk.odometer_km[known], 2).tolist(),
            },
        }


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A folder to fill, which gets its name when the block ends well and vanishes otherwise."""
    if folder.exists():
        allowed = "must not be there yet; name another folder with --out"
        raise InputError([Problem(str(folder), None, "", "", allowed)])
    partial = folder.with_name(f".{folder.name}.{token_hex(4)}.partial")
    try:
        partial.mkdir(parents=True)
        yield partial
        partial.rename(folder)
    except OSError as error:
        raise RunError(f"{folder}: the traces could not be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)

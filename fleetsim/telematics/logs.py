"""Logs of real vehicles, as captures of GB/T 32960 frames or as CSV, read into one table; what was wrong is counted."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fleetsim.errors import InputError, Problem
from fleetsim.telematics.gbt32960.fields import DataUnitError, NoValue
from fleetsim.telematics.gbt32960.frame import Command, Frame
from fleetsim.telematics.gbt32960.messages import Message, coordinates, decode
from fleetsim.telematics.gbt32960.stream import StreamDecoder
from fleetsim.telematics.gcj02 import to_wgs84

Floats = NDArray[np.float64]
Datum = Literal["wgs84", "gcj02"]
COLUMNS = ("speed_kmh", "odometer_km", "soc_percent", "voltage_v", "current_a", "charge_state", "lat", "lon",
           "temperature_c", "load_kg")  # fmt: skip
"""What a log may hold beside the vehicle and the time."""
NEEDED = ("odometer_km", "soc_percent")
"""What it must hold to teach anything."""
BOUNDS = {
    "speed_kmh": (0, 220), "odometer_km": (0, 1e7), "soc_percent": (0, 100), "voltage_v": (0, 6_000),
    "current_a": (-3_000, 3_000), "charge_state": (1, 4), "lat": (-90, 90), "lon": (-180, 180),
    "temperature_c": (-60, 60), "load_kg": (0, 60_000),
}  # fmt: skip
CHARGING = 1
READ_BYTES = 1 << 20
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """Readings by vehicle and time."""

    names: tuple[str, ...]
    vehicle: NDArray[np.int64]
    at_s: Floats
    """Civil seconds since 1970."""
    values: Mapping[str, Floats]
    """Columns by name; NaN where there is no value."""
    quality: Mapping[str, int]
    """What was found and what was done about it."""


@dataclass(slots=True)
class _Rows:
    vehicle: list[str] = field(default_factory=list)
    at_s: list[float] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)
    quality: Counter[str] = field(default_factory=Counter)

    def add(self, vehicle: str, at: datetime, reading: Mapping[str, Any]) -> None:
        row = []
        for name in COLUMNS:
            value = reading.get(name)
            if isinstance(value, NoValue):
                self.quality[f"{name}: {value.name.lower()}"] += 1
                value = None
            low, high = BOUNDS[name]
            if value is not None and not low <= value <= high:
                self.quality[f"{name}: out of range"] += 1
                value = None
            row.append(float("nan") if value is None else float(value))
        self.vehicle.append(vehicle)
        self.at_s.append((at - _EPOCH).total_seconds())
        self.values.append(row)


def read_logs(paths: Sequence[Path], *, columns: Mapping[str, str], datum: Datum = "wgs84") -> Log:
    """Read files or folders of them. ``columns`` maps our names to those of a CSV file, where they differ.

    Frames of the edition of 2025 name their datum themselves; ``datum`` is that of everything else. Raises
    ``InputError`` where a file cannot be read or holds nothing that can be learnt from.
    """
    rows = _Rows()
    problems: list[Problem] = []
    for path in _files(paths, problems):
        try:
            if path.suffix == ".csv":
                _read_csv(path, columns, datum, rows, problems)
            else:
                _read_capture(path, datum, rows)
        except OSError as error:
            problems.append(Problem(str(path), None, "", "", f"cannot be read: {error.strerror or error}"))
        except (UnicodeDecodeError, csv.Error) as error:
            problems.append(Problem(str(path), None, "", "", f"must be CSV in UTF-8: {error}"))
    if not problems and not rows.at_s:
        problems.append(Problem(str(paths[0]) if paths else "", None, "", "", "no report of a vehicle was found in it"))
    if problems:
        raise InputError(problems)
    return _ordered(rows)


def _files(paths: Sequence[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
        elif path.is_file():
            yield path
        else:
            problems.append(Problem(str(path), None, "", "", "no such file or folder"))


def _read_capture(path: Path, datum: Datum, rows: _Rows) -> None:
    """Frames one behind the other, as bytes or as lines of hexadecimal digits."""
    decoder = StreamDecoder()
    with path.open("rb") as file:
        head = file.read(64)
        file.seek(0)
        if re.fullmatch(rb"[0-9A-Fa-f\s]+", head):
            chunks: Iterator[bytes] = (bytes.fromhex(_even(line)) for line in file)
        else:
            chunks = iter(lambda: file.read(READ_BYTES), b"")
        for frame in chain(chain.from_iterable(map(decoder.feed, chunks)), _rest(decoder)):
            rows.quality["frames"] += 1
            try:
                _take(decode(frame), datum, rows)
            except DataUnitError:
                rows.quality["frames: unreadable data unit"] += 1
    rows.quality["frames: failed checks"] += decoder.failed_checks
    rows.quality["bytes: skipped"] += decoder.skipped_bytes


def _rest(decoder: StreamDecoder) -> Iterator[Frame]:
    """What a decoder still holds, asked for when everything has been fed to it."""
    yield from decoder.close()


def _even(line: bytes) -> str:
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", line).decode("ascii")
    return digits[: len(digits) // 2 * 2]


def _take(message: Message, datum: Datum, rows: _Rows) -> None:
    if message.command not in (Command.REPORT, Command.REISSUE) or message.at is None:
        return
    blocks = message.values
    reading = dict(blocks.get("vehicle", {}))
    position = blocks.get("position")
    if position:
        found = coordinates(position)
        if found is None:
            rows.quality["position: invalid"] += 1
        else:
            theirs = {1: "wgs84", 2: "gcj02"}.get(position.get("datum", 0), datum)
            reading["lat"], reading["lon"] = _wgs84(*found, theirs, rows)
    if message.command == Command.REISSUE:
        rows.quality["reports: re-issued"] += 1
    rows.add(message.unique_id, message.at, reading)


def _wgs84(lat: float, lon: float, datum: str, rows: _Rows) -> tuple[float, float]:
    if datum != "gcj02":
        return lat, lon
    rows.quality["position: moved from GCJ-02"] += 1
    moved_lat, moved_lon = to_wgs84(lat, lon)
    return float(moved_lat), float(moved_lon)


def _read_csv(path: Path, columns: Mapping[str, str], datum: Datum, rows: _Rows, problems: list[Problem]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        head = reader.fieldnames or []
        theirs = {name: columns.get(name, name) for name in ("vehicle", "at", *COLUMNS)}
        lacking = [theirs[name] for name in ("vehicle", "at", *NEEDED) if theirs[name] not in head]
        lacking += [column for name, column in columns.items() if column not in head and column not in lacking]
        if lacking:
            allowed = f"must have the column; there are: {', '.join(head) or 'none'}; name others with --map"
            problems += [Problem(str(path), 1, column, "", allowed) for column in lacking]
            return
        for number, row in enumerate(reader, 2):
            try:
                at = datetime.fromisoformat(row[theirs["at"]]).replace(tzinfo=None)
                reading = {name: _number(row.get(theirs[name])) for name in COLUMNS}
            except (TypeError, ValueError) as error:
                rows.quality["rows: unreadable"] += 1
                if rows.quality["rows: unreadable"] == 1:
                    rows.quality[f"first unreadable row: {path.name}:{number} ({error})"] += 1
                continue
            lat, lon = reading["lat"], reading["lon"]
            if lat is not None and lon is not None:
                reading["lat"], reading["lon"] = _wgs84(lat, lon, datum, rows)
            rows.quality["rows"] += 1
            rows.add(row[theirs["vehicle"]], at, reading)


def _number(text: str | None) -> float | None:
    return float(text) if text and text.strip() else None


def _ordered(rows: _Rows) -> Log:
    """By vehicle and time, one reading each; the clock of a vehicle that jumps back is counted."""
    names, vehicle = np.unique(np.array(rows.vehicle), return_inverse=True)
    at_s, table = np.array(rows.at_s), np.array(rows.values)
    quality = rows.quality
    came = np.lexsort((np.arange(len(at_s)), vehicle))
    same = np.diff(vehicle[came]) == 0
    quality["clock: earlier than the reading before"] += int((same & (np.diff(at_s[came]) < 0)).sum())
    order = np.lexsort((at_s, vehicle))
    vehicle, at_s, table = vehicle[order], at_s[order], table[order]
    fresh = np.ones(len(at_s), dtype=bool)
    fresh[1:] = (np.diff(vehicle) != 0) | (np.diff(at_s) != 0)
    quality["readings: doubled and dropped"] += int((~fresh).sum())
    vehicle, at_s, table = vehicle[fresh], at_s[fresh], table[fresh]
    quality["readings"] = len(at_s)
    values = {name: table[:, column] for column, name in enumerate(COLUMNS)}
    return Log(tuple(names.tolist()), vehicle.astype(np.int64), at_s, values, dict(sorted(quality.items())))

"""A GTFS feed as it lies in its zip: tables of rows, read without unpacking anything to disk."""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from pathlib import Path, PurePosixPath

from fleetsim.documents.choices import did_you_mean
from fleetsim.errors import InputError, Problem

LARGEST_BYTES = 1 << 29
"""Most that all tables of a feed together may unpack to; a file that claims less and gives more is cut off there."""

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
    "calendar": ("service_id", *WEEK, "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "shapes": ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"),
}
"""The tables that are read, and the columns that each must have."""
OPTIONAL_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "stops": ("stop_name", "parent_station"),
    "routes": ("route_short_name", "route_long_name"),
    "trips": ("block_id", "shape_id"),
    "stop_times": ("shape_dist_traveled",),
}
OPTIONAL = frozenset({"calendar", "calendar_dates", "frequencies", "shapes"})
"""Tables that a feed need not have, though one of the calendars is needed."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One row of a table, and its line."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell of a column, empty where the feed has none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Feed:
    """The tables of a feed by name, an absent one without rows."""

    name: str
    sha256: str
    tables: Mapping[str, Sequence[FeedRow]]

    def problem(self, table: str, line: int | None, column: str, found: str, allowed: str) -> Problem:
        """A problem of a row."""
        return Problem(f"{self.name}/{table}.txt", line, column, found, allowed)


def read_feed(path: Path) -> Feed:
    """The feed of a zip file. Raises ``InputError`` with everything that makes it unreadable."""
    problems: list[Problem] = []
    tables: dict[str, list[FeedRow]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive)
            left = LARGEST_BYTES
            for table in REQUIRED:
                text = None
                if table in members:
                    text, left = _text(path, archive, members[table], left, problems)
                elif table not in OPTIONAL:
                    problems.append(Problem(path.name, None, f"{table}.txt", "", "this table is missing in the feed"))
                tables[table] = [] if text is None else _rows(f"{path.name}/{table}.txt", table, text, problems)
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError([Problem(str(path), None, "", "", f"not a readable zip file: {error}")]) from None
    if not problems and not tables["calendar"] and not tables["calendar_dates"]:
        allowed = "a feed needs one of these two, to say on which days its trips run"
        problems.append(Problem(path.name, None, "calendar.txt, calendar_dates.txt", "", allowed))
    if problems:
        raise InputError(problems)
    return Feed(path.name, sha256(path.read_bytes()).hexdigest(), tables)


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The file of each table: at the top, or in a folder; nothing is ever written, wherever a name points to."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in sorted(archive.infolist(), key=lambda info: (info.filename.count("/"), info.filename)):
        name = PurePosixPath(info.filename).name
        if name.endswith(".txt") and "__MACOSX" not in info.filename:
            found.setdefault(name.removesuffix(".txt"), info)
    return found


def _text(
    path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, problems: list[Problem]
) -> tuple[str | None, int]:
    """The text of a file and how much more may be unpacked."""
    file = f"{path.name}/{PurePosixPath(member.filename).name}"
    try:
        with archive.open(member) as stream:
            content = stream.read(left + 1)
        if len(content) > left:
            allowed = f"the tables must unpack to at most {LARGEST_BYTES >> 20} MiB together"
            problems.append(Problem(file, None, "", "", allowed))
            return None, 0
        return content.decode("utf-8-sig"), left - len(content)
    except UnicodeDecodeError as error:
        problems.append(Problem(file, None, "", f"byte {error.start}", "must be text in UTF-8"))
    except (OSError, EOFError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile) as error:
        problems.append(Problem(file, None, "", "", f"cannot be unpacked: {error}"))
    return None, left


def _rows(file: str, table: str, text: str, problems: list[Problem]) -> list[FeedRow]:
    reader = csv.reader(StringIO(text.replace("\0", ""), newline=""))
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [name for name in REQUIRED[table] if name not in header]
        unknown = [name for name in header if name not in REQUIRED[table]]
        for name in missing:
            allowed = f"this column is missing{did_you_mean(name, unknown)}"
            problems.append(Problem(file, 1, name, "", allowed))
        if missing:
            return []
        wanted = [*REQUIRED[table], *(name for name in OPTIONAL_COLUMNS.get(table, ()) if name in header)]
        places = [(name, header.index(name)) for name in wanted]
        rows = []
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) <= max(place for _, place in places):
                problems.append(Problem(file, reader.line_num, "", f"{len(cells)} cells", f"must be {len(header)}"))
                continue
            rows.append(FeedRow(reader.line_num, {name: cells[place].strip() for name, place in places}))
        return rows
    except csv.Error as error:
        problems.append(Problem(file, reader.line_num, "", "", f"not valid CSV: {error}"))
        return []

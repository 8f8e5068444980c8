"""CSV files row by row: each row becomes a specification, and its faults name their line and column."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from fleetsim.documents.choices import did_you_mean
from fleetsim.documents.faults import faults_of
from fleetsim.documents.requirement import Expected
from fleetsim.documents.text_file import read_text, shown
from fleetsim.errors import InputError, Problem
from fleetsim.spec import Spec

SpecT = TypeVar("SpecT", bound=Spec)

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True)
class Row(Generic[SpecT]):
    """One row: its line in the file and what it says."""

    line: int
    spec: SpecT


def read_csv(
    model: type[SpecT], path: Path, root: Path, problems: list[Problem], *, may_be_empty: bool = False
) -> list[Row[SpecT]]:
    """The rows of a CSV file, one ``model`` each; the good rows, with the faults of the others in ``problems``.

    The fields of the model are the columns; those without a default must be there, in any order. Lines that begin
    with ``#`` and blank lines are left out; an empty cell is a missing value.
    """
    file = shown(path, root)
    try:
        text = read_text(path, root)
    except InputError as error:
        problems.extend(error.problems)
        return []
    try:
        lines = list(_cells(text))
    except csv.Error as error:
        problems.append(Problem(file, None, "", "", f"not valid CSV: {error}"))
        return []
    if not lines:
        problems.append(Problem(file, None, "", "", "the file has no header: its first line must name the columns"))
        return []
    (header_line, header), *body = lines
    if not _header_is_good(model, file, header_line, header, problems):
        return []
    if not body and not may_be_empty:
        problems.append(Problem(file, header_line, "", "", "the file has a header but no rows"))
    numeric = [Expected.of(model).inner(name).is_number() for name in header]
    rows = (_row(model, file, line, header, numeric, cells, problems) for line, cells in body)
    return [row for row in rows if row is not None]


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that says something."""
    kept = ("" if line.startswith("#") else line for line in text.splitlines())
    reader = csv.reader(kept, strict=True)
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped):
            yield reader.line_num, stripped


def _header_is_good(model: type[Spec], file: str, line: int, header: list[str], problems: list[Problem]) -> bool:
    columns = list(model.model_fields)
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    before = len(problems)
    if len(header) == 1 and len(required) > 1 and (separator := next((s for s in ";\t" if s in header[0]), "")):
        word = {";": "semicolons", "\t": "tabs"}[separator]
        problems.append(Problem(file, line, "", word, "columns must be separated by commas"))
        return False
    unknown = [name for name in header if name not in columns]
    missing = [name for name in required if name not in header]
    for name in unknown:
        free = missing if len(missing) == len(unknown) == 1 else [c for c in columns if c not in header]
        allowed = f"unknown column{did_you_mean(name, free)}; allowed: {', '.join(columns)}"
        problems.append(Problem(file, line, name or "(empty)", "", allowed))
    if len(unknown) < len(missing) or not unknown:
        for name in missing:
            problems.append(Problem(file, line, name, "", f"this column is missing; found: {', '.join(header)}"))
    for name in dict.fromkeys(name for name in header if header.count(name) > 1):
        problems.append(Problem(file, line, name, "", "this column stands twice"))
    return len(problems) == before


def _row(
    model: type[SpecT],
    file: str,
    line: int,
    header: list[str],
    numeric: list[bool],
    cells: list[str],
    problems: list[Problem],
) -> Row[SpecT] | None:
    if len(cells) != len(header):
        hint = "; a number must not contain a comma" if len(cells) > len(header) else ""
        problems.append(Problem(file, line, "", f"{len(cells)} cells", f"must be {len(header)} as in the header{hint}"))
        return None
    filled = (each for each in zip(header, numeric, cells, strict=True) if each[2])
    values = {name: _number(cell) if wanted else cell for name, wanted, cell in filled}
    try:
        return Row(line, model.model_validate(values))
    except ValidationError as error:
        for fault in faults_of(model, values, error):
            problems.append(Problem(file, line, ".".join(map(str, fault.at)), fault.found, fault.allowed))
        return None


def _number(cell: str) -> Any:
    """A cell of a column of numbers as YAML would have given it: a number if the text is one."""
    if not _NUMBER.fullmatch(cell):
        return cell
    return int(cell) if re.fullmatch(r"[-+]?\d{1,300}", cell) else float(cell)

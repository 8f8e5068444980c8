"""Text in columns for a terminal, where a Chinese character is two cells wide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from fleetsim.report.numerals import NO_BREAK

_NOT_FIRST = "，。；：、）！？”％"
"""Characters that may not begin a line."""
_UNITS = re.compile(rf"\s+|(?:[^\u2e80-\u9fff\uff00-\uffef\s]+|.)[{_NOT_FIRST}]*", re.UNICODE)
"""What a line may be broken between: words of letters, single Chinese characters, each with what closes it."""


def cells(text: str) -> int:
    """Cells that a text takes in a terminal.

    >>> cells("SOC"), cells("充电桩")
    (3, 6)
    """
    return sum(
        0 if unicodedata.combining(mark) else 2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text
    )


def fit(text: str, width: int) -> str:
    """The text cut to a width, the cut marked.

    >>> fit("dianchi_road_depot", 10), fit("金马车场", 7)
    ('dianchi_r…', '金马车…')
    """
    if cells(text) <= width:
        return text
    kept, room = "", width - 1
    for mark in text:
        room -= cells(mark)
        if room < 0:
            break
        kept += mark
    return f"{kept}…"


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text filled with blanks to a width."""
    blanks = " " * (width - cells(text))
    return f"{blanks}{text}" if right else f"{text}{blanks}"


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """The text in lines of at most ``width`` cells; lines after the first are indented."""
    lines, line = [], ""
    for unit in _UNITS.findall(text):
        if line.strip() and cells(line + unit.rstrip()) > width:
            lines.append(line.rstrip())
            line = indent
            if unit.isspace():
                continue
        line += unit
    lines.append(line.rstrip())
    return [finished.replace(NO_BREAK, " ") for finished in lines]


def table(heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """A table under heads of two lines, its first column flushed left, the others right.

    Columns for which a line has no room go into a further table below, under the first column again.
    """
    lines = [[head[0] for head in heads], [head[1] for head in heads], *rows]
    widths = [max(cells(line[column]) for line in lines) for column in range(len(heads))]
    widths[0] = min(widths[0], max(width // 4, 12))
    tables: list[list[int]] = [[]]
    for column in range(1, len(heads)):
        taken = widths[0] + sum(2 + widths[other] for other in (*tables[-1], column))
        if tables[-1] and taken > width:
            tables.append([])
        tables[-1].append(column)
    printed = [[_row(line, columns, widths) for line in lines] for columns in tables]
    return [line for number, part in enumerate(printed) for line in ([""] if number else []) + part]


def _row(line: Sequence[str], columns: Sequence[int], widths: Sequence[int]) -> str:
    first = pad(fit(line[0], widths[0]), widths[0])
    return "  ".join([first, *(pad(line[column], widths[column], right=True) for column in columns)]).rstrip()

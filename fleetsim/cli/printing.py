"""Printing: tables and JSON to stdout, remarks to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from fleetsim.pipeline import Results

METRIC_KEYS = ("scope", "subject", "metric", "value", "unit", "definition")
_WIDEST = 120


def print_json(content: Any) -> None:
    """One JSON value."""
    click.echo(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False))


def known(value: Any) -> Any:
    """The value as JSON can carry it: nothing for what is not a finite number."""
    return None if isinstance(value, float) and not isfinite(value) else value


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns under their heads, two spaces apart; numbers are for the caller to format."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def remark(text: str) -> None:
    """Something worth knowing that is not the answer."""
    click.echo(text, err=True)


def progress(text: str) -> None:
    """What is being done, for someone who watches: only where stderr is a terminal."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


def width() -> int:
    """Width to print at: the terminal's, within reason."""
    import shutil

    return min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)


def run_as_json(results: Results) -> dict[str, Any]:
    """What a run came to: run_id, folder, page and each metric with unit and definition."""
    from fleetsim.results.listing import metric_rows

    rows = metric_rows(results.records.tables["metrics"])
    return {
        "run_id": results.run_id,
        "folder": str(results.folder),
        "page": str(results.page),
        "metrics": [dict(zip(METRIC_KEYS, row, strict=True)) for row in rows],
    }

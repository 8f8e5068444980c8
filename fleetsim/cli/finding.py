"""Which run a user means: a run_id, a unique beginning of one, or ``last``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fleetsim.errors import InputError, Problem

if TYPE_CHECKING:
    from fleetsim.pipeline import Results

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def run_argument(function: Decorated) -> Decorated:
    """``RUN``."""
    return click.argument("run")(function)


def find_run(run: str, results: Path, store: str | None) -> Results:
    """The finished run that is meant. Raises ``InputError`` where it is none or several."""
    from fleetsim.pipeline import read
    from fleetsim.results.listing import catalogued, run_meant

    done = [row for row in catalogued(results, store) if row.status == "done"]
    folder = results / run_meant(run, done, results).run_id
    if not folder.is_dir():
        allowed = "its folder is gone; fleetsim rebuild brings the catalogue up to date"
        raise InputError([Problem(str(folder), None, "", "", allowed)])
    return read(folder)

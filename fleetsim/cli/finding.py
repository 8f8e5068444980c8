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

LAST = "last"


def run_argument(function: Decorated) -> Decorated:
    """``RUN``."""
    return click.argument("run")(function)


def find_run(run: str, results: Path, store: str | None) -> Results:
    """The finished run that is meant. Raises ``InputError`` where it is none or several."""
    from fleetsim.pipeline import read
    from fleetsim.results.listing import catalogued

    done = [row.run_id for row in catalogued(results, store) if row.status == "done"]
    if run == LAST:
        meant = done[-1:]
    else:
        meant = [run] if run in done else [run_id for run_id in done if run_id.startswith(run)]
    if len(meant) != 1:
        raise InputError([Problem(str(results), None, "RUN", repr(run), _advice(run, meant, done))])
    folder = results / meant[0]
    if not folder.is_dir():
        allowed = "its folder is gone; fleetsim rebuild brings the catalogue up to date"
        raise InputError([Problem(str(folder), None, "", "", allowed)])
    return read(folder)


def _advice(run: str, meant: list[str], done: list[str]) -> str:
    if meant:
        return f"several runs begin like that: {', '.join(meant)}"
    if not done:
        return "there are no finished runs; fleetsim run SCENARIO makes one"
    from difflib import get_close_matches

    close = get_close_matches(run, done, n=1)
    return f"no run begins like that; {f'did you mean {close[0]}?' if close else 'fleetsim runs lists them'}"

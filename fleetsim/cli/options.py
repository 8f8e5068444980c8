"""Arguments and options that several commands share, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fleetsim.errors import InputError, Problem

if TYPE_CHECKING:
    from fleetsim.report.words import Language
    from fleetsim.scenario.schema import Scenario

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Decorator = Callable[[Decorated], Decorated]

FOLDER = click.Path(file_okay=True, path_type=Path)


def file_to_make(out: Path) -> Path:
    """The file of ``--out``, if it can be made."""
    if not out.absolute().parent.is_dir() or out.is_dir():
        raise InputError([Problem(str(out), None, "--out", "", "must be a file in a folder that exists")])
    return out


def scenario_argument(function: Decorated) -> Decorated:
    """``SCENARIO`` and everything that changes what it says."""
    for decorate in (
        click.option("--workspace", type=FOLDER, metavar="DIR", help="Root of the workspace, if not above SCENARIO."),
        click.option("--days", type=int, metavar="N", help="Reported days; short for --set days=N."),
        click.option("--seed", type=int, metavar="N", help="Seed of every random draw; short for --set seed=N."),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="KEY=VALUE",
            help="Change a value of the scenario, dots leading into blocks; repeatable.",
        ),
        click.argument("scenario", type=FOLDER),
    ):
        function = decorate(function)
    return function


def load_scenario(
    scenario: Path, settings: tuple[str, ...], seed: int | None, days: int | None, workspace: Path | None
) -> Scenario:
    """The scenario that the arguments of a command describe."""
    from fleetsim.pipeline import load

    short = [f"{key}={value}" for key, value in (("seed", seed), ("days", days)) if value is not None]
    return load(scenario, overrides=[*settings, *short], workspace=workspace)


def results_option(function: Decorated) -> Decorated:
    """``--results`` and ``--store``: where runs and their catalogue lie."""
    for decorate in (
        click.option(
            "--store",
            metavar="URL",
            help="Catalogue elsewhere than in the results folder: SQLite or PostgreSQL.",
        ),
        click.option("--results", type=FOLDER, metavar="DIR", help="Folder of the runs [results/ of the workspace]."),
    ):
        function = decorate(function)
    return function


def workers_option(function: Decorated) -> Decorated:
    """``--workers``: how many processes of this machine work."""
    number = click.IntRange(1)
    option = click.option(
        "--workers", type=number, default=1, show_default=True, metavar="N", help="Processes; same results."
    )
    return option(function)


def cluster_option(function: Decorated) -> Decorated:
    """``--cluster``: the workers of a Dask cluster instead."""
    text = "Work on a Dask cluster, such as tcp://10.0.0.1:8786 (docs/cluster.md)."
    return click.option("--cluster", metavar="ADDRESS", help=text)(function)


def json_option(function: Decorated) -> Decorated:
    """``--json``: the same for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(function)


def lang_option(function: Decorated) -> Decorated:
    """``--lang``: the language of what is printed or written."""
    choice = click.Choice(["en", "zh"])
    return click.option("--lang", "language", type=choice, default="en", show_default=True, help="Language.")(function)


def results_here(results: Path | None) -> Path:
    """The results folder given, else that of the workspace around the current folder, else ``results``.

    Raises ``InputError`` where there is no such folder: these commands read what runs have left.
    """
    from fleetsim.errors import InputError, Problem
    from fleetsim.workspace import RESULTS_FOLDER, is_workspace

    here = Path.cwd()
    root = next((folder for folder in (here, *here.parents) if is_workspace(folder)), here)
    folder = results or root / RESULTS_FOLDER
    if not folder.is_dir():
        allowed = "no such folder; name the one that holds the runs with --results DIR"
        raise InputError([Problem(str(folder), None, "", "", allowed)])
    return folder


def language_of(value: str) -> Language:
    """The choice of ``--lang`` as the report's type."""
    return "zh" if value == "zh" else "en"

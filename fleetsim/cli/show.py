"""``fleetsim show``."""

from __future__ import annotations

from pathlib import Path

import click

from fleetsim.cli.finding import find_run, run_argument
from fleetsim.cli.options import json_option, lang_option, language_of, results_here, results_option
from fleetsim.cli.printing import print_json, run_as_json, width


@click.command("show")
@run_argument
@results_option
@lang_option
@json_option
def command(run: str, results: Path | None, store: str | None, language: str, as_json: bool) -> None:
    """Print the summary of RUN.

    RUN is a run_id, a unique beginning of one, or `last`.

    Example: fleetsim show last --json
    """
    found = find_run(run, results_here(results), store)
    if as_json:
        print_json(run_as_json(found))
    else:
        click.echo(found.summary(language_of(language), width()))

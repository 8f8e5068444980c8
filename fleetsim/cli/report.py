"""``fleetsim report``."""

from __future__ import annotations

from pathlib import Path

import click

from fleetsim.cli.finding import find_run, run_argument
from fleetsim.cli.options import lang_option, language_of, results_here, results_option


@click.command("report")
@run_argument
@results_option
@lang_option
def command(run: str, results: Path | None, store: str | None, language: str) -> None:
    """Write the page of RUN again and print its path.

    It carries both languages and opens in the one named here.

    RUN is a run_id, a unique beginning of one, or `last`.

    Example: fleetsim report last --lang zh
    """
    click.echo(find_run(run, results_here(results), store).write_page(language_of(language)))

"""``fleetsim rebuild``."""

from __future__ import annotations

from pathlib import Path

import click

from fleetsim.cli.options import results_here, results_option


@click.command("rebuild")
@results_option
def command(results: Path | None, store: str | None) -> None:
    """Make the catalogue again from the run folders.

    Needed after runs were copied or deleted by hand, or for a new --store.

    Example: fleetsim rebuild --store postgresql+psycopg://localhost/fleet
    """
    from fleetsim.results.listing import rebuild

    folder = results_here(results)
    click.echo(f"{folder}: {rebuild(folder, store)} runs listed")

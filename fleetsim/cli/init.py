"""``fleetsim init``."""

from __future__ import annotations

from pathlib import Path

import click

from fleetsim.cli.options import FOLDER


@click.command("init")
@click.argument("folder", type=FOLDER, metavar="DIR")
def command(folder: Path) -> None:
    """Make a workspace in DIR, ready to be edited.

    It holds profiles, the grid, scenarios and a place for results.

    Nothing that is there is overwritten.

    Example: fleetsim init my_city
    """
    from fleetsim.workspace import init

    files = init(folder)
    click.echo(f"{folder}: {len(files)} files")
    click.echo(f"Next: fleetsim run {folder / 'configs' / 'first_depot.yaml'}")

"""``fleetsim init``."""

from __future__ import annotations

from pathlib import Path

import click

from fleetsim.cli.options import FOLDER


@click.command("init")
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option(
    "--template", type=click.Choice(["depot"]), help="Your own depot: lists in CSV to fill in, and its scenario alone."
)
def command(folder: Path, template: str | None) -> None:
    """Make a workspace in DIR, ready to be edited.

    It holds profiles, the grid, scenarios and a place for results.

    Nothing that is there is overwritten.

    Example: fleetsim init my_city --template depot
    """
    from fleetsim.workspace import TEMPLATES, init

    files = init(folder, template)
    click.echo(f"{folder}: {len(files)} files")
    if template is None:
        click.echo(f"Next: fleetsim run {folder / 'configs' / 'first_depot.yaml'}")
        return
    scenario = folder / "configs" / TEMPLATES[template]
    for file in files:
        if file.parts[:2] == ("profiles", scenario.stem):
            click.echo(f"Fill in: {folder / file}")
    click.echo(f"Next: fleetsim check {scenario}")

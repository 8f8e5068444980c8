"""``fleetsim grid``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from fleetsim.cli.options import FOLDER, json_option, load_scenario, scenario_argument
from fleetsim.cli.printing import print_json, print_table


@click.command("grid")
@scenario_argument
@json_option
@click.option("--by", type=click.Choice(["day", "month"]), default="day", help="A row for each day or month [day].")
@click.option("--pypsa", type=FOLDER, metavar="FILE", help="Write the year by hour as a PyPSA network (netCDF).")
def command(
    scenario: Path,
    settings: tuple[str, ...],
    seed: int | None,
    days: int | None,
    workspace: Path | None,
    as_json: bool,
    by: Literal["day", "month"],
    pypsa: Path | None,
) -> None:
    """Show the grid behind SCENARIO day by day, or month by month.

    Generation by source, export, clean share and emission, without the fleets' own load.

    Example: fleetsim grid configs/first_depot.yaml --set grid.hydrology=dry
    """
    from fleetsim.pipeline import grid_days, grid_network

    loaded = load_scenario(scenario, settings, seed, days, workspace)
    if pypsa is not None:
        grid_network(loaded).export_to_netcdf(str(pypsa))
    rows = grid_days(loaded, by)
    if as_json:
        print_json(rows)
    else:
        print_table(list(rows[0]), [[_shown(value) for value in row.values()] for row in rows])


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:.4f}" if abs(value) <= 1 else f"{value:.1f}"

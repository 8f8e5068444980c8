"""``fleetsim grid``."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Literal

import click

from fleetsim.cli.options import FOLDER, file_to_make, json_option, load_scenario, scenario_argument
from fleetsim.cli.printing import print_json, print_table, remark


@click.command("grid")
@scenario_argument
@json_option
@click.option(
    "--by", type=click.Choice(["15min", "hour", "day", "month"]), default="day", help="What a row stands for [day]."
)
@click.option("--out", type=FOLDER, metavar="FILE", help="Write the rows as CSV.")
@click.option("--pypsa", type=FOLDER, metavar="FILE", help="Write the year by hour as a PyPSA network (netCDF).")
def command(
    scenario: Path,
    settings: tuple[str, ...],
    seed: int | None,
    days: int | None,
    workspace: Path | None,
    as_json: bool,
    by: Literal["15min", "hour", "day", "month"],
    out: Path | None,
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
    if out is not None:
        with file_to_make(out).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        remark(f"{len(rows)} rows: {out}")
    elif as_json:
        print_json(rows)
    else:
        print_table(list(rows[0]), [[_shown(value) for value in row.values()] for row in rows])


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:.4f}" if abs(value) <= 1 else f"{value:.1f}"

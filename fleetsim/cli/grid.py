"""``fleetsim grid``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fleetsim.cli.options import json_option, load_scenario, scenario_argument
from fleetsim.cli.printing import print_json, print_table


@click.command("grid")
@scenario_argument
@json_option
def command(
    scenario: Path, settings: tuple[str, ...], seed: int | None, days: int | None, workspace: Path | None, as_json: bool
) -> None:
    """Show the grid behind SCENARIO day by day.

    Generation by source, export, clean share and emission, without the fleets' own load.

    Example: fleetsim grid configs/first_depot.yaml --set grid.hydrology=dry
    """
    from fleetsim.pipeline import grid_days

    rows = grid_days(load_scenario(scenario, settings, seed, days, workspace))
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

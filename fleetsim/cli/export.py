"""``fleetsim export``: a run in the formats of others."""

from __future__ import annotations

from pathlib import Path

import click

from fleetsim.cli.finding import find_run, run_argument
from fleetsim.cli.options import FOLDER, file_to_make, results_here, results_option
from fleetsim.cli.printing import remark

STEPS_MIN = {"15min": 15, "60min": 60}


@click.group("export")
def command() -> None:
    """Write what others take from a run.

    Example: fleetsim export load last --out load.csv
    """


@command.command("load")
@run_argument
@results_option
@click.option(
    "--step", type=click.Choice(list(STEPS_MIN)), default="15min", show_default=True, help="Time between rows."
)
@click.option("--out", type=FOLDER, required=True, metavar="FILE", help="File to make (CSV).")
def load(run: str, results: Path | None, store: str | None, step: str, out: Path) -> None:
    """Write the load of each site and network asset of RUN for planning tools.

    A row for each site, transformer, feeder and substation and each step: voltage level, mean active and reactive
    power, and the peak of the series with its time. docs/peaks.md describes the columns.

    Example: fleetsim export load last --step 60min --out load.csv
    """
    from fleetsim.report.planning import write_load

    found = find_run(run, results_here(results), store)
    rows = write_load(found.records, file_to_make(out), STEPS_MIN[step])
    click.echo(out)
    remark(f"{rows:,} rows")

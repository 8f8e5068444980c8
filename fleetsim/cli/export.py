"""``fleetsim export``: runs in the formats of others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fleetsim.cli.finding import find_run, run_argument
from fleetsim.cli.options import FOLDER, file_to_make, results_here, results_option
from fleetsim.cli.printing import remark

if TYPE_CHECKING:
    from fleetsim.comparison.tidy import Form

STEPS_MIN = {"15min": 15, "60min": 60}


@click.group("export")
def command() -> None:
    """Write what others take from runs.

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


@command.command("metrics")
@click.argument("what", metavar="RUN...|STUDY", nargs=-1, required=True)
@results_option
@click.option(
    "--format", "form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True, help="Format."
)
@click.option("--output", "--out", type=FOLDER, required=True, metavar="FILE", help="File to make.")
@click.option("--overwrite", is_flag=True, help="Replace FILE where it is there already.")
def metrics(
    what: tuple[str, ...], results: Path | None, store: str | None, form: Form, output: Path, overwrite: bool
) -> None:
    """Write all metrics of a study or of some runs in long form.

    A row for each run, scope, subject and metric, with study, variant, seed and every value that was varied. What
    failed has no rows.

    RUN is a run_id, a unique beginning of one, or `last`; STUDY the name of a study.

    Example: fleetsim export metrics chargers --format parquet --output chargers.parquet
    """
    from fleetsim.comparison.alternatives import alternatives_of_runs, alternatives_of_study
    from fleetsim.comparison.tidy import tidy, write_tidy
    from fleetsim.results.listing import listed_catalogue

    folder = results_here(results)
    with listed_catalogue(folder, store) as catalogue:
        study = what[0] if what[0] in {row.study for row in catalogue.studies()} and len(what) == 1 else None
        if study is None:
            found = alternatives_of_runs(what, folder, catalogue)
        else:
            found = alternatives_of_study(study, catalogue)
        rows = write_tidy(tidy(found, study), catalogue, output, form, replace=overwrite)
    click.echo(output)
    runs = [member.row.status for one in found for member in one.members]
    failed = runs.count("failed")
    remark(f"{rows:,} rows of {len(runs) - failed} runs" + (f"; {failed} failed and have none" if failed else ""))

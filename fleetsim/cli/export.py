"""``fleetsim export``: runs in the formats of others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fleetsim.cli.finding import find_run, run_argument
from fleetsim.cli.options import (
    FOLDER,
    file_to_make,
    load_scenario,
    results_here,
    results_option,
    scenario_argument,
)
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


@command.command("pandapower")
@scenario_argument
@click.option("--at", metavar="HH:MM", help="Time of the first reported day [the moment of the highest load].")
@click.option("--out", type=FOLDER, required=True, metavar="FILE", help="File to make (JSON).")
def pandapower(
    scenario: Path,
    settings: tuple[str, ...],
    seed: int | None,
    days: int | None,
    workspace: Path | None,
    at: str | None,
    out: Path,
) -> None:
    """Run SCENARIO and write its distribution network at one moment for pandapower.

    Lines and transformers with base load, sites, panels (sgen) and batteries (storage) apart. Ratings are what assets
    may carry at their elevation: read it again with --elevation-m 0. Needs the extra powerflow.

    Example: fleetsim export pandapower configs/first_depot.yaml --at 12:00 --out net.json
    """
    from fleetsim.errors import RunError
    from fleetsim.network.pandapower_net import pandapower_itself, peak_slot, write_pandapower
    from fleetsim.pipeline import network_loads, simulate

    path, loaded = file_to_make(out), load_scenario(scenario, settings, seed, days, workspace)
    slot = None if at is None else _slot(at)
    pandapower_itself()
    carried = network_loads(loaded, simulate(loaded).records)
    if carried is None or loaded.network is None:
        raise RunError("the workspace has no grid/network/: there is nothing to write")
    write_pandapower(carried, peak_slot(carried) if slot is None else slot, loaded.network, path)
    click.echo(path)


def _slot(at: str) -> int:
    """Slot of a day that holds a time."""
    import re

    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
        raise click.BadParameter("must be a time like 12:00", param_hint="--at")
    hour, minute = map(int, at.split(":"))
    return (hour * 60 + minute) // STEPS_MIN["15min"]


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

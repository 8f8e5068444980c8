"""``fleetsim run``."""

from __future__ import annotations

from pathlib import Path

import click

from fleetsim.cli.options import (
    json_option,
    lang_option,
    language_of,
    load_scenario,
    results_option,
    scenario_argument,
    workers_option,
)
from fleetsim.cli.printing import print_json, progress, remark, run_as_json, width


@click.command("run")
@scenario_argument
@workers_option
@results_option
@click.option("--again", is_flag=True, help="Run even if the same run is there already, and replace it.")
@lang_option
@json_option
def command(
    scenario: Path,
    settings: tuple[str, ...],
    seed: int | None,
    days: int | None,
    workspace: Path | None,
    workers: int,
    results: Path | None,
    store: str | None,
    again: bool,
    language: str,
    as_json: bool,
) -> None:
    """Run SCENARIO, save its tables and page, and print the summary.

    The same scenario, inputs and program make the same run: it is not computed twice.

    Example: fleetsim run configs/first_depot.yaml --set sites.dayangfu.strategy=valley
    """
    from fleetsim import pipeline
    from fleetsim.results.facts import now
    from fleetsim.scenario.remarks import shortened
    from fleetsim.workspace import RESULTS_FOLDER

    progress(f"reading {scenario}")
    loaded = load_scenario(scenario, settings, seed, days, workspace)
    for text in loaded.remarks:
        remark(f"remark: {shortened(text)}")
    results = results or loaded.workspace / RESULTS_FOLDER
    vehicles = sum(fleet.count for fleet in loaded.spec.fleets.values())
    progress(f"running {vehicles} vehicles for {loaded.spec.clock.total_days} days")
    begun_at = now()
    try:
        outcome = pipeline.run(
            loaded, results=results, workers=workers, again=again, store=store, language=language_of(language)
        )
        if outcome.reused:
            remark(f"this run is there already, from {outcome.timing.created_at}; --again runs it anew")
        if as_json:
            print_json(run_as_json(outcome))
        else:
            click.echo(outcome.summary(language_of(language), width()))
    except KeyboardInterrupt:
        folder = pipeline.saved_since(begun_at, loaded, results)
        raise KeyboardInterrupt(f"the run was finished: {folder}" if folder else "no run was saved") from None

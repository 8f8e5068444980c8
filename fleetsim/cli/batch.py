"""``fleetsim batch``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fleetsim.cli.options import FOLDER, cluster_option, json_option, results_option, workers_option
from fleetsim.cli.printing import print_json, print_table, remark

if TYPE_CHECKING:
    from fleetsim.study.batch import Cost, Step
    from fleetsim.study.plan import Plan

_SHOWN = 20


@click.command("batch")
@click.argument("study", type=FOLDER)
@click.option("--dry-run", is_flag=True, help="Print the plan and what it is likely to take; run nothing for good.")
@workers_option
@cluster_option
@click.option("--workspace", type=FOLDER, metavar="DIR", help="Root of the workspace, if not above STUDY.")
@results_option
@json_option
def command(
    study: Path,
    dry_run: bool,
    workers: int,
    cluster: str | None,
    workspace: Path | None,
    results: Path | None,
    store: str | None,
    as_json: bool,
) -> int | None:
    """Run every configuration of STUDY that has not been run yet.

    Runs are known by their content: stop at any point, start again, and only what is missing is done. A configuration
    that fails is recorded with its error while the others go on; the exit code is then 1.

    Example: fleetsim batch configs/studies/chargers.yaml --workers 2
    """
    from fleetsim.executors import executor
    from fleetsim.study.batch import carry_on, cost
    from fleetsim.study.plan import load_plan
    from fleetsim.workspace import RESULTS_FOLDER

    plan = load_plan(study, workspace)
    results = results or plan.scenario.workspace / RESULTS_FOLDER
    if dry_run:
        _print_plan(plan, cost(plan, results, store), as_json)
        return None
    failures: list[tuple[str, str]] = []
    ended = 0
    with executor(workers, cluster) as where:
        for step in _watched(plan, carry_on(plan, where, results, store)):
            ended += 1
            if step.error is not None:
                failures.append((step.configuration.label, step.error))
    there = len(plan.configurations) - ended
    if as_json:
        listed = [{"configuration": label, "error": error} for label, error in failures]
        done = ended - len(failures)
        print_json({"study": plan.spec.study, "results": str(results), "there": there, "done": done, "failed": listed})
    else:
        click.echo(f"{plan.spec.study}: {ended - len(failures)} runs done, {there} were there, {len(failures)} failed")
        for label, error in failures:
            click.echo(f"failed: {label}: {error}")
    return 1 if failures else None


def _watched(plan: Plan, steps: Iterator[Step]) -> Iterator[Step]:
    """The steps, with a bar and the time left where somebody watches."""
    if not sys.stderr.isatty():
        yield from steps
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*shown, console=Console(stderr=True)) as bar:
        task = bar.add_task(plan.spec.study, total=len(plan.configurations))
        for step in steps:
            bar.advance(task)
            yield step
            if step.error is not None:
                bar.console.print(f"failed: {step.configuration.label}: {step.error}", markup=False)


def _print_plan(plan: Plan, cost: Cost, as_json: bool) -> None:
    if as_json:
        runs = [{"number": one.number, "settings": list(one.settings), "key": one.key} for one in plan.configurations]
        left = {"done": cost.done, "missing": cost.missing, "cpu_s": round(cost.cpu_s, 1), "as": cost.source}
        print_json({"study": plan.spec.study, **left, "runs": runs})
        return
    shown = plan.configurations[:_SHOWN]
    print_table(("number", "configuration"), [[str(one.number), one.label] for one in shown])
    if len(plan.configurations) > len(shown):
        click.echo(f"... and {len(plan.configurations) - len(shown)} more")
    click.echo(f"{len(plan.configurations)} runs, {plan.left_out} left out by filters; {cost.done} are there already")
    click.echo(
        f"about {cost.cpu_s:.0f} s of CPU time for {cost.missing} runs, {cost.cpu_s_per_run:.2f} s each "
        f"({'as the runs that are done' if cost.source == 'catalogue' else 'measured on the first of them'})"
    )
    if plan.scenario.remarks:
        remark(f"{len(plan.scenario.remarks)} remarks on the scenario; fleetsim check shows them")

"""One run of a study as a worker carries it out: load, simulate, write the folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fleetsim.errors import RunError
from fleetsim.executors import Executor
from fleetsim.results.catalogue import MetricRow, RunRow
from fleetsim.results.identity import source_sha256


@dataclass(frozen=True, slots=True)
class RunJob:
    """What a worker needs to know. Paths must mean the same to it: a cluster needs a common file system."""

    scenario: Path
    workspace: Path
    settings: tuple[str, ...]
    results: Path
    source_sha256: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker hands back."""

    run: RunRow
    metrics: list[MetricRow]


def carry_out(job: RunJob, where: Executor | None = None) -> Done:
    """Do one run, or read the one that is there already; ``where`` its components may be spread to."""
    from fleetsim.pipeline import identity_of, load, read, simulate
    from fleetsim.results.listing import done_row, metric_rows
    from fleetsim.results.store import stored

    if source_sha256() != job.source_sha256:
        raise RunError("the worker has another version of fleetsim than this process: install the same")
    scenario = load(job.scenario, overrides=job.settings, workspace=job.workspace)
    if folder := stored(job.results, identity_of(scenario)):
        results = read(folder)
    else:
        results = simulate(scenario, where=where)
        with results.written(job.results):
            pass
    return Done(done_row(results.facts, results.timing), metric_rows(results.records.tables["metrics"]))

"""Keeping the catalogue in step with the folders: a run that ended, one that failed, and all of them anew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from fleetsim.errors import FleetsimError, InputError, Problem, RunError
from fleetsim.results.catalogue import Catalogue, MetricRow, RunRow
from fleetsim.results.facts import RunFacts, Timing, now, read_facts, read_timing
from fleetsim.results.schema import SCOPES, Frame
from fleetsim.results.store import Failure, failures, folders, prepare_folder, read_records, record_failure

CATALOGUE_FILE = "fleetsim.db"
LAST = "last"


def open_catalogue(results: Path, store: str | None) -> Catalogue:
    """The catalogue at the URL ``store``, or else the one inside the results folder."""
    return Catalogue(store or results.resolve() / CATALOGUE_FILE)


def listed_catalogue(results: Path, store: str | None) -> Catalogue:
    """The catalogue to read from. One that is not there yet is made from the folders."""
    if store is None and not (results / CATALOGUE_FILE).exists():
        rebuild(results)
    return open_catalogue(results, store)


def catalogued(results: Path, store: str | None) -> list[RunRow]:
    """The runs of the catalogue, the oldest first."""
    with listed_catalogue(results, store) as catalogue:
        return catalogue.runs()


def run_meant(run: str, rows: Sequence[RunRow], results: Path) -> RunRow:
    """The run that is meant by its run_id, a unique beginning of it, or ``last`` for the last that was finished.

    Raises ``InputError`` where it is none or several.
    """
    if run == LAST:
        meant = [row for row in rows if row.status == "done"][-1:]
    else:
        meant = [row for row in rows if row.run_id == run] or [row for row in rows if row.run_id.startswith(run)]
    if len(meant) != 1:
        advice = _advice(run, [row.run_id for row in meant], [row.run_id for row in rows])
        raise InputError([Problem(str(results), None, "RUN", repr(run), advice)])
    return meant[0]


def _advice(run: str, meant: list[str], known: list[str]) -> str:
    if meant:
        return f"several runs begin like that: {', '.join(meant)}"
    if not known:
        return "there are no finished runs; fleetsim run SCENARIO makes one"
    from difflib import get_close_matches

    close = get_close_matches(run, known, n=1)
    return f"no run begins like that; {f'did you mean {close[0]}?' if close else 'fleetsim runs lists them'}"


def prepare(results: Path, store: str | None) -> None:
    """Make the results folder and its catalogue. Raises ``InputError`` where a run could not be saved and listed."""
    prepare_folder(results)
    with open_catalogue(results, store) as catalogue:
        catalogue.verify()


def list_run(results: Path, store: str | None, facts: RunFacts, timing: Timing, metrics: Frame) -> None:
    """List a run that is in its folder."""
    try:
        with open_catalogue(results, store) as catalogue:
            catalogue.record(done_row(facts, timing), metric_rows(metrics))
    except FleetsimError as error:
        folder = results / facts.run_id
        raise RunError(f"{folder}: the run is saved but not listed; fleetsim rebuild lists it: {error}") from error


def list_failure(results: Path, store: str | None, run_id: str, scenario: str, error: str) -> None:
    """Record a failure beside the runs. The catalogue goes on listing an earlier success whose folder is there."""
    failure: Failure = {"run_id": run_id, "scenario": scenario, "error": error, "failed_at": now()}
    record_failure(results, failure)
    if not (results / run_id).exists():
        with suppress(FleetsimError), open_catalogue(results, store) as catalogue:
            catalogue.record(failed_row(failure))


def rebuild(results: Path, store: str | None = None) -> int:
    """Make the catalogue again from the run folders and the records of failures; returns how many runs it lists."""
    entries: dict[str, tuple[RunRow, list[MetricRow]]] = {
        failure["run_id"]: (failed_row(failure), []) for failure in failures(results)
    }
    for folder in folders(results):
        row = done_row(read_facts(folder), read_timing(folder))
        entries[row.run_id] = row, metric_rows(read_records(folder).tables["metrics"])
    with open_catalogue(results, store) as catalogue:
        catalogue.rebuild(list(entries.values()))
    return len(entries)


def metric_rows(metrics: Frame) -> list[MetricRow]:
    """The metrics as plain tuples: scope, subject, metric, value (None where there is none), unit, definition."""
    scopes = [SCOPES[code] for code in metrics["scope"].tolist()]
    values = [value if math.isfinite(value) else None for value in metrics["value"].tolist()]
    subject, metric, unit, definition = (metrics[key].tolist() for key in ("subject", "metric", "unit", "definition"))
    return list(zip(scopes, subject, metric, values, unit, definition, strict=True))


def done_row(facts: RunFacts, timing: Timing) -> RunRow:
    """A run that is in its folder, as the catalogue lists it."""
    return RunRow(
        run_id=facts.run_id,
        scenario=facts.scenario,
        seed=facts.seed,
        start_at=facts.start_at,
        days=facts.days,
        vehicles=facts.vehicles,
        status="done",
        error=None,
        version=facts.version,
        scenario_sha256=facts.scenario_sha256,
        created_at=timing.created_at,
        cpu_s=timing.cpu_s,
        wall_s=timing.wall_s,
    )


def failed_row(failure: Failure) -> RunRow:
    """A run that could not be finished, as the catalogue lists it."""
    return RunRow(
        run_id=failure["run_id"],
        scenario=failure["scenario"],
        seed=None,
        start_at=None,
        days=None,
        vehicles=None,
        status="failed",
        error=failure["error"],
        version=None,
        scenario_sha256=None,
        created_at=failure["failed_at"],
        cpu_s=None,
        wall_s=None,
    )

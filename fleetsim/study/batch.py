"""Carrying out a study: what is missing of its plan, on any executor, into folders and the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from fleetsim.errors import FleetsimError
from fleetsim.executors import Ended, Executor, Failed
from fleetsim.results.catalogue import Catalogue, StudyRow, StudyRun
from fleetsim.results.facts import now
from fleetsim.results.identity import source_sha256
from fleetsim.results.listing import CATALOGUE_FILE, failed_row, open_catalogue, prepare
from fleetsim.results.store import Failure, forget_failure, record_failure
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.components import components
from fleetsim.study.plan import Configuration, Plan
from fleetsim.study.work import Done, RunJob, carry_out

SPREAD_VEHICLE_DAYS = 50_000
"""Vehicle-days from which on the components of a run are spread, one run after the other."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What is left to do, and what it is likely to take."""

    done: int
    missing: int
    cpu_s_per_run: float
    source: str
    """``catalogue`` or ``measured``."""

    @property
    def cpu_s(self) -> float:
        """CPU time of all missing runs."""
        return self.missing * self.cpu_s_per_run


@dataclass(frozen=True, slots=True)
class Step:
    """A configuration that has ended."""

    configuration: Configuration
    error: str | None
    """Why it failed, if it did."""


def missing(plan: Plan, results: Path, catalogue: Catalogue) -> list[Configuration]:
    """The configurations of a plan that are not done: unknown to the catalogue, failed, or without their folder."""
    done = _done(plan, results, catalogue)
    return [one for one in plan.configurations if one.key not in done]


def cost(plan: Plan, results: Path, store: str | None) -> Cost:
    """What the missing runs are likely to take: as those that are done, else as the first one, run here unsaved."""
    from fleetsim.pipeline import load, simulate

    to_do, spent = list(plan.configurations), []
    if store is not None or (results / CATALOGUE_FILE).exists():
        with open_catalogue(results, store) as catalogue:
            to_do = missing(plan, results, catalogue)
            mine = {member.run_id for member, status in catalogue.study_runs(plan.spec.study) if status == "done"}
            spent = [row.cpu_s for row in catalogue.runs() if row.run_id in mine and row.cpu_s is not None]
    done = len(plan.configurations) - len(to_do)
    if spent or not to_do:
        return Cost(done, len(to_do), sum(spent) / max(len(spent), 1), "catalogue")
    begun = process_time()
    simulate(load(plan.path, overrides=to_do[0].settings, workspace=plan.scenario.workspace))
    return Cost(done, len(to_do), process_time() - begun, "measured")


def carry_on(plan: Plan, where: Executor, results: Path, store: str | None = None) -> Iterator[Step]:
    """Do what is missing, and list each run as it ends; a failing configuration is recorded and the others go on.

    Whatever ends this process, what has been listed stays, and the next call does the rest. A run whose folder is
    there but was not listed any more is found and listed, not repeated.
    """
    prepare(results, store)
    study, begun_at = plan.spec.study, now()
    with open_catalogue(results, store) as catalogue:
        known = _done(plan, results, catalogue)
        to_do = [one for one in plan.configurations if one.key not in known]
        begun_at = next((row.created_at for row in catalogue.studies() if row.study == study), begun_at)
        there = [_member(plan, one, known[one.key]) for one in plan.configurations if one.key in known]
        catalogue.record_study(StudyRow(study, "batch", "running", begun_at), there, plan.spec.title)
        failed, members = False, {member.key: member for member in there}
        for ended in _ended(plan, to_do, where, results):
            one, outcome = to_do[ended.number], ended.outcome
            failure_id = f"{plan.scenario.spec.name}-{one.key[:12]}.failed"
            if isinstance(outcome, Failed):
                failed, error = True, _said(outcome.error)
                failure: Failure = {
                    "run_id": failure_id, "scenario": plan.scenario.spec.name, "error": error, "failed_at": now()
                }  # fmt: skip
                record_failure(results, failure)
                member = _member(plan, one, failure_id)
                catalogue.record_member(member, failed_row(failure), [], failure_id=failure_id)
                yield Step(one, error)
            else:
                member = members[one.key] = _member(plan, one, outcome.run.run_id)
                catalogue.record_member(member, outcome.run, outcome.metrics, failure_id=failure_id)
                forget_failure(results, failure_id)
                yield Step(one, None)
        rest = [member for member, status in catalogue.study_runs(study) if status == "failed"]
        ended_as = StudyRow(study, "batch", "failed" if failed else "done", begun_at)
        catalogue.record_study(ended_as, [*members.values(), *rest], plan.spec.title)


def spreads(scenario: Scenario) -> bool:
    """Whether the components of a run are the unit of work, and not the run."""
    spec = scenario.spec
    vehicle_days = sum(fleet.count for fleet in spec.fleets.values()) * spec.clock.total_days
    return vehicle_days >= SPREAD_VEHICLE_DAYS and len(components(spec)) > 1


def _ended(plan: Plan, to_do: list[Configuration], where: Executor, results: Path) -> Iterator[Ended[Done]]:
    source, workspace = source_sha256(), plan.scenario.workspace.resolve()
    jobs = [RunJob(plan.path.resolve(), workspace, one.settings, results.resolve(), source) for one in to_do]
    if not spreads(plan.scenario):
        yield from where.ended(carry_out, jobs)
        return
    for number, job in enumerate(jobs):
        try:
            yield Ended(number, carry_out(job, where))
        except Exception as error:
            yield Ended(number, Failed(error))


def _done(plan: Plan, results: Path, catalogue: Catalogue) -> dict[str, str]:
    """The run of each configuration that is done, by key."""
    return {
        member.key: member.run_id
        for member, status in catalogue.study_runs(plan.spec.study)
        if status == "done" and (results / member.run_id).is_dir()
    }


def _member(plan: Plan, one: Configuration, run_id: str) -> StudyRun:
    point = json.dumps(one.point, ensure_ascii=False)
    return StudyRun(plan.spec.study, one.key, one.number, run_id, one.variant, one.seed, point)


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, FleetsimError) else f"{type(error).__name__}: {error}"

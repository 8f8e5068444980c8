"""A study is carried out once, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import fleetsim
from fleetsim.cli import main
from fleetsim.errors import RunError
from fleetsim.executors import InProcess, executor
from fleetsim.results.catalogue import Catalogue
from fleetsim.results.listing import rebuild
from fleetsim.study import batch
from fleetsim.study.batch import carry_on, cost
from fleetsim.study.plan import load_plan
from tests.study.conftest import contents, folders

ENV = os.environ | {"PYTHONPATH": str(Path(fleetsim.__file__).parents[1])}


def done(path, results, where=None):
    """The errors of the configurations that were run, by number."""
    return {step.configuration.number: step.error for step in carry_on(load_plan(path), where or InProcess(), results)}


@pytest.fixture
def uninterrupted(study, tmp_path):
    """The results folder of the study, carried out in one go."""
    done(study(), tmp_path / "whole")
    return tmp_path / "whole"


def test_a_second_start_does_nothing_and_a_wider_study_only_what_is_new(study, uninterrupted):
    assert done(study(), uninterrupted) == {}
    assert list(done(study(seeds="3"), uninterrupted)) == [2, 5, 8, 11, 14]
    with Catalogue(uninterrupted / "fleetsim.db") as catalogue:
        assert [member.seed for member, _ in catalogue.study_runs("small")] == [1, 2, 3] * 5
        assert catalogue.study_title("small") == load_plan(study()).spec.title


def test_a_killed_study_goes_on_and_ends_as_if_nothing_had_happened(study, uninterrupted, tmp_path):
    results, path = tmp_path / "killed", study()
    command = [sys.executable, "-m", "fleetsim", "batch", str(path), "--results", str(results)]
    running = subprocess.Popen([*command, "--workers", "2"], env=ENV, start_new_session=True, stdout=subprocess.DEVNULL)
    while sum(file.parent.name[0] != "." for file in results.glob("*/run.json")) < 4:
        assert running.poll() is None, "the study ended before it could be killed"
        time.sleep(0.005)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    kept = {name: (results / name / "timing.json").read_bytes() for name in folders(results) if name[0] != "."}
    assert 4 <= len(kept) < 10
    assert subprocess.run(command, env=ENV, capture_output=True, check=True)
    assert all((results / name / "timing.json").read_bytes() == text for name, text in kept.items())
    assert contents(results) == contents(uninterrupted)
    assert {name: files for name, files in folders(results).items() if name[0] != "."} == folders(uninterrupted)


def test_a_failing_configuration_is_listed_with_its_error_and_the_others_go_on(study, tmp_path):
    path = study(axes="[{grid: {sites.east.chargers.0.count: [2, -1, 3]}}]", seeds="1")
    ended = CliRunner().invoke(main, ["batch", str(path), "--results", str(tmp_path / "r")])
    assert ended.exit_code == 1
    assert "2 runs done, 0 were there, 1 failed" in ended.stdout
    assert "failed: base, sites.east.chargers.0.count=-1, seed=1" in ended.stdout
    with Catalogue(tmp_path / "r" / "fleetsim.db") as catalogue:
        assert [status for _, status in catalogue.study_runs("small")] == ["done", "failed", "done"]
        error = next(row.error for row in catalogue.runs() if row.status == "failed")
    assert error is not None
    assert "sites.east.chargers.0.count" in error


def test_a_disk_that_was_full_is_tried_again_at_the_next_start(study, uninterrupted, tmp_path, monkeypatch):
    results, path = tmp_path / "full", study()
    carry_out, calls = batch.carry_out, []

    def full_at_times(job, where=None):
        calls.append(job)
        if len(calls) in (3, 4, 7):
            raise RunError("the run could not be written: No space left on device")
        return carry_out(job, where)

    monkeypatch.setattr(batch, "carry_out", full_at_times)
    assert sum(error is not None for error in done(path, results).values()) == 3
    assert list(done(path, results)) == [2, 3, 6]
    assert contents(results) == contents(uninterrupted)
    assert not list(results.glob("*.failed.json"))


def test_runs_that_are_in_their_folders_are_listed_again_and_not_repeated(study, uninterrupted, monkeypatch):
    before = contents(uninterrupted)
    for file in uninterrupted.glob("fleetsim.db*"):
        file.unlink()
    monkeypatch.setattr("fleetsim.pipeline.simulate", None)
    assert set(done(study(), uninterrupted).values()) == {None}
    assert contents(uninterrupted) == before


def test_workers_and_spread_components_give_the_same_bytes(study, uninterrupted, tmp_path, monkeypatch):
    monkeypatch.setattr(batch, "SPREAD_VEHICLE_DAYS", 0)
    monkeypatch.setattr(batch, "components", lambda spec: [spec] * 2)
    with executor(2) as where:
        done(study(), tmp_path / "pool", where)
    assert folders(tmp_path / "pool") == folders(uninterrupted)
    assert contents(tmp_path / "pool") == contents(uninterrupted)


def test_a_reader_may_look_while_the_study_runs(study, tmp_path):
    seen = []
    for _ in carry_on(load_plan(study()), InProcess(), tmp_path / "r"):
        with Catalogue(tmp_path / "r" / "fleetsim.db") as catalogue:
            seen.append((len(catalogue.runs()), catalogue.studies()[0].status))
    assert seen == [(number, "running") for number in range(1, 11)]


def test_a_dry_run_tells_the_plan_and_its_cost_and_leaves_nothing(study, tmp_path):
    said = CliRunner().invoke(main, ["batch", str(study()), "--results", str(tmp_path / "r"), "--dry-run"])
    assert "10 runs, 0 left out by filters; 0 are there already" in said.stdout
    assert "measured on the first" in said.stdout
    assert not (tmp_path / "r").exists()


def test_the_cost_of_the_rest_is_that_of_the_runs_that_are_done(study, uninterrupted):
    left = cost(load_plan(study(seeds="4")), uninterrupted, None)
    assert (left.done, left.missing, left.source) == (10, 10, "catalogue")
    assert left.cpu_s == pytest.approx(10 * left.cpu_s_per_run)


def test_a_catalogue_can_be_made_again_without_losing_the_study(study, uninterrupted):
    rebuild(uninterrupted)
    assert done(study(), uninterrupted) == {}

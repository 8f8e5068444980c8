"""Ctrl-C in the middle of a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from fleetsim import pipeline
from fleetsim.results import listing, store
from fleetsim.results.listing import CATALOGUE_FILE, open_catalogue


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_with_130_and_leaves_no_run_behind(workers, root, tmp_path):
    scenario = root / "configs" / "kunming_buses.yaml"
    command = [sys.executable, "-m", "fleetsim", "run", scenario, "--days", "100", "--results", tmp_path / "results"]
    running = subprocess.Popen(
        [*map(str, command), "--workers", str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stderr is not None
    assert running.stderr.readline().startswith("remark:")  # read and checked: the run begins
    time.sleep(1.5)
    os.killpg(running.pid, signal.SIGINT)
    said, complaints = running.communicate(timeout=60)
    # Python may end itself with the signal instead, if it struck inside an import; a shell calls both 130.
    assert running.returncode in (130, -signal.SIGINT), complaints
    assert said == ""
    assert complaints.splitlines()[-1] == "interrupted; no run was saved"
    assert "Traceback" not in complaints
    assert [path.name for path in (tmp_path / "results").iterdir() if path.name != CATALOGUE_FILE] == []


@pytest.mark.parametrize(("module", "step"), [(store, "_settle"), (listing, "metric_rows"), (pipeline, "replace")])
def test_ctrl_c_while_a_run_is_saved_leaves_it_whole_and_listed_or_not_there(
    fleetsim, root, tmp_path, monkeypatch, module, step
):
    """It strikes right after the folder came to its place, while it is listed, or before it is saved."""
    once = getattr(module, step)

    def struck(*args, **options):
        done = once(*args, **options)
        signal.raise_signal(signal.SIGINT)
        return done

    monkeypatch.setattr(module, step, struck)
    depot = root / "configs" / "first_depot.yaml"
    done = fleetsim("run", depot, "--set", "warmup_days=0", "--days", 1, "--results", tmp_path)
    assert done.exit_code == 130
    folders = [path.parent for path in tmp_path.glob("*/run.json")]
    with open_catalogue(tmp_path, None) as catalogue:
        assert [row.run_id for row in catalogue.runs()] == [folder.name for folder in folders]
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == folders
    said = f"the run was finished: {folders[0]}" if module is not pipeline else "no run was saved"
    assert done.stderr.splitlines()[-1] == f"interrupted; {said}"


def test_ctrl_c_after_a_run_says_that_it_is_saved(fleetsim, root, tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline.Results, "summary", lambda *_: signal.raise_signal(signal.SIGINT))
    depot = root / "configs" / "first_depot.yaml"
    done = fleetsim("run", depot, "--set", "warmup_days=0", "--days", 1, "--results", tmp_path)
    (run,) = tmp_path.glob("*/run.json")
    assert done.exit_code == 130
    assert done.stderr.splitlines()[-1] == f"interrupted; the run was finished: {run.parent}"

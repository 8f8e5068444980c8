"""Ctrl-C in the middle of a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest


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
    assert complaints.splitlines()[-1] == "interrupted; nothing was written"
    assert "Traceback" not in complaints
    assert list((tmp_path / "results").iterdir()) == []

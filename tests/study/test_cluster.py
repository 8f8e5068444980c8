"""A study on the worker processes of a Dask cluster gives the same bytes, even when one of them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import fleetsim
from fleetsim.errors import InputError
from fleetsim.executors import InProcess, executor
from fleetsim.study.batch import carry_on
from fleetsim.study.plan import load_plan
from tests.study.conftest import contents, folders

distributed = pytest.importorskip("distributed", reason="needs the extra cluster")
pytestmark = pytest.mark.filterwarnings("ignore")

ENV = os.environ | {
    "PYTHONPATH": str(Path(fleetsim.__file__).parents[1]),
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "5",
}


@pytest.fixture
def cluster(tmp_path):
    """A scheduler with two workers of their own; its address and the workers."""
    say = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": ENV, "cwd": tmp_path}
    file = tmp_path / "scheduler.json"
    scheduler = [
        sys.executable,
        "-m",
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
    ]
    running = [subprocess.Popen([*scheduler, "--scheduler-file", str(file)], **say)]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1"]
    running += [subprocess.Popen([*worker, "--no-nanny", "--no-dashboard"], **say) for _ in range(2)]
    try:
        while not file.exists():
            assert running[0].poll() is None
            time.sleep(0.02)
        client = distributed.Client(scheduler_file=str(file), set_as_default=False)
        client.wait_for_workers(2)
        yield client.scheduler.address, running[1:]
        client.close()
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_a_worker_of_a_cluster_is_killed_and_the_results_are_the_same(study, cluster, tmp_path):
    address, workers = cluster
    plan = load_plan(study())
    assert all(step.error is None for step in carry_on(plan, InProcess(), tmp_path / "here"))
    ended = []
    with executor(1, address) as where:
        assert where.workers == 2
        for step in carry_on(plan, where, tmp_path / "cluster"):
            ended.append(step.error)
            if len(ended) == 2:
                os.kill(workers[0].pid, signal.SIGKILL)
    assert ended == [None] * 10
    assert contents(tmp_path / "cluster") == contents(tmp_path / "here")
    there = {name: files for name, files in folders(tmp_path / "cluster").items() if name[0] != "."}
    assert there == folders(tmp_path / "here")


def test_where_no_scheduler_answers_the_address_is_named():
    dask = pytest.importorskip("dask")
    soon = dask.config.set({"distributed.comm.timeouts.connect": "200ms"})
    with soon, pytest.raises(InputError, match="no scheduler"):
        executor(1, "tcp://127.0.0.1:9")

"""Executors give the same results in the same order, and say clearly when they cannot."""

from __future__ import annotations

import operator
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from subprocess import getoutput

import pytest

from fleetsim.errors import InputError, RunError
from fleetsim.executors import Failed, InProcess, ProcessPool, executor
from fleetsim.workspace import find_workspace

# The jobs come from installed modules: a worker process need not find this file.
WHO_WORKS = "echo $PPID"


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_jobs(workers):
    with executor(workers) as where:
        assert where.map(operator.neg, range(20)) == [-number for number in range(20)]


def test_one_worker_is_this_process_and_two_are_others():
    with executor(1) as here, executor(2) as elsewhere:
        assert isinstance(here, InProcess)
        assert isinstance(elsewhere, ProcessPool)
        assert here.map(getoutput, [WHO_WORKS]) == [str(os.getpid())]
        assert str(os.getpid()) not in elsewhere.map(getoutput, [WHO_WORKS] * 2)


def test_the_error_of_a_job_arrives_with_its_problems():
    with pytest.raises(InputError) as caught, executor(2) as where:
        where.map(find_workspace, [Path("/nowhere/a.yaml")])
    assert caught.value.problems[0].file == "/nowhere/a.yaml"


def test_a_worker_that_dies_is_a_run_error():
    with pytest.raises(RunError, match="worker process died"), executor(2) as where:
        where.map(os._exit, [9])


def test_an_interrupt_ends_the_workers():
    with pytest.raises(KeyboardInterrupt), ProcessPool(2) as where:
        where.map(operator.neg, [1, 2])  # the workers are up
        at_work = list(where._pool._processes)
        where._pool.submit(time.sleep, 3600)
        raise KeyboardInterrupt
    assert at_work
    for process in at_work:  # asked of the system: what Python keeps of its children is tidied by another thread
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_script_without_a_main_guard_is_told_so(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from fleetsim.executors import executor\nwith executor(2) as where:\n    print(where.map(abs, [-1, -2]))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, env=_env(), check=False)
    assert done.returncode != 0
    assert '__name__ == "__main__"' in done.stderr
    assert "bootstrapping" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_ctrl_c_ends_everything_without_words_from_the_workers(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import time\nfrom fleetsim.executors import executor\n"
        "if __name__ == '__main__':\n"
        "    try:\n"
        "        with executor(2) as where:\n"
        "            where.map(abs, [1, 2])\n"
        "            print('up', flush=True)\n"
        "            where.map(time.sleep, [60, 60])\n"
        "    except KeyboardInterrupt:\n"
        "        print('interrupted')\n"
    )
    running = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_env(),
        start_new_session=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "up\n"
    time.sleep(0.3)
    os.killpg(running.pid, signal.SIGINT)
    said, complaints = running.communicate(timeout=30)
    assert (said, complaints) == ("interrupted\n", "")


def _env() -> dict[str, str]:
    import fleetsim

    return os.environ | {"PYTHONPATH": str(Path(fleetsim.__file__).parents[1])}


def test_a_dead_worker_is_replaced_and_only_the_job_that_killed_it_fails():
    with executor(2) as where:
        ended = sorted(
            where.ended(eval, ["1", "2", "__import__('os')._exit(9)", "4", "5", "6"]), key=lambda one: one.number
        )
        assert [one.outcome for one in ended if one.number != 2] == [1, 2, 4, 5, 6]
        assert isinstance(ended[2].outcome, Failed)
        assert "worker process died" in str(ended[2].outcome.error)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_job_that_fails_leaves_the_others_alone(workers):
    with executor(workers) as where:
        outcomes = {one.number: one.outcome for one in where.ended(abs, [-1, "x", -3])}
    assert (outcomes[0], outcomes[2]) == (1, 3)
    assert isinstance(outcomes[1], Failed)
    assert isinstance(outcomes[1].error, TypeError)

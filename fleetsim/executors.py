"""Where work is done: in this process, or in a pool of processes that gives the same results in the same order."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, TypeVar

from fleetsim.errors import RunError

Job = TypeVar("Job")
Result = TypeVar("Result")

_GUARD = (
    'in a script the call that uses workers must stand under `if __name__ == "__main__":`, '
    "because each worker reads the script again when it starts"
)


class Executor(Protocol):
    """Something that applies a function to jobs; ``with`` frees what it holds."""

    def map(self, function: Callable[[Job], Result], jobs: Iterable[Job]) -> list[Result]:
        """``function`` of each job, in the order of the jobs."""

    def __enter__(self) -> Executor: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class InProcess:
    """One job after the other, here."""

    def map(self, function: Callable[[Job], Result], jobs: Iterable[Job]) -> list[Result]:
        """``function`` of each job, in the order of the jobs."""
        return [function(job) for job in jobs]

    def __enter__(self) -> InProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""


class ProcessPool:
    """Freshly spawned worker processes. Functions, jobs and results must be picklable."""

    def __init__(self, workers: int) -> None:
        self._others = frozenset(process.pid for process in multiprocessing.active_children())
        self._pool = ProcessPoolExecutor(max_workers=workers, mp_context=multiprocessing.get_context("spawn"))

    def map(self, function: Callable[[Job], Result], jobs: Iterable[Job]) -> list[Result]:
        """``function`` of each job, in the order of the jobs. A worker that dies ends it with ``RunError``."""
        try:
            with _interrupts_held():
                under_way = self._pool.map(function, jobs)
            return list(under_way)
        except BrokenProcessPool:
            raise RunError(
                "a worker process died before its work was done (killed, or out of memory): "
                f"use fewer workers; {_GUARD}"
            ) from None
        except RuntimeError as error:
            if "bootstrapping phase" in str(error):  # this is a worker reading a script without the guard
                sys.exit(f"fleetsim: {_GUARD}")
            raise

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the workers; after an error or Ctrl-C, without waiting for what they were doing."""
        if kind is None:
            self._pool.shutdown()
            return
        workers = [process for process in multiprocessing.active_children() if process.pid not in self._others]
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in workers:
            process.terminate()
        for process in workers:
            process.join()


def executor(workers: int) -> Executor:
    """The executor for a number of workers: one works in this process, more in a pool."""
    return InProcess() if workers <= 1 else ProcessPool(workers)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while processes are started: they inherit that and leave it to their parent for good."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

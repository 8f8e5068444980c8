"""Where work is done: in this process, in a pool of processes, or on a cluster; the same results in the same order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any, Generic, TypeVar

from fleetsim.errors import InputError, Problem, RunError

Job = TypeVar("Job")
Result = TypeVar("Result")

_GUARD = (
    'in a script the call that uses workers must stand under `if __name__ == "__main__":`, '
    "because each worker reads the script again when it starts"
)
_DIED = "a worker process died before its work was done (killed, or out of memory): use fewer workers"


@dataclass(frozen=True, slots=True)
class Failed:
    """What became of a job that could not be done."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Ended(Generic[Result]):
    """A job that has ended: its number, and its result or failure."""

    number: int
    outcome: Result | Failed


class Executor(ABC):
    """Something that applies a function to jobs; ``with`` frees what it holds.

    Functions, jobs and results must be picklable wherever the work may leave this process.
    """

    workers: int = 1
    """Jobs that are done at the same time."""

    @abstractmethod
    def ended(self, function: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Ended[Result]]:
        """What became of each job, as soon as it ended; one that fails leaves the others alone."""

    def map(self, function: Callable[[Job], Result], jobs: Iterable[Job]) -> list[Result]:
        """``function`` of each job, in the order of the jobs; the first that fails ends it with its error."""
        results: dict[int, Result] = {}
        for one in self.ended(function, jobs):
            if isinstance(one.outcome, Failed):
                raise one.outcome.error
            results[one.number] = one.outcome
        return [results[number] for number in sorted(results)]

    def __enter__(self) -> Executor:
        return self

    def __exit__(  # noqa: B027 - most hold nothing
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""


class InProcess(Executor):
    """One job after the other, here."""

    def ended(self, function: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Ended[Result]]:
        """What became of each job, in their order."""
        for number, job in enumerate(jobs):
            try:
                result = function(job)
            except Exception as error:
                yield Ended(number, Failed(error))
            else:
                yield Ended(number, result)


class ProcessPool(Executor):
    """Freshly spawned worker processes. A dead worker is replaced, and the jobs that may have killed it run alone."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._others = frozenset(process.pid for process in multiprocessing.active_children())
        self._pool = self._new_pool()
        self._known_good = False

    def ended(self, function: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Ended[Result]]:
        """What became of each job, as soon as it ended; of one that kills its worker, ``RunError``."""
        waiting = enumerate(jobs)
        under_way: dict[Future[Result], tuple[int, Job]] = {}
        while True:
            for number, job in islice(waiting, self.workers + 1 - len(under_way)):
                under_way[self._submit(function, job)] = number, job
            if not under_way:
                return
            suspects: list[tuple[int, Job]] = []
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                number, job = under_way.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    suspects.append((number, job))
                else:
                    yield _ended(number, future)
            if suspects:  # whatever else was under way is lost with the pool, unless it was done just before
                for future in wait(under_way).done:
                    number, job = under_way.pop(future)
                    if isinstance(future.exception(), BrokenProcessPool):
                        suspects.append((number, job))
                    else:
                        yield _ended(number, future)
                for number, job in sorted(suspects, key=lambda suspect: suspect[0]):
                    yield self._alone(number, function, job)

    def _alone(self, number: int, function: Callable[[Job], Result], job: Job) -> Ended[Result]:
        future = self._submit(function, job)
        broke = isinstance(future.exception(), BrokenProcessPool)
        return Ended(number, Failed(RunError(_DIED))) if broke else _ended(number, future)

    def _submit(self, function: Callable[[Job], Result], job: Job) -> Future[Result]:
        try:
            with _interrupts_held():
                if not self._known_good:
                    self._pool.submit(os.getpid).result()  # whether workers can start at all
                    self._known_good = True
                return self._pool.submit(function, job)
        except BrokenProcessPool:
            if not self._known_good:
                raise RunError(f"no worker process could start; {_GUARD}") from None
        except RuntimeError as error:
            if "bootstrapping phase" in str(error):  # this is a worker reading a script without the guard
                sys.exit(f"fleetsim: {_GUARD}")
            raise
        self._pool.shutdown(wait=False)
        self._pool, self._known_good = self._new_pool(), False
        return self._submit(function, job)

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, mp_context=multiprocessing.get_context("spawn"))

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


class Cluster(Executor):
    """The workers of a Dask cluster, on this machine or others; the scheduler gives lost work to another worker."""

    def __init__(self, address: str) -> None:
        """``address``: of the scheduler, such as ``tcp://10.0.0.1:8786``."""
        try:
            from distributed import Client
        except ImportError:
            raise RunError("a cluster needs the extra: pip install 'fleetsim[cluster]'") from None
        try:
            connect: Any = Client
            self._client = connect(address, set_as_default=False)
        except (OSError, ValueError) as error:
            allowed = f"no scheduler answers there ({error}); an address such as tcp://10.0.0.1:8786"
            raise InputError([Problem("--cluster", None, "", repr(address), allowed)]) from None
        self._pool: Any = self._client.get_executor(pure=False)
        self.workers = max(sum(self._client.nthreads().values()), 1)

    def ended(self, function: Callable[[Job], Result], jobs: Iterable[Job]) -> Iterator[Ended[Result]]:
        """What became of each job, as soon as it ended."""
        waiting = enumerate(jobs)
        under_way: dict[Future[Result], int] = {}
        while True:
            for number, job in islice(waiting, 2 * self.workers - len(under_way)):
                under_way[self._pool.submit(function, job)] = number
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                one = _ended(under_way.pop(future), future)
                killed = isinstance(one.outcome, Failed) and type(one.outcome.error).__name__ == "KilledWorker"
                yield Ended(one.number, Failed(RunError(_DIED))) if killed else one

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cluster; it goes on without us."""
        self._pool.shutdown(wait=kind is None)
        self._client.close()


def executor(workers: int, cluster: str | None = None) -> Executor:
    """The executor for a number of workers: one works in this process, more in a pool; or that of a cluster."""
    if cluster is not None:
        return Cluster(cluster)
    return InProcess() if workers <= 1 else ProcessPool(workers)


def _ended(number: int, future: Future[Result]) -> Ended[Result]:
    try:
        return Ended(number, future.result())
    except CancelledError:
        raise RunError("the cluster went away before its work was done") from None
    except Exception as error:
        return Ended(number, Failed(error))


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

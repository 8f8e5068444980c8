"""One measurement: a scenario from its file to its saved tables, stage by stage, in this process."""

from __future__ import annotations

import gc
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from bench.floor import timeout_s
from fleetsim.results.records import Records
from fleetsim.scenario.schema import Scenario


@dataclass(frozen=True, slots=True)
class Case:
    """A workload."""

    name: str
    vehicles: int
    days: int
    write: Callable[[Path], Path]
    """Writes a workspace into a folder; returns the scenario file."""
    describe: Callable[[Records], str]
    """What came out, in words: a check that the work was done."""
    bare_s: Callable[[int], float] | None = None
    """CPU time of a bare loop of the same work, of the number of sessions."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came out, medians over the repetitions; times in CPU seconds."""

    case: str
    vehicles: int
    days: int
    sessions: int
    stages_s: dict[str, float]
    timeout_us: float
    bare_loop_s: float | None
    peak_mb: float
    """Highest resident memory of the process, libraries included."""
    outcome: str

    @property
    def run_s(self) -> float:
        """The stages that grow with the fleet: simulate, account, measure and save."""
        return sum(self.stages_s[stage] for stage in ("simulate", "account", "metrics", "save"))

    def per_cpu_s(self, seconds: float) -> float:
        """Vehicle-days per CPU-second."""
        return self.vehicles * self.days / seconds

    def in_l(self, seconds: float) -> float:
        """Time in units of L: two bare timeouts a session."""
        return seconds / (2 * self.sessions * self.timeout_us * 1e-6)


def measure(case: Case, repetitions: int) -> Measurement:
    """Measure a workload; of several repetitions the first warms up and does not count."""
    from fleetsim import accounting, pipeline, simulation
    from fleetsim.executors import InProcess
    from fleetsim.grid.model import grid_slots, signals
    from fleetsim.report.metrics import metrics
    from fleetsim.results.store import write_records

    times: dict[str, list[float]] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        gc.collect()
        begun = process_time()
        yield
        times.setdefault(name, []).append(process_time() - begun)

    timeouts, bare = [], []
    with TemporaryDirectory() as folder:
        file = case.write(Path(folder))
        for repetition in range(repetitions + (repetitions > 1)):
            with stage("load"):
                scenario = pipeline.load(file)
            clock = scenario.spec.clock
            with stage("grid"):
                grid = grid_slots(scenario.spec.grid, scenario.grid, clock, scenario.spec.seed)
                prices = scenario.tariff.prices(clock)
            with stage("simulate"):
                happened = simulation.simulate(scenario, signals(grid, prices), InProcess())
            with stage("account"):
                records = accounting.account(happened, grid, prices)
            with stage("metrics"):
                measured = metrics(records)
            with stage("save"):
                out = Path(folder) / f"run{repetition}"
                out.mkdir()
                write_records(out, type(records)(clock, records.entities, {**records.tables, "metrics": measured}))
            sessions = len(records.tables["sessions"]["session"])
            timeouts.append(timeout_s())
            if case.bare_s is not None:
                bare.append(case.bare_s(sessions))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for _ in range(repetitions + 1 if (known := _known_to_the_kernel(scenario)) else 0):
        with stage("simulate, compiled"):
            simulation.simulate(scenario, signals(grid, prices), InProcess(), known)
    counted = slice(int(repetitions > 1), None)
    return Measurement(
        case=case.name,
        vehicles=case.vehicles,
        days=case.days,
        sessions=sessions,
        stages_s={name: median(values[counted]) for name, values in times.items()},
        timeout_us=median(timeouts[counted]) * 1e6,
        bare_loop_s=median(bare[counted]) if bare else None,
        peak_mb=peak_mb,
        outcome=case.describe(records),
    )


def _known_to_the_kernel(scenario: Scenario) -> list[str]:
    """The components that the compiled kernel can live through, if it is installed."""
    from fleetsim.simulation.components import components
    from fleetsim.simulation.engine import kernel_knows

    known = [each.name for each in components(scenario.spec) if kernel_knows(each, scenario)]
    return known if find_spec("numba") else []

"""One measurement: a scenario from its file to its saved tables, stage by stage, in this process."""

from __future__ import annotations

import gc
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np

from bench.depot import write
from bench.floor import bare_depot_s, timeout_s

DAYS = 7


@dataclass(frozen=True, slots=True)
class Measurement:
    """What came out, medians over the repetitions; times in CPU seconds."""

    vehicles: int
    sessions: int
    stages_s: dict[str, float]
    timeout_us: float
    bare_loop_s: float
    peak_mb: float
    """Highest resident memory of the process, libraries included."""
    stored_kwh: tuple[float, float]
    """Least and most energy that a battery got."""
    peak_dc_kw: float
    short_trips: int
    """Trips that were late or cancelled."""

    @property
    def run_s(self) -> float:
        """The stages that grow with the fleet: simulate, account, measure and save."""
        return sum(self.stages_s[stage] for stage in ("simulate", "account", "metrics", "save"))

    def per_cpu_s(self, seconds: float) -> float:
        """Vehicle-days per CPU-second."""
        return self.vehicles * DAYS / seconds

    def in_l(self, seconds: float) -> float:
        """Time in units of L: two bare timeouts a session."""
        return seconds / (2 * self.sessions * self.timeout_us * 1e-6)


def measure(vehicles: int, repetitions: int) -> Measurement:
    """Measure the common depot workload with ``vehicles`` buses."""
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
        file = write(Path(folder), vehicles)
        for repetition in range(repetitions + 1):
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
            sessions = records.tables["sessions"]
            timeouts.append(timeout_s())
            bare.append(bare_depot_s(vehicles, len(sessions["session"])))
    trips = records.tables["trips"]
    stored = np.bincount(sessions["vehicle"], weights=sessions["stored_kwh"])
    standby_kw = records.tables["draws"]["offered_kw"][records.tables["draws"]["session"] < 0].sum()
    peak_ac_kw = records.tables["site_slots"]["peak_kw"].max() - standby_kw
    return Measurement(
        vehicles=vehicles,
        sessions=len(sessions["session"]),
        stages_s={name: median(values[1:]) for name, values in times.items()},
        timeout_us=median(timeouts[1:]) * 1e6,
        bare_loop_s=median(bare[1:]),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        stored_kwh=(float(stored.min()), float(stored.max())),
        peak_dc_kw=float(peak_ac_kw) * 0.955,
        short_trips=int((trips["status"] != 0).sum()),
    )

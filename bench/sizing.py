"""Evaluations of a sizing: a week of the common depot with another number of chargers, by agents and by the kernel."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from bench import depot
from bench.floor import timeout_s

VEHICLES = 100
WEEKS = 12


def report() -> list[str]:
    """Medians in words; meant for a fresh process."""
    from fleetsim.executors import InProcess
    from fleetsim.pipeline import load
    from fleetsim.simulation.engine import VARIABLE
    from fleetsim.study.evaluation import Evaluator

    with TemporaryDirectory() as folder:
        scenario = load(depot.write(Path(folder), VEHICLES))
    evaluators = {"simpy": Evaluator(scenario, ["depot"], InProcess())}
    if find_spec("numba"):
        os.environ[VARIABLE] = "compiled"
        begun = process_time()
        evaluators["compiled"] = Evaluator(scenario, ["depot"], InProcess())
        evaluators["compiled"].service({"chargers": VEHICLES}, [0])
        first_s = process_time() - begun
    drawing_ms: dict[str, list[float]] = {engine: [] for engine in evaluators}
    known_ms: dict[str, list[float]] = {engine: [] for engine in evaluators}
    for seed in range(WEEKS):
        seen = []
        for engine, evaluator in evaluators.items():
            os.environ[VARIABLE] = engine
            for chargers, times_ms in ((VEHICLES // 2, drawing_ms[engine]), (VEHICLES // 2 - 1, known_ms[engine])):
                begun = process_time()
                seen.append(evaluator.service({"chargers": chargers}, [seed]).weeks)
                times_ms.append((process_time() - begun) * 1e3)
        assert seen[:2] == seen[-2:], "the engines do not agree"
    in_l = 2e3 * VEHICLES * 14 * timeout_s()
    lines = [f"an evaluation of a sizing, {VEHICLES} buses and 7 days, CPU ms"]
    for engine in evaluators:
        known, drawing = median(known_ms[engine]), median(drawing_ms[engine])
        lines.append(
            f"  {engine}: {known:.1f} with the week's plan known before ({known / in_l:.1f} L), {drawing:.1f} without"
        )
    if "compiled" in evaluators:
        times = median(known_ms["simpy"]) / median(known_ms["compiled"])
        lines.append(
            f"  the kernel is {times:.1f} times as fast; it was ready after {first_s:.2f} s, compiled anew or loaded"
        )
    return lines

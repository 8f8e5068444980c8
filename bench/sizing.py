"""Evaluations of a sizing: one week of the common depot with another number of chargers, its work plan known or not."""

from __future__ import annotations

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
    from fleetsim.study.evaluation import Evaluator

    with TemporaryDirectory() as folder:
        evaluator = Evaluator(load(depot.write(Path(folder), VEHICLES)), ["depot"], InProcess())
    drawing_ms, known_ms = [], []
    for seed in range(WEEKS):
        for chargers, times_ms in ((VEHICLES // 2, drawing_ms), (VEHICLES // 2 - 1, known_ms)):
            begun = process_time()
            evaluator.service({"chargers": chargers}, [seed])
            times_ms.append((process_time() - begun) * 1e3)
    sessions = VEHICLES * 14
    in_l = median(known_ms) / (2e3 * sessions * timeout_s())
    return [
        f"an evaluation of a sizing, {VEHICLES} buses and 7 days, CPU ms: {median(known_ms):.1f} with the week's plan "
        f"drawn up before ({in_l:.1f} L), {median(drawing_ms):.1f} without"
    ]

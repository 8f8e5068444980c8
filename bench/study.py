"""A study of many small runs: what a run costs beside its simulation, and what a second worker gains."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import yaml

from bench import depot

RUNS = 60
VEHICLES = 20


def report() -> list[str]:
    """In words; meant for a fresh process, so that imports count."""
    from fleetsim.executors import executor
    from fleetsim.results.listing import open_catalogue
    from fleetsim.study.batch import carry_on
    from fleetsim.study.plan import load_plan

    cpu_s, walls_s, simulated_s = 0.0, [], 0.0
    with TemporaryDirectory() as name:
        folder = Path(name)
        scenario = depot.write(folder, VEHICLES)
        study = folder / "study.yaml"
        counts = list(range(1, RUNS // 4 + 1))
        axes = [{"grid": {"sites.depot.chargers.0.count": counts}}]
        title = {"en": "small runs", "zh": "small runs"}
        study.write_text(
            yaml.safe_dump({"study": "small", "title": title, "scenario": scenario.name, "axes": axes, "seeds": 4}),
            encoding="utf-8",
        )
        for workers in (1, 2):
            results = folder / str(workers)
            begun_cpu_s, begun_s = process_time(), perf_counter()
            with executor(workers) as where:
                for _ in carry_on(load_plan(study), where, results):
                    pass
            walls_s.append(perf_counter() - begun_s)
            if workers == 1:
                cpu_s = process_time() - begun_cpu_s
                with open_catalogue(results, None) as catalogue:
                    simulated_s = sum(run.cpu_s or 0.0 for run in catalogue.runs())
    return [
        f"a study of {RUNS} runs of {VEHICLES} buses and 7 days, CPU ms a run: {cpu_s / RUNS * 1e3:.0f}, of which "
        f"{simulated_s / RUNS * 1e3:.0f} to simulate and account; two workers take {walls_s[1] / walls_s[0]:.2f} of "
        "the time of one"
    ]

"""``python -m bench``: print the figures as a table, or as JSON."""

from __future__ import annotations

import argparse
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict

from bench.measure import Measurement, measure


def main() -> None:
    """Measure each size in a fresh process, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--vehicles", type=int, nargs="*", default=[100, 500])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    measured = []
    for vehicles in asked.vehicles:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            measured.append(process.submit(measure, vehicles, asked.repetitions).result())
    as_json = json.dumps([asdict(each) for each in measured], indent=2)
    print(as_json if asked.json else "\n\n".join(map(table, measured)))


def table(measured: Measurement) -> str:
    """One measurement in words and figures."""
    fixed_s = measured.stages_s["load"] + measured.stages_s["grid"]
    rows = [
        ("simulate", measured.stages_s["simulate"]),
        ("simulate to saved tables", measured.run_s),
        ("file to saved tables", measured.run_s + fixed_s),
    ]
    lines = [
        f"Depot of {measured.vehicles} buses, 7 days, {measured.sessions} sessions: "
        f"{measured.stored_kwh[0]:.1f} to {measured.stored_kwh[1]:.1f} kWh into each battery, "
        f"peak {measured.peak_dc_kw:.0f} kW DC, {measured.short_trips} trips short",
        "  stages, CPU ms: " + ", ".join(f"{name} {seconds * 1e3:.1f}" for name, seconds in measured.stages_s.items()),
        f"  bare SimPy timeout at 1 000 processes {measured.timeout_us:.2f} us; "
        f"bare loop of the same work {measured.bare_loop_s * 1e3:.1f} ms; peak memory {measured.peak_mb:.0f} MB",
        f"  {'':26}{'vehicle-days/CPU-s':>20}{'x bare loop':>14}{'L':>8}",
    ]
    for name, seconds in rows:
        lines.append(
            f"  {name:26}{measured.per_cpu_s(seconds):>20,.0f}{seconds / measured.bare_loop_s:>14.1f}"
            f"{measured.in_l(seconds):>8.1f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()

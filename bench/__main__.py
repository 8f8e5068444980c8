"""``python -m bench``: print the figures as a table, or as JSON."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict

from bench import grid, peers, record, sizing, study, telematics
from bench.cases import measure_case
from bench.measure import Measurement


def main() -> None:
    """Measure each workload in a fresh process, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--vehicles", type=int, nargs="*", default=[100, 500], help="sizes of the depot")
    parser.add_argument("--reallocation", action="store_true", help="the depots again, shared by re-allocation")
    parser.add_argument("--city", type=float, nargs="*", default=[], help="parts of the whole city, such as 0.1 or 1")
    parser.add_argument("--days", type=int, default=7, help="days of the city and of the taxis")
    parser.add_argument("--taxis", type=float, nargs="*", default=[], help="parts of the city's taxis alone")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--grid", action="store_true", help="the grid's own figures too")
    parser.add_argument("--sizing", action="store_true", help="evaluations of a sizing too")
    parser.add_argument("--study", action="store_true", help="the cost of a small run in a study too")
    parser.add_argument("--telematics", action="store_true", help="the figures of telematics too")
    parser.add_argument("--peers", type=int, metavar="N", help="installed peers too, on a depot of N buses")
    parser.add_argument("--peer-python", action="append", default=[], help="Python of an environment that has peers")
    parser.add_argument("--record", action="store_true", help=f"keep the ratios in {record.FILE.name}")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    measured = [_apart("depot", vehicles, asked.repetitions) for vehicles in asked.vehicles]
    if asked.reallocation:
        measured += [_apart("reallocation", vehicles, asked.repetitions) for vehicles in asked.vehicles]
    for kind, scales in (("taxis", asked.taxis), ("city", asked.city)):
        measured += [_apart(kind, scale, 1, asked.days) for scale in scales]
    ratios = {each.case: record.ratios(each) for each in measured}
    found: dict[str, peers.Outcome | str] = {}
    done: list[peers.Outcome] = []
    if asked.peers:
        same = [each for each in measured if each.case == f"depot of {asked.peers} buses"]
        own = same[0] if same else _apart("depot", asked.peers, asked.repetitions)
        beside = own.run_s, own.timeout_us
        found = peers.measure_peers(asked.peers, [sys.executable, *asked.peer_python])
        done = [each for each in found.values() if not isinstance(each, str)]
        ratios |= {each.case: each.ratios(*beside) for each in done}
    if asked.json:
        values = [asdict(each) | {"ratios": ratios[each.case]} for each in measured]
        values += [asdict(each) | {"ratios": ratios[each.case]} for each in done]
        print(json.dumps(values, indent=2))
    else:
        print("\n\n".join(map(table, measured)), "", *record.compare(ratios), sep="\n")
        if asked.peers:
            print("", f"peers on a depot of {asked.peers} buses", *peers.report(found, *beside), sep="\n")
    if asked.record:
        record.record(ratios)
    if not all(each.agrees for each in done):
        sys.exit("a peer has not done the same work")
    reports = (
        (asked.grid, grid.report), (asked.sizing, sizing.report), (asked.study, study.report),
        (asked.telematics, telematics.report),
    )  # fmt: skip
    for wanted, report in reports:
        if wanted and not asked.json:
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
                print("", *process.submit(report).result(), sep="\n")


def _apart(kind: str, size: float, repetitions: int, days: int = 7) -> Measurement:
    """Measure in a fresh process, so that memory is the workload's own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(measure_case, kind, size, repetitions, days).result()


def table(measured: Measurement) -> str:
    """One measurement in words and figures."""
    fixed_s = measured.stages_s["load"] + measured.stages_s["grid"]
    rows = [
        *((name, measured.stages_s[name]) for name in ("simulate", "simulate, compiled") if name in measured.stages_s),
        ("simulate to saved tables", measured.run_s),
        ("file to saved tables", measured.run_s + fixed_s),
    ]
    bare = measured.bare_loop_s
    lines = [
        f"{measured.case}, {measured.vehicles} vehicles, {measured.days} days, {measured.sessions} sessions: "
        f"{measured.outcome}",
        "  stages, CPU ms: " + ", ".join(f"{name} {seconds * 1e3:.1f}" for name, seconds in measured.stages_s.items()),
        f"  bare SimPy timeout at 1 000 processes {measured.timeout_us:.2f} us; "
        + (f"bare loop of the same work {bare * 1e3:.1f} ms; " if bare else "")
        + f"peak memory {measured.peak_mb:.0f} MB",
        f"  {'':26}{'vehicle-days/CPU-s':>20}{'x bare loop':>14}{'L':>8}",
    ]
    for name, seconds in rows:
        times_bare = f"{seconds / bare:.1f}" if bare else "-"
        lines.append(f"  {name:26}{measured.per_cpu_s(seconds):>20,.0f}{times_bare:>14}{measured.in_l(seconds):>8.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

"""The grid's own figures: a year at the default level from nothing, and a million sessions attributed."""

from __future__ import annotations

import resource
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np

from fleetsim.clock import SLOT_S, Clock
from fleetsim.results.records import Records
from fleetsim.results.schema import LOADS, complete

ROOT = Path(__file__).resolve().parents[1]
SESSIONS = 1_000_000
SITES = 40


def report() -> list[str]:
    """Both measurements in words; meant for a fresh process, so that imports count and memory is its own."""
    return [_year(), _sessions()]


def _year() -> str:
    begun_s = process_time()
    from fleetsim.grid.inputs import load_grid
    from fleetsim.grid.model import grid_slots
    from fleetsim.grid.spec import GridSpec

    inputs = load_grid(ROOT, [])
    assert inputs is not None
    read_s = process_time()
    grid_slots(GridSpec(year=2026), inputs, Clock(date(2026, 1, 1), 365, 0), 1)
    first_s = process_time()
    grid_slots(GridSpec(year=2026), inputs, Clock(date(2027, 1, 1), 365, 0), 1)
    again_s = process_time()
    return (
        f"a year at the level `water`, CPU s: {again_s - first_s:.2f} with pvlib and SciPy in memory, "
        f"{first_s - read_s:.2f} with their import, {read_s - begun_s:.2f} before that to read the inputs; "
        f"peak memory {_peak_mb():.0f} MB"
    )


def _sessions() -> str:
    """Sessions of 10 minutes to 3 hours at public chargers, each with one draw, over a week."""
    from fleetsim.accounting.mix import Mix
    from fleetsim.accounting.running import running
    from fleetsim.accounting.sessions import SessionTotals, certified_share, session_signals
    from fleetsim.grid.inputs import load_grid
    from fleetsim.grid.model import grid_slots
    from fleetsim.grid.spec import GridSpec

    inputs, clock, draw = load_grid(ROOT, []), Clock(date(2026, 3, 9), 7, 2), np.random.default_rng(1)
    assert inputs is not None
    grid = grid_slots(GridSpec(year=2026), inputs, clock, 1)
    start_s = draw.uniform(0.0, clock.end_s - 12.0 * SLOT_S, SESSIONS)
    draws = complete(
        "draws",
        {
            "site": draw.integers(0, SITES, SESSIONS).astype(np.int32),
            "load": np.full(SESSIONS, LOADS.index("vehicle"), dtype=np.int32),
            "session": np.arange(SESSIONS),
            "clock": np.zeros(SESSIONS, dtype=np.int64),
            "start_at": start_s,
            "end_at": start_s + draw.uniform(600.0, 10_800.0, SESSIONS),
            "offered_kw": draw.uniform(7.0, 120.0, SESSIONS),
        },
    )
    clocks = complete(
        "clocks",
        {
            "site": np.arange(SITES, dtype=np.int32),
            "clock": np.zeros(SITES, dtype=np.int64),
            "start_at": np.zeros(SITES),
            "end_at": np.full(SITES, float(clock.end_s)),
            "factor": np.ones(SITES),
        },
    )
    sessions = {"session": np.arange(SESSIONS)}
    records = Records(clock, {}, {"draws": draws, "clocks": clocks, "sessions": sessions})
    begun_s = process_time()
    totals = SessionTotals(records, Mix(grid, np.full(clock.slots, 0.6), {}))
    for power in running(draws, clocks):
        totals.add(power)
    signals = session_signals(totals, certified_share(totals, grid, 0.0))
    done_s = process_time()
    known = sum(1 for values in signals.values() if not np.isnan(values).all())
    return (
        f"{SESSIONS:,} sessions, CPU s: {done_s - begun_s:.2f} for energy, peak, sources and "
        f"{known} shares, emissions and costs of each"
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

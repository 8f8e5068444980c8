"""A small run as it is recorded and saved: every kind of column, some of them empty."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from fleetsim.clock import Clock
from fleetsim.results.facts import RunFacts, Timing, write_facts
from fleetsim.results.records import Records
from fleetsim.results.schema import SCOPES, SESSION_ENDS, TABLES, complete
from fleetsim.results.store import aside, write_records

ENTITIES = {
    "vehicles": ("red_1", "red_2", "red_3"),
    "fleets": ("red",),
    "kinds": ("bus",),
    "models": ("bus_12m",),
    "cities": ("kunming",),
    "sites": ("north", "south"),
    "site_kinds": ("depot",),
    "places": ("north_yard", "south_yard"),
    "routes": (),
}


CLOCK = Clock(date(2026, 3, 9), days=2, warmup_days=1)


def small_records() -> Records:
    """Three vehicles, two sites, four sessions, two metrics."""
    tables = {name: complete(name, {}) for name in TABLES}
    zeros = np.zeros(3, dtype="i4")
    tables["vehicles"] = complete(
        "vehicles",
        {
            "vehicle": np.arange(3),
            "fleet": zeros,
            "kind": zeros,
            "model": zeros,
            "city": zeros,
            "home": np.array([1, 1, 1]),
            "battery_kwh": np.array([300.0, 300.0, 250.5]),
        },
    )
    tables["sites"] = complete("sites", {"site": np.arange(2), "kind": zeros[:2], "city": zeros[:2]})
    tables["places"] = complete("places", {"place": np.arange(2), "lat": np.array([25.0, 26.0])})
    tables["sessions"] = complete(
        "sessions",
        {
            "session": np.arange(4),
            "vehicle": np.array([2, 0, 2, 1]),
            "site": np.array([1, 1, 1, 1]),
            "charger": np.array([0, 1, -1, 0]),
            "arrive_at": np.array([90_000.0, 90_000.25, np.nan, 172_800.000001]),
            "energy_kwh": np.array([10.0, np.nan, 1e-9, 123.456789]),
            "end_reason": np.array([0, 1, -1, SESSION_ENDS.index("horizon")]),
        },
    )
    tables["metrics"] = complete(
        "metrics",
        {
            "scope": np.array([SCOPES.index("run"), SCOPES.index("fleet")]),
            "subject": np.array(["small", "red"], dtype=object),
            "metric": np.array(["energy_kwh", "clean_share"], dtype=object),
            "value": np.array([133.5, np.nan]),
            "unit": np.array(["kWh", ""], dtype=object),
            "definition": np.array(["energy at the meter", "clean share"], dtype=object),
        },
    )
    return Records(CLOCK, ENTITIES, tables)


def small_facts(run_id: str = "small-1", sha256: str = "1" * 64) -> RunFacts:
    """What ``run.json`` says."""
    return RunFacts(
        run_id=run_id,
        sha256=sha256,
        scenario="small",
        title={"en": "Small", "zh": "小"},
        names={},
        seed=1,
        start_date="2026-03-09",
        days=2,
        warmup_days=1,
        vehicles=3,
        version="0",
        scenario_sha256="2" * 64,
        source_sha256="3" * 64,
        inputs={},
        extensions={},
        environment={},
        notes={},
        remarks=[],
        assumptions=[],
        certainties={},
    )


def save(
    results: Path, records: Records, run_id: str = "small-1", *, replace: bool = False, wall_s: float = 2.0
) -> None:
    """Write the run's folder."""
    with aside(results, run_id, replace=replace) as folder:
        write_records(folder, records)
        (folder / "scenario.yaml").write_text("name: small\n")
        write_facts(folder, small_facts(run_id), Timing("2026-03-09T00:00:00.000+08:00", 1, 1.0, wall_s))

"""The ratios that were recorded last, beside those of now: what became slower shows at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import Measurement

FILE = Path(__file__).with_name("recorded.json")
Ratios = Mapping[str, Mapping[str, float]]
"""Ratios by case."""
TOLERANCE = 1.1
"""A ratio that has grown by more than a tenth is called slower."""


def ratios(measured: Measurement) -> dict[str, float]:
    """Times in units of L, and memory in MB: what does not depend on how fast the machine is."""
    fixed_s = measured.stages_s["load"] + measured.stages_s["grid"]
    return {
        "simulate_l": round(measured.in_l(measured.stages_s["simulate"]), 2),
        "to_tables_l": round(measured.in_l(measured.run_s), 2),
        "file_to_tables_l": round(measured.in_l(measured.run_s + fixed_s), 2),
        "peak_mb": round(measured.peak_mb),
    }


def compare(measured: Ratios) -> list[str]:
    """A line for each case: every ratio with the recorded one."""
    recorded = _recorded()
    return [_line(case, now, recorded.get(case)) for case, now in measured.items()]


def record(measured: Ratios) -> None:
    """Keep the ratios of these cases; those of others stay."""
    today = datetime.now(tz=UTC).date().isoformat()
    new = {case: {"measured_on": today, **now} for case, now in measured.items()}
    FILE.write_text(json.dumps(_recorded() | new, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _recorded() -> dict[str, dict[str, str | float]]:
    loaded: dict[str, dict[str, str | float]] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return loaded


def _line(case: str, now: Mapping[str, float], before: Mapping[str, str | float] | None) -> str:
    if before is None:
        return f"{case}: nothing recorded yet; --record keeps " + ", ".join(f"{key} {now[key]:g}" for key in now)
    said = []
    for key, value in now.items():
        old = float(before[key])
        said.append(f"{key} {value:g} (was {old:g}{', SLOWER' if value > TOLERANCE * old else ''})")
    return f"{case}, against {before['measured_on']}: " + ", ".join(said)

"""Catalogues made by hand: studies and runs whose differences are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fleetsim.results.catalogue import Catalogue, RunRow, StudyRow, StudyRun
from fleetsim.results.listing import CATALOGUE_FILE

Values = Mapping[str, Mapping[int, Mapping[str, float]]]
"""By value of the axis and seed, the metrics of the run."""
UNITS = {"peak_kw": "kW", "service_level": "share", "waits": "1"}


def row(run_id: str, seed: int | None, **changes: Any) -> RunRow:
    """A finished run of a week, with some things changed."""
    known: dict[str, Any] = {
        "run_id": run_id, "scenario": "depot", "seed": seed, "start_at": "2026-03-09T00:00:00+08:00", "days": 7,
        "vehicles": 20, "status": "done", "error": None, "version": "1.0", "scenario_sha256": "0",
        "created_at": "2026-03-09", "cpu_s": 1.0, "wall_s": 1.0,
    }  # fmt: skip
    return RunRow(**{**known, **changes})


@pytest.fixture
def write_study(tmp_path: Path) -> Callable[..., Path]:
    """Write a study named ``made`` over ``sites.a.count``, runs changed by run_id; returns the results folder."""

    def write(values: Values, changed: Mapping[str, Mapping[str, Any]] | None = None) -> Path:
        results = tmp_path / "results"
        results.mkdir(exist_ok=True)
        with Catalogue(results / CATALOGUE_FILE) as catalogue:
            catalogue.record_study(StudyRow("made", "batch", "done", "2026-03-09"), [])
            number = 0
            for count, by_seed in values.items():
                for seed, metrics in by_seed.items():
                    run_id = f"depot-{count}-{seed}"
                    run = row(run_id, seed, **(changed or {}).get(run_id, {}))
                    rows = [("run", "run", name, value, UNITS[name], name) for name, value in metrics.items()]
                    settings = json.dumps({"sites.a.count": count})
                    member = StudyRun("made", run_id, number, run_id, "base", seed, settings)
                    catalogue.record_member(member, run, rows, failure_id="")
                    number += 1
        return results

    return write

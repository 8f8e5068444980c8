"""A small study: a depot of the small workspace on the cheapest grid, a run of it in a few hundredths of a second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fleetsim.results.catalogue import Catalogue

STUDY = """
study: small
title: {en: A small study, zh: 小型研究}
scenario: depot.yaml
set: {days: 1, warmup_days: 0, grid.level: constant}
axes:
  - grid: {sites.east.chargers.0.count: [2, 3, 4, 5, 6]}
seeds: 2
"""

Write = Callable[..., Path]


@pytest.fixture
def study(small_workspace: Path) -> Write:
    """Write a study file beside the scenario, with some texts replaced."""

    def write(**changes: str) -> Path:
        lines = [line for line in STUDY.strip().splitlines() if line.split(":")[0] not in changes]
        path = small_workspace / "configs" / "study.yaml"
        if "axes" in changes:
            lines = [line for line in lines if not line.startswith("  -")]
        path.write_text("\n".join([*lines, *(f"{key}: {text}" for key, text in changes.items())]) + "\n", "utf-8")
        return path

    return write


def contents(results: Path, store: str | None = None) -> dict[str, object]:
    """What the catalogue holds, times aside."""
    with Catalogue(store or results / "fleetsim.db") as catalogue:
        runs = catalogue.runs()
        ids = [run.run_id for run in runs]
        scopes = ("run", "city", "fleet", "site", "asset", "grid")
        return {
            "runs": sorted((run.run_id, run.seed, run.vehicles, run.status, run.error) for run in runs),
            "metrics": {scope: catalogue.metrics(ids, scope) for scope in scopes},
            "studies": [(row.study, row.kind, row.status) for row in catalogue.studies()],
            "members": catalogue.study_runs("small"),
        }


def folders(results: Path) -> dict[str, dict[str, bytes]]:
    """The bytes of every run, times aside."""
    return {
        folder.name: {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "timing.json"}
        for folder in results.iterdir()
        if folder.is_dir()
    }

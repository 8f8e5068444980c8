"""A run whose tables are held in files gives the tables of one whose tables are held in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from fleetsim.executors import executor
from fleetsim.simulation import run as running
from fleetsim.simulation import simulate
from tests.worlds import depot, fleet, scenario, signals


@pytest.mark.parametrize("workers", [1, 2])
def test_tables_in_files_are_those_in_memory_and_leave_no_file(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = {"depot": depot(), "another": depot(1), "idle": depot()}
    world = scenario(sites=sites, fleets={"line": fleet(), "far": fleet(6, home="another")}, days=3)
    with executor(workers) as where:
        in_memory = simulate(world, signals(world.spec.clock), where)
        monkeypatch.setattr(running, "SPOOLED_VEHICLE_DAYS", 0)
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        in_files = simulate(world, signals(world.spec.clock), where)
    assert not list(tmp_path.iterdir())
    assert {type(values.base) for values in in_files.tables["trips"].values()} == {np.memmap}
    draws, sessions = in_memory.tables["draws"], in_memory.tables["sessions"]
    mine = draws["session"] >= 0
    np.testing.assert_array_equal(sessions["site"][draws["session"][mine]], draws["site"][mine])
    assert len(set(sessions["site"][draws["session"][mine]])) == 2
    for table, frame in in_memory.tables.items():
        for column, values in frame.items():
            np.testing.assert_array_equal(in_files.tables[table][column], values)

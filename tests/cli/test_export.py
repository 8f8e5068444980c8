"""``fleetsim export load``: series of a run for planning tools."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from fleetsim import pipeline
from fleetsim.pipeline import Results
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Results:
    scenario = pipeline.load(ROOT / "configs" / "lijiang_buses.yaml", overrides=["days=2", "warmup_days=1"])
    return pipeline.read(pipeline.simulate(scenario).save(tmp_path_factory.mktemp("export") / "results"))


@pytest.fixture
def exported(fleetsim, ran, tmp_path):
    """Rows of a step's file, by node."""

    def rows(step: str) -> dict[str, list[dict[str, str]]]:
        out = tmp_path / f"{step}.csv"
        done = fleetsim("export", "load", "last", "--results", ran.folder.parent, "--step", step, "--out", out)
        assert done.exit_code == 0, done.stderr
        assert done.stdout.strip() == str(out)
        by_node = defaultdict(list)
        with out.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                by_node[row["node"]].append(row)
        return by_node

    return rows


def power(rows: list[dict[str, str]]) -> np.ndarray:
    return np.array([float(row["load_kw"]) for row in rows])


def test_every_site_and_its_assets_have_a_row_for_each_step(exported, ran):
    by_node = exported("15min")
    tables = ran.records.tables
    assert set(by_node) == {*ran.records.entities["sites"], *tables["asset_slots"]["asset"]}
    assert {len(rows) for rows in by_node.values()} == {2 * 96}
    assert {rows[0]["kind"] for rows in by_node.values()} == {"site", "transformer", "feeder", "substation"}


def test_the_series_of_the_sites_are_what_the_run_recorded(exported, ran):
    total = sum(power(rows) for rows in exported("15min").values() if rows[0]["kind"] == "site")
    recorded = ran.records.tables["site_slots"]["grid_kw"].reshape(-1, 2 * 96).sum(axis=0)
    assert total == pytest.approx(recorded, abs=0.1)


def test_hours_are_the_means_of_their_quarters_so_that_energy_is_kept(exported):
    quarters, hours = exported("15min"), exported("60min")
    for node, rows in hours.items():
        assert power(rows) == pytest.approx(power(quarters[node]).reshape(-1, 4).mean(axis=1), abs=2e-3), node


@pytest.mark.parametrize("step", ["15min", "60min"])
def test_the_peak_stands_at_its_time_in_every_row(exported, ran, step):
    for rows in exported(step).values():
        assert {row["peak_kw"] for row in rows} == {max((row["load_kw"] for row in rows), key=float)}
        at = next(row["begins_at"] for row in rows if row["load_kw"] == row["peak_kw"])
        assert {row["peak_at"] for row in rows} == {at}
        assert rows[0]["begins_at"] == f"{ran.records.clock.start_date}T00:00+08:00"


def test_a_site_draws_below_its_transformer_and_all_else_at_10_kv(exported):
    for rows in exported("60min").values():
        assert {row["voltage_kv"] for row in rows} == {"0.4" if rows[0]["kind"] == "site" else "10"}


def test_a_file_in_no_folder_is_bad_input(fleetsim, ran, tmp_path: Path):
    out = tmp_path / "nowhere" / "load.csv"
    done = fleetsim("export", "load", "last", "--results", ran.folder.parent, "--out", out)
    assert done.exit_code == 2
    assert "must be a file in a folder that exists" in done.stderr

"""The long form holds every metric of every run once, in both formats alike."""

from __future__ import annotations

import csv

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from fleetsim.cli import main
from fleetsim.comparison import tidy

VALUES = {
    "4": {1: {"peak_kw": 500.0, "waits": 3.0}, 2: {"peak_kw": 520.0, "waits": 0.0}},
    "6": {1: {"peak_kw": 530.0, "waits": 0.0}, 2: {"peak_kw": 552.5, "waits": 0.0}},
}


@pytest.fixture
def export(write_study, tmp_path):
    """Export the study in a format, with what else is asked for."""
    results = write_study(VALUES, {"depot-6-2": {"status": "failed", "error": "torn"}})

    def done(form: str, *words: str, out: str = "metrics"):
        command = ["export", "metrics", "made", "--format", form, "--output", str(tmp_path / out), *words]
        return CliRunner().invoke(main, [*command, "--results", str(results)])

    return done


def test_both_formats_hold_the_same_rows(export, tmp_path):
    for form in ("csv", "parquet"):
        done = export(form, out=form)
        assert done.exit_code == 0, done.output
        assert "6 rows of 3 runs; 1 failed and have none" in done.stderr
    with (tmp_path / "csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = pq.read_table(tmp_path / "parquet").to_pylist()
    assert [{key: str(value) for key, value in row.items()} for row in table] == rows
    assert table[0] == {
        "run_id": "depot-4-1", "scenario": "depot", "study": "made", "variant": "base", "seed": 1,
        "sites.a.count": "4", "scope": "run", "subject": "run", "metric": "peak_kw", "value": 500.0, "unit": "kW",
    }  # fmt: skip


def test_columns_have_the_type_of_what_was_varied():
    assert tidy._kind([1, 2, None]) is int
    assert tidy._kind([1, 2.5]) is float
    assert tidy._kind([True, False]) is bool
    assert tidy._kind([True, 2]) is tidy._kind(["a", [1]]) is tidy._kind([]) is str


def test_a_file_that_is_there_stays_unless_it_may_be_replaced(export, tmp_path):
    (tmp_path / "metrics").write_text("mine", encoding="utf-8")
    done = export("csv")
    assert done.exit_code == 2
    assert "is there already" in done.stderr
    assert (tmp_path / "metrics").read_text(encoding="utf-8") == "mine"
    assert export("csv", "--overwrite").exit_code == 0
    assert (tmp_path / "metrics").read_text(encoding="utf-8").startswith("run_id,")


def test_what_breaks_off_leaves_nothing_behind(export, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tidy, "_cell", full)
    done = export("csv")
    assert done.exit_code == 1
    assert "No space left on device" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["results"]

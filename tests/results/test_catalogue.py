"""The catalogue lists runs and metrics, and can be made again from the folders."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from fleetsim.errors import InputError, RunError
from fleetsim.results.catalogue import Catalogue, RunRow, StudyRow
from fleetsim.results.facts import Timing
from fleetsim.results.listing import CATALOGUE_FILE, list_failure, list_run, open_catalogue, prepare, rebuild
from fleetsim.spec import Text
from tests.recorded import save, small_facts

ROW = RunRow("small-1", "small", 1, "2026-03-09T00:00:00+08:00", 2, 3, "done", None, "0", "2" * 64, "2026", 1.0, 2.0)
METRIC = ("run", "small", "energy_kwh", 133.5, "kWh", "energy at the meter")


def rows(database: Path, table: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(database)
    try:
        return sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=str)
    finally:
        connection.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'runs.db'}"


def test_a_run_is_listed_with_its_metrics(url, tmp_path):
    with Catalogue(url) as catalogue:
        catalogue.record(ROW, [METRIC, (*METRIC[:3], None, *METRIC[4:])])
        assert catalogue.runs() == [ROW]
    metrics = rows(tmp_path / "runs.db", "metrics")
    assert [row[4] for row in metrics] == [133.5, None]
    assert metrics[0] == ("small-1", *METRIC)
    assert rows(tmp_path / "runs.db", "studies") == []


def test_recording_a_run_again_replaces_what_was_known_of_it(url, tmp_path):
    with Catalogue(url) as catalogue:
        catalogue.record(replace(ROW, status="failed", error="lost"))
        catalogue.record(replace(ROW, run_id="other-2"), [METRIC])
        catalogue.record(ROW, [METRIC])
        assert [run.status for run in catalogue.runs()] == ["done", "done"]
    assert len(rows(tmp_path / "runs.db", "metrics")) == 2


def test_a_transaction_that_fails_changes_nothing(url):
    with Catalogue(url) as catalogue:
        catalogue.record(ROW, [METRIC])
        with pytest.raises(RunError, match=r"runs\.db"):
            catalogue.record(replace(ROW, status="failed"), [(*METRIC[:2], None, *METRIC[3:])])  # type: ignore[list-item]
        assert catalogue.runs() == [ROW]


def test_a_study_is_listed_with_its_title_also_in_a_catalogue_that_had_no_place_for_titles(url, tmp_path):
    study, title = StudyRow("small", "batch", "done", "2026"), Text(en="Do chargers help?", zh="充电桩有用吗？")
    with Catalogue(url) as catalogue:
        catalogue.record_study(study, [])
        assert catalogue.study_title("small") is None
    with sqlite3.connect(tmp_path / "runs.db") as connection:
        connection.execute("DROP TABLE study_titles")
    connection.close()
    with Catalogue(url) as catalogue:
        assert catalogue.study_title("small") is None
        catalogue.record_study(study, [], title)
        catalogue.record_study(study, [], title)
        assert catalogue.study_title("small") == title
        assert catalogue.study_title("other") is None
        assert catalogue.studies() == [study]


def test_runs_come_in_the_order_of_their_making(url):
    with Catalogue(url) as catalogue:
        for run_id, created_at in (("c", "2026-03"), ("a", "2026-01"), ("b", "2026-02")):
            catalogue.record(replace(ROW, run_id=run_id, created_at=created_at))
        assert [run.run_id for run in catalogue.runs()] == ["a", "b", "c"]


def test_sqlite_works_with_a_write_ahead_log(url, tmp_path):
    with Catalogue(url):
        pass
    connection = sqlite3.connect(tmp_path / "runs.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


@pytest.mark.parametrize("url", ["nonsense", "nosuchdatabase://host/x"])
def test_a_url_that_means_nothing_is_bad_input(url):
    with pytest.raises(InputError, match="--store"):
        Catalogue(url)


def test_a_database_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(InputError, match=r"--store: found 'sqlite:///.*nowhere.*'; cannot be used"):
        Catalogue(f"sqlite:///{tmp_path}/nowhere/runs.db")


def test_a_password_is_not_shown():
    with pytest.raises(InputError) as raised:
        Catalogue("sqlite+nosuchdriver://me:secret@host/x")
    assert "secret" not in str(raised.value)


def test_a_catalogue_in_the_results_folder_that_is_no_database_is_named_with_the_remedy(tmp_path):
    (tmp_path / CATALOGUE_FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(InputError, match=r"fleetsim\.db: .*not a database.*fleetsim rebuild"):
        prepare(tmp_path, None)


def test_tables_of_another_make_are_found_before_a_run_is_listed(url, tmp_path):
    connection = sqlite3.connect(tmp_path / "runs.db")
    connection.execute("CREATE TABLE runs (name TEXT)")
    connection.close()
    with pytest.raises(InputError, match="no such column"):
        prepare(tmp_path / "results", url)


def test_a_catalogue_that_is_read_only_is_found_before_a_run_is_listed(url, tmp_path):
    with Catalogue(url):
        pass
    with pytest.raises(InputError, match="readonly"):
        prepare(tmp_path / "results", f"sqlite:///file:{tmp_path}/runs.db?mode=ro&uri=true")


def test_a_run_that_could_not_be_listed_says_that_it_is_saved(records, tmp_path):
    save(tmp_path, records)
    timing = Timing("2026-03-09T00:00:00.000+08:00", 1, 1.0, 2.0)
    with pytest.raises(RunError, match=r"small-1: the run is saved but not listed; fleetsim rebuild"):
        list_run(tmp_path, f"sqlite:///{tmp_path}/nowhere/x.db", small_facts(), timing, records.tables["metrics"])


def test_the_catalogue_made_again_from_the_folders_is_the_one_that_was_there(records, tmp_path):
    save(tmp_path, records)
    list_run(
        tmp_path, None, small_facts(), Timing("2026-03-09T00:00:00.000+08:00", 1, 1.0, 2.0), records.tables["metrics"]
    )
    list_failure(tmp_path, None, "broken-2", "broken", "lost")
    before = [rows(tmp_path / CATALOGUE_FILE, table) for table in ("runs", "metrics")]
    (tmp_path / CATALOGUE_FILE).unlink()
    assert rebuild(tmp_path) == 2
    assert [rows(tmp_path / CATALOGUE_FILE, table) for table in ("runs", "metrics")] == before


def test_a_failure_does_not_hide_an_earlier_success(records, tmp_path):
    save(tmp_path, records)
    rebuild(tmp_path)
    list_failure(tmp_path, None, "small-1", "small", "lost")
    with open_catalogue(tmp_path, None) as catalogue:
        assert [run.status for run in catalogue.runs()] == ["done"]

"""A run folder is there whole or not at all."""

from __future__ import annotations

import errno
import json

import numpy as np
import pytest

from fleetsim.errors import InputError, RunError
from fleetsim.results.identity import identify
from fleetsim.results.schema import TABLES
from fleetsim.results.store import (
    aside,
    failures,
    folders,
    prepare_folder,
    read_records,
    record_failure,
    stored,
    write_records,
)
from tests.recorded import save

FAILURE = {"run_id": "small-1", "scenario": "small", "error": "lost", "failed_at": "2026-03-09T00:00:00+08:00"}


def test_records_come_back_with_clock_entities_and_every_table(records, tmp_path):
    save(tmp_path, records)
    back = read_records(tmp_path / "small-1")
    assert back.clock == records.clock
    assert back.entities == records.entities
    assert list(back.tables) == list(TABLES)
    for table in TABLES:
        for name, values in records.tables[table].items():
            np.testing.assert_array_equal(back.tables[table][name], values)


def test_a_table_that_the_contract_does_not_know_is_a_key_error(records, tmp_path):
    save(tmp_path, records)
    with pytest.raises(KeyError):
        read_records(tmp_path / "small-1").tables["sesions"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("bad"), RunError("lost")])
def test_a_run_that_fails_leaves_nothing_behind(error, tmp_path):
    with pytest.raises(type(error)), aside(tmp_path, "small-1", replace=False) as folder:
        (folder / "half.parquet").write_text("half")
        raise error
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_with_the_folder_and_leaves_nothing_behind(tmp_path):
    with (
        pytest.raises(RunError, match=f"{tmp_path}.*No space left on device"),
        aside(tmp_path, "small-1", replace=False) as folder,
    ):
        (folder / "half.parquet").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_seen_under_the_name_of_the_run_before_it_is_whole(records, tmp_path):
    with aside(tmp_path, "small-1", replace=False) as folder:
        write_records(folder, records)
        assert not (tmp_path / "small-1").exists()
        assert folders(tmp_path) == []
    assert (tmp_path / "small-1").is_dir()


def test_a_run_that_is_there_stays_unless_it_is_to_be_replaced(records, tmp_path):
    def wall_s() -> float:
        return json.loads((tmp_path / "small-1" / "timing.json").read_text())["wall_s"]

    save(tmp_path, records, wall_s=1)
    save(tmp_path, records, wall_s=2)
    assert wall_s() == 1
    save(tmp_path, records, wall_s=3, replace=True)
    assert wall_s() == 3
    assert [path.name for path in tmp_path.iterdir()] == ["small-1"]


def test_a_success_takes_the_record_of_an_earlier_failure_away(records, tmp_path):
    record_failure(tmp_path, FAILURE)
    assert failures(tmp_path) == [FAILURE]
    save(tmp_path, records)
    assert failures(tmp_path) == []


def test_a_folder_of_the_same_name_and_another_content_is_not_taken_for_the_run(records, tmp_path):
    identity = identify("small", "days: 2", {})
    assert stored(tmp_path, identity) is None
    save(tmp_path, records, identity.run_id)
    with pytest.raises(RunError, match="another content"):
        stored(tmp_path, identity)


def test_a_damaged_run_file_is_named(records, tmp_path):
    save(tmp_path, records)
    (tmp_path / "small-1" / "run.json").write_text("{}")
    with pytest.raises(RunError, match=r"run\.json"):
        read_records(tmp_path / "small-1")


def test_a_results_folder_that_cannot_be_made_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"file.*--results"):
        prepare_folder(tmp_path / "file" / "results")


def test_the_same_run_makes_the_same_files_but_for_its_timing(records, tmp_path):
    save(tmp_path / "a", records, wall_s=1)
    save(tmp_path / "b", records, wall_s=2)
    for path in (tmp_path / "a" / "small-1").iterdir():
        same = path.read_bytes() == (tmp_path / "b" / "small-1" / path.name).read_bytes()
        assert same == (path.name != "timing.json"), path.name

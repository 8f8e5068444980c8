"""Tables on disk: names, civil times and nulls; the same frame always the same bytes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.clock import Clock
from fleetsim.errors import RunError
from fleetsim.results import parquet
from fleetsim.results.records import Records
from fleetsim.results.schema import TABLES, complete
from tests.recorded import ENTITIES


def written(path, table: str, records: Records) -> pa.Table:
    parquet.write_table(path, table, records.tables[table], records.entities, records.clock)
    return parquet.read_table(path)


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_the_columns_of_the_contract_even_without_rows(table, records, tmp_path):
    read = written(tmp_path / "t.parquet", table, records)
    assert read.schema.equals(parquet.arrow_schema(table), check_metadata=True)


@pytest.mark.parametrize("table", TABLES)
def test_a_frame_comes_back_as_it_was_written(table, records, tmp_path):
    read = written(tmp_path / "t.parquet", table, records)
    back = parquet.to_frame(table, read, records.entities, records.clock)
    for name, values in records.tables[table].items():
        assert back[name].dtype == values.dtype
        if values.dtype == object:
            assert back[name].tolist() == values.tolist()
        else:
            np.testing.assert_array_equal(back[name], values)


def test_names_stand_for_codes_and_nulls_for_what_does_not_apply(records, tmp_path):
    sessions = written(tmp_path / "t.parquet", "sessions", records)
    assert sessions["vehicle"].to_pylist() == ["red_3", "red_1", "red_3", "red_2"]
    assert sessions["energy_kwh"].to_pylist() == [10.0, None, 1e-9, 123.456789]
    assert sessions["charger"].to_pylist() == [0, 1, None, 0]
    assert sessions["end_reason"].to_pylist() == ["target", "departure", None, "horizon"]


def test_a_run_of_another_version_is_said_to_be_one(records, tmp_path):
    path = tmp_path / "trips.parquet"
    parquet.write_table(path, "trips", records.tables["trips"], records.entities, records.clock)
    older = parquet.read_table(path).drop_columns(["relieved"])
    with pytest.raises(RunError, match="no column relieved: another version"):
        parquet.to_frame("trips", older, records.entities, records.clock)


def test_times_are_civil_times_of_shanghai(records, tmp_path):
    sessions = parquet.to_pandas(written(tmp_path / "t.parquet", "sessions", records))
    assert str(sessions["arrive_at"].dtype) == "datetime64[us, Asia/Shanghai]"
    assert sessions["arrive_at"][0] == pd.Timestamp("2026-03-09 01:00:00+08:00")  # 25 h after midnight of the 8th
    assert sessions["arrive_at"].isna().tolist() == [False, False, True, False]


def test_a_dictionary_lists_all_entities_in_their_order_even_those_that_no_row_uses(records, tmp_path):
    sessions = written(tmp_path / "t.parquet", "sessions", records)
    assert parquet.dictionary(sessions, "site") == ("north", "south")
    assert parquet.dictionary(sessions, "vehicle") == ENTITIES["vehicles"]


def test_no_pandas_metadata_is_kept(records, tmp_path):
    written(tmp_path / "t.parquet", "sessions", records)
    assert b"pandas" not in (pq.read_schema(tmp_path / "t.parquet").metadata or {})


def test_the_same_frame_makes_the_same_bytes(records, tmp_path):
    for name in ("a", "b"):
        written(tmp_path / name, "sessions", records)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_row_groups_are_of_a_fixed_size(clock, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROWS_PER_GROUP", 10)
    frame = complete("clocks", {"site": np.arange(25) % 2, "factor": np.linspace(0, 1, 25)})
    parquet.write_table(tmp_path / "t", "clocks", frame, ENTITIES, clock)
    groups = pq.ParquetFile(tmp_path / "t").metadata
    assert [groups.row_group(i).num_rows for i in range(groups.num_row_groups)] == [10, 10, 5]
    back = parquet.to_frame("clocks", parquet.read_table(tmp_path / "t"), ENTITIES, clock)
    np.testing.assert_array_equal(back["site"], frame["site"])


def test_a_code_beyond_its_list_is_refused(clock, tmp_path):
    frame = complete("clocks", {"site": np.array([7])})
    with pytest.raises((pa.ArrowInvalid, IndexError)):
        parquet.write_table(tmp_path / "t", "clocks", frame, ENTITIES, clock)


@given(st.lists(st.floats(0, 400 * 86_400) | st.just(np.nan), min_size=1, max_size=20))
def test_times_survive_to_the_microsecond(seconds):
    from datetime import date

    clock = Clock(date(2026, 3, 9), days=400, warmup_days=2)
    frame = complete("clocks", {"start_at": np.array(seconds)})
    arrow = parquet.to_arrow("clocks", frame, ENTITIES, clock)
    back = parquet.to_frame("clocks", arrow, ENTITIES, clock)["start_at"]
    np.testing.assert_allclose(back, frame["start_at"], rtol=0, atol=1e-6)

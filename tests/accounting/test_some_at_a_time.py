"""What is held at once does not decide what comes out."""

import errno
from itertools import pairwise

import numpy as np
import pytest
from synthetic import grid_and_prices, two_depots

from fleetsim.accounting import account, holders, sums
from fleetsim.accounting.sums import by_group
from fleetsim.report.metrics import metrics
from fleetsim.results import spool


@pytest.mark.parametrize("held", ["rows", "vehicles", "bytes"])
def test_accounting_a_few_rows_vehicles_or_bytes_at_a_time_changes_nothing(
    held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    records, (grid, prices) = two_depots().records(), grid_and_prices()
    whole = account(records, grid, prices)
    module, name = {
        "rows": (sums, "ROWS_AT_ONCE"),
        "vehicles": (holders, "ROWS_OF_VEHICLES"),
        "bytes": (spool, "IN_MEMORY"),
    }[held]
    monkeypatch.setattr(module, name, 3)
    some = account(records, grid, prices)
    tables = {name: {**table} for name, table in whole.tables.items()} | {"metrics": metrics(whole)}
    found = {**some.tables, "metrics": metrics(some)}
    for table, columns in tables.items():
        for column, values in columns.items():
            if values.dtype.kind == "f":
                assert found[table][column] == pytest.approx(values, rel=1e-9, abs=1e-9, nan_ok=True), (table, column)
            else:
                assert np.array_equal(found[table][column], values), (table, column)


def test_rows_by_group_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "ROWS_AT_ONCE", 4)
    group = np.array([2, 0, 2, 1, 0, 0, 2, 2, 0])
    rows, bounds = by_group(group, 4)
    assert [rows[low:high].tolist() for low, high in pairwise(bounds)] == [
        [1, 4, 5, 8],
        [3],
        [0, 2, 6, 7],
        [],
    ]


def test_zeros_beyond_what_is_held_in_memory_lie_in_a_file_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 7)
    many = spool.zeros(2, 3)
    assert isinstance(many.base, np.memmap)
    many[1] += 2.0
    assert many.tolist() == [[0.0, 0.0, 0.0], [2.0, 2.0, 2.0]]
    assert spool.zeros(0).tolist() == []


def test_a_disk_without_room_is_an_error_and_not_the_end_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", no_room, raising=False)
    with pytest.raises(OSError, match="No space left"):
        spool.zeros(spool.IN_MEMORY)

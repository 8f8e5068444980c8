"""Columns of a terminal: widths hold, nothing is lost, Chinese lines up."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.report import columns, numerals, series, words
from fleetsim.report.columns import cells, fit, table, wrap

MARKS = st.text(alphabet="abc DEF,.-充电桩利用率，。（）％", max_size=200)


@pytest.mark.parametrize("module", [columns, numerals, series, words])
def test_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@given(MARKS, st.integers(12, 60))
def test_wrapping_loses_nothing_but_blanks(text: str, width: int) -> None:
    assert "".join("".join(wrap(text, width)).split()) == "".join(text.split())


@given(st.lists(st.text(alphabet="abc充电", min_size=1, max_size=8), max_size=40), st.integers(20, 60))
def test_no_line_is_wider_than_the_terminal(parts: list[str], width: int) -> None:
    assert all(cells(line) <= width for line in wrap(" ".join(parts), width))


def test_a_full_stop_does_not_begin_a_line() -> None:
    assert not any(line.startswith("。") for line in wrap("充电" * 5 + "。" + "电量" * 5 + "。", 20))


@given(MARKS, st.integers(3, 30))
def test_a_cut_text_fits(text: str, width: int) -> None:
    assert cells(fit(text, width)) <= width


def test_columns_line_up_under_double_width_names() -> None:
    lines = table([("场站", ""), ("充电量", "kWh")], [["金马路", "27,626"], ["depot_2", "1"]], 60)
    assert {cells(line) for line in lines if line.strip()} == {cells(lines[0])}


def test_columns_without_room_continue_below_and_none_is_lost() -> None:
    heads = [("Site", ""), *((f"column {number}", "kWh") for number in range(9))]
    lines = table(heads, [["a_depot_with_a_rather_long_name", *(str(number) for number in range(9))]], 50)
    assert all(cells(line) <= 50 for line in lines)
    assert all(any(f"column {number}" in line for line in lines) for number in range(9))


def test_what_closes_a_sentence_neither_begins_a_line_nor_leaves_it_too_wide() -> None:
    for width in range(8, 30):
        lines = wrap("出现在3月11日（周三）02:00起的时段。没有车辆排队等桩，充电需求全部满足。", width)
        assert all(cells(line) <= width for line in lines)
        assert not any(line[0] in "，。）" for line in lines)

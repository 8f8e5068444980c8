"""Frames made as arrays are those made one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.telematics.gbt32960.arrays import report_frames
from fleetsim.telematics.gbt32960.editions import EDITIONS
from fleetsim.telematics.gbt32960.fields import Layout, Many, NoValue, Number
from fleetsim.telematics.gbt32960.frame import Command, decode_frame
from fleetsim.telematics.gbt32960.messages import Message, encode, time_block
from tests.telematics.forms import report_blocks

AT = datetime(2026, 3, 9, 8, 30)


def columns(field, rows: list[Any]) -> Any:
    """Rows of plain values as one value with an array for each number that varies."""
    if isinstance(field, Number):
        if not field.may_miss:
            return np.array(rows, dtype=float)
        if NoValue.ABNORMAL in rows:
            return rows[0]
        return np.array([np.nan if row is NoValue.INVALID else row for row in rows], dtype=float)
    if isinstance(field, Layout):
        return {name: columns(each, [row[name] for row in rows]) for name, each in field.fields}
    if isinstance(field, Many):
        return tuple(columns(field.item, [row[place] for row in rows]) for place in range(len(rows[0])))
    return rows[0]


def framed(blocks, forms, rows, edition):
    ids = np.frombuffer(b"L0FLEETS900000001" * len(rows), np.uint8).reshape(-1, 17)
    times = np.frombuffer(time_block(AT) * len(rows), np.uint8).reshape(-1, 6)
    return report_frames(Command.REPORT, ids, times, blocks, edition)


@settings(max_examples=120)
@given(st.sampled_from(sorted(EDITIONS)).flatmap(lambda year: st.tuples(st.just(year), report_blocks(EDITIONS[year]))))
def test_arrays_write_what_the_scalar_encoder_writes_for_any_blocks(drawn):
    year, blocks = drawn
    edition = EDITIONS[year]
    forms = dict(edition.blocks.values())
    arrays = {name: columns(forms[name], [value]) for name, value in blocks.items()}
    frames = framed(arrays, forms, [0], edition)
    expected = encode(Message(Command.REPORT, "L0FLEETS900000001", AT, blocks, edition)).encode()
    assert frames[0].tobytes() == expected


@pytest.mark.parametrize("year", EDITIONS)
def test_every_row_is_a_frame_of_its_own(year):
    edition = EDITIONS[year]
    forms = dict(edition.blocks.values())
    speeds = [0.0, 32.5, 999.0, float("nan"), -3.0]
    blocks = {"vehicle": {"speed_kmh": np.array(speeds), "soc_percent": np.array([0.4, 50.5, 99.6, 120.0, np.nan])}}
    for row, frame in enumerate(framed(blocks, forms, speeds, edition)):
        plain = {
            name: NoValue.INVALID if np.isnan(column[row]) else float(column[row])
            for name, column in blocks["vehicle"].items()
        }
        expected = encode(Message(Command.REPORT, "L0FLEETS900000001", AT, {"vehicle": plain}, edition))
        assert decode_frame(frame.tobytes()) == expected

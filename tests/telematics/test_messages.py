"""What is written is read again, and nothing that is read makes the reader fall."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.telematics.gbt32960.editions import EDITION_2016
from fleetsim.telematics.gbt32960.fields import Cursor, DataUnitError, NoValue, Number
from fleetsim.telematics.gbt32960.frame import MOST_DATA, Frame, check, decode_frame
from fleetsim.telematics.gbt32960.messages import decode, encode
from tests.telematics.forms import EDITION, messages


@settings(max_examples=250)
@given(messages())
def test_what_is_encoded_is_decoded_as_it_was(message):
    frame = decode_frame(encode(message).encode())
    assert decode(frame) == message
    assert encode(decode(frame)) == frame


@settings(max_examples=300)
@given(st.builds(Frame, command=st.integers(0, 255), unique_id=st.just("X"), unit=st.binary(max_size=120),
                 response=st.sampled_from((1, 0xFE)), edition=EDITION))  # fmt: skip
def test_a_data_unit_of_any_bytes_is_read_or_refused(frame):
    with suppress(DataUnitError):
        decode(frame)


@settings(max_examples=150)
@given(messages(), st.data())
def test_a_damaged_report_is_read_or_refused(message, data):
    unit = bytearray(encode(message).unit)
    for place in data.draw(st.lists(st.integers(0, max(0, len(unit) - 1)), max_size=4)):
        if unit:
            unit[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(unit)))
    with suppress(DataUnitError):
        decode(Frame(message.command, "X", bytes(unit[:cut]), edition=message.edition))


@given(st.binary(max_size=300))
def test_the_check_is_exclusive_or_over_all_bytes(body):
    expected = 0
    for byte in body:
        expected ^= byte
    assert check(body) == expected


@pytest.mark.parametrize(("value", "raw"), [(-1e9, 0), (1e9, 20_000), (120.44, 11_204), (120.46, 11_205)])
def test_a_value_is_rounded_and_kept_clear_of_the_codes_for_missing_ones(value, raw):
    field = Number(2, per_unit=10, offset=-1_000, highest=20_000)
    assert field.raw(value) == raw


@pytest.mark.parametrize(("size", "codes"), [(1, "FEFF"), (2, "FFFEFFFF"), (4, "FFFFFFFEFFFFFFFF")])
def test_the_two_highest_codes_are_never_numbers(size, codes):
    cursor = Cursor(bytes.fromhex(codes))
    field = Number(size, per_unit=10)
    assert [field.read(cursor), field.read(cursor)] == [NoValue.ABNORMAL, NoValue.INVALID]


def test_a_data_unit_holds_no_more_than_the_standard_allows():
    with pytest.raises(ValueError, match="at most"):
        Frame(2, "X", bytes(MOST_DATA + 1)).encode()


def test_a_block_of_another_edition_is_not_written():
    with pytest.raises(KeyError, match="2016"):
        EDITION_2016.block_type("stacks")

"""Frames come out of a stream however it is cut, joined or disturbed."""

from __future__ import annotations

import itertools
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleetsim.telematics.gbt32960.frame import HEADER, MOST_DATA, decode_frame
from fleetsim.telematics.gbt32960.messages import encode
from fleetsim.telematics.gbt32960.stream import StreamDecoder
from tests.telematics.forms import messages
from tests.telematics.vectors import VECTORS, vector

QUIET = st.binary(max_size=40).map(lambda noise: noise.replace(b"#", b"").replace(b"$", b""))


def pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    return [stream[start:end] for start, end in itertools.pairwise(edges)]


def read(parts):
    decoder = StreamDecoder()
    frames = [frame for part in parts for frame in decoder.feed(part)]
    return frames + decoder.close(), decoder


@pytest.mark.parametrize("name", VECTORS)
def test_a_frame_cut_anywhere_is_the_same_frame(name):
    whole = vector(name)
    for cut in range(len(whole) + 1):
        assert read([whole[:cut], whole[cut:]])[0] == [decode_frame(whole)]


def test_frames_glued_together_come_one_by_one_whether_at_once_or_byte_by_byte():
    stream = b"".join(vector(name) for name in VECTORS)
    expected = [decode_frame(vector(name)) for name in VECTORS]
    assert read([stream])[0] == expected
    assert read([bytes((byte,)) for byte in stream])[0] == expected


@settings(max_examples=100)
@given(st.lists(st.tuples(QUIET, messages()), max_size=5), QUIET, st.lists(st.integers(0, 10_000), max_size=8))
def test_noise_before_between_and_behind_frames_is_skipped_and_counted(parts, tail, cuts):
    frames = [encode(message) for _, message in parts]
    stream = b"".join(noise + frame.encode() for (noise, _), frame in zip(parts, frames, strict=True)) + tail
    found, decoder = read(pieces(stream, cuts))
    assert found == frames
    assert decoder.skipped_bytes == sum(len(noise) for noise, _ in parts) + len(tail)
    assert decoder.failed_checks == 0


@settings(max_examples=100)
@given(st.binary(max_size=200), st.lists(st.integers(0, 10_000), max_size=5))
def test_a_frame_behind_any_garbage_is_found_in_the_end(garbage, cuts):
    found, _ = read(pieces(garbage + vector("logout"), cuts))
    assert decode_frame(vector("logout")) in found


@settings(max_examples=100)
@given(st.lists(st.binary(max_size=60) | st.sampled_from([vector(name)[:30] for name in VECTORS]), max_size=8))
def test_every_byte_of_any_stream_is_in_a_frame_or_counted_as_skipped(parts):
    frames, decoder = read(parts)
    in_frames = sum(len(frame.encode()) for frame in frames)
    assert in_frames + decoder.skipped_bytes == sum(map(len, parts))


def test_a_damaged_frame_costs_itself_alone():
    names = sorted(VECTORS)
    frames = [bytearray(vector(name)) for name in names]
    for frame in frames[::3]:
        frame[-2] ^= 0x10
    found, decoder = read([b"".join(map(bytes, frames))])
    assert [each.encode() for each in found] == [vector(name) for place, name in enumerate(names) if place % 3]
    assert decoder.failed_checks >= len(names[::3])


def test_a_flood_of_false_starts_is_worked_off_and_nothing_piles_up():
    decoder = StreamDecoder()
    false_start = vector("logout")[:22] + MOST_DATA.to_bytes(2, "big")
    most = 0
    for _ in range(300):
        decoder.feed(false_start * 20)
        most = max(most, sys.getsizeof(decoder._held))
    assert most < 3 * (HEADER + MOST_DATA + 1)
    assert decode_frame(vector("login")) in decoder.feed(vector("login")) + decoder.close()


def test_noise_without_starts_is_not_kept():
    decoder = StreamDecoder()
    for _ in range(100):
        decoder.feed(bytes(10_000))
    assert len(decoder._held) == 0
    assert decoder.skipped_bytes == 1_000_000

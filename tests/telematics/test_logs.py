"""Logs are read, what is wrong in them is dealt with, and all of it is counted."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetsim.errors import InputError
from fleetsim.telematics.gbt32960.editions import EDITIONS
from fleetsim.telematics.gbt32960.fields import NoValue
from fleetsim.telematics.gbt32960.frame import Command
from fleetsim.telematics.gbt32960.messages import Message, encode
from fleetsim.telematics.gcj02 import to_gcj02, to_wgs84
from fleetsim.telematics.logs import read_logs
from tests.telematics.vectors import VECTORS, vector

AT = datetime(2026, 3, 9, 8)
HEAD = "vehicle,at,odometer_km,soc_percent,speed_kmh\n"


def report(seconds=0, command=Command.REPORT, vin="L0FLEETS900000001", position=None, year=2016, **said):
    vehicle = {"odometer_km": 100.0, "soc_percent": 80, **said}
    blocks = {"vehicle": vehicle} | ({"position": position} if position else {})
    return encode(Message(command, vin, AT + timedelta(seconds=seconds), blocks, EDITIONS[year])).encode()


def read(tmp_path, *frames, name="capture.bin", **options):
    (tmp_path / name).write_bytes(b"".join(frames))
    return read_logs([tmp_path / name], columns={}, **options)


def read_csv(tmp_path, text, **columns):
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    return read_logs([tmp_path / "log.csv"], columns=columns)


def test_a_capture_of_frames_becomes_readings(tmp_path):
    log = read(tmp_path, *(vector(name) for name in VECTORS))
    assert log.names == ("LKMBUS12M00000001", "LKMFCB12M00000001")
    assert log.quality["frames"] == len(VECTORS)
    assert 32.5 in log.values["speed_kmh"]
    assert log.at_s[0] == (datetime(2026, 6, 15, 13, 45, 30) - datetime(1970, 1, 1)).total_seconds()


def test_lines_of_hexadecimal_digits_are_a_capture_too(tmp_path):
    text = "\n".join(VECTORS[name].lower() for name in sorted(VECTORS)).encode()
    as_text, as_bytes = read(tmp_path, text), read(tmp_path, *(vector(name) for name in sorted(VECTORS)), name="b.bin")
    assert as_text.quality == as_bytes.quality
    for name, column in as_text.values.items():
        np.testing.assert_array_equal(column, as_bytes.values[name])


def test_values_that_are_missing_or_impossible_are_no_values_and_counted(tmp_path):
    log = read(tmp_path, report(0, speed_kmh=NoValue.INVALID, voltage_v=NoValue.ABNORMAL), report(10, charge_state=77))
    assert np.isnan(log.values["speed_kmh"]).all()
    assert np.isnan(log.values["voltage_v"]).all()
    assert log.quality["voltage_v: abnormal"] == 1
    assert log.quality["speed_kmh: invalid"] >= 1
    assert log.quality["charge_state: out of range"] == 1


def test_doubled_readings_are_dropped_and_clocks_that_jump_back_are_counted(tmp_path):
    log = read(tmp_path, report(0), report(20), report(10), report(20, Command.REISSUE), report(30))
    assert len(log.at_s) == 4
    assert np.all(np.diff(log.at_s) == 10)
    assert log.quality["clock: earlier than the reading before"] == 1
    assert log.quality["readings: doubled and dropped"] == 1
    assert log.quality["reports: re-issued"] == 1


def test_damaged_frames_cost_themselves_alone(tmp_path):
    broken = bytearray(report(10))
    broken[40] ^= 1
    log = read(tmp_path, b"noise", report(0), bytes(broken), report(20))
    assert len(log.at_s) == 2
    assert log.quality["frames: failed checks"] >= 1
    assert log.quality["bytes: skipped"] == 5 + len(broken)


def test_a_false_start_at_the_end_hides_no_frame(tmp_path):
    false_start = vector("logout")[:22] + b"\xff\x00"
    assert len(read(tmp_path, report(0), false_start, report(10)).at_s) == 2


def test_positions_of_maps_drawn_in_china_are_moved_to_wgs84(tmp_path):
    lat, lon = (float(each) for each in to_gcj02(25.018, 102.728))
    position = {"state": 0, "datum": 2, "lat": lat, "lon": lon}
    for year, datum in ((2025, "wgs84"), (2016, "gcj02")):
        log = read(tmp_path, report(year=year, position=position), datum=datum)
        assert log.values["lat"][0] == pytest.approx(25.018, abs=2e-6)
        assert log.values["lon"][0] == pytest.approx(102.728, abs=2e-6)
        assert log.quality["position: moved from GCJ-02"] == 1
    left = read(tmp_path, report(position=position))
    assert left.values["lat"][0] == pytest.approx(lat, abs=1e-6)


def test_a_position_that_says_invalid_is_none(tmp_path):
    log = read(tmp_path, report(position={"state": 1, "lat": 25.0, "lon": 102.0}))
    assert np.isnan(log.values["lat"][0])
    assert log.quality["position: invalid"] == 1


@given(st.floats(18, 53), st.floats(74, 134))
def test_gcj02_and_back_is_where_it_was(lat, lon):
    there_lat, there_lon = to_gcj02(lat, lon)
    assert 0 < 111_000 * np.hypot(there_lat - lat, (there_lon - lon) * np.cos(np.radians(lat))) < 1_200
    assert np.allclose(to_wgs84(there_lat, there_lon), (lat, lon), rtol=0, atol=1e-8)


def test_csv_is_read_by_our_names_or_by_those_that_are_mapped(tmp_path):
    rows = "b,2026-03-09T08:00:00+08:00,12.5,70,\nb,2026-03-09 08:00:10,12.6,69.5,31\n"
    plain = read_csv(tmp_path, HEAD + rows)
    mapped = read_csv(tmp_path, "vin,at,km,soc_percent,v\n" + rows, vehicle="vin", odometer_km="km", speed_kmh="v")
    for log in (plain, mapped):
        assert log.names == ("b",)
        assert log.values["odometer_km"].tolist() == [12.5, 12.6]
        assert np.isnan(log.values["speed_kmh"][0])
        assert np.diff(log.at_s).tolist() == [10.0]


def test_rows_that_cannot_be_read_are_counted_and_the_first_is_shown(tmp_path):
    log = read_csv(tmp_path, HEAD + "b,yesterday,1,2,3\nb,2026-03-09T08:00,1,2,3\nb,2026-03-09T09:00,x,2,3\n")
    assert log.quality["rows: unreadable"] == 2
    assert len(log.at_s) == 1
    assert any("log.csv:2" in finding for finding in log.quality)


@pytest.mark.parametrize(
    ("text", "columns", "named"),
    [
        ("vin,at\n", {}, ["vehicle", "odometer_km", "soc_percent", "there are: vin, at"]),
        (HEAD, {"load_kg": "weight"}, ["weight"]),
        (HEAD, {}, ["no report of a vehicle"]),
        ("", {}, ["there are: none"]),
    ],
)
def test_a_csv_file_that_teaches_nothing_is_bad_input_with_all_that_is_wrong(tmp_path, text, columns, named):
    with pytest.raises(InputError) as caught:
        read_csv(tmp_path, text, **columns)
    for each in named:
        assert each in str(caught.value)


def test_files_that_are_missing_or_no_text_are_bad_input(tmp_path):
    (tmp_path / "odd.csv").write_bytes(b"\xff\xfe\x00vehicle")
    with pytest.raises(InputError) as caught:
        read_logs([tmp_path / "none", tmp_path / "odd.csv"], columns={})
    assert "no such file" in str(caught.value)
    assert "odd.csv" in str(caught.value)


@given(st.binary(max_size=400))
def test_a_capture_of_any_bytes_is_read_or_refused(tmp_path_factory, content):
    try:
        read(tmp_path_factory.mktemp("any"), content)
    except InputError as error:
        assert "no report" in str(error)  # noqa: PT017

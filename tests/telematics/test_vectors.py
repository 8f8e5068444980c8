"""Frames made by hand say what their makers meant, and are written again byte by byte."""

from __future__ import annotations

from datetime import datetime

import pytest

from fleetsim.telematics.gbt32960.fields import DataUnitError, NoValue
from fleetsim.telematics.gbt32960.frame import Frame, decode_frame
from fleetsim.telematics.gbt32960.messages import coordinates, decode, encode
from fleetsim.telematics.gbt32960.stream import StreamDecoder
from tests.telematics.vectors import VECTORS, vector

AFTERNOON, NIGHT = datetime(2026, 6, 15, 13, 45, 30), datetime(2026, 6, 15, 23, 10)
ABNORMAL, INVALID = NoValue.ABNORMAL, NoValue.INVALID
BUS, FUEL_CELL_BUS = "LKMBUS12M00000001", "LKMFCB12M00000001"
ICCID = "89860000000000000001"

VEHICLE_2025 = {
    "state": 1, "charge_state": 3, "run_mode": 1, "speed_kmh": 32.5, "odometer_km": 123456.7, "voltage_v": 576.3,
    "current_a": 120.4, "soc_percent": 68, "dc_dc": 1, "gear": 0x2E, "insulation_kohm": 5000,
}  # fmt: skip
VEHICLE = VEHICLE_2025 | {"accelerator_percent": 35, "brake_percent": 0}
MOTOR_2025 = {
    "number": 1, "state": 1, "controller_c": 62, "speed_rpm": 1850, "torque_nm": 410.5, "motor_c": 71,
}  # fmt: skip
MOTOR = MOTOR_2025 | {"voltage_v": 576.0, "current_a": 118.0}
POSITION = {"state": 0, "lon": 102.728, "lat": 25.018}
POSITION_2025 = {"state": 0, "datum": 1, "lon": 102.728, "lat": 25.018}
CELLS_V = (3.352, 3.340, 3.331, 3.318)
TEMPERATURES = ({"subsystem": 1, "probes_c": (31, 30, 27)},)


def extremes(highest_v, cell, lowest_v, highest_c, lowest_c):
    return {
        "highest_voltage_subsystem": 1, "highest_voltage_cell": cell, "highest_cell_v": highest_v,
        "lowest_voltage_subsystem": 1, "lowest_voltage_cell": 101, "lowest_cell_v": lowest_v,
        "highest_temperature_subsystem": 1, "highest_temperature_probe": 5, "highest_c": highest_c,
        "lowest_temperature_subsystem": 1, "lowest_temperature_probe": 12, "lowest_c": lowest_c,
    }  # fmt: skip


def alarms(level, flags, *storage_faults, **more):
    return {"level": level, "flags": flags, "storage_faults": storage_faults, "motor_faults": (), "engine_faults": (),
            "other_faults": ()} | more  # fmt: skip


ON_THE_ROAD = {
    "vehicle": VEHICLE, "motors": (MOTOR,), "position": POSITION, "extremes": extremes(3.352, 37, 3.318, 31, 27),
    "alarms": alarms(1, 1 << 4, 0x00010203),
}  # fmt: skip
PACKS_2025 = {
    "position": POSITION_2025, "alarms": alarms(1, 1 << 4, levels=({"bit": 4, "level": 1},)),
    "voltages": ({"subsystem": 1, "voltage_v": 576.3, "current_a": 120.4, "cells_v": CELLS_V},),
    "temperatures": TEMPERATURES, "signature": {"type": 1, "r": bytes(range(32)), "s": bytes(range(32, 64))},
}  # fmt: skip

EXPECTED = {
    "login": (1, BUS, AFTERNOON, {
        "serial": 1, "iccid": ICCID, "storage": {"subsystems": 1, "code_length": 0, "codes": ()},
    }),
    "login_2packs": (1, BUS, AFTERNOON, {
        "serial": 1, "iccid": ICCID, "storage": {"subsystems": 2, "code_length": 4, "codes": ("PK01", "PK02")},
    }),
    "login_ack": (1, BUS, AFTERNOON, {}),
    "rt_bev_bus": (2, BUS, AFTERNOON, {
        **ON_THE_ROAD,
        "voltages": ({"subsystem": 1, "voltage_v": 576.3, "current_a": 120.4, "cells": 4, "first_cell": 1,
                      "cells_v": CELLS_V},),
        "temperatures": TEMPERATURES,
    }),
    "rt_fc_bus": (2, FUEL_CELL_BUS, AFTERNOON, {
        **ON_THE_ROAD,
        "fuel_cell": {
            "voltage_v": 550.0, "current_a": 120.0, "consumption_kg_per_100km": 5.2, "probes_c": (65, 68),
            "hydrogen_c": 35.2, "hydrogen_probe": 1, "concentration_mg_per_kg": 12, "concentration_sensor": 1,
            "pressure_mpa": 31.2, "pressure_sensor": 1, "dc_dc": 1,
        },
    }),
    "reissue": (3, BUS, AFTERNOON, {"vehicle": VEHICLE, "position": POSITION}),
    "logout": (4, BUS, AFTERNOON, {"serial": 1}),
    "heartbeat": (7, BUS, None, {}),
    "timesync": (8, BUS, None, {}),
    "plt_login": (5, BUS, AFTERNOON, {"serial": 1, "user": "fleetsim", "password": "secret", "encryption": 1}),
    "rt_bus_charging": (2, BUS, NIGHT, {
        "vehicle": {
            "state": 2, "charge_state": 1, "run_mode": 1, "speed_kmh": 0, "odometer_km": 123460.2, "voltage_v": 592.1,
            "current_a": -180.5, "soc_percent": 83, "dc_dc": 1, "gear": 0x0F, "insulation_kohm": 4800,
            "accelerator_percent": 0, "brake_percent": 101,
        },
        "position": POSITION,
        "extremes": extremes(3.441, 12, 3.418, 34, 30),
        "alarms": alarms(0, 0),
        "temperatures": ({"subsystem": 1, "probes_c": (34, 32, 30)},),
    }),
    "rt_invalid_codes": (2, BUS, NIGHT, {
        "vehicle": {**dict.fromkeys(VEHICLE, INVALID), "current_a": ABNORMAL, "dc_dc": ABNORMAL, "gear": 0},
        "position": POSITION | {"state": 1},
    }),
    "rt_custom_0x80": (2, BUS, NIGHT, {"custom_80": bytes.fromhex("DEADBEEF")}),
    "cells_201_230": (2, BUS, NIGHT, {
        "voltages": ({
            "subsystem": 1, "voltage_v": 576.3, "current_a": 120.4, "cells": 230, "first_cell": 201,
            "cells_v": tuple(round(3.301 + 0.001 * cell, 3) for cell in range(30)),
        },),
    }),
    "login25": (1, BUS, AFTERNOON, {
        "serial": 1, "iccid": ICCID, "packs": (("PACK0000000000000000000A", "PACK0000000000000000000B"),),
    }),
    "rt25_bev": (2, BUS, AFTERNOON, {"vehicle": VEHICLE_2025, "motors": (MOTOR_2025,), **PACKS_2025}),
    "rt25_fc": (2, FUEL_CELL_BUS, AFTERNOON, {
        "vehicle": VEHICLE_2025,
        "motors": (MOTOR_2025,),
        "fuel_cell": {
            "hydrogen_c": 35, "hydrogen_probe": 1, "concentration_percent": 0.012, "concentration_sensor": 1,
            "pressure_mpa": 31.2, "pressure_sensor": 1, "dc_dc": 1, "hydrogen_percent": 83, "dc_dc_c": 52,
        },
        "stacks": ({
            "number": 1, "voltage_v": 290.0, "current_a": 120.0, "hydrogen_inlet_kpa": 85.0, "air_inlet_kpa": 62.0,
            "air_inlet_c": 61, "probes_c": (65, 68),
        },),
        **PACKS_2025,
    }),
}  # fmt: skip


def test_every_vector_has_an_expectation():
    assert EXPECTED.keys() == VECTORS.keys()


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_says_what_is_expected_and_is_written_again_byte_by_byte(name):
    frame = decode_frame(vector(name))
    message = decode(frame)
    command, unique_id, at, values = EXPECTED[name]
    assert (message.command, message.unique_id, message.at) == (command, unique_id, at)
    assert message.values == values
    assert message.edition.year == (2025 if "25" in name else 2016)
    assert frame.encode() == vector(name)
    assert encode(message).encode() == vector(name)


def test_an_answer_keeps_the_time_and_leaves_the_rest_out():
    assert decode_frame(vector("login")).answer().encode() == vector("login_ack")
    assert decode_frame(vector("heartbeat")).answer().unit == b""


def test_coordinates_are_south_and_west_by_the_state_and_none_where_it_says_invalid():
    assert coordinates(POSITION) == (25.018, 102.728)
    assert coordinates(POSITION | {"state": 0b110}) == (-25.018, -102.728)
    assert coordinates(POSITION | {"state": 1}) is None


@pytest.mark.parametrize("name", VECTORS)
def test_a_wrong_check_is_no_frame_and_costs_the_stream_one_frame(name):
    whole = vector(name)
    broken = whole[:-1] + bytes((whole[-1] ^ 0x01,))
    with pytest.raises(ValueError, match="check"):
        decode_frame(broken)
    decoder = StreamDecoder()
    frames = decoder.feed(broken + whole) + decoder.close()
    assert [frame.encode() for frame in frames] == [whole]
    assert decoder.failed_checks >= 1


@pytest.mark.parametrize("name", VECTORS)
def test_a_length_that_is_too_great_makes_the_decoder_wait(name):
    whole = bytearray(vector(name))
    whole[22:24] = (int.from_bytes(whole[22:24], "big") + 1).to_bytes(2, "big")
    decoder = StreamDecoder()
    assert decoder.feed(bytes(whole)) == []
    assert decoder.skipped_bytes == 0


def test_the_start_of_2025_in_front_of_a_body_of_2016_is_not_read_as_2016():
    frame = decode_frame(b"$$" + vector("rt_bev_bus")[2:])
    assert frame.edition.year == 2025
    try:
        message = decode(frame)
    except DataUnitError:
        return
    assert message.values != EXPECTED["rt_bev_bus"][3]


def test_a_start_pair_within_a_frame_begins_no_other():
    frame = Frame(2, "LK##BUS$$00000001", vector("cells_201_230")[24:-1] + bytes.fromhex("8000022323"))
    decoder = StreamDecoder()
    assert decoder.feed(frame.encode() + vector("logout")) == [frame, decode_frame(vector("logout"))]
    assert decoder.skipped_bytes == 0


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        ("1A060F0D2D", "6 bytes wanted"),
        ("1A0D0F0D2D1E", "no such time"),
        ("1A060F0D2D1E01", "bytes wanted"),
        ("1A060F0D2D1E05" + 9 * "00" + "05" + 9 * "00", "stands twice"),
    ],
)
def test_a_damaged_report_is_refused_with_its_reason(unit, reason):
    with pytest.raises(DataUnitError, match=reason):
        decode(Frame(2, BUS, bytes.fromhex(unit)))


def test_an_encrypted_data_unit_is_refused():
    with pytest.raises(DataUnitError, match="encrypted"):
        decode(Frame(2, BUS, b"\1\2\3", encryption=3))


def test_a_block_without_a_known_form_is_kept_as_it_came():
    unit = bytes.fromhex("1A060F0D2D1E") + vector("reissue")[51:-1] + bytes.fromhex("0A010203")
    message = decode(Frame(2, BUS, unit))
    assert message.values == {"position": POSITION, "unreadable": bytes.fromhex("0A010203")}
    assert encode(message).unit == unit

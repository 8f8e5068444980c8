"""The frames of a simulated fleet: when vehicles report, and what."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import datetime

import numpy as np
import pytest

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.telematics.gbt32960.fields import NoValue
from fleetsim.telematics.gbt32960.frame import Command, decode_frame
from fleetsim.telematics.gbt32960.messages import decode, encode
from fleetsim.telematics.segments import Doing
from fleetsim.telematics.vin import synthetic_vin
from tests.telematics.runs import codes, hydrogen_tracer, reporter, tracer_of_a_day


def day_of(tracer, kind, count, **options):
    """A day of some vehicles: what was sent when, and what it says."""
    return day_of_codes(tracer, codes(tracer.records, kind)[:count], **options)


def day_of_codes(tracer, mine, **options):
    begin_s = float(tracer.records.clock.report_from_s)
    sent = list(reporter(tracer, **options).frames(mine, begin_s, begin_s + DAY_S))
    return [(each, decode(decode_frame(each.frame))) for each in sent]


@pytest.mark.parametrize("year", [2016, 2025])
@pytest.mark.parametrize(("tracer", "kind"), [(tracer_of_a_day, "line"), (tracer_of_a_day, "taxis"),
                                              (hydrogen_tracer, "")])  # fmt: skip
def test_every_frame_of_a_day_is_written_again_byte_by_byte(tracer, kind, year):
    for sent, message in day_of(tracer(), kind, 4, year=year):
        assert encode(message).encode() == sent.frame


def test_frames_come_in_order_and_reports_only_between_login_and_logout():
    state: dict[str, object] = defaultdict(bool)
    last_s = 0.0
    for sent, message in day_of(tracer_of_a_day(), "", 150, driving_s=600.0, charging_s=600.0):
        assert sent.at_s >= last_s
        last_s = sent.at_s
        if message.command == Command.LOGIN:
            assert not state[message.unique_id]
            state[message.unique_id] = message.values["serial"]
        else:
            assert state[message.unique_id]
        if message.command == Command.LOGOUT:
            assert message.values["serial"] == state[message.unique_id]
            state[message.unique_id] = False
    assert len(state) > 100


def test_a_taxi_logs_in_again_with_its_new_pack_after_each_swap():
    tracer = tracer_of_a_day()
    records = tracer.records
    swaps = records.tables["swaps"]
    taxi = next(code for code in codes(records, "taxis") if (swaps["vehicle"] == code).sum() >= 3)
    logins = [message for _, message in day_of_codes(tracer, [taxi]) if message.command == Command.LOGIN]
    mine = np.flatnonzero((swaps["vehicle"] == taxi) & (swaps["end_at"] >= records.clock.report_from_s)
                          & (swaps["end_at"] < records.clock.end_s))  # fmt: skip
    packs = [message.values["storage"]["codes"][0] for message in logins]
    changes = [pack for before, pack in zip([None, *packs], packs, strict=False) if pack != before]
    into = [f"PK{int(pack):06d}" for pack in swaps["pack_in"][mine[np.argsort(swaps["end_at"][mine])]]]
    assert changes[1:] == into or changes[1:] == into[:-1]
    assert [message.values["serial"] for message in logins] == list(range(1, len(logins) + 1))


def test_the_battery_gives_by_the_reports_what_it_gave_in_the_run():
    tracer = tracer_of_a_day()
    whole, begin_s = tracer.stretches, float(tracer.records.clock.report_from_s)
    bus = codes(tracer.records, "line")[3]
    mine = list(reporter(tracer, driving_s=10.0, charging_s=10.0).frames([bus], begin_s, begin_s + DAY_S))
    vehicle = [decode(decode_frame(each.frame)).values.get("vehicle") for each in mine]
    driven_kwh = sum(each["voltage_v"] * each["current_a"] * 10.0 / HOUR_S / 1_000.0
                     for each in vehicle if each and each["state"] == 1)  # fmt: skip
    driving = (whole.vehicle == bus) & (whole.doing == Doing.DRIVING)
    expected = np.sum((whole.power_kw * (whole.end_s - whole.start_s))[driving]) / HOUR_S
    assert expected > 50
    assert driven_kwh == pytest.approx(expected, rel=0.01)


def test_reports_say_what_the_trace_says():
    tracer = tracer_of_a_day()
    bus = codes(tracer.records, "line")[3]
    (chunk,) = tracer.chunks(60.0, [bus], [0])
    row = {float(at_s): number for number, at_s in enumerate(chunk.at_s)}
    begin_s = float(tracer.records.clock.report_from_s)
    first = tracer.records.clock.civil(np.array([begin_s]))[0].item()
    states = set()
    for sent in reporter(tracer).frames([bus], begin_s, begin_s + DAY_S):
        message = decode(decode_frame(sent.frame))
        if message.command != Command.REPORT:
            continue
        at = row[sent.at_s]
        said = message.values["vehicle"]
        assert message.unique_id == synthetic_vin(bus + 1)
        assert (message.at - first).total_seconds() == sent.at_s - begin_s
        assert said["speed_kmh"] == pytest.approx(chunk.speed_kmh[at], abs=0.051)
        assert said["soc_percent"] == pytest.approx(100 * chunk.soc[at], abs=0.501)
        assert said["current_a"] == pytest.approx(chunk.current_a[at], abs=0.051)
        assert (said["charge_state"] == 1) == (chunk.doing[at] == Doing.CHARGING)
        states.add(int(chunk.doing[at]))
        position = message.values["position"]
        if np.isfinite(chunk.lat[at]):
            assert (position["lat"], position["lon"]) == pytest.approx((chunk.lat[at], chunk.lon[at]), abs=1e-6)
        else:
            assert position["state"] == 1
    assert {Doing.DRIVING, Doing.CHARGING} <= states


def test_a_hydrogen_bus_tells_its_pressure_and_no_state_of_charge():
    pressures = []
    for _, message in day_of(hydrogen_tracer(), "", 3, year=2025):
        if message.command == Command.REPORT:
            assert message.values["vehicle"]["soc_percent"] is NoValue.INVALID
            cell = message.values["fuel_cell"]
            assert cell["pressure_mpa"] == pytest.approx(0.35 * cell["hydrogen_percent"], abs=0.23)
            pressures.append(cell["pressure_mpa"])
    assert max(pressures) <= 35.0
    assert min(pressures) > 0.0
    assert len(set(pressures)) > 20


def test_a_vehicle_at_a_plug_reports_less_often():
    tracer = tracer_of_a_day()
    charging = defaultdict(list)
    for sent, message in day_of(tracer, "line", 5, driving_s=10.0, charging_s=30.0):
        if message.command == Command.REPORT and message.values["vehicle"]["charge_state"] == 1:
            charging[sent.vehicle].append(message.at)
    gaps = [(b - a).total_seconds() for times in charging.values() for a, b in itertools.pairwise(times)]
    assert len(gaps) > 50
    assert min(gaps) == 30.0
    assert all(isinstance(at, datetime) for times in charging.values() for at in times)


def test_identification_numbers_are_synthetic_and_have_their_check_digit():
    numbers = {synthetic_vin(number) for number in range(1, 2_000)}
    assert len(numbers) == 1_999
    assert all(len(vin) == 17 and vin.startswith("L0FLEET") and not set(vin) & set("IOQ") for vin in numbers)

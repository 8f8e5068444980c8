"""Sessions as OCPI and OCPP, positions as GTFS-Realtime: as the formats have it, and as the records say."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jsonschema
import numpy as np
import ocpp
import pytest

from fleetsim.errors import InputError, RunError
from fleetsim.telematics.charging_records import charge_detail_records, transaction_events
from fleetsim.telematics.exports import write_lines
from fleetsim.telematics.segments import Doing
from fleetsim.telematics.vehicle_positions import feed
from tests.recorded import small_records
from tests.telematics.runs import codes, tracer_of_a_day

CHINA = timezone(timedelta(hours=8))
SCHEMA = Path(ocpp.__file__).parent / "v201" / "schemas" / "TransactionEventRequest.json"
# OCPI 2.2.1-d2, 10.3.1: fields that a charge detail record must have, with their greatest lengths.
CDR = {"country_code": 2, "party_id": 3, "id": 39, "start_date_time": 25, "end_date_time": 25, "cdr_token": 0,
       "auth_method": 0, "cdr_location": 0, "currency": 3, "charging_periods": 0, "total_cost": 0, "total_energy": 0,
       "total_time": 0, "last_updated": 25}  # fmt: skip
LOCATION = {"id": 36, "address": 45, "city": 45, "country": 3, "coordinates": 0, "evse_uid": 36, "evse_id": 48,
            "connector_id": 36, "connector_standard": 0, "connector_format": 0, "connector_power_type": 0}  # fmt: skip
TOKEN = {"country_code": 2, "party_id": 3, "uid": 36, "type": 0, "contract_id": 36}


@pytest.fixture(params=["a day", "a few rows"])
def records(request):
    return tracer_of_a_day().records if request.param == "a day" else small_records()


def ended(records):
    sessions = records.tables["sessions"]
    return np.flatnonzero(np.isfinite(sessions["plug_at"]) & np.isfinite(sessions["unplug_at"]))


def test_transaction_events_are_valid_by_the_schema_of_ocpp(records):
    schema = json.loads(SCHEMA.read_text(encoding="utf-8-sig"))
    valid = jsonschema.Draft6Validator(schema)
    for event in transaction_events(records):
        valid.validate(event)


def test_the_transactions_of_a_day_are_its_sessions():
    records = tracer_of_a_day().records
    rows = ended(records)
    transactions: dict[str, list[dict]] = {}
    for event in transaction_events(records):
        transactions.setdefault(event["transactionInfo"]["transactionId"], []).append(event)
    assert len(transactions) == len(rows) > 500
    for events, row in zip(transactions.values(), rows.tolist(), strict=True):
        assert [event["seqNo"] for event in events] == list(range(len(events)))
        assert [events[0]["eventType"], events[-1]["eventType"]] == ["Started", "Ended"]
        assert sorted(event["timestamp"] for event in events) == [event["timestamp"] for event in events]
        energy_wh = events[-1]["meterValue"][0]["sampledValue"][0]["value"]
        assert energy_wh == pytest.approx(1_000 * records.tables["sessions"]["energy_kwh"][row], abs=0.06)


def test_charge_detail_records_have_what_ocpi_asks_for(records):
    for record in charge_detail_records(records):
        for part, fields in ((record, CDR), (record["cdr_location"], LOCATION), (record["cdr_token"], TOKEN)):
            assert fields.keys() <= part.keys()
            for name, length in fields.items():
                assert part[name] not in (None, "")
                assert not length or len(part[name]) <= length, name
        for name in ("start_date_time", "end_date_time", "last_updated"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record[name])
        assert re.fullmatch(r"CN\*FSM\*E[A-Z0-9*]+", record["cdr_location"]["evse_id"])
        assert record["charging_periods"]


def test_the_charge_detail_records_of_a_day_sum_up_to_its_sessions():
    records = tracer_of_a_day().records
    rows, sessions = ended(records), records.tables["sessions"]
    made = list(charge_detail_records(records))
    assert len(made) == len(rows)
    energy_kwh = np.nansum(sessions["energy_kwh"][rows])
    assert sum(each["total_energy"] for each in made) == pytest.approx(energy_kwh, rel=1e-6)
    hours = np.sum(sessions["unplug_at"][rows] - sessions["plug_at"][rows]) / 3_600
    assert sum(each["total_time"] for each in made) == pytest.approx(hours, rel=1e-5)
    first = records.clock.civil(sessions["plug_at"][rows[:1]].round())[0].item().replace(tzinfo=CHINA)
    assert datetime.fromisoformat(made[0]["start_date_time"]) == first


def test_lines_are_written_whole_and_never_over_a_file(tmp_path):
    out = tmp_path / "sessions.jsonl"
    assert write_lines([{"a": 1}, {"b": "丽江"}], out) == 2
    assert [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] == [{"a": 1}, {"b": "丽江"}]
    with pytest.raises(InputError, match="is there already"):
        write_lines([], out)
    with pytest.raises(RunError, match="could not be written"):
        write_lines([], tmp_path / "sessions.jsonl" / "x")


def test_positions_are_a_feed_of_the_vehicles_that_are_known_to_be_somewhere():
    realtime = pytest.importorskip("google.transit.gtfs_realtime_pb2")
    tracer = tracer_of_a_day()
    clock = tracer.records.clock
    at_s = clock.report_from_s + 8 * 3_600.0
    message = realtime.FeedMessage()
    message.ParseFromString(feed(tracer, at_s))
    assert message.IsInitialized()
    assert message.header.gtfs_realtime_version == "2.0"
    first = datetime.combine(clock.dates[clock.warmup_days], datetime.min.time(), CHINA)
    assert message.header.timestamp == (first + timedelta(hours=8)).timestamp()
    chunk = tracer.chunk(1.0, np.array(codes(tracer.records)), at_s, at_s + 1.0)
    known = np.isfinite(chunk.lat)
    assert {entity.id for entity in message.entity} == {
        tracer.records.entities["vehicles"][code] for code in chunk.vehicle[known].tolist()
    }
    on_the_road = known & (chunk.doing == Doing.DRIVING)
    assert sum(entity.vehicle.HasField("trip") for entity in message.entity) == on_the_road.sum() > 5


def test_without_its_extra_a_feed_of_positions_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "google.transit", None)
    with pytest.raises(RunError, match="gtfs-realtime"):
        feed(tracer_of_a_day(), tracer_of_a_day().records.clock.report_from_s + 1.0)

"""Traces say at every event what the records say, and a straight line in between."""

from __future__ import annotations

import json

import numpy as np
import pyarrow.csv as pa_csv
import pyarrow.dataset as pa_dataset
import pytest

from fleetsim.clock import DAY_S, HOUR_S
from fleetsim.errors import InputError
from fleetsim.results.schema import TRIP_STATUS
from fleetsim.telematics.segments import Doing
from fleetsim.telematics.trace_files import write_traces
from tests.telematics.runs import codes, feeding_tracer, hydrogen_tracer, tracer_of_a_day


@pytest.fixture(params=[tracer_of_a_day, hydrogen_tracer, feeding_tracer])
def tracer(request):
    return request.param()


def level_at(stretches, vehicle, at_s, side):
    """Level of the vehicle in the stretch that ends ("left") or begins ("right") at a moment; None beyond the edges."""
    mine = np.flatnonzero(stretches.vehicle == vehicle)
    edge, level = {
        "left": (stretches.end_s, stretches.soc_end), "right": (stretches.start_s, stretches.soc_start),
    }[side]  # fmt: skip
    near = mine[np.abs(edge[mine] - at_s) < 1e-6]
    return level[near[-1]] if len(near) else None


def within(records, frame, start, end):
    clock = records.clock
    return np.flatnonzero((frame[start] >= clock.report_from_s) & (frame[end] <= clock.end_s) & (frame["vehicle"] >= 0))


def test_the_stretches_of_each_vehicle_cover_the_reported_time_without_gaps_or_jumps(tracer):
    whole, clock = tracer.stretches, tracer.records.clock
    known = np.sort(tracer.records.tables["vehicles"]["vehicle"])
    first = np.searchsorted(whole.vehicle, known)
    assert np.array_equal(whole.vehicle[first], known)
    assert np.all(whole.start_s[first] == clock.report_from_s)
    assert np.all(whole.end_s[np.append(first[1:], len(whole.vehicle)) - 1] == clock.end_s)
    same = whole.vehicle[1:] == whole.vehicle[:-1]
    assert np.array_equal(whole.start_s[1:][same], whole.end_s[:-1][same])
    assert np.all(whole.end_s > whole.start_s)
    for start, end in ((whole.soc_start, whole.soc_end), (whole.km_start, whole.km_end)):
        np.testing.assert_allclose(start[1:][same], end[:-1][same], rtol=0, atol=1e-6)
    assert np.all(whole.km_start[first] == 0)


def test_each_trip_is_a_stretch_with_its_times_levels_and_distance(tracer):
    trips, whole = tracer.records.tables["trips"], tracer.stretches
    rows = within(tracer.records, trips, "depart_at", "arrive_at")
    rows = rows[trips["status"][rows] != TRIP_STATUS.index("cancelled")]
    assert len(rows) > 40
    place = np.full(len(trips["trip"]), -1)
    place[whole.trip[whole.trip >= 0]] = np.flatnonzero(whole.trip >= 0)
    at = place[rows]
    assert np.all(whole.doing[at] == Doing.DRIVING)
    assert np.array_equal(whole.vehicle[at], trips["vehicle"][rows])
    for name, column in (("start_s", "depart_at"), ("end_s", "arrive_at"), ("soc_start",) * 2, ("soc_end",) * 2):
        np.testing.assert_allclose(getattr(whole, name)[at], trips[column][rows], rtol=0, atol=1e-6, err_msg=name)
    np.testing.assert_allclose((whole.km_end - whole.km_start)[at], trips["distance_km"][rows], atol=1e-9)


def test_the_odometer_is_the_distance_of_the_trips_so_far(tracer):
    trips, whole, clock = tracer.records.tables["trips"], tracer.stretches, tracer.records.clock
    ran = (trips["status"] != TRIP_STATUS.index("cancelled")) & np.isfinite(trips["arrive_at"])
    length_s = trips["arrive_at"] - trips["depart_at"]
    inside_s = np.minimum(trips["arrive_at"], clock.end_s) - np.maximum(trips["depart_at"], clock.report_from_s)
    km = trips["distance_km"] * np.clip(inside_s / length_s, 0, 1)
    for vehicle in np.unique(whole.vehicle)[::37]:
        mine = ran & (trips["vehicle"] == vehicle)
        assert whole.km_end[whole.vehicle == vehicle][-1] == pytest.approx(np.nansum(km[mine]))


def test_the_level_at_plug_and_unplug_is_that_of_the_session(tracer):
    sessions, whole = tracer.records.tables["sessions"], tracer.stretches
    checked = 0
    for row in within(tracer.records, sessions, "plug_at", "unplug_at"):
        vehicle = sessions["vehicle"][row]
        before = level_at(whole, vehicle, sessions["plug_at"][row], "right")
        after = level_at(whole, vehicle, sessions["unplug_at"][row], "left")
        for seen, said in ((before, "soc_start"), (after, "soc_end")):
            if seen is not None:
                assert seen == pytest.approx(sessions[said][row], abs=1e-6)
                checked += 1
    assert checked > 30 or not len(sessions["vehicle"])


def test_a_swap_lifts_the_level_from_that_of_the_old_pack_to_that_of_the_new():
    tracer = tracer_of_a_day()
    swaps, whole = tracer.records.tables["swaps"], tracer.stretches
    rows = within(tracer.records, swaps, "start_at", "end_at")
    assert len(rows) > 500
    for row in rows[::20]:
        before = level_at(whole, swaps["vehicle"][row], swaps["start_at"][row], "right")
        after = level_at(whole, swaps["vehicle"][row], swaps["end_at"][row], "left")
        assert (before, after) == pytest.approx((swaps["soc_out"][row], swaps["soc_in"][row]))


def test_a_battery_that_feeds_back_falls_by_what_leaves_it():
    tracer = feeding_tracer()
    sessions, whole = tracer.records.tables["sessions"], tracer.stretches
    feeding = whole.doing == Doing.FEEDING
    energy_kwh = whole.power_kw[feeding] * (whole.end_s - whole.start_s)[feeding] / HOUR_S
    assert energy_kwh.sum() == pytest.approx(sessions["released_kwh"].sum())
    capacity_kwh = tracer.records.tables["vehicles"]["battery_kwh"][whole.vehicle[feeding]]
    falls = (whole.soc_start - whole.soc_end)[feeding] * capacity_kwh
    np.testing.assert_allclose(falls, energy_kwh, rtol=1e-6)
    assert falls.min() > 0.0


def test_a_fill_lifts_the_share_of_the_tank():
    tracer = hydrogen_tracer()
    fills, vehicles, whole = (
        tracer.records.tables["refuels"], tracer.records.tables["vehicles"], tracer.stretches,
    )  # fmt: skip
    rows = within(tracer.records, fills, "start_at", "end_at")
    assert len(rows) >= 3
    for row in rows:
        tank_kg = vehicles["tank_kg"][vehicles["vehicle"] == fills["vehicle"][row]][0]
        after = level_at(whole, fills["vehicle"][row], fills["end_at"][row], "left")
        assert after * tank_kg == pytest.approx(fills["tank_end_kg"][row])


def test_energy_out_of_the_battery_is_that_of_the_trips():
    tracer = tracer_of_a_day()
    trips, whole = tracer.records.tables["trips"], tracer.stretches
    driving = whole.trip >= 0
    kwh = (whole.power_kw * (whole.end_s - whole.start_s) / HOUR_S)[driving]
    used = trips["used_kwh"][whole.trip[driving]]
    whole_trip = np.isclose((whole.end_s - whole.start_s)[driving],
                            (trips["arrive_at"] - trips["depart_at"])[whole.trip[driving]])  # fmt: skip
    np.testing.assert_allclose(kwh[whole_trip], used[whole_trip], rtol=1e-9)


def test_a_trace_lies_on_its_grid_and_follows_the_stretches():
    tracer = tracer_of_a_day()
    records = tracer.records
    mine = codes(records, "line")[:4] + codes(records, "taxis")[:4]
    chunks = list(tracer.chunks(60.0, mine, [0]))
    assert sum(len(chunk.at_s) for chunk in chunks) == len(mine) * DAY_S / 60
    whole = tracer.stretches
    for chunk in chunks:
        for row in range(0, len(chunk.at_s), 401):
            at = np.flatnonzero((whole.vehicle == chunk.vehicle[row]) & (whole.start_s <= chunk.at_s[row])
                                & (chunk.at_s[row] < whole.end_s))[0]  # fmt: skip
            share = (chunk.at_s[row] - whole.start_s[at]) / (whole.end_s[at] - whole.start_s[at])
            level = whole.soc_start[at] + share * (whole.soc_end[at] - whole.soc_start[at])
            assert chunk.soc[row] == pytest.approx(level)
            assert chunk.doing[row] == whole.doing[at]
            assert chunk.voltage_v[row] * chunk.current_a[row] == pytest.approx(1_000 * chunk.power_kw[row])


def test_a_trace_is_the_same_in_one_piece_and_in_many(monkeypatch):
    tracer = tracer_of_a_day()
    mine = codes(tracer.records, "line")
    (whole,) = tracer.chunks(300.0, mine, [0])
    monkeypatch.setattr("fleetsim.telematics.trace.MOST_ROWS", 1_000)
    parts = list(tracer.chunks(300.0, mine, [0]))
    assert len(parts) > 3
    assert max(len(part.at_s) for part in parts) <= 1_000
    for name in whole.__slots__[1:]:
        np.testing.assert_array_equal(np.concatenate([getattr(part, name) for part in parts]), getattr(whole, name))


def test_buses_move_along_their_route_and_stand_at_its_ends():
    tracer = tracer_of_a_day()
    records = tracer.records
    (chunk,) = tracer.chunks(60.0, codes(records, "line"), [0])
    driving = chunk.doing == Doing.DRIVING
    assert np.isfinite(chunk.lat[driving]).mean() > 0.9
    step_km = 111.2 * np.hypot(np.diff(chunk.lat), np.diff(chunk.lon) * np.cos(np.radians(25)))
    both = driving[1:] & driving[:-1] & (chunk.vehicle[1:] == chunk.vehicle[:-1])
    assert np.nanmax(step_km[both]) < 3.0, "no bus leaps more than 3 km in a minute"


def test_temperature_is_known_where_the_weather_is():
    tracer = tracer_of_a_day()
    for kind, known in (("line", True), ("demonstration", False)):
        (chunk,) = tracer.chunks(3_600.0, codes(tracer.records, kind), [0])
        assert np.all(np.isfinite(chunk.temperature_c) == known)


def test_a_low_battery_raises_the_alarm():
    tracer = tracer_of_a_day()
    reserve = dict(zip(*(tracer.records.tables["vehicles"][name].tolist() for name in ("vehicle", "reserve_soc")),
                       strict=True))  # fmt: skip
    for chunk in tracer.chunks(300.0, codes(tracer.records, "taxis"), [0]):
        low = chunk.soc < np.array([reserve[vehicle] for vehicle in chunk.vehicle.tolist()])
        assert np.array_equal(chunk.alarms == 16, low)


@pytest.mark.parametrize("form", ["parquet", "csv", "geojson"])
def test_files_hold_the_rows_of_the_trace(tmp_path, form):
    tracer = tracer_of_a_day()
    records = tracer.records
    mine = codes(records, "line")[:3] + codes(records, "demonstration")[:1]
    (chunk,) = tracer.chunks(120.0, mine, [0])
    names = records.entities["vehicles"]
    written = write_traces([chunk], names, records.clock, tmp_path / "out", form)
    assert written.rows == len(chunk.at_s)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    day = records.clock.dates[records.clock.warmup_days].isoformat()
    if form == "geojson":
        (file,) = (tmp_path / "out").iterdir()
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        assert {feature["properties"]["vehicle"] for feature in features} <= {names[code] for code in mine}
        for feature in features:
            assert len(feature["geometry"]["coordinates"]) == len(feature["properties"]["times"])
        return
    if form == "csv":
        table = pa_csv.read_csv(tmp_path / "out" / f"trace-{day}.csv")
        assert str(table["at"][0]).endswith("+08:00") or str(table["at"].type) != "string"
    else:
        table = pa_dataset.dataset(tmp_path / "out", partitioning="hive").to_table()
        assert set(table["date"].to_pylist()) == {day}
    assert table["vehicle"].to_pylist() == [names[code] for code in chunk.vehicle.tolist()]
    np.testing.assert_allclose(table["odometer_km"].to_numpy(), chunk.odometer_km, atol=0.006)
    np.testing.assert_allclose(table["soc"].to_pandas().to_numpy(dtype=float), chunk.soc, atol=6e-5)


def test_a_folder_that_is_there_is_left_alone_and_a_failure_leaves_nothing(tmp_path):
    records = tracer_of_a_day().records
    with pytest.raises(InputError, match="must not be there"):
        write_traces([], records.entities["vehicles"], records.clock, tmp_path, "csv")

    def breaks():
        yield from tracer_of_a_day().chunks(600.0, codes(records, "line"), [0])
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        write_traces(breaks(), records.entities["vehicles"], records.clock, tmp_path / "out", "parquet")
    assert list(tmp_path.iterdir()) == []

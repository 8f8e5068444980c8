"""GTFS feeds become timetables that run; faults are listed, and nothing is written then."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pytest

from fleetsim import pipeline
from fleetsim.errors import InputError
from fleetsim.profiles.loading import load_profiles
from fleetsim.scenario.fleets import BatteryFleet
from fleetsim.timetables import feed as feed_module
from fleetsim.timetables import importing
from fleetsim.timetables.importing import Imported, Wishes, import_gtfs
from fleetsim.work.geography import Point
from fleetsim.work.timetable import TimetableTrip
from fleetsim.workspace import packaged_inputs
from tests.timetables.feeds import TABLES, feed, with_rows

WEEK = date(2024, 1, 1)


def imported(folder: Path, tables: Mapping[str, str | None] | None = None, **wishes: object) -> Imported:
    wished = Wishes(**({"week": WEEK} | wishes))  # type: ignore[arg-type]
    return import_gtfs(feed(folder, tables), folder / "ws", "town", wished)


def messages(folder: Path, tables: Mapping[str, str | None], **wishes: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        imported(folder, tables, **wishes)
    assert not (folder / "ws").exists()
    return [str(problem) for problem in caught.value.problems]


def service(done: Imported) -> list[TimetableTrip]:
    return [trip for fleet in done.plan.fleets for trip in fleet.trips if trip.purpose == "service"]


def test_calendars_and_their_exceptions_decide_the_days(tmp_path: Path) -> None:
    # Wednesday the 3rd is taken out, Saturday the 6th is added.
    assert {trip.days for trip in service(imported(tmp_path))} == {(0, 1, 3, 4, 5)}


def test_a_single_date_stands_for_every_day(tmp_path: Path) -> None:
    done = imported(tmp_path, week=None, day=date(2024, 1, 6))
    assert {trip.days for trip in service(done)} == {tuple(range(7))}


def test_the_week_with_most_trips_is_taken_by_default(tmp_path: Path) -> None:
    more = TABLES["calendar_dates"] + "work,20240113,1\nwork,20240114,1\n"
    done = imported(tmp_path, {"calendar_dates": more}, week=None)
    assert done.origin.dates[0] == date(2024, 1, 8)


def test_times_run_on_after_midnight(tmp_path: Path) -> None:
    last = max(service(imported(tmp_path)), key=lambda trip: trip.depart_s)
    assert (last.depart_s, last.arrive_s) == (24 * 3_600 + 600, 24 * 3_600 + 2_730)


def test_ends_across_the_road_are_one_place_and_one_vehicle_runs_out_and_back(tmp_path: Path) -> None:
    done = imported(tmp_path)
    out, back = [trip for trip in service(done) if trip.depart_s < 12 * 3_600]
    assert (out.origin, out.destination) == (back.destination, back.origin)
    assert out.block == back.block
    assert done.plan.scheduled == done.plan.simultaneous == 1


def test_a_headway_stands_for_many_trips(tmp_path: Path) -> None:
    frequencies = "trip_id,start_time,end_time,headway_secs\nout,08:00:00,09:00:00,600\nout,12:00:00,12:01:00,600\n"
    departs = [t.depart_s / 3_600 for t in imported(tmp_path, {"frequencies": frequencies}).trips if "out@" in t.trip]
    assert departs == [8, *(8 + n / 6 for n in range(1, 6)), 12]


def test_buses_charge_at_the_terminals_that_are_wished_for(tmp_path: Path) -> None:
    """By name or by id; stops across the road are one place, and so one terminal."""
    done = imported(tmp_path, terminals=("s", "South opposite", "North"))
    assert {site: done.plan.places[place].name.en for site, place in done.plan.terminals.items()} == {
        "town_terminal1": "South",
        "town_terminal2": "North",
    }
    scenario = pipeline.load(done.files[-1])
    (fleet,) = scenario.spec.fleets.values()
    assert isinstance(fleet, BatteryFleet)
    assert fleet.opportunity is not None
    assert fleet.opportunity.terminals == ("town_terminal1", "town_terminal2")
    sessions = pipeline.simulate(scenario).records.tables["sessions"]
    assert len({*sessions["site"].tolist()}) > 1


def test_a_terminal_where_no_trip_ends_is_refused(tmp_path: Path) -> None:
    (text,) = messages(tmp_path, {}, terminals=("Nort",))
    assert "--terminals: found 'Nort'; must be a name in stops of town.zip at which trips end" in text
    assert "did you mean" in text
    assert "North, South, South opposite" in text
    assert messages(tmp_path, {}, terminals=("m",))


def test_a_terminal_where_trips_begin_alone_is_refused(tmp_path: Path) -> None:
    one_way = {"trips": "trip_id,route_id,service_id,block_id,shape_id\nout,r1,work,,\n"}
    out = [line for line in TABLES["stop_times"].splitlines() if not line.startswith(("back", "night"))]
    one_way["stop_times"] = "\n".join(out) + "\n"
    (text,) = messages(tmp_path, one_way, terminals=("South",))
    assert "--terminals: found 'South'; must be a stop at which trips end" in text


def test_blocks_of_the_feed_are_kept(tmp_path: Path) -> None:
    trips = TABLES["trips"].replace("out,r1,work,,", "out,r1,work,b,").replace("night,r2,work,,", "night,r2,work,b,")
    done = imported(tmp_path, {"trips": trips}, rules=Wishes().rules.model_copy(update={"home_break_min": 1_440}))
    block = {trip.depart_s: trip.block for trip in service(done)}
    assert block[21_600] == block[24 * 3_600 + 600] != block[24_000]
    assert done.plan.scheduled == 2


def test_a_block_that_overlaps_is_named_and_its_trips_are_run_all_the_same(tmp_path: Path) -> None:
    trips = TABLES["trips"].replace("work,,\n", "work,b,\n")
    times = TABLES["stop_times"].replace("back,06:40:00,06:40:00", "back,06:20:00,06:20:00")
    done = imported(tmp_path, {"trips": trips, "stop_times": times})
    assert [text for text in done.remarks if "block b" in text] == [
        "block b: a trip leaves at 06:20, before the one before arrives at 06:30; its trips are put into other blocks"
    ]
    assert len(service(done)) == 3
    assert done.plan.scheduled == 2


SHAPE = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\nx,25.0,102.7,1\nx,25.0,102.75,2\nx,25.1,102.7,3\n"
NEXT_STOPS_KM = 0.1 * 111.195


@pytest.mark.parametrize(("unit", "factor"), [("m", 1_000.0), ("km", 1.0), ("ft", 3_280.84), ("mi", 0.621371)])
def test_distances_of_the_feed_are_read_in_whatever_unit(tmp_path: Path, unit: str, factor: float) -> None:
    told = {"out": (0.0, 12.5), "back": (1.0, 13.5), "night": (0.0, 12.5)}
    header, *rows = TABLES["stop_times"].splitlines()
    lines = [f"{header},shape_dist_traveled"]
    for row in rows:
        trip, _, _, _, sequence = row.split(",")
        lines.append(f"{row},{told[trip][int(sequence) > 1] * factor:.5f}")
    done = imported(tmp_path, {"stop_times": "\n".join(lines)})
    assert done.origin.methods == {f"shape_dist_traveled, read as {unit}": 3}
    assert [trip.distance_km for trip in done.trips] == pytest.approx([12.5] * 3, abs=0.002)


def test_a_shape_gives_the_length_where_the_feed_tells_none(tmp_path: Path) -> None:
    trips = TABLES["trips"].replace("out,r1,work,,", "out,r1,work,,x")
    done = imported(tmp_path, {"trips": trips, "shapes": SHAPE})
    (out,) = [trip for trip in done.trips if trip.trip == "out"]
    east_km = 0.05 * 111.195 * np.cos(np.radians(25.0))
    assert out.distance_km == pytest.approx(east_km + np.hypot(NEXT_STOPS_KM, east_km), rel=1e-3)


def test_without_either_the_way_between_stops_is_stretched(tmp_path: Path) -> None:
    done = imported(tmp_path)
    assert done.origin.methods == {"straight lines between stops times 1.2": 3}
    assert done.trips[0].distance_km == pytest.approx(1.2 * NEXT_STOPS_KM, rel=1e-3)


def test_routes_are_chosen_by_name_and_may_have_models_of_their_own(tmp_path: Path) -> None:
    done = imported(tmp_path, routes=("1", "2"), model_of={"2": "bus_8_5m"})
    assert [(fleet.model, len(fleet.trips)) for fleet in done.plan.fleets] == [("bus_12m", 2), ("bus_8_5m", 1)]


def test_each_block_lives_at_the_depot_that_is_nearest_to_its_ends(tmp_path: Path) -> None:
    depots = (Point(25.0, 102.7), Point(25.1, 102.7))
    one_way = Wishes().rules.model_copy(update={"layover_min": 30.0})
    done = imported(tmp_path, with_rows("trips", "more,r1,work,,\n") | with_rows(
        "stop_times", "more,06:05:00,06:05:00,n,1\nmore,06:35:00,06:35:00,n,2\n"
    ), depots=depots, rules=one_way)  # fmt: skip
    assert {fleet.depot for fleet in done.plan.fleets} == {"town_depot1", "town_depot2"}


def test_the_end_of_a_line_may_get_chargers_for_its_layovers(tmp_path: Path) -> None:
    """Ten minutes at North on five days: the place of the stop is where the terminal stands."""
    done = imported(tmp_path)
    (fleet,) = pipeline.load(done.files[-1]).spec.fleets
    north = next(trip.destination for trip in service(done) if trip.depart_s == 6 * 3_600)
    far = f"{{kind: terminal, place: {north}, plug_in_min: 1, chargers: [{{type: dc_120, count: 1}}]}}"
    named = f"fleets.{fleet}.opportunity={{terminals: [north]}}"
    overrides = ["warmup_days=0", f"sites.north={far}", named]
    records = pipeline.simulate(pipeline.load(done.files[-1], overrides=overrides)).records
    sessions = records.tables["sessions"]
    here = sessions["site"] == records.entities["sites"].index("north")
    assert here.sum() == 5
    assert sessions["unplug_at"][here] - sessions["plug_at"][here] == pytest.approx([600.0] * 5)


def test_the_scenario_runs_every_trip(tmp_path: Path) -> None:
    done = imported(tmp_path)
    scenario = pipeline.load(done.files[-1], overrides=["warmup_days=0"])
    trips = pipeline.simulate(scenario).records.tables["trips"]
    assert (trips["purpose"] == 0).sum() == 3 * 5
    assert (trips["status"][trips["purpose"] == 0] == 0).all()
    ran_km = trips["distance_km"][trips["purpose"] == 0].sum()
    assert ran_km == pytest.approx(5 * sum(trip.distance_km for trip in done.trips), rel=1e-4)


def test_two_imports_do_not_overwrite_each_other(tmp_path: Path) -> None:
    done = imported(tmp_path)
    before = [file.read_bytes() for file in done.files]
    with pytest.raises(InputError, match="is there already"):
        imported(tmp_path)
    assert [file.read_bytes() for file in done.files] == before


def test_the_files_tell_where_they_come_from(tmp_path: Path) -> None:
    done = imported(tmp_path)
    for file in done.files:
        text = file.read_text(encoding="utf-8")
        assert done.origin.sha256 in text and "2024-01-01 to 2024-01-07" in text


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        (
            {"stops": None, "calendar": None, "calendar_dates": None, "routes": "route_id\nr1\n"},
            [
                "town.zip: stops.txt: this table is missing in the feed",
                "town.zip/routes.txt:1: route_type: this column is missing",
            ],
        ),
        (
            {"calendar": None, "calendar_dates": None},
            [
                "town.zip: calendar.txt, calendar_dates.txt: a feed needs one of these two, "
                "to say on which days its trips run"
            ],
        ),
        (
            {"calendar_dates": "service_id,date,exception_type\nwork,2024-01-03,2\nwork,20240104,3\n"},
            [
                "town.zip/calendar_dates.txt:2: date: found '2024-01-03'; must be a date like 20260309",
                "town.zip/calendar_dates.txt:3: exception_type: found '3'; must be 1 (added) or 2 (removed)",
            ],
        ),
        (
            with_rows("trips", "lost,r9,work,,\nempty,r1,work,,\n"),
            [
                "town.zip/trips.txt:5: route_id: found 'r9'; must be a route_id of routes.txt",
                "town.zip/trips.txt:6: trip_id: found 'empty'; must have two stops or more in stop_times.txt",
            ],
        ),
        (
            {
                "stop_times": TABLES["stop_times"]
                .replace("06:30:00,06:30:00,n", "06:30,06:30,n")
                .replace("back,06:40:00,06:40:00,n", "back,07:40:00,07:40:00,n")
                .replace("24:45:30,s,2", "24:45:30,nowhere,2")
            },
            [
                "town.zip/stop_times.txt:8: stop_id: found 'nowhere'; "
                "must be a stop_id of stops.txt that has a position",
                "town.zip/stop_times.txt:4: arrival_time: found '06:30'; must be a time like 06:30:00 before 40:00:00, "
                "at the first and the last stop of a trip",
                "town.zip/stop_times.txt:6: arrival_time: found 07:10:00; "
                "must be after the departure of trip back, 07:40:00",
            ],
        ),
        (
            {"stop_times": TABLES["stop_times"].replace("06:30:00,06:30:00,n", "06:05:00,06:05:00,n")},
            ["town.zip/stop_times.txt:4: found 13.343 km in 5 min; trip out must be possible at 130 km/h"],
        ),
        (
            {"frequencies": "trip_id,start_time,end_time,headway_secs\nout,08:00:00,07:00:00,600\nout,8,9,0\n"},
            [
                "town.zip/frequencies.txt:2: found 08:00:00, 07:00:00, 600; "
                "must be two times in order and a headway of at least one second",
                "town.zip/frequencies.txt:3: found 8, 9, 0; "
                "must be two times in order and a headway of at least one second",
            ],
        ),
    ],
)  # fmt: skip
def test_every_fault_is_listed_with_its_line(
    tmp_path: Path, tables: dict[str, str | None], expected: list[str]
) -> None:
    assert messages(tmp_path, tables) == expected


def test_a_wish_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    assert messages(tmp_path, {}, routes=("1", "x")) == [
        "--routes: found 'x'; must be a name in routes of town.zip: 1, 2, T"
    ]
    assert messages(tmp_path, {}, week=date(2030, 1, 1)) == [
        "town.zip: found 2029-12-31 to 2030-01-06; no trip of these routes runs then; "
        "the feed covers 2024-01-01 to 2024-03-31"
    ]
    assert "did you mean bus_12m?" in messages(tmp_path, {}, model="bus_12")[0]


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "feed.zip").write_text("stops")
    with pytest.raises(InputError, match="not a readable zip file"):
        import_gtfs(tmp_path / "feed.zip", tmp_path / "ws", "town")


def test_paths_in_a_zip_lead_nowhere(tmp_path: Path) -> None:
    path = feed(tmp_path, prefix="../../up/")
    before = set(tmp_path.parent.rglob("*"))
    import_gtfs(path, tmp_path / "ws", "town", Wishes(week=WEEK))
    assert {file for file in set(tmp_path.parent.rglob("*")) - before if tmp_path / "ws" not in file.parents} == {
        tmp_path / "ws"
    }


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "LARGEST_BYTES", 1 << 20)
    assert messages(tmp_path, {"shapes": TABLES["stops"] + "0" * (1 << 21)}) == [
        "town.zip/shapes.txt: the tables must unpack to at most 1 MiB together"
    ]


def test_a_broken_member_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    path = feed(tmp_path)
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("stop_times.txt").header_offset
    content = bytearray(path.read_bytes())
    name, extra = struct.unpack("<HH", content[at + 26 : at + 30])
    start = at + 30 + name + extra
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"stop_times\.txt: cannot be unpacked"):
        import_gtfs(path, tmp_path / "ws", "town")


JUNK = ("", "-1", "nan", "inf", "1e400", "abc", "99999999", "2024", '"', ",", "0", "25:99:99", "99:00:00", "20240231")


def test_whatever_stands_in_a_cell_a_feed_is_read_or_its_faults_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "init", lambda _: None)
    monkeypatch.setattr(importing, "write_workspace", lambda *_: [])
    profiles = load_profiles(packaged_inputs(), [])
    monkeypatch.setattr(importing, "load_profiles", lambda *_: profiles)
    distances = [line + f",{number}" for number, line in enumerate(TABLES["stop_times"].splitlines()[1:])]
    tables = {
        **TABLES,
        "shapes": SHAPE,
        "trips": TABLES["trips"].replace("out,r1,work,,", "out,r1,work,b,x"),
        "frequencies": "trip_id,start_time,end_time,headway_secs\nback,08:00:00,09:00:00,600\n",
        "stop_times": "\n".join([TABLES["stop_times"].splitlines()[0] + ",shape_dist_traveled", *distances]),
    }
    draw = Random(1)
    outcomes = set()
    for _ in range(300):
        name = draw.choice(sorted(tables))
        lines = [line.split(",") for line in tables[name].splitlines()]
        row = draw.choice(lines)
        row[draw.randrange(len(row))] = draw.choice(JUNK)
        path = feed(tmp_path, tables | {name: "\n".join(",".join(line) for line in lines)})
        try:
            import_gtfs(path, tmp_path / "ws", "town", Wishes(week=WEEK if draw.random() < 0.5 else None))
            outcomes.add("read")
        except InputError:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}

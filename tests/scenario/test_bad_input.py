"""Bad input: every mistake that the manual promises to catch, and the exact words for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fleetsim.errors import InputError
from fleetsim.scenario.loading import load

Edit = Callable[..., Path]
SCENARIO = "configs/depot.yaml"
TIMETABLE = "profiles/timetables/line_1.csv"


def message(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        pytest.param(
            SCENARIO,
            "connection_kw: 800",
            "conection_kw: 800",
            "configs/depot.yaml:16: sites.east.conection_kw: unknown key (did you mean connection_kw?); allowed here: "
            "kind, place, title, connection_kw, power_factor, transformer, network_node, base_load_kw, "
            "solar, storage, chargers, staff, strategy, peak_kw, sharing, sources",
            id="unknown key",
        ),
        pytest.param(
            SCENARIO,
            "connection_kw: 800",
            "connection_kw: 0.5",
            "configs/depot.yaml:16: sites.east.connection_kw: found 0.5; must be at least the 1 kW that "
            "buildings and standing chargers draw at the most",
            id="connection below what the site draws by itself",
        ),
        pytest.param(
            SCENARIO,
            "connection_kw: 800",
            "connection_kw: 800\n    storage: {battery_kwh: 9, power_kw: 9, round_trip_efficiency: 1, "
            "strategy: peak_shaving}",
            "configs/depot.yaml:17: sites.east.storage: found no target_kw; peak_shaving needs a target_kw",
            id="peak shaving without a target",
        ),
        pytest.param(
            SCENARIO,
            "connection_kw: 800",
            "connection_kw: 800\n    storage: {battery_kwh: 9, power_kw: 9, round_trip_efficiency: 1, target_kw: 5}",
            "configs/depot.yaml:17: sites.east.storage.target_kw: found 5; "
            "may stand beside the strategy peak_shaving only",
            id="a target that nothing follows",
        ),
        pytest.param(
            SCENARIO,
            "connection_kw: 800",
            "connection_kw: 800\n    solar: {peak_kw: -5}",
            "configs/depot.yaml:17: sites.east.solar.peak_kw: found -5; must be above 0 and at most 200000 kWp",
            id="panels below nothing",
        ),
        pytest.param(
            SCENARIO,
            "kind: depot",
            "kind: depott",
            "configs/depot.yaml:11: sites.east.kind: found 'depott'; "
            "must be one of: depot, public_station, terminal, swap_station, hydrogen_station (did you mean depot?)",
            id="misspelt kind of site",
        ),
        pytest.param(
            SCENARIO,
            "kind: rotation",
            "kind: rotatoin",
            "configs/depot.yaml:28: fleets.line_1.work.kind: found 'rotatoin'; "
            "must be one of: rotation, timetable, on_demand (did you mean rotation?)",
            id="misspelt kind of work",
        ),
        pytest.param(
            SCENARIO,
            "strategy: valley",
            "strategy: valey",
            "configs/depot.yaml:17: sites.east.strategy: found 'valey'; "
            "must be one of: immediate, valley, staggered, balanced, cheapest, cleanest, solar_following, "
            "peak_shaving, bidirectional (did you mean valley?)",
            id="misspelt strategy",
        ),
        pytest.param(
            "profiles/vehicles.yaml",
            "battery_kwh: 300",
            "battery_kwh: -300",
            "profiles/vehicles.yaml:30: bus_large.battery_kwh: found -300; must be above 0 and at most 2000 kWh",
            id="negative battery",
        ),
        pytest.param(
            "profiles/chargers.yaml",
            "power_kw: 120",
            "power_kw: 120000",
            "profiles/chargers.yaml:9: dc_120.power_kw: found 120000; must be above 0 and at most 1500 kW "
            "(was it given in W?)",
            id="charger power in W",
        ),
        pytest.param(
            SCENARIO,
            "count: 20\n    home: east",
            "count: 20\n    home: west",
            "configs/depot.yaml:26: fleets.line_1.home: found 'west'; must be a name in sites: "
            "east (did you mean east?)",
            id="missing depot",
        ),
        pytest.param(
            SCENARIO,
            "model: bus_small",
            "model: bus_smal",
            "configs/depot.yaml:24: fleets.line_1.model: found 'bus_smal'; must be a name in profiles/vehicles.yaml: "
            "bus_large, bus_small (did you mean bus_small?)",
            id="missing vehicle sheet",
        ),
        pytest.param(
            SCENARIO,
            "type: dc_120",
            "type: dc_12",
            "configs/depot.yaml:14: sites.east.chargers.0.type: found 'dc_12'; "
            "must be a name in profiles/chargers.yaml: dc_120, dc_60 (did you mean dc_120?)",
            id="missing charger type",
        ),
        pytest.param(
            SCENARIO,
            "place: depot_east",
            "place: airport",
            "configs/depot.yaml:12: sites.east.place: found 'airport'; must be a name in profiles/places.yaml: "
            "depot_east, station",
            id="missing place",
        ),
        pytest.param(
            SCENARIO,
            "route: line_1\n      blocks",
            "route: line_2\n      blocks",
            "configs/depot.yaml:29: fleets.line_1.work.route: found 'line_2'; must be a name in profiles/routes.yaml: "
            "line_1 (did you mean line_1?)",
            id="missing route",
        ),
        pytest.param(
            TIMETABLE,
            "distance_km,days",
            "distance_m,days",
            "profiles/timetables/line_1.csv:1: distance_m: unknown column (did you mean distance_km?); "
            "allowed: block, depart, arrive, origin, destination, distance_km, days, purpose",
            id="CSV with a wrong column",
        ),
        pytest.param(
            SCENARIO,
            "connection_kw: 800",
            "connection_kw: 1,200",
            "configs/depot.yaml:16: sites.east.connection_kw: found '1,200'; must be a plain number without a comma, "
            "above 0 and at most 200000 kW",
            id="number with a comma in YAML",
        ),
        pytest.param(
            TIMETABLE,
            "late,23:00,23:31,depot_east,station,9.7",
            'late,23:00,23:31,depot_east,station,"9,7"',
            "profiles/timetables/line_1.csv:4: distance_km: found '9,7'; must be a plain number without a comma, "
            "at least 0 and at most 2000 km",
            id="number with a comma in CSV",
        ),
        pytest.param(
            TIMETABLE,
            "late,23:50,24:21,station",
            "late,23:50,24:21,depot_east",
            "profiles/timetables/line_1.csv:5: origin: found 'depot_east' in block late; must be station, "
            "where line 4 ends",
            id="gap in a block",
        ),
        pytest.param(
            TIMETABLE,
            "early,06:40,07:11",
            "early,06:20,07:11",
            "profiles/timetables/line_1.csv:3: depart: found 06:20 in block early; must not be before the arrival of "
            "line 2, 06:31",
            id="overlap in a block",
        ),
        pytest.param(
            SCENARIO,
            "file: profiles/timetables/line_1.csv",
            "file: profiles/timetables/line_2.csv",
            "configs/depot.yaml:40: fleets.line_1_extra.work.file: found 'profiles/timetables/line_2.csv'; "
            "must be a file in the workspace, named from its root",
            id="missing timetable",
        ),
        pytest.param(
            SCENARIO,
            "tariff: yunnan_general",
            "tariff: yunnan_generall",
            "configs/depot.yaml:8: tariff: found 'yunnan_generall'; must be a name in grid/tariffs.yaml: "
            "yunnan_general (did you mean yunnan_general?)",
            id="unknown tariff",
        ),
        pytest.param(
            SCENARIO,
            "kind: rotation\n",
            "kind: rotation\n      deadhead_km: 9700\n",
            "configs/depot.yaml:29: fleets.line_1.work.deadhead_km: found 9700; must be at least 0 and at most 2000 km "
            "(was it given in m?)",
            id="distance in m",
        ),
        pytest.param(
            SCENARIO,
            "start: 06:00",
            "start: 6:00",
            "configs/depot.yaml:31: fleets.line_1.work.blocks.0.start: found '6:00'; must be a time like 06:30, "
            "up to 39:59",
            id="time of day",
        ),
        pytest.param(
            SCENARIO,
            "    model: bus_small\n",
            "    model: bus_small\n    reserve: 0.96\n    initial_soc: 1.0\n",
            "configs/depot.yaml:25: fleets.line_1.reserve: found 0.96; must be below the charge_target, 0.95",
            id="reserve above target",
        ),
        pytest.param(
            SCENARIO,
            "    model: bus_small\n",
            "    model: bus_small\n    initial_soc: 0.1\n",
            "configs/depot.yaml:25: fleets.line_1.initial_soc: found 0.1; must be at least the reserve, 0.2",
            id="initial state below reserve",
        ),
        pytest.param(
            SCENARIO,
            "days: 7",
            "days: 7\ndays: 14",
            "configs/depot.yaml:5: days: this key stands already in line 4",
            id="key twice",
        ),
        pytest.param(
            SCENARIO,
            "name: depot\n",
            "",
            "configs/depot.yaml:1: name: this key is missing; it must be a name of small letters, digits and "
            "underscores that begins with a letter",
            id="missing key",
        ),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_what_is_allowed(
    edited: Edit, file: str, old: str, new: str, expected: str
) -> None:
    assert message(edited(old, new, file)) == expected


def test_a_date_outside_the_tariff_is_named_with_the_dates_it_covers(edited: Edit) -> None:
    text = message(edited("start_date: 2026-03-09", "start_date: 2009-03-09"))

    assert text.startswith("configs/depot.yaml:3: start_date: found 2009-03-07 to 2009-03-15, warm-up included; ")
    assert "tariff yunnan_general" in text
    assert "2018-01-01" in text


def test_a_grid_year_without_statistics_is_refused(edited: Edit) -> None:
    assert message(edited("year: 2024", "year: 2017")) == (
        "configs/depot.yaml:6: grid.year: found 2017; must be at least 2018 and at most 2040"
    )


def test_a_scenario_that_does_not_exist_says_how_to_get_one(tmp_path: Path) -> None:
    assert message(tmp_path / "a.yaml") == (
        f"{tmp_path}/a.yaml: the file does not exist (fleetsim init DIR makes a workspace with scenarios to begin with)"
    )


def test_a_scenario_outside_every_workspace_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: a")

    assert "not in a workspace" in message(tmp_path / "a.yaml")


def test_a_folder_in_place_of_a_scenario_is_refused(small_workspace: Path) -> None:
    assert message(small_workspace / "configs") == "configs: this is a folder; a file is needed"


def test_mistakes_of_every_kind_and_file_are_reported_together(edited: Edit) -> None:
    edited("count: 20\n    home: east", "count: 20\n    home: west")
    edited("connection_kw: 800", "conection_kw: 800")
    edited("start_date: 2026-03-09", "start_date: 2009-03-09")
    edited("power_kw: 120", "power_kw: 120000", "profiles/chargers.yaml")
    path = edited("early,06:40,07:11", "early,06:20,07:11", TIMETABLE)

    lines = message(path).splitlines()

    assert [line.split(": ")[0] for line in lines] == [
        "configs/depot.yaml:3",
        "configs/depot.yaml:16",
        "configs/depot.yaml:26",
        "profiles/chargers.yaml:9",
        "profiles/timetables/line_1.csv:3",
    ]

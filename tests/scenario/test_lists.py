"""Lists in CSV become sites, fleets and places; what they leave open is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetsim.errors import InputError
from fleetsim.scenario.fleets import BatteryFleet
from fleetsim.scenario.loading import load
from fleetsim.scenario.provenance import figures
from fleetsim.scenario.sites import Depot, Terminal
from fleetsim.workspace import init


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    init(tmp_path, "depot")
    return tmp_path / "profiles" / "my_depot"


def problems(folder: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(folder.parents[1] / "configs" / "my_depot.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_a_template_has_its_scenario_alone(folder: Path) -> None:
    assert [file.name for file in (folder.parents[1] / "configs").iterdir()] == ["my_depot.yaml"]


def test_what_is_left_open_has_a_default_and_a_remark(folder: Path) -> None:
    scenario = load(folder.parents[1] / "configs" / "my_depot.yaml")
    depot = scenario.spec.sites["depot"]
    assert isinstance(depot, Depot)
    assert (depot.chargers[0].count, depot.connection_kw, depot.strategy) == (5, None, "immediate")
    assert scenario.profiles.places["north_end"].elevation_m == scenario.profiles.cities["kunming"].elevation_m
    assert [text for text in scenario.remarks if "count is not known (line 13)" in text]
    assert all(figure.source for figure in figures(scenario))


def test_every_trip_has_a_block_and_the_lists_count_as_inputs(folder: Path) -> None:
    scenario = load(folder.parents[1] / "configs" / "my_depot.yaml")
    assert all(trip.block for trip in scenario.timetables["line_a"].trips)
    assert {f"profiles/my_depot/{name}.csv" for name in ("places", "chargers", "vehicles", "timetable")} <= set(
        scenario.inputs
    )


def test_rows_of_one_depot_are_its_groups_of_chargers(folder: Path) -> None:
    (folder / "chargers.csv").write_text(
        "site,place,type,count,connection_kw\ndepot,my_depot,dc_120,2,\ndepot,my_depot,dc_60,4,300\n"
    )
    depot = load(folder.parents[1] / "configs" / "my_depot.yaml").spec.sites["depot"]
    assert [(group.type, group.count) for group in depot.chargers] == [("dc_120", 2), ("dc_60", 4)]
    assert depot.connection_kw == 300


def test_a_list_may_say_that_chargers_are_bidirectional(folder: Path) -> None:
    (folder / "chargers.csv").write_text(
        "site,place,type,count,strategy,bidirectional\ndepot,my_depot,dc_120,2,bidirectional,true\n"
        "depot,my_depot,dc_60,4,,\n"
    )
    depot = load(folder.parents[1] / "configs" / "my_depot.yaml").spec.sites["depot"]
    assert isinstance(depot, Depot)
    assert [group.bidirectional for group in depot.chargers] == [True, False]
    assert depot.feeds_back


TERMINALS = (
    "site,kind,place,type,count,plug_in_min\ndepot,,my_depot,dc_120,5,\nnorth,terminal,north_end,dc_120,,\n"
    "south,terminal,south_end,dc_60,1,2.5\n"
)
VEHICLES = "fleet,model,count,home,timetable,terminals\nline_a,bus_10_5m,9,depot,timetable.csv,north south\n"


def test_vehicles_charge_at_the_terminals_that_they_name(folder: Path) -> None:
    (folder / "chargers.csv").write_text(TERMINALS)
    (folder / "vehicles.csv").write_text(VEHICLES)
    scenario = load(folder.parents[1] / "configs" / "my_depot.yaml")
    north, south = (scenario.spec.sites[name] for name in ("north", "south"))
    assert isinstance(north, Terminal)
    assert isinstance(south, Terminal)
    assert (north.place, north.chargers[0].count, north.plug_in_min) == ("north_end", 2, 1.0)
    assert (south.chargers[0].type, south.chargers[0].count, south.plug_in_min) == ("dc_60", 1, 2.5)
    fleet = scenario.spec.fleets["line_a"]
    assert isinstance(fleet, BatteryFleet)
    assert fleet.opportunity is not None
    assert fleet.opportunity.terminals == ("north", "south")
    told = [text for text in scenario.remarks if "chargers.csv" in text]
    assert any("count is not known (line 3): one charger for 8 vehicles that charge there" in text for text in told)
    assert any("plug_in_min is not known (line 3)" in text for text in told)
    assert any("strategy is not known (line 2):" in text for text in told)
    assert all(figure.source for figure in figures(scenario))


def test_terminals_that_cannot_be_are_named(folder: Path) -> None:
    (folder / "chargers.csv").write_text(
        "site,kind,place,type,strategy,bidirectional,plug_in_min\ndepot,depot,my_depot,dc_120,,,2\n"
        "north,terminal,my_depot,dc_120,valley,true,\nnorth,depot,south_end,dc_60,,,\n"
    )
    (folder / "vehicles.csv").write_text(VEHICLES.replace("north south", "north nort depot"))
    found = problems(folder)
    for expected in (
        "chargers.csv:2: plug_in_min: found 2.0; is for terminals alone",
        "chargers.csv:3: strategy: found 'valley'; is for depots alone",
        "chargers.csv:3: bidirectional: found True; is for depots alone",
        "chargers.csv:4: kind: found 'depot'; must be terminal, as in line 3",
        "chargers.csv:4: place: found 'south_end'; must be my_depot, as in line 3",
        "vehicles.csv:2: fleets.line_a.opportunity.terminals.0: found 'north'; must lie where trips of the fleet end",
        "vehicles.csv:2: fleets.line_a.opportunity.terminals.1: found 'nort'; must be a name in sites",
        "vehicles.csv:2: fleets.line_a.opportunity.terminals.2: found a depot; must be",
    ):
        assert any(expected in text for text in found), (expected, found)


def test_settings_of_the_command_line_reach_what_the_lists_say(folder: Path) -> None:
    scenario = load(folder.parents[1] / "configs" / "my_depot.yaml", overrides=["fleets.line_a.count=12"])
    assert scenario.spec.fleets["line_a"].count == 12


def test_mistakes_are_named_with_their_list_and_line(folder: Path) -> None:
    (folder / "vehicles.csv").write_text(
        "fleet,model,count,home,timetable\nline_a,bus_10m,9,depo,timetable.csv\nline_a,bus_12m,x,depot,timetable.csv\n"
        "line_a,bus_12m,1,depot,timetable.csv\n"
    )
    (folder / "places.csv").write_text("place,lat,lon,city\nkm_station,25,102.7,kunmin\n")
    found = problems(folder)
    for expected in (
        "places.csv:2: place: found 'km_station'; must be a name that profiles/places.yaml does not have",
        "places.csv:2: city: found 'kunmin'; must be a name in profiles/climates.yaml: kunming, lijiang (did you mean",
        "vehicles.csv:3: count: found 'x'; must be",
        "vehicles.csv:4: fleet: found 'line_a'; each may stand once; it also stands in line 2",
    ):
        assert any(expected in text for text in found), (expected, found)


def test_a_name_that_leads_nowhere_is_found_at_its_row(folder: Path) -> None:
    text = (folder / "vehicles.csv").read_text().replace("depot,timetable", "depo,timetable")
    (folder / "vehicles.csv").write_text(text)
    assert [text for text in problems(folder) if "vehicles.csv:14: fleets.line_a.home: found 'depo'" in text]


def test_a_folder_that_is_not_there_is_named(folder: Path) -> None:
    scenario = folder.parents[1] / "configs" / "my_depot.yaml"
    scenario.write_text(scenario.read_text(encoding="utf-8").replace("profiles/my_depot", "../up"), encoding="utf-8")
    assert [text for text in problems(folder) if "lists: found '../up'; must be a folder in the workspace" in text]

"""What sizing may turn: sites with other values, their price by hand, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import fleetsim
from fleetsim.economics.prices import Prices, load_prices
from fleetsim.errors import InputError
from fleetsim.scenario.schema import Scenario, ScenarioSpec
from fleetsim.scenario.sites import Site
from fleetsim.study.knobs import allowed_at, dealt, knobs_of, turned, yearly_cny
from tests import worlds

ROOT = Path(__file__).parents[2]


@pytest.fixture
def prices() -> Prices:
    shipped = load_prices(ROOT / "profiles" / "prices.yaml", ROOT)
    round_ones = {
        "charger_cny_per_kw": 1_000, "connection_cny_per_kw": 500, "swap_lane_cny": 1_000_000,
        "pack_cny_per_kwh": 1_000, "electrolyser_cny_per_kw": 4_000, "hydrogen_storage_cny_per_kg": 5_000,
        "dispenser_cny": 500_000, "solar_cny_per_kwp": 3_000, "storage_cny_per_kwh": 1_000, "life_years": 10,
        "upkeep_share": 0.05,
    }  # fmt: skip
    return shipped.model_copy(update={"equipment": shipped.equipment.model_copy(update=round_ones)})


@pytest.fixture
def tariffed(small_workspace: Path) -> Scenario:
    """A scenario of one depot with a tariff of 38 CNY/kW and month."""
    return fleetsim.load(small_workspace / "configs" / "depot.yaml")


def site(spec: dict[str, object]) -> Site:
    fleets = {
        "line": worlds.fuel_cell_fleet(home="it") if spec["kind"] == "hydrogen_station" else worlds.fleet(home="it")
    }
    if spec["kind"] == "swap_station":
        fleets = {"cabs": worlds.taxis(stations=["it"])}
    made: ScenarioSpec = worlds.scenario(sites={"it": spec}, fleets=fleets).spec
    return made.sites["it"]


def test_chargers_are_dealt_to_their_groups_in_proportion_and_none_is_lost() -> None:
    for total in range(1, 200):
        counts = dealt([110, 31], total)
        assert sum(counts) == total
        assert abs(counts[0] - total * 110 / 141) < 1


def test_a_site_is_turned_and_then_something_is_out_of_service() -> None:
    depot = site(worlds.depot(8, connection_kw=500))
    assert [group.count for group in turned(depot, {"chargers": 5}).chargers] == [5]
    sized = turned(depot, {"chargers": 5, "charger_kw": 60, "connection_kw": 300}, out=1)
    assert (sized.chargers[0].count, sized.chargers[0].power_kw, sized.connection_kw) == (4, 60, 300)
    assert turned(depot, {"chargers": 1}, out=3).chargers[0].count == 1
    station = turned(site(worlds.station()), {"storage_kg": 120, "electrolyser_kw": 400}, out=1)
    assert (station.storage_kg, station.electrolyser.rated_kw, station.dispensers) == (120, 400, 1)
    swapping = turned(site(worlds.swap_station()), {"packs": 9, "slots": 7, "lanes": 2}, out=2)
    assert (swapping.packs, swapping.slots.count, swapping.lanes) == (9, 5, 2)


def test_cabinets_are_dealt_and_put_out_of_service_whole() -> None:
    group = {"type": "dc", "count": 6, "cabinet": {"guns": 2, "power_kw": 120}}
    depot = site(worlds.depot() | {"chargers": [group, group]})
    assert [each.count for each in turned(depot, {"chargers": 8}).chargers] == [4, 4]
    assert [each.count for each in turned(depot, {"chargers": 2}).chargers] == [2]
    assert sum(each.count for each in turned(depot, {"chargers": 8}, out=1).chargers) == 6


def test_a_year_costs_what_was_paid_over_its_life_and_upkeep_and_the_demand_if_asked(
    tariffed: Scenario, prices: Prices
) -> None:
    depot = site(worlds.depot(4, connection_kw=500))
    made = replace(worlds.scenario(sites={"it": worlds.depot(4)}, fleets={"line": worlds.fleet(home="it")}))
    made = replace(made, tariff=tariffed.tariff)
    paid_cny = 4 * 120 * 1_000 + 500 * 500
    assert yearly_cny(made, "it", depot, prices, False) == pytest.approx(paid_cny * 0.15)
    assert yearly_cny(made, "it", depot, prices, True) == pytest.approx(paid_cny * 0.15 + 12 * 38 * 500)
    unlimited_kw = 4 * 120 / 0.95 + 20
    unlimited = site(worlds.depot(4, base_load_kw=20))
    paid_cny = 4 * 120 * 1_000 + unlimited_kw * 500
    assert yearly_cny(made, "it", unlimited, prices, False) == pytest.approx(paid_cny * 0.15)


def test_panels_and_batteries_are_turned_and_priced_where_a_site_has_them(tariffed: Scenario, prices: Prices) -> None:
    bare = worlds.depot(4, connection_kw=500)
    supplied = bare | {
        "solar": {"peak_kw": 100},
        "storage": {"battery_kwh": 200, "power_kw": 50, "round_trip_efficiency": 0.86},
    }
    turned_site = turned(site(supplied), {"solar_kwp": 300, "storage_kwh": 400, "storage_kw": 80})
    assert (turned_site.solar.peak_kw, turned_site.storage.battery_kwh, turned_site.storage.power_kw) == (300, 400, 80)
    made = replace(worlds.scenario(), tariff=tariffed.tariff)
    without, more = (yearly_cny(made, "it", each, prices, False) for each in (site(bare), turned_site))
    assert more - without == pytest.approx((300 * 3_000 + 400 * 1_000) * 0.15)
    assert "solar_kwp" in allowed_at(site(supplied))
    assert "solar_kwp" not in allowed_at(site(bare))


def test_swap_and_hydrogen_stations_are_priced_by_what_they_hold(prices: Prices) -> None:
    cabs = worlds.scenario(
        sites={"it": worlds.swap_station(connection_kw=300)}, fleets={"cabs": worlds.taxis(stations=["it"])},
        world=worlds.city(),
    )  # fmt: skip
    paid_cny = 4 * 60 * 1_000 + 300 * 500 + 1_000_000 + 4 * 50 * 1_000
    assert yearly_cny(cabs, "it", cabs.spec.sites["it"], prices, False) == pytest.approx(paid_cny * 0.15)
    station = site(worlds.station(connection_kw=600))
    paid_cny = 600 * 500 + 500 * 4_000 + 200 * 5_000 + 2 * 500_000
    assert yearly_cny(cabs, "it", station, prices, False) == pytest.approx(paid_cny * 0.15)


def test_ladders_are_those_that_are_named_or_reach_from_little_to_twice_of_now(tariffed: Scenario) -> None:
    knobs = {knob.name: knob.values for knob in knobs_of(tariffed, ["east"], ["connection_kw", "chargers=4:8:2"])}
    assert knobs["chargers"] == (4.0, 6.0, 8.0)
    assert (knobs["connection_kw"][0], knobs["connection_kw"][-1]) == (10.0, 1_600.0)
    assert [knob.name for knob in knobs_of(tariffed, ["east"])] == ["chargers", "connection_kw"]


@pytest.mark.parametrize(
    ("sites", "vary", "said"),
    [
        (["eats"], [], "did you mean east"),
        (["east"], ["packs"], "must be one of: chargers"),
        (["east"], ["chargers=5:4:1"], "must be LOW:HIGH:STEP"),
        (["east"], ["chargers=0:1e12:1"], "must be LOW:HIGH:STEP"),
        (["east"], ["chargers=0:4:1"], "chargers"),
        (["east"], ["chargers", "chargers=2:3:1"], "must stand there once"),
        (["east"], ["chargers=1:3:0.5"], "must be whole numbers"),
        ([], [], "must be one site or more"),
        (["east"], ["connection_kw=0:100:50"], "greater than 0"),
    ],
)
def test_what_a_site_does_not_have_is_refused(tariffed: Scenario, sites: list[str], vary: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        knobs_of(tariffed, sites, vary)


def test_nothing_of_panels_or_of_a_battery_takes_them_away(tariffed: Scenario) -> None:
    storage = {"battery_kwh": 500, "power_kw": 200, "round_trip_efficiency": 0.86, "strategy": "solar_surplus"}
    given = tariffed.spec.sites["east"]
    sunny: Any = type(given).model_validate(given.model_dump() | {"solar": {"peak_kw": 50}, "storage": storage})
    bare: Any = turned(sunny, {"solar_kwp": 0.0, "storage_kwh": 0.0, "storage_kw": 100.0})
    assert bare.solar is bare.storage is None
    smaller: Any = turned(sunny, {"storage_kwh": 100.0})
    assert (smaller.storage.battery_kwh, smaller.storage.power_kw, smaller.solar.peak_kw) == (100, 200, 50)
    scenario = replace(tariffed, spec=tariffed.spec.model_copy(update={"sites": {"east": sunny}}))
    ladders = {knob.name: knob.values for knob in knobs_of(scenario, ["east"], ["solar_kwp", "storage_kwh=0:400:100"])}
    assert (ladders["solar_kwp"][0], ladders["solar_kwp"][-1]) == (0.0, 100.0)
    assert ladders["storage_kwh"] == (0.0, 100.0, 200.0, 300.0, 400.0)

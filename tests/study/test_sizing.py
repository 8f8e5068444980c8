"""Sizing: cases whose optimum is known by hand, what it promises, and what it says where nothing is enough."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fleetsim
from fleetsim.economics.prices import PRICES_FILE, Prices, load_prices
from fleetsim.economics.statement import statement
from fleetsim.errors import InputError
from fleetsim.executors import InProcess
from fleetsim.scenario.schema import Design, Scenario
from fleetsim.study.evaluation import Evaluator
from fleetsim.study.sizing import Sizing, TooLittleError, designed, size
from fleetsim.study.sizing_text import sizing_text, too_little_text
from fleetsim.study.spending import Spending, bill
from tests import worlds

ROOT = Path(__file__).parents[2]
ORDINARY = Design(out=0, state_of_health=1.0)
BUSES, NEED_KWH, BREAK_H = 6, 110.0, 3.75


@pytest.fixture(scope="module")
def prices() -> Prices:
    return load_prices(ROOT / PRICES_FILE, ROOT)


@pytest.fixture
def noon(small_workspace: Path) -> Scenario:
    """Six buses that come home at 10:15 and leave at 14:00, each of which must fill up 110 kWh by then or stay.

    A battery of 150 kWh carries one block of 110 kWh between target and reserve, and no bus waits for energy. One
    charger gives 100 kW (DC) of which 96 % are stored: 1.146 h for each bus.
    """
    given = fleetsim.load(small_workspace / "configs" / "depot.yaml", overrides=["grid.level=constant"])
    made = worlds.scenario(
        sites={"depot": worlds.depot() | {"chargers": [{"type": "dc", "count": 6, "power_kw": 100}]}},
        fleets={"line": worlds.fleet(BUSES, patience_min=0)},
        world=worlds.profiles(worlds.vehicle(battery_kwh=150, charge_curve=[{"soc": s, "c_rate": 4} for s in (0, 1)])),
    )
    changes: dict[str, Any] = {"sites": made.spec.sites, "fleets": made.spec.fleets, "days": 3, "warmup_days": 0}
    return replace(
        given, spec=given.spec.model_copy(update=changes), profiles=made.profiles, timetables={}, network=None
    )


def sized(scenario: Scenario, prices: Prices, *vary: str, **options: Any) -> Sizing:
    return size(scenario, "depot", 0.99, vary=vary, prices=prices, seeds=4, **({"design": ORDINARY} | options))


def test_the_known_optimum_of_chargers_is_found(noon: Scenario, prices: Prices) -> None:
    charge_h = NEED_KWH / 0.96 / 100
    rounds = int(BREAK_H / charge_h)
    assert rounds == 3
    assert sized(noon, prices, "chargers").answer.values == {"chargers": BUSES / rounds}


def test_the_known_optimum_of_chargers_and_connection_is_found(noon: Scenario, prices: Prices) -> None:
    """However many chargers: the break must let 6 x 110 kWh through the connection, and two chargers can do it."""
    least_kw = BUSES * NEED_KWH / 0.96 / 0.95 / BREAK_H
    found = sized(noon, prices, "connection_kw=100:400:10", "chargers=1:6:1")
    assert 190 < least_kw < 200
    assert found.answer.values == {"chargers": 2, "connection_kw": 200}
    assert found.answer.service.share == 1.0
    assert found.cheaper
    assert all(near.service.low < found.target for near in found.cheaper)
    assert all(near.yearly_cny < found.answer.yearly_cny for near in found.cheaper)


def test_with_one_charger_out_of_service_one_more_is_bought(noon: Scenario, prices: Prices) -> None:
    assert sized(noon, prices, "chargers", design=Design(out=1, state_of_health=1.0)).answer.values == {"chargers": 3}


def test_an_aged_battery_is_sized_for_but_a_worse_one_is_kept(noon: Scenario) -> None:
    def health(given: float, age_years: float = 0.0) -> tuple[float, float]:
        line = noon.spec.fleets["line"].model_copy(update={"state_of_health": given, "age_years": age_years})
        worn = replace(noon, spec=noon.spec.model_copy(update={"fleets": {"line": line}}))
        fleet: Any = designed(worn, Design()).spec.fleets["line"]
        return fleet.state_of_health, fleet.age_years

    assert health(1.0) == health(0.95, 2.0) == (0.8, 0.0)
    assert health(0.7) == (0.7, 0.0)
    assert health(0.9, 8.0) == (0.9, 8.0)


def test_what_a_component_serves_is_what_the_whole_run_says(small_workspace: Path) -> None:
    scenario = fleetsim.load(small_workspace / "configs" / "depot.yaml", overrides=["grid.level=constant", "days=2"])
    alone = Evaluator(scenario, ["east"], InProcess()).service({}, [scenario.spec.seed])
    metrics = fleetsim.simulate(scenario).metrics()["value"]
    assert alone.share == pytest.approx(metrics["run", "run", "service_level"])
    assert alone.weeks[0].due == metrics["run", "run", "trips_planned"]


def test_panels_and_battery_give_in_a_sizing_what_they_give_in_a_run() -> None:
    tight = ["grid.level=constant", "days=1", "warmup_days=1", "sites.dayangfu.connection_kw=150"]
    scenario = fleetsim.load(ROOT / "configs" / "kunming_solar_depot.yaml", overrides=tight)
    evaluator = Evaluator(scenario, ["dayangfu"], InProcess())
    level = fleetsim.simulate(scenario).metrics()["value"]["run", "run", "service_level"]
    assert evaluator.service({}, [scenario.spec.seed]).share == pytest.approx(level)
    assert evaluator.service({"solar_kwp": 1}, [scenario.spec.seed]).share < level


def test_the_rest_of_a_scenario_does_not_matter(noon: Scenario) -> None:
    both = {"depot": noon.spec.sites["depot"], "other": noon.spec.sites["depot"]}
    fleets = {"line": noon.spec.fleets["line"], "more": noon.spec.fleets["line"].model_copy(update={"home": "other"})}
    wide = replace(noon, spec=noon.spec.model_copy(update={"sites": both, "fleets": fleets}))
    one, two = (Evaluator(each, ["depot"], InProcess()) for each in (noon, wide))
    assert two.fleets == ("line",)
    assert two.service({"chargers": 1}, range(3)) == one.service({"chargers": 1}, range(3))


def test_a_plan_drawn_up_before_changes_nothing(small_workspace: Path) -> None:
    scenario = fleetsim.load(small_workspace / "configs" / "depot.yaml", overrides=["grid.level=constant", "days=2"])
    kept = Evaluator(scenario, ["east"], InProcess())
    kept.service({"chargers": 9}, range(2))
    fresh = Evaluator(scenario, ["east"], InProcess())
    assert kept.service({"chargers": 3}, range(2)) == fresh.service({"chargers": 3}, range(2))


def test_a_choice_that_is_lost_is_given_up_early_but_one_that_is_not_is_not(noon: Scenario) -> None:
    evaluator = Evaluator(noon, ["depot"], InProcess())
    assert len(evaluator.service({"chargers": 1}, range(8), 0.99).weeks) == 2
    assert evaluator.service({"chargers": 2}, range(8), 0.99).whole
    assert evaluator.runs == 10
    evaluator.service({"chargers": 2}, range(8))
    assert evaluator.runs == 10


def test_two_workers_find_the_same_in_as_many_runs(small_workspace: Path, prices: Prices) -> None:
    scenario = fleetsim.load(
        small_workspace / "configs" / "depot.yaml", overrides=["grid.level=constant", "days=1", "warmup_days=1"]
    )
    one, two = (
        size(scenario, "east", 0.9, vary=["chargers"], prices=prices, seeds=8, workers=workers) for workers in (1, 2)
    )
    assert one == two
    assert one.answer.weeks == 8


def test_where_nothing_is_enough_it_says_what_binds(noon: Scenario, prices: Prices) -> None:
    tight = noon.spec.sites["depot"].model_copy(update={"connection_kw": 100.0})
    narrow = replace(noon, spec=noon.spec.model_copy(update={"sites": {"depot": tight}}))
    with pytest.raises(TooLittleError, match="what binds is connection_kw") as missed:
        sized(narrow, prices, "chargers")
    assert missed.value.best is not None
    assert missed.value.best.share == 1.0
    assert missed.value.failed["battery"] > 0
    said = too_little_text(missed.value, narrow, "en")
    assert "This binds most here: with a connection of" in said
    assert "此处最紧的是：若为接入容量" in too_little_text(missed.value, narrow, "zh")


def test_where_nothing_at_the_site_would_help_it_says_so(noon: Scenario, prices: Prices) -> None:
    with pytest.raises(TooLittleError) as missed:
        sized(noon, prices, "chargers", design=Design(out=0, state_of_health=0.5))
    assert missed.value.best is None
    said = too_little_text(missed.value, noon, "en")
    assert "would not help" in said
    assert "also use" not in said


def test_the_text_begins_with_the_answer_in_either_language(noon: Scenario, prices: Prices) -> None:
    found = sized(noon, prices, "chargers")
    english, chinese = (sizing_text(found, noon, lang, 200).splitlines() for lang in ("en", "zh"))
    assert "a service of 99.00% is 2 chargers" in english[0]
    assert "2 个充电桩" in chinese[0]
    assert f"{found.runs} weeks simulated" in " ".join(english)


def test_who_watches_is_told_how_far_it_is_and_changes_nothing(noon: Scenario, prices: Prices) -> None:
    told: list[tuple[int, int]] = []
    found = sized(noon, prices, "chargers", watch=lambda combinations, weeks: told.append((combinations, weeks)))
    assert found == sized(noon, prices, "chargers")
    assert told[0] == (0, 0)
    assert told == sorted(told)
    assert told[-1][0] == found.searched


def test_the_demand_charge_makes_a_connection_dearer(noon: Scenario, prices: Prices) -> None:
    wide = replace(
        noon, spec=noon.spec.model_copy(
            update={"sites": {"depot": noon.spec.sites["depot"].model_copy(update={"connection_kw": 400.0})}}
        )
    )  # fmt: skip
    without, charged = (sized(wide, prices, "chargers", demand_charge=switch) for switch in (False, True))
    yearly_cny = 12 * noon.tariff.spec.demand_cny_per_kw_month * 400
    assert charged.answer.yearly_cny - without.answer.yearly_cny == pytest.approx(yearly_cny)
    assert sized(wide, prices, "chargers").demand_charge is noon.tariff.spec.demand_charged


def test_all_that_cannot_be_asked_is_said_at_once(noon: Scenario, prices: Prices) -> None:
    with pytest.raises(InputError) as refused:
        size(
            noon,
            "deport",
            1.5,
            confidence=0,
            seeds=1,
            prices=prices,
            design=Design().model_copy(update={"state_of_health": 0.0}),
        )
    assert [problem.file for problem in refused.value.problems] == [
        "--service", "--confidence", "--health", "--seeds", "--site"
    ]  # fmt: skip


# Where more chargers can hurt, since all share one connection.


def behind(noon: Scenario, **site: Any) -> Scenario:
    """The six buses at a depot that has something else."""
    changed = {"depot": type(noon.spec.sites["depot"]).model_validate(noon.spec.sites["depot"].model_dump() | site)}
    return replace(noon, spec=noon.spec.model_copy(update={"sites": changed}))


@pytest.mark.parametrize(("connection_kw", "service", "least"), [(150, 0.85, 3), (170, 0.85, 2)])
def test_what_too_many_chargers_would_miss_is_found(
    noon: Scenario, prices: Prices, connection_kw: float, service: float, least: int
) -> None:
    """Two chargers fill up four buses in the break one pair after the other; six share so that none is full in time."""
    narrow = behind(noon, connection_kw=connection_kw)
    evaluator = Evaluator(narrow, ["depot"], InProcess())
    enough = [count for count in range(1, 7) if evaluator.service({"chargers": count}, [1]).share >= service]
    assert min(enough) == least
    assert 6 not in enough
    found = size(narrow, "depot", service, vary=["chargers"], prices=prices, seeds=4, design=ORDINARY)
    assert found.answer.values == {"chargers": least}


# Electricity.


@pytest.fixture
def sunny(noon: Scenario) -> Scenario:
    """The same under Kunming's sky, with 100 kWp."""
    gate = noon.profiles.places["gate"].model_copy(update={"city": "kunming"})
    cities = {**noon.profiles.cities, "kunming": noon.profiles.cities["town"]}
    moved = replace(noon.profiles, places={**noon.profiles.places, "gate": gate}, cities=cities)
    return behind(replace(noon, profiles=moved), solar={"peak_kw": 100, "tilt_deg": 20, "azimuth_deg": 180})


def with_equipment(prices: Prices, **changes: float) -> Prices:
    return prices.model_copy(update={"equipment": prices.equipment.model_copy(update=changes)})


def test_the_spending_of_a_week_is_what_the_run_says(prices: Prices) -> None:
    scenario = fleetsim.load(
        ROOT / "configs" / "kunming_solar_depot.yaml", overrides=["grid.level=constant", "days=1", "warmup_days=1"]
    )
    spent = Evaluator(scenario, ["dayangfu"], InProcess()).spending({}, [scenario.spec.seed])
    results = fleetsim.simulate(scenario)
    tables = results.records.tables
    slots, supply = tables["site_slots"], tables["supply_slots"]
    year = statement(results.records, prices).sites[0]
    of_year = prices.year_days / scenario.spec.days
    assert len(slots["site"]) == len(supply["site"]) == 96
    assert spent.drawn_cny == pytest.approx(float((supply["drawn_kw"] * slots["price_cny_per_kwh"]).sum() / 4))
    assert spent.spared_cny * of_year == pytest.approx(year.spared_cny)
    assert spent.fed_in_kwh * of_year * prices.charging.feed_in_cny_per_kwh == pytest.approx(year.fed_in_cny)
    assert spent.fed_in_kwh > 0.0
    assert spent.made_kwh == spent.given_kwh == pytest.approx(tables["sessions"]["stored_kwh"].sum())


@pytest.mark.parametrize("chargers", [12, 8])
def test_what_vehicles_feed_back_is_not_bought_again_and_energy_counts_once(chargers: int) -> None:
    """Whatever is fed back, the park buys what its connection meters, and its buses keep the same energy."""
    scenario = fleetsim.load(
        ROOT / "configs" / "kunming_feed_back.yaml",
        overrides=["grid.level=constant", "days=2", "warmup_days=1", f"sites.park.chargers.0.count={chargers}"],
    )
    evaluator = Evaluator(scenario, ["park"], InProcess())
    spent, few = evaluator.spending({}, [scenario.spec.seed]), evaluator.spending({"chargers": 4}, [scenario.spec.seed])
    tables = fleetsim.simulate(scenario).records.tables
    slots = tables["site_slots"]
    assert (tables["sessions"]["discharged_kwh"].sum() > 1_000.0) == (chargers == 12)
    assert spent.drawn_cny == pytest.approx(float((slots["grid_kw"] * slots["price_cny_per_kwh"]).sum() / 4))
    assert spent.made_kwh == pytest.approx(few.made_kwh, rel=1e-3)
    own_kw = np.resize(scenario.spec.sites["park"].base_load_kw, 48).repeat(4)
    standby_kw = tables["sites"]["chargers"][0] * scenario.profiles.chargers["dc_120"].standby_kw
    prices = slots["price_cny_per_kwh"][np.argsort(slots["slot_at"])]
    assert spent.buildings_cny == pytest.approx(float(((own_kw + standby_kw) * prices).sum() / 4))


def test_who_charges_or_makes_less_saves_nothing_by_it(prices: Prices) -> None:
    whole = Spending(7, 1_200.0, 300.0, spared_cny=90.0, fed_in_kwh=0.0, made_kwh=1_800.0, given_kwh=1_800.0)
    half = Spending(7, 750.0, 300.0, spared_cny=45.0, fed_in_kwh=0.0, made_kwh=900.0, given_kwh=900.0)
    from_stock = replace(whole, drawn_cny=750.0, spared_cny=45.0, made_kwh=900.0)
    same = bill(whole, whole, prices)
    assert same.energy_cny == pytest.approx(1_200.0 * prices.year_days / 7)
    assert bill(half, whole, prices) == bill(from_stock, whole, prices) == same
    sunny = bill(replace(whole, fed_in_kwh=100.0), whole, prices)
    earned_cny = 100.0 * prices.charging.feed_in_cny_per_kwh * prices.year_days / 7
    assert same.energy_cny - sunny.energy_cny == pytest.approx(earned_cny)
    assert sunny.spared_cny - same.spared_cny == pytest.approx(earned_cny)


@pytest.mark.parametrize(("dearer", "panels_kwp"), [(0.95, 400), (1.05, 0)])
def test_panels_are_bought_where_a_year_of_their_sun_is_worth_more_than_they_cost(
    sunny: Scenario, prices: Prices, dearer: float, panels_kwp: float
) -> None:
    """Beside 2 MW of buildings every kilowatt-hour of sun is used, so that each kWp saves the same."""
    sunny = behind(sunny, base_load_kw=2_000)
    spent = Evaluator(sunny, ["depot"], InProcess()).spending({}, [1, 2])
    saved_cny = spent.spared_cny / spent.days * prices.year_days / 100
    a_year = 1.0 / prices.equipment.life_years + prices.equipment.upkeep_share
    priced = with_equipment(prices, solar_cny_per_kwp=saved_cny / a_year * dearer)
    found = sized(sunny, priced, "solar_kwp=0:400:100")
    assert found.energy
    assert found.answer.values == {"solar_kwp": panels_kwp}
    assert found.answer.bill is not None
    assert found.answer.bill.spared_cny == pytest.approx(saved_cny * panels_kwp)
    without = sized(sunny, priced, "solar_kwp=0:400:100", energy=False)
    assert without.answer.values == {"solar_kwp": 0}
    assert without.answer.bill is None


def test_panels_are_bought_up_to_where_their_sun_is_no_longer_used(sunny: Scenario, prices: Prices) -> None:
    """Where the grid pays nothing for the rest: whole runs with each value of a ladder say which is the cheapest."""
    free = prices.model_copy(update={"charging": prices.charging.model_copy(update={"feed_in_cny_per_kwh": 0.0})})
    priced, sunny = with_equipment(free, solar_cny_per_kwp=3_000.0), behind(sunny, base_load_kw=60)
    a_year = 1.0 / priced.equipment.life_years + priced.equipment.upkeep_share
    costs_cny = {}
    for kwp in (0.0, 40.0, 80.0, 120.0, 160.0, 200.0):
        one = behind(sunny, solar={"peak_kw": kwp, "tilt_deg": 20, "azimuth_deg": 180} if kwp else None)
        costs_cny[kwp] = kwp * 3_000.0 * a_year
        for seed in (1, 2):
            seeded = replace(one, spec=one.spec.model_copy(update={"seed": seed}))
            slots = fleetsim.simulate(seeded).records.tables["site_slots"]
            week_cny = float((slots["grid_kw"].clip(min=0.0) * slots["price_cny_per_kwh"]).sum() / 4)
            costs_cny[kwp] += week_cny / one.spec.days * priced.year_days / 2
    best = min(costs_cny, key=costs_cny.__getitem__)
    assert 0.0 < best < 200.0
    found = sized(sunny, priced, "solar_kwp=0:200:40")
    assert found.answer.values == {"solar_kwp": best}


def test_electricity_counts_where_panels_or_a_battery_are_varied_and_where_it_is_asked_for(
    noon: Scenario, prices: Prices
) -> None:
    plain, asked = sized(noon, prices, "chargers"), sized(noon, prices, "chargers", energy=True)
    assert not plain.energy
    assert plain.answer.bill is None
    assert asked.answer.bill is not None
    assert asked.answer.yearly_cny == pytest.approx(plain.answer.yearly_cny + asked.answer.bill.energy_cny)
    assert asked.answer.bill.spared_cny == 0.0
    english, chinese = (" ".join(sizing_text(asked, noon, lang, 200).split()) for lang in ("en", "zh"))
    assert "is electricity; panels and battery spare 0" in english
    assert "其中电费" in chinese
    assert "without electricity" in sizing_text(plain, noon, "en", 400)
    assert "without electricity" not in english
    assert asked.as_values()["answer"]["bill"]["energy_cny"] == asked.answer.bill.energy_cny

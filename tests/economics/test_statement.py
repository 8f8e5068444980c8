"""The statement of a year, by hand arithmetic on a run small enough to reckon through."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fleetsim.economics.prices import PRICES_FILE, Prices, load_prices
from fleetsim.economics.statement import Statement, statement
from fleetsim.errors import InputError
from fleetsim.results.records import Records
from fleetsim.results.schema import SCOPES, complete
from tests.recorded import small_records

ROOT = Path(__file__).resolve().parents[2]
FLEET = {"distance_km": 600.0, "cost_cny_per_km": 0.5, "emission_kg_per_km": 0.2}
SITE = {"energy_kwh": 900.0, "fed_back_kwh": 100.0, "vehicles_per_charger": 1.5, "demand_charge_cny": 40.0}


def prices(**changes: object) -> Prices:
    values = {
        "year_days": 100,
        "vehicle_life_years": 5,
        "fuels": {"diesel": {"name": {"en": "x", "zh": "x"}, "price_cny_per_l": 8, "emission_kg_per_l": 2.5}},
        "vehicles": {
            "bus_12m": {
                "purchase_cny": 900_000,
                "maintenance_cny_per_km": 0.5,
                "fuel": "diesel",
                "fuel_l_per_100km": 30,
                "fuel_purchase_cny": 500_000,
                "fuel_maintenance_cny_per_km": 0.8,
            }
        },
        "equipment": {
            "charger_cny_per_kw": 700,
            "connection_cny_per_kw": 900,
            "swap_lane_cny": 1_000_000,
            "pack_cny_per_kwh": 800,
            "electrolyser_cny_per_kw": 4_000,
            "hydrogen_storage_cny_per_kg": 6_000,
            "dispenser_cny": 800_000,
            "solar_cny_per_kwp": 3_500,
            "storage_cny_per_kwh": 1_000,
            "life_years": 10,
            "upkeep_share": 0.05,
        },
        "charging": {"service_fee_cny_per_kwh": 0.4, "feed_in_cny_per_kwh": 0.3},
    }
    return Prices.model_validate(values | changes)


def records(site: dict[str, np.ndarray] | None = None) -> Records:
    small = small_records()
    rows = [("fleet", "red", name, value) for name, value in FLEET.items()]
    rows += [("site", "south", name, value) for name, value in SITE.items()]
    scope, subject, metric, value = zip(*rows, strict=True)
    columns = {
        "scope": np.array([SCOPES.index(name) for name in scope]),
        "subject": np.array(subject, dtype=object),
        "metric": np.array(metric, dtype=object),
        "value": np.array(value),
    }
    sites = small.tables["sites"] | {
        "chargers": np.array([0, 2]),
        "charger_kw": np.array([0.0, 120.0]),
        "connection_kw": np.array([np.nan, 150.0]),
        "lanes": np.zeros(2),
        "packs": np.zeros(2),
    }
    slots = {"site": np.array([1, 1]), "grid_kw": np.array([70.0, 90.0]), "slot_at": np.array([86_400.0, 87_300.0])}
    tables = {"metrics": complete("metrics", columns), "sites": sites | (site or {})}
    return replace(small, tables={**small.tables, **tables, "site_slots": complete("site_slots", slots)})


def year(**changes: object) -> Statement:
    return statement(records(), prices(**changes))


def test_a_year_of_a_fleet_by_hand() -> None:
    """Two days are reported and a year has 100 days like them, so everything is times 50."""
    (fleet,) = year().fleets
    assert fleet.distance_km == 600 * 50
    assert fleet.running_cny_per_km == 0.5 + 0.5
    assert fleet.fuel_l == 30_000 * 0.3
    assert fleet.fuel_running_cny_per_km == pytest.approx(8 * 0.3 + 0.8)
    assert fleet.saved_cny == pytest.approx((3.2 - 1.0) * 30_000)
    assert fleet.avoided_t == pytest.approx((9_000 * 2.5 - 30_000 * 0.2) / 1_000)
    assert fleet.extra_purchase_cny == 3 * 400_000
    assert fleet.payback_years == pytest.approx(1_200_000 / 66_000)


def test_a_year_of_a_site_by_hand() -> None:
    (site,) = year().sites
    assert site.site == "south"
    assert site.investment_cny == 2 * 120 * 700 + 150 * 900
    assert site.revenue_cny == pytest.approx(800 * 50 * 0.4)
    assert site.surplus_cny == pytest.approx(16_000 - 303_000 * 0.05 - 40 * 50)
    assert site.payback_years == math.inf
    assert year(charging={"service_fee_cny_per_kwh": 1, "feed_in_cny_per_kwh": 0}).sites[
        0
    ].payback_years == pytest.approx(303_000 / 22_850)


def test_a_site_without_a_limit_pays_for_the_connection_that_it_used() -> None:
    without = records({"connection_kw": np.array([np.nan, np.nan])})
    assert statement(without, prices()).sites[0].investment_cny == 2 * 120 * 700 + 90 * 900


def test_a_kilometre_all_told_by_hand() -> None:
    """Running 1.00; buses 3 x 900 000 over 5 years; sites 303 000 over 10 years, 5 % upkeep and demand; 30 000 km."""
    whole = year().whole
    assert whole.running_cny_per_km == pytest.approx(1.0)
    assert whole.vehicles_cny_per_km == pytest.approx(540_000 / 30_000)
    assert whole.sites_cny_per_km == pytest.approx((30_300 + 15_150 + 2_000) / 30_000)
    assert whole.cny_per_km == pytest.approx(1.0 + 18.0 + 47_450 / 30_000)
    assert year().as_values()["whole"]["cny_per_km"] == pytest.approx(whole.cny_per_km)


def test_a_kilometre_all_told_is_not_said_where_a_fleet_has_no_price() -> None:
    bare = year(vehicles={})
    assert math.isnan(bare.whole.cny_per_km)
    assert bare.as_values()["whole"]["cny_per_km"] is None


def test_a_roof_and_a_battery_are_paid_for_and_spare_and_sell_energy() -> None:
    """A slot of 80 kW drawn and 20 from vehicles of 200, and one of 30 kW fed in, at 0.5 CNY/kWh; 50 times a year."""
    before = records()
    plant = {"site": np.array([1]), "solar_kwp": np.array([100.0]), "storage_kwh": np.array([50.0])}
    slots = {"site": np.array([1, 1]), "slot_at": np.array([86_400.0, 87_300.0])}
    flows = slots | {"drawn_kw": np.array([80.0, 0.0]), "fed_in_kw": np.array([0.0, 30.0])}
    flows["fed_back_kw"] = np.array([20.0, 0.0])
    loads = slots | {"load_kw": np.array([200.0, 40.0]), "price_cny_per_kwh": np.array([0.5, 0.5])}
    tables = {
        "site_supply": complete("site_supply", plant),
        "supply_slots": complete("supply_slots", flows),
        "site_slots": complete("site_slots", loads | {"grid_kw": np.array([80.0, -30.0])}),
    }
    (site,) = statement(replace(before, tables={**before.tables, **tables}), prices()).sites
    assert site.investment_cny == year().sites[0].investment_cny + 100 * 3_500 + 50 * 1_000
    assert site.spared_cny == pytest.approx((100 + 40) / 4 * 0.5 * 50)
    assert site.fed_in_cny == pytest.approx(30 / 4 * 0.3 * 50)
    costs_cny = site.investment_cny * 0.05 + 40 * 50
    assert site.surplus_cny == pytest.approx(site.revenue_cny + site.spared_cny + site.fed_in_cny - costs_cny)


def test_what_vehicles_feed_back_is_not_sold_and_is_worth_its_price_less_what_it_had_cost() -> None:
    """20 kW for a slot at 0.9 CNY/kWh that had cost 2 CNY, and as much at 0.4 in the warm-up; 50 times a year."""
    before = records()
    slots = {"site": np.array([1, 1]), "slot_at": np.array([86_400.0, 87_300.0])}
    fed = {"site": np.array([1, 1]), "slot_at": np.array([87_300.0, 900.0])}
    fed |= {"fed_back_kw": np.array([20.0, 20.0]), "cost_cny": np.array([2.0, 2.0])}
    tables = {
        "site_slots": complete(
            "site_slots", slots | {"grid_kw": np.array([70.0, 90.0]), "price_cny_per_kwh": np.array([0.4, 0.9])}
        ),
        "feed_slots": complete("feed_slots", fed),
    }
    (site,) = statement(replace(before, tables={**before.tables, **tables}), prices()).sites
    assert site.energy_kwh == year().sites[0].energy_kwh == 800.0 * 50
    assert site.shifted_cny == pytest.approx((20 / 4 * 0.9 - 2.0) * 50)
    assert site.surplus_cny - year().sites[0].surplus_cny == pytest.approx(site.shifted_cny)


def test_packs_and_lanes_of_a_swap_station_are_paid_for() -> None:
    swap = {"lanes": np.array([0, 2]), "packs": np.array([0, 10]), "pack_kwh": np.array([np.nan, 50.0])}
    more_cny = statement(records(swap), prices()).sites[0].investment_cny - year().sites[0].investment_cny
    assert more_cny == 2 * 1_000_000 + 10 * 50 * 800


def test_a_fleet_without_prices_is_named_and_left_out() -> None:
    bare = year(vehicles={})
    assert bare.fleets == ()
    assert bare.unpriced == ("bus_12m",)


def test_what_is_not_finite_reaches_programs_as_null() -> None:
    values = year().as_values()
    assert values["sites"][0]["payback_years"] is None
    assert values["fleets"][0]["saved_cny"] == pytest.approx(66_000)


def test_the_packaged_prices_are_sound_and_cover_every_vehicle_sheet() -> None:
    import yaml

    packaged = load_prices(ROOT / PRICES_FILE, ROOT)
    sheets = yaml.safe_load((ROOT / "profiles" / "vehicles.yaml").read_text(encoding="utf-8"))
    assert packaged.vehicles.keys() == sheets.keys() - {"private_car"}, (
        "what residents and visitors pay is not reckoned"
    )


def test_every_fault_of_a_price_table_is_listed(tmp_path: Path) -> None:
    text = (ROOT / PRICES_FILE).read_text(encoding="utf-8")
    text = text.replace("price_cny_per_l: 7.4", "price_cny_per_l: cheap").replace("upkeep_share:", "upkeep_shares:", 1)
    bad = tmp_path / "prices.yaml"
    bad.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_prices(bad, tmp_path)
    assert {problem.key for problem in caught.value.problems} >= {
        "fuels.diesel.price_cny_per_l",
        "equipment.upkeep_shares",
    }


def test_an_unknown_fuel_is_named_with_those_there_are(tmp_path: Path) -> None:
    bad = tmp_path / "prices.yaml"
    text = (ROOT / PRICES_FILE).read_text(encoding="utf-8").replace("fuel: petrol", "fuel: petroleum", 1)
    bad.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="did you mean petrol"):
        load_prices(bad, tmp_path)

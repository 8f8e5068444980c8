"""Metrics of two synthetic depots, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from looks import Look, looked_up
from synthetic import CHARGER_EFFICIENCY, CHARGER_KW, CONNECTION_KW, Diary, grid_and_prices, two_depots

from fleetsim.accounting import account
from fleetsim.report.metrics import METRICS, metrics
from fleetsim.results.records import Records
from fleetsim.results.schema import SCOPES, SOURCES, STOCK_SOURCES, TABLES

DAY_S = 86_400.0


@pytest.fixture(scope="module")
def accounted() -> Records:
    return account(two_depots().records(), *grid_and_prices())


@pytest.fixture(scope="module")
def value(accounted: Records) -> Look:
    return looked_up(accounted)


def test_every_scope_has_every_metric_it_can_have_with_unit_and_definition(accounted: Records) -> None:
    frame = metrics(accounted)
    assert list(frame) == [column.name for column in TABLES["metrics"]]
    subjects = {
        "run": {"run"},
        "city": {"kunming", "lijiang"},
        "fleet": {"city_line", "school_line"},
        "site": {"south", "north"},
        "grid": {"yunnan"},
    }
    for scope, names in subjects.items():
        mine = frame["scope"] == SCOPES.index(scope)
        expected = {(name, metric.name) for name in names for metric in METRICS if scope in metric.scopes}
        assert set(zip(frame["subject"][mine], frame["metric"][mine], strict=True)) == expected
    assert all(frame["unit"])
    assert all(frame["definition"])


def test_names_are_unique_and_words_plain() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert all(set(metric.scopes) <= set(SCOPES) for metric in METRICS)


@pytest.mark.parametrize(
    "name",
    [
        "energy_kwh",
        "delivered_kwh",
        "stored_kwh",
        "unmet_kwh",
        "sessions",
        "emission_kg",
        "cost_cny",
        "vehicles",
        "waited_h",
    ],
)
def test_sums_of_fleets_sites_and_cities_are_the_run(value: Look, name: str) -> None:
    run = value("run", "run", name)
    assert run > 0
    assert value("fleet", "city_line", name) + value("fleet", "school_line", name) == pytest.approx(run)
    assert value("site", "south", name) + value("site", "north", name) == pytest.approx(run)
    assert value("city", "kunming", name) + value("city", "lijiang", name) == pytest.approx(run)


def test_energy_of_the_second_depot_by_hand(value: Look) -> None:
    assert value("site", "north", "energy_kwh") == pytest.approx(50.0)
    assert value("site", "north", "delivered_kwh") == pytest.approx(50.0 * CHARGER_EFFICIENCY)
    assert value("site", "north", "standby_kwh") == pytest.approx(24 * 0.2)
    assert value("site", "north", "base_kwh") == pytest.approx(24 * 5 + 276)
    assert value("site", "north", "grid_kwh") == pytest.approx(50.0 + 4.8 + 396.0)
    assert value("site", "north", "mean_kw") == pytest.approx(450.8 / 24)
    assert value("site", "north", "peak_kw") == pytest.approx(50.0 + 0.2 + 7.0)
    assert np.isnan(value("site", "north", "connection_use"))


def test_driving_by_hand(value: Look, accounted: Records) -> None:
    used = 30.0 + 25.5 - 3.0 + 60.0 + 90.0 + 50.0 + 28.0
    kilometres = 20.0 * 3 + 35.0 + 60.0 + 20.0 * 2
    assert value("fleet", "city_line", "driven_kwh") == pytest.approx(used)
    assert value("fleet", "city_line", "distance_km") == pytest.approx(kilometres)
    assert value("fleet", "city_line", "consumption_kwh_per_km") == pytest.approx(used / kilometres)
    sessions = accounted.tables["sessions"]
    stored_per_meter = sessions["stored_kwh"][0] / sessions["energy_kwh"][0]
    assert value("fleet", "city_line", "meter_kwh_per_km") == pytest.approx(used / kilometres / stored_per_meter)
    stock = value("run", "run", "initial_kwh") + value("run", "run", "stored_kwh") - value("run", "run", "driven_kwh")
    assert value("run", "run", "left_kwh") == pytest.approx(stock)


def test_service_counts_every_planned_trip_once(value: Look) -> None:
    run = {name: value("fleet", "city_line", f"trips_{name}") for name in ("planned", "done", "late", "cancelled")}
    assert run == {"planned": 7.0, "done": 5.0, "late": 1.0, "cancelled": 1.0}
    assert value("fleet", "city_line", "service_level") == pytest.approx(5 / 7)
    assert value("fleet", "school_line", "service_level") == 1.0


def test_a_trip_still_under_way_counts_by_its_departure() -> None:
    diary = Diary()
    diary.trip(0, DAY_S, 2 * DAY_S, 10.0, status="horizon", late_s=301.0)
    diary.trip(1, DAY_S, 2 * DAY_S, 10.0, status="horizon", late_s=299.0)
    value = looked_up(account(diary.records(), *grid_and_prices()))
    assert (value("run", "run", "trips_late"), value("run", "run", "trips_done")) == (1.0, 1.0)


def test_only_the_trip_that_passes_the_reserve_is_a_crossing() -> None:
    diary = Diary()
    diary.trip(0, DAY_S, DAY_S + 100, 50.0)
    diary.trip(0, DAY_S + 200, DAY_S + 300, 20.0)
    diary.trip(0, DAY_S + 400, DAY_S + 500, 10.0)
    value = looked_up(account(diary.records(), *grid_and_prices()))
    assert value("fleet", "city_line", "reserve_crossings") == 1.0
    assert value("fleet", "city_line", "soc_min") == pytest.approx(0.1)
    assert np.isnan(value("fleet", "school_line", "soc_min"))


def test_waits_by_hand() -> None:
    diary = Diary()
    for minutes in range(1, 21):
        diary.wait(0, 0, DAY_S + 60 * minutes, DAY_S + 120 * minutes)
    value = looked_up(account(diary.records(), *grid_and_prices()))
    assert value("site", "south", "waits") == 20.0
    assert value("site", "south", "wait_mean_min") == pytest.approx(10.5)
    assert value("site", "south", "wait_p95_min") == pytest.approx(np.percentile(np.arange(1, 21), 95))
    assert np.isnan(value("site", "north", "wait_mean_min"))


def test_mismatch_is_only_the_wait_while_a_charger_of_the_same_site_stood_free() -> None:
    diary = Diary()
    diary.session(0, 0, DAY_S - 500, DAY_S + 3_600, [])
    diary.session(1, 0, DAY_S + 100, DAY_S + 1_800, [])
    diary.wait(2, 0, DAY_S - 300, DAY_S + 2_000)
    value = looked_up(account(diary.records(), *grid_and_prices()))
    assert value("site", "south", "waited_h") == pytest.approx(2_300 / 3_600)
    assert value("site", "south", "mismatch_h") == pytest.approx((100 + 200) / 3_600)
    assert value("fleet", "school_line", "mismatch_h") == pytest.approx(300 / 3_600)
    assert value("site", "north", "mismatch_h") == 0.0


def test_utilisation_by_its_three_definitions(value: Look) -> None:
    charger_h = 2 * 24
    assert value("site", "north", "utilisation_plugged") == pytest.approx(55_000 / 3_600 / charger_h)
    assert value("site", "north", "utilisation_charging") == pytest.approx(1.0 / charger_h)
    assert value("site", "north", "utilisation_energy") == pytest.approx(
        50.0 * CHARGER_EFFICIENCY / (charger_h * CHARGER_KW)
    )
    assert value("site", "north", "idle_charger_h") == pytest.approx(charger_h - 55_000 / 3_600)
    assert value("site", "south", "connection_kw") == CONNECTION_KW
    assert value("site", "south", "connection_use") == pytest.approx(value("site", "south", "peak_kw") / CONNECTION_KW)


def test_peak_of_several_sites_is_that_of_their_sum(value: Look, accounted: Records) -> None:
    slots = accounted.tables["site_slots"]
    together = slots["grid_kw"][slots["site"] == 0] + slots["grid_kw"][slots["site"] == 1]
    assert value("run", "run", "peak_kw") == pytest.approx(together.max())
    assert np.isnan(value("run", "run", "connection_kw"))


def test_clean_share_of_a_scope_is_weighted_by_energy(value: Look, accounted: Records) -> None:
    sessions = accounted.tables["sessions"]
    took = sessions["energy_kwh"] > 0
    expected = np.average(sessions["clean_share"][took], weights=sessions["energy_kwh"][took])
    assert value("run", "run", "clean_share") == pytest.approx(expected)
    assert value("run", "run", "cost_cny_per_kwh") == pytest.approx(
        sessions["cost_cny"].sum() / sessions["energy_kwh"].sum()
    )


def test_driven_shares_agree_with_the_stocks(value: Look, accounted: Records) -> None:
    stocks = accounted.tables["stocks"]
    drop = stocks["start_kwh"] - stocks["end_kwh"]
    initial = stocks["source"] == STOCK_SOURCES.index("initial")
    driven = value("run", "run", "driven_kwh")
    assert value("run", "run", "initial_share") == pytest.approx(drop[initial].sum() / driven)
    sessions = accounted.tables["sessions"]
    took = sessions["energy_kwh"] > 0
    clean_in = (sessions["clean_share"] * sessions["stored_kwh"])[took].sum()
    clean_left = stocks["end_kwh"][stocks["source"] < 5].sum()
    known = driven - drop[initial].sum()
    assert value("run", "run", "clean_share_driven") == pytest.approx((clean_in - clean_left) / known)


def test_nothing_known_of_driven_energy_gives_no_share() -> None:
    diary = Diary()
    diary.trip(0, DAY_S, DAY_S + 100, 50.0)
    value = looked_up(account(diary.records(), *grid_and_prices()))
    assert value("fleet", "city_line", "initial_share") == 1.0
    assert np.isnan(value("fleet", "city_line", "clean_share_driven"))
    assert np.isnan(value("run", "run", "clean_share"))


def test_an_unknown_grid_leaves_the_metric_empty_instead_of_zero() -> None:
    grid, prices = grid_and_prices()
    unknown = np.full(len(grid.clean_share), np.nan)
    grid = replace(grid, clean_share_dedicated=unknown, emission_kg_per_kwh=unknown)
    value = looked_up(account(two_depots().records(), grid, prices))
    assert np.isnan(value("run", "run", "emission_kg"))
    assert np.isnan(value("run", "run", "clean_share_dedicated"))
    assert value("run", "run", "clean_share") > 0


def test_grid_metrics_cover_the_reported_time(value: Look) -> None:
    grid, _ = grid_and_prices()
    assert value("grid", "yunnan", "demand_gwh") == pytest.approx(grid.demand_mw[96:].sum() / 4_000)
    total = sum(value("grid", "yunnan", f"generation_{source}_gwh") for source in SOURCES)
    assert total == pytest.approx(grid.generation_mw[96:].sum() / 4_000)
    clean = sum(value("grid", "yunnan", f"generation_{source}_gwh") for source in SOURCES[:5])
    assert value("grid", "yunnan", "clean_share") == pytest.approx(clean / total)


def test_the_balance_error_is_that_of_the_worst_vehicle_or_site(accounted: Records) -> None:
    assert looked_up(accounted)("run", "run", "balance_error") < 1e-12
    trips = accounted.tables["trips"]
    used = np.where(trips["vehicle"] == 2, trips["used_kwh"] + 1.0, trips["used_kwh"])
    value = looked_up(replace(accounted, tables={**accounted.tables, "trips": {**trips, "used_kwh": used}}))
    assert value("run", "run", "balance_error") == value("fleet", "school_line", "balance_error") > 1e-3
    assert value("fleet", "city_line", "balance_error") < 1e-12
    assert value("site", "north", "balance_error") < 1e-12


def test_the_bill_is_what_each_site_draws_at_the_price_of_its_slot_and_what_goes_out_earns_nothing(
    accounted: Records,
) -> None:
    slots = accounted.tables["site_slots"]
    grid_kw = slots["grid_kw"].copy()
    grid_kw[np.flatnonzero(slots["site"] == 0)[:4]] = -80.0
    look = looked_up(replace(accounted, tables={**accounted.tables, "site_slots": slots | {"grid_kw": grid_kw}}))
    bills_cny = []
    for site, name in enumerate(accounted.entities["sites"]):
        mine = slots["site"] == site
        drawn = zip(grid_kw[mine].tolist(), slots["price_cny_per_kwh"][mine].tolist(), strict=True)
        bills_cny.append(sum(kw * price for kw, price in drawn if kw > 0.0) / 4)
        assert look("site", name, "grid_cost_cny") == pytest.approx(bills_cny[-1])
    assert sum(bills_cny) > 0.0
    assert look("run", "run", "grid_cost_cny") == pytest.approx(sum(bills_cny))


def test_an_empty_run_has_metrics_and_no_warnings() -> None:
    value = looked_up(account(Diary().records(), *grid_and_prices()))
    assert value("run", "run", "energy_kwh") == value("run", "run", "balance_error") == 0.0
    assert np.isnan(value("run", "run", "consumption_kwh_per_km"))


def test_vehicles_per_charger_counts_each_vehicle_once(accounted: Records, value: Look) -> None:
    sessions = accounted.tables["sessions"]
    south = len(set(sessions["vehicle"][sessions["site"] == accounted.entities["sites"].index("south")]))
    assert value("site", "south", "vehicles_per_charger") == south / value("site", "south", "chargers")


def test_the_demand_charge_is_the_highest_slot_at_its_price_by_the_share_of_the_month(accounted: Records) -> None:
    priced = accounted.tables["sites"] | {"demand_cny_per_kw_month": np.array([40.0, 0.0])}
    look = looked_up(replace(accounted, tables={**accounted.tables, "sites": priced}))
    slots, clock = accounted.tables["site_slots"], accounted.clock
    names = accounted.entities["sites"]
    highest_kw = slots["grid_kw"][slots["site"] == 0].max()
    assert highest_kw > 0
    assert look("site", names[0], "demand_charge_cny") == pytest.approx(highest_kw * 40.0 * clock.days / 31)
    assert look("site", names[1], "demand_charge_cny") == 0
    assert look("run", "run", "demand_charge_cny") == look("site", names[0], "demand_charge_cny")

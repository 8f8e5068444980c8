"""Metrics of visits for energy and of swap stations, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import grid_and_prices

from fleetsim.accounting import account
from fleetsim.report.metrics import metrics
from fleetsim.results.records import Records
from fleetsim.results.schema import SCOPES, WAIT_OUTCOMES
from fleetsim.scenario.schema import Scenario
from tests.worlds import city, depot, fleet, run, scenario, swap_station, taxis


def values_of(world: Scenario) -> tuple[dict[tuple[str, str, str], float], Records]:
    records = run(world)
    records = account(records, *grid_and_prices(records.clock))
    frame = metrics(records)
    keys = zip([SCOPES[code] for code in frame["scope"]], frame["subject"], frame["metric"], strict=True)
    return dict(zip(keys, frame["value"].tolist(), strict=True)), records


def test_swaps_of_three_taxis() -> None:
    """All need energy at 11:41: with a swap of 11 minutes, one waits 0, one 11, one 22 minutes; and so at 23:24 on."""
    world = scenario(sites={"swap": swap_station(swap_s=660)}, fleets={"cabs": taxis(3)}, world=city(), days=1)
    value, records = values_of(world)
    swaps = records.tables["swaps"]
    prompt = float(((swaps["start_at"] - swaps["arrive_at"]) <= 600).sum())
    waiting = float((records.tables["waits"]["end_at"] == 86_400).sum())
    for scope, subject in (("run", "run"), ("city", "town"), ("fleet", "cabs")):
        assert value[scope, subject, "swaps"] == len(swaps["site"])
        assert value[scope, subject, "energy_visits_prompt"] == prompt
        assert value[scope, subject, "service_level"] == pytest.approx(prompt / value[scope, subject, "energy_visits"])
    assert value["run", "run", "energy_visits"] <= len(swaps["site"]) + waiting
    assert value["site", "swap", "swap_capacity_use"] == pytest.approx(len(swaps["site"]) / (86_400 / 660))
    assert value["site", "swap", "packs"] == 4
    assert 3 < value["site", "swap", "packs_ready_mean"] < 4
    assert value["site", "swap", "mismatch_h"] == 0


def test_energy_of_packs_is_the_site_s_and_what_was_driven_the_fleet_s() -> None:
    world = scenario(sites={"swap": swap_station()}, fleets={"cabs": taxis(3)}, world=city(), days=3)
    value, _ = values_of(world)
    assert value["fleet", "cabs", "energy_kwh"] == 0
    assert value["fleet", "cabs", "driven_kwh"] > 100
    energy_kwh = value["run", "run", "energy_kwh"]
    assert value["site", "swap", "energy_kwh"] == value["city", "town", "energy_kwh"] == energy_kwh > 0
    per_meter = 0.95 * 0.96
    assert value["fleet", "cabs", "meter_kwh_per_km"] == pytest.approx(0.15 / per_meter)
    assert value["fleet", "cabs", "emission_kg_per_km"] > 0
    run_stock = value["run", "run", "initial_kwh"] + value["run", "run", "stored_kwh"]
    assert value["run", "run", "left_kwh"] == pytest.approx(run_stock - value["run", "run", "driven_kwh"])
    fleet_stock = sum(value["fleet", "cabs", f"{name}_kwh"] for name in ("initial", "stored", "swapped"))
    assert value["fleet", "cabs", "left_kwh"] == pytest.approx(fleet_stock - value["fleet", "cabs", "driven_kwh"])
    assert value["run", "run", "balance_error"] < 1e-12


def test_buses_at_their_depot_make_no_visits_and_no_swaps() -> None:
    value, _ = values_of(scenario(sites={"depot": depot(1)}, fleets={"line": fleet(4)}))
    assert value["run", "run", "energy_visits"] == value["run", "run", "swaps"] == 0
    assert np.isnan(value["run", "run", "swap_capacity_use"])
    assert np.isnan(value["run", "run", "packs_ready_mean"])
    assert value["run", "run", "service_level"] == pytest.approx(
        value["run", "run", "trips_done"] / value["run", "run", "trips_planned"]
    )


def test_failures_are_counted() -> None:
    far = taxis(2, stations=["top"], seek_soc=[0.04, 0.04], reserve=0.0)
    value, _ = values_of(scenario(sites={"top": swap_station(place="top")}, fleets={"cabs": far}, world=city(), days=1))
    assert value["fleet", "cabs", "stranded"] >= 2
    slow = taxis(4, stations=["swap", "top"], balk_min=5)
    sites = {"swap": swap_station(swap_s=900), "top": swap_station(place="top")}
    value, records = values_of(scenario(sites=sites, fleets={"cabs": slow}, world=city(), days=1))
    assert value["fleet", "cabs", "waits_balked"] == value["site", "swap", "waits_balked"] > 0
    assert value["fleet", "cabs", "energy_visits"] > len(records.tables["swaps"]["site"])
    waits = records.tables["waits"]
    assert value["run", "run", "waits_open"] == (waits["outcome"] == WAIT_OUTCOMES.index("horizon")).sum()

"""What panels will give and batteries promise, before the run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fleetsim import pipeline
from fleetsim.clock import SLOTS_PER_DAY
from fleetsim.energy.storage import promise
from fleetsim.grid.solar import solar_series
from fleetsim.scenario.schema import Scenario
from fleetsim.signals import SiteSupply
from fleetsim.simulation import supply_plan
from fleetsim.simulation.supply_plan import site_supplies
from tests import laws

ROOT = Path(__file__).parents[2]
SHORT = ["days=2", "warmup_days=1"]


def loaded(*overrides: str) -> Scenario:
    return pipeline.load(ROOT / "configs" / "kunming_solar_depot.yaml", overrides=[*SHORT, *overrides])


def supply(*overrides: str) -> SiteSupply:
    scenario = loaded(*overrides)
    return site_supplies(scenario, scenario.tariff.prices(scenario.spec.clock))["dayangfu"]


def test_a_site_has_the_weather_of_its_city_that_the_province_has() -> None:
    scenario = loaded("sites.dayangfu.solar={peak_kw: 100}")
    found = site_supplies(scenario, scenario.tariff.prices(scenario.spec.clock))["dayangfu"].solar_kw
    year = solar_series(scenario.grid.sky, "kunming", 1, date(2026, 1, 1), 365).pv_kw_per_kwp
    first = (date(2026, 3, 8) - date(2026, 1, 1)).days * SLOTS_PER_DAY
    assert np.array_equal(found, 100 * year[first : first + 3 * SLOTS_PER_DAY])


def test_the_sun_is_the_seed_s_and_does_not_ask_when_the_run_begins() -> None:
    long, other = supply("days=9"), supply("days=9", "seed=2")
    later = supply("start_date=2026-03-11")
    assert np.array_equal(later.solar_kw, long.solar_kw[2 * SLOTS_PER_DAY : 5 * SLOTS_PER_DAY])
    assert not np.array_equal(long.solar_kw, other.solar_kw)


def test_a_skyline_in_the_east_takes_the_morning_s_beam_and_nothing_else() -> None:
    open_, walled = supply(), supply("sites.dayangfu.solar.horizon_deg=[0, 60, 0, 0]")
    hour = np.arange(3 * SLOTS_PER_DAY) % SLOTS_PER_DAY / 4
    afternoon = hour >= 14
    assert np.array_equal(open_.solar_kw[afternoon], walled.solar_kw[afternoon])
    assert np.all(walled.solar_kw <= open_.solar_kw + 1e-9)
    assert walled.solar_kw[(hour >= 8) & (hour < 10)].sum() < 0.8 * open_.solar_kw[(hour >= 8) & (hour < 10)].sum()
    assert np.array_equal(supply("sites.dayangfu.solar.horizon_deg=[0, 0]").solar_kw, open_.solar_kw)


def test_a_battery_promises_the_tariff_s_peaks_what_it_stores_in_the_valleys_and_leaves_vehicles_half() -> None:
    scenario = loaded("sites.dayangfu.storage.strategy=valley_to_peak", "sites.dayangfu.connection_kw=300")
    prices = scenario.tariff.prices(scenario.spec.clock)
    found = site_supplies(scenario, prices)["dayangfu"]
    assert np.all(prices.valley[found.promised_kw > 0])
    assert np.all(prices.band[found.promised_kw < 0] >= 2)
    assert found.promised_kw.min() < -20.0
    assert np.all(found.promised_kw[found.promised_kw > 0] <= 0.5 * (300.0 + found.solar_kw[found.promised_kw > 0]))
    assert found.stored_kwh >= 0.0
    assert not supply().promised_kw.any()


def test_a_battery_that_fills_in_the_valley_leaves_the_roof_its_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against one that fills up whatever the sun will bring: less is fed in, and no limit is broken for it."""

    def fed_in_kwh() -> float:
        records = pipeline.simulate(loaded("sites.dayangfu.storage.strategy=valley_to_peak")).records
        laws.no_site_exceeds_its_limit(records)
        return float(records.tables["supply_slots"]["fed_in_kw"].sum() / 4)

    with_room = fed_in_kwh()
    monkeypatch.setattr(supply_plan, "promise", lambda *told: promise(*told[:5]))
    assert with_room < 0.75 * fed_in_kwh()

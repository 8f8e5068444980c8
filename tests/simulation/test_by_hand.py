"""Runs that can be followed with pencil and paper."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.results.schema import TRIP_REASONS, TRIP_STATUS
from tests import laws
from tests.worlds import depot, fleet, profiles, rotation, run, scenario, vehicle

HOUR = 3_600.0


def test_a_lone_bus() -> None:
    """100 km at 1.1 kWh/km, 4 x 75 min and 3 x 5 min on the road: home at 10:15, 110 kWh at 115.2 kW in the battery."""
    records = run(scenario(fleets={"line": fleet(1)}, days=1))
    sessions, trips = records.tables["sessions"], records.tables["trips"]
    assert trips["used_kwh"] == pytest.approx([27.5] * 8)
    assert trips["soc_end"][3] == pytest.approx(0.95 - 110 / 300)
    assert sessions["plug_at"][0] == pytest.approx(10.25 * HOUR)
    assert sessions["end_at"][0] == pytest.approx(10.25 * HOUR + 110 / (120 * 0.96) * HOUR)
    assert sessions["unplug_at"][0] == pytest.approx(14 * HOUR)
    assert sessions["energy_kwh"][0] == pytest.approx(110 / 0.96 / 0.95)
    assert sessions["delivered_kwh"][0] == pytest.approx(110 / 0.96)


def test_the_common_depot_workload() -> None:
    """Everybody back at once, half as many chargers as buses: two waves at full power and 1 540 kWh in a week."""
    buses = 20
    world = scenario(sites={"depot": depot(buses // 2)}, fleets={"line": fleet(buses)}, days=7)
    records = run(world)
    sessions, trips = records.tables["sessions"], records.tables["trips"]
    stored_kwh = np.bincount(sessions["vehicle"], weights=sessions["stored_kwh"])
    assert stored_kwh == pytest.approx([1_540.0] * buses)
    assert set(trips["status"]) == {TRIP_STATUS.index("done")}
    _, power_kw = laws.site_power_kw(records, 0)
    standby_kw = buses // 2 * 0.1
    assert (power_kw.max() - standby_kw) * 0.95 == pytest.approx(buses // 2 * 120)


def test_a_block_waits_for_energy_and_is_late() -> None:
    """One charger for two buses: the second has too little at 14:00, waits for what it needs, and says so."""
    work = rotation(
        blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}, {"start": "11:30", "trips": 4, "layover_min": 5}]
    )
    records = run(
        scenario(
            sites={"depot": depot(1)},
            fleets={"line": fleet(2, consumption_kwh_per_km=1.6, work=work, patience_min=120)},
            days=1,
        )
    )
    trips = records.tables["trips"]
    late = trips["status"] == TRIP_STATUS.index("late")
    assert late.sum() == 4
    assert set(trips["reason"][late]) == {TRIP_REASONS.index("battery")}
    assert (trips["depart_at"][late] > trips["planned_depart_at"][late] + 300).all()
    laws.check(records)


def test_a_duty_beyond_the_battery_is_cut_short_and_recorded() -> None:
    """300 kWh cannot run 4 x 25 km at 3.5 kWh/km above the reserve: two trips are run, two are cancelled."""
    records = run(scenario(fleets={"line": fleet(1, consumption_kwh_per_km=3.5)}, days=1))
    trips = records.tables["trips"]
    cancelled = trips["status"] == TRIP_STATUS.index("cancelled")
    assert cancelled.tolist() == [False, False, True, True] * 2
    assert set(trips["reason"][cancelled]) == {TRIP_REASONS.index("battery")}
    assert np.isnan(trips["used_kwh"][cancelled]).all()


def test_a_full_battery_at_the_top_loses_regeneration() -> None:
    """Home on the mountain, battery full: the descent gives back more than there is room for."""
    work = rotation(blocks=[{"start": "06:00", "trips": 2, "layover_min": 5}])
    world = profiles(vehicle(auxiliary_kw=0.1), climb_m=-1_000)
    line = {"consumption_kwh_per_km": None, "work": work, "charge_target": 1.0, "initial_soc": 1.0}
    half_line = line | {"initial_soc": 0.5, "charge_target": 0.5}
    full = run(scenario(fleets={"line": fleet(1, **line)}, world=world, days=1)).tables["trips"]
    half = run(scenario(fleets={"line": fleet(1, **half_line)}, world=world, days=1)).tables["trips"]
    drawn_kwh = half["used_kwh"][0] + half["regenerated_kwh"][0]
    assert half["used_kwh"][0] < 0
    assert full["regenerated_kwh"][0] < half["regenerated_kwh"][0]
    assert full["soc_end"][0] <= 1.0
    assert full["used_kwh"][0] + full["regenerated_kwh"][0] == pytest.approx(drawn_kwh)

"""Depots as their vehicles meet them: queues, plugs, plans, limits."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.charging.rules import RULES
from fleetsim.charging.strategies import STRATEGIES
from fleetsim.results.schema import SESSION_ENDS, TRIP_STATUS, WAIT_OUTCOMES
from tests import laws
from tests.worlds import depot, fleet, rotation, run, scenario

HOUR = 3_600.0
LATE_BLOCK = {"start": "14:00", "spread_min": 60, "trips": 4, "layover_min": 5}
ONE_BLOCK = rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}])


def test_the_queue_is_served_in_order_of_arrival() -> None:
    work = rotation(blocks=[{"start": "05:00", "spread_min": 20, "trips": 4, "layover_min": 5}])
    records = run(scenario(sites={"depot": depot(1)}, fleets={"line": fleet(4, work=work)}, days=1))
    sessions, waits = records.tables["sessions"], records.tables["waits"]
    order = np.argsort(sessions["plug_at"])
    assert sessions["vehicle"][order].tolist() == [0, 1, 2, 3]
    assert set(waits["outcome"]) == {WAIT_OUTCOMES.index("served")}
    hours = 110 / (120 * 0.96)
    gaps = (waits["end_at"] - waits["arrive_at"]) / HOUR
    assert np.sort(gaps) == pytest.approx([k * (hours - 1 / 12) for k in (1, 2, 3)])


def test_a_finished_bus_keeps_the_plug_until_somebody_needs_it() -> None:
    work = rotation(blocks=[{"start": "05:00", "spread_min": 240, "trips": 4, "layover_min": 5}])
    sessions = run(scenario(sites={"depot": depot(1)}, fleets={"line": fleet(2, work=work)})).tables["sessions"]
    first = np.argsort(sessions["plug_at"])
    assert sessions["unplug_at"][first][0] == sessions["plug_at"][first][1]
    assert sessions["unplug_at"][first][1] == pytest.approx(31 * HOUR), "until its own next departure"


def test_the_most_powerful_free_charger_is_taken_first() -> None:
    groups = [{"type": "dc", "count": 1, "power_kw": 60}, {"type": "dc", "count": 1, "power_kw": 120}]
    records = run(scenario(sites={"depot": depot(chargers=groups)}, fleets={"line": fleet(1, work=ONE_BLOCK)}, days=1))
    draws = records.tables["draws"]
    assert draws["offered_kw"][draws["session"] == 0] == pytest.approx([120 / 0.95])


def test_valley_draws_in_the_valley_only_while_there_is_time() -> None:
    site = depot(4, strategy="valley")
    records = run(scenario(sites={"depot": site}, fleets={"line": fleet(4, work=ONE_BLOCK)}, days=2))
    draws = records.tables["draws"]
    hour = draws["start_at"][draws["session"] >= 0] % 86_400 / HOUR
    assert ((hour >= 12) & (hour < 16)).all()
    laws.check(records)


def test_a_bus_that_must_go_takes_what_it_got() -> None:
    soon = {"start": "10:45", "trips": 2, "layover_min": 5}
    work = rotation(blocks=[*ONE_BLOCK["blocks"], soon])
    sessions = run(scenario(fleets={"line": fleet(1, work=work)}, days=1)).tables["sessions"]
    assert SESSION_ENDS[sessions["end_reason"][0]] == "departure"
    assert sessions["end_at"][0] == pytest.approx(10.75 * HOUR)
    assert sessions["stored_kwh"][0] == pytest.approx(0.5 * 120 * 0.96)
    assert sessions["unmet_kwh"][0] == pytest.approx(110 - 57.6)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_where_chargers_and_connection_suffice_no_strategy_loses_a_trip(strategy: str) -> None:
    work = rotation(blocks=[{"start": "05:00", "spread_min": 60, "trips": 4, "layover_min": 5}, LATE_BLOCK])
    records = run(scenario(sites={"depot": depot(6, strategy=strategy)}, fleets={"line": fleet(6, work=work)}, days=3))
    assert (records.tables["trips"]["status"] != TRIP_STATUS.index("cancelled")).all()
    sessions = records.tables["sessions"]
    closed = sessions["end_reason"] != SESSION_ENDS.index("horizon")
    assert sessions["unmet_kwh"][closed].max() < 1e-6
    laws.check(records)


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
@pytest.mark.parametrize("sharing", sorted(RULES))
def test_a_limit_a_tenth_of_the_demand_holds_exactly(sharing: str, strategy: str) -> None:
    site = depot(10, connection_kw=127, strategy=strategy, sharing=sharing)
    records = run(scenario(sites={"depot": site}, fleets={"line": fleet(10, work=ONE_BLOCK)}, days=2))
    laws.check(records)
    assert laws.site_power_kw(records, 0)[1].max() <= 127 * (1 + 1e-9)


def test_balanced_charging_is_as_flat_as_the_night_is_long() -> None:
    peaks_kw = {}
    for strategy in ("immediate", "balanced"):
        site = depot(4, strategy=strategy)
        records = run(scenario(sites={"depot": site}, fleets={"line": fleet(4, work=ONE_BLOCK)}, days=2))
        peaks_kw[strategy] = laws.site_power_kw(records, 0)[1].max()
    assert peaks_kw["balanced"] < 0.2 * peaks_kw["immediate"]


def test_peak_shaving_keeps_the_whole_site_below_its_cap_at_every_instant() -> None:
    work = rotation(blocks=[{"start": "05:00", "spread_min": 90, "trips": 4, "layover_min": 5}, LATE_BLOCK])
    base = [40.0] * 12 + [10.0] * 12
    runs = {}
    for name, changes in {
        "immediate": {"strategy": "immediate"}, "balanced": {"strategy": "balanced"},
        "lowest": {"strategy": "peak_shaving"}, "capped": {"strategy": "peak_shaving", "peak_kw": 270.0},
    }.items():  # fmt: skip
        site = depot(6, base_load_kw=base, **changes)
        runs[name] = run(scenario(sites={"depot": site}, fleets={"line": fleet(6, work=work)}, days=3))
        laws.check(runs[name])
        assert (runs[name].tables["trips"]["status"] == TRIP_STATUS.index("done")).all()
    peak_kw = {name: laws.site_power_kw(records, 0)[1].max() for name, records in runs.items()}
    assert peak_kw["capped"] <= 270 * (1 + 1e-9)
    assert peak_kw["lowest"] < 0.9 * peak_kw["balanced"] < peak_kw["immediate"]


@pytest.mark.parametrize(("sharing", "first"), [("earliest_departure", 1), ("least_laxity", 1), ("first_come", 0)])
def test_who_leaves_first_is_served_first_where_the_rule_says_so(sharing: str, first: int) -> None:
    lines = {
        "a_early": fleet(1, work=rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}])),
        "b_soon": fleet(1, work=rotation(blocks=[{"start": "05:05", "trips": 4, "layover_min": 5}, LATE_BLOCK])),
    }
    site = depot(2, connection_kw=100, sharing=sharing)
    sessions = run(scenario(sites={"depot": site}, fleets=lines, days=1)).tables["sessions"]
    assert sessions["vehicle"][np.argsort(sessions["end_at"])][0] == first


def test_what_is_open_at_the_end_is_closed_there() -> None:
    late = rotation(blocks=[{"start": "18:00", "trips": 4, "layover_min": 5}])
    records = run(scenario(sites={"depot": depot(1)}, fleets={"line": fleet(2, work=late)}, days=1))
    sessions, waits = records.tables["sessions"], records.tables["waits"]
    assert [SESSION_ENDS[reason] for reason in sessions["end_reason"]] == ["horizon"]
    assert sessions["end_at"] == pytest.approx([24 * HOUR])
    assert [WAIT_OUTCOMES[outcome] for outcome in waits["outcome"]] == ["horizon"]
    laws.check(records)


def test_valley_gives_way_to_service_where_power_is_short() -> None:
    """Half the chargers and a connection that binds: at most one trip in twenty is lost that charging at once runs."""
    work = rotation(blocks=[{"start": "05:00", "spread_min": 60, "trips": 4, "layover_min": 5}, LATE_BLOCK])
    for connection_kw in (400, 200, 120):
        lost = []
        for strategy in ("immediate", "valley"):
            site = depot(5, connection_kw=connection_kw, strategy=strategy)
            trips = run(scenario(sites={"depot": site}, fleets={"line": fleet(10, work=work)}, days=4)).tables["trips"]
            lost.append(int((trips["status"] == TRIP_STATUS.index("cancelled")).sum()))
        assert lost[1] - lost[0] <= 0.05 * len(trips["trip"]), connection_kw


def test_a_session_that_is_open_when_the_report_begins_counts_from_there() -> None:
    slow = [{"type": "dc", "count": 4, "power_kw": 12}]
    work = rotation(blocks=[{"start": "14:00", "trips": 4, "layover_min": 5}])
    for sharing in ("proportional", "first_come"):
        site = depot(chargers=slow, connection_kw=40, sharing=sharing)
        lines = {"line": fleet(4, work=work)}
        whole = run(scenario(sites={"depot": site}, fleets=lines, days=2, warmup_days=0))
        late = run(scenario(sites={"depot": site}, fleets=lines, days=1, warmup_days=1, start_date="2026-03-10"))
        laws.check(late)
        assert late.tables["sessions"]["start_at"].min() == 86_400
        moments, power_kw = laws.site_power_kw(whole, 0)
        seconds = np.diff(np.maximum(np.append(moments, 2 * 86_400.0), 86_400.0))
        drawn_kwh = ((power_kw - 0.4) * seconds).sum() / 3_600
        assert late.tables["sessions"]["energy_kwh"].sum() == pytest.approx(drawn_kwh, rel=1e-6)


def test_warm_up_days_are_left_out_but_lived_through() -> None:
    records = run(scenario(days=1, warmup_days=2))
    sessions = records.tables["sessions"]
    before = sessions["end_at"] == records.clock.report_from_s
    assert before.sum() == 4, "the buses that stand at the chargers when the report begins"
    assert (sessions["energy_kwh"][before] == 0).all()
    assert (sessions["end_at"][~before] > records.clock.report_from_s).all()
    assert len(records.tables["trips"]["trip"]) == 4 * 8
    assert records.tables["trips"]["trip"].min() > 0

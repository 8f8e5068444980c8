"""Depots as their vehicles meet them: queues, plugs, plans, limits."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.results.schema import SESSION_ENDS, WAIT_OUTCOMES
from tests import laws
from tests.worlds import depot, fleet, rotation, run, scenario

HOUR = 3_600.0
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
    records = run(
        scenario(sites={"depot": depot(chargers=groups)}, fleets={"line": fleet(1, work=ONE_BLOCK)}, days=1)
    )
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


def test_what_is_open_at_the_end_is_closed_there() -> None:
    late = rotation(blocks=[{"start": "18:00", "trips": 4, "layover_min": 5}])
    records = run(scenario(sites={"depot": depot(1)}, fleets={"line": fleet(2, work=late)}, days=1))
    sessions, waits = records.tables["sessions"], records.tables["waits"]
    assert [SESSION_ENDS[reason] for reason in sessions["end_reason"]] == ["horizon"]
    assert sessions["end_at"] == pytest.approx([24 * HOUR])
    assert [WAIT_OUTCOMES[outcome] for outcome in waits["outcome"]] == ["horizon"]
    laws.check(records)


def test_warm_up_days_are_left_out_but_lived_through() -> None:
    records = run(scenario(days=1, warmup_days=2))
    assert (records.tables["sessions"]["end_at"] > records.clock.report_from_s).all()
    assert len(records.tables["trips"]["trip"]) == 4 * 8
    assert records.tables["trips"]["trip"].min() > 0

"""Chargers that fail: what is interrupted, who waits, and what is counted."""

from __future__ import annotations

import numpy as np
import pytest

from fleetsim.report.metrics.mismatch import mismatch_s
from fleetsim.report.metrics.utilisation import charger_outages
from fleetsim.results.records import Records
from fleetsim.results.schema import SESSION_ENDS
from fleetsim.simulation.failures import charger_outages as drawn
from tests import laws
from tests.worlds import depot, fleet, public_station, run, scenario, taxi_world, taxis

OUTAGE = SESSION_ENDS.index("outage")


def failing(count: int = 4, per_year: float = 300, repair_h: float = 3, **changes: object) -> dict[str, object]:
    group = {"type": "dc", "count": count, "failures": {"per_year": per_year, "repair_h": repair_h}}
    return depot(chargers=[group], **changes)


def outage_run(vehicles: int = 8, days: int = 10, **changes: object) -> Records:
    return run(scenario(sites={"depot": failing(**changes)}, fleets={"line": fleet(vehicles)}, days=days))


@pytest.mark.parametrize("strategy", ["immediate", "valley"])
@pytest.mark.parametrize("sharing", ["proportional", "first_come"])
def test_the_laws_hold_while_chargers_fail_and_the_connection_binds(strategy: str, sharing: str) -> None:
    records = outage_run(strategy=strategy, sharing=sharing, connection_kw=60)
    laws.check(records)
    assert (records.tables["sessions"]["end_reason"] == OUTAGE).any()


def test_no_charger_is_used_while_it_is_out_of_service_nor_by_two_at_a_time() -> None:
    records = outage_run()
    sessions, outages = records.tables["sessions"], records.tables["outages"]
    assert len(outages["asset"]) > 10
    number = np.array([int(asset.rpartition("-")[2]) for asset in outages["asset"]])
    for charger in range(4):
        mine, out = sessions["charger"] == charger, number == charger
        start_s = np.concatenate((sessions["plug_at"][mine], outages["start_at"][out]))
        end_s = np.concatenate((sessions["unplug_at"][mine], outages["end_at"][out]))
        order = np.argsort(start_s, kind="stable")
        assert (end_s[order][:-1] <= start_s[order][1:] + 1e-6).all()


def test_an_interrupted_bus_goes_on_elsewhere_with_what_it_has() -> None:
    sessions = outage_run().tables["sessions"]
    for row in np.flatnonzero(sessions["end_reason"] == OUTAGE):
        later = (sessions["vehicle"] == sessions["vehicle"][row]) & (sessions["plug_at"] >= sessions["end_at"][row])
        if later.any():
            following = np.flatnonzero(later)[np.argmin(sessions["plug_at"][later])]
            if sessions["arrive_at"][following] == sessions["unplug_at"][row]:
                assert sessions["soc_start"][following] == pytest.approx(sessions["soc_end"][row])
                assert (sessions["charger"][following], sessions["plug_at"][following]) != (
                    sessions["charger"][row],
                    sessions["unplug_at"][row],
                )
                break
    else:
        pytest.fail("nobody went on elsewhere")


def test_every_charger_comes_back_into_service() -> None:
    """After the repair all chargers serve again: who charges two days later charges as if nothing had been."""
    records = outage_run(vehicles=4, per_year=40, days=40)
    sessions, outages = records.tables["sessions"], records.tables["outages"]
    number = np.array([int(asset.rpartition("-")[2]) for asset in outages["asset"]])
    for charger in set(number.tolist()):
        last_s = outages["end_at"][number == charger].max()
        if last_s < records.clock.end_s - 3 * 86_400:
            assert (sessions["plug_at"][sessions["charger"] == charger] >= last_s).any()


def test_waiting_beside_a_broken_charger_is_no_mismatch() -> None:
    records = outage_run(vehicles=6, count=1)
    assert len(charger_outages(records)["site"])
    assert mismatch_s(records) == pytest.approx(0.0, abs=1e-3)


def test_outages_are_drawn_by_charger_so_that_another_one_moves_none() -> None:
    few, many = (scenario(sites={"depot": failing(count)}, days=30) for count in (2, 5))
    two, five = (drawn("depot", world.spec.sites["depot"], (0,) * n, world) for world, n in ((few, 2), (many, 5)))  # type: ignore[arg-type]
    assert two == tuple(outage for outage in five if outage.charger < 2)


def test_the_share_of_time_out_of_service_is_that_of_a_renewal_process() -> None:
    """Up and down in turn: out of service mean repair / (mean repair + mean time to failure) of the time."""
    world = scenario(sites={"depot": failing(40, per_year=100, repair_h=12)}, days=365)
    spans = drawn("depot", world.spec.sites["depot"], (0,) * 40, world)  # type: ignore[arg-type]
    out_s = sum(outage.end_s - outage.start_s for outage in spans)
    assert out_s / (40 * world.spec.clock.end_s) == pytest.approx(12 / (12 + 87.6), rel=0.05)


def test_taxis_live_with_a_station_that_fails() -> None:
    group = {"type": "dc", "count": 2, "failures": {"per_year": 1_000, "repair_h": 4}}
    records = run(
        taxi_world(
            sites={"plug": public_station(chargers=[group])}, fleets={"cabs": taxis(10, stations=["plug"])}, days=4
        )
    )
    laws.check(records)
    sessions = records.tables["sessions"]
    assert (sessions["end_reason"] == OUTAGE).sum() > 1
    assert (sessions["end_reason"] != OUTAGE).sum() > 10

"""Stalls: each has one guest at a time, nobody waits beside a free one, and each is free again after its guest.

And a site with ten times the demand: its limit is met to the last digit, and none of it is given away.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simpy import Environment, Event

from fleetsim.charging.rules import RULES
from fleetsim.charging.sharing import NEVER
from fleetsim.clock import Clock
from fleetsim.energy.curve import charge_steps
from fleetsim.report.metrics.utilisation import charger_outages
from fleetsim.results.records import Records
from fleetsim.scenario.schema import Scenario
from fleetsim.sites.depot import Depot
from fleetsim.sites.depot_plant import DepotPlant
from fleetsim.sites.guns import ChargerOutage
from fleetsim.sites.log import SiteLog
from fleetsim.sites.public_station import PublicStation
from fleetsim.sites.staffed_depot import StaffedDepot, StaffPlant
from fleetsim.sites.swap_station import SwapPlant, SwapStation
from fleetsim.sites.visit import Stage
from tests import laws
from tests.worlds import (
    LFP,
    depot,
    fleet,
    fuel_cell_fleet,
    one_site,
    public_station,
    rotation,
    run,
    scenario,
    signals,
    station,
    swap_station,
    taxis,
)  # fmt: skip

HOUR = 3_600.0
CHANCE = {"hourly_km_cv": 0.4, "seek_soc": [0.2, 0.4], "initial_soc": [0.25, 0.9], "patience_min": 45}
FAILING = {"failures": {"per_year": 300, "repair_h": 3}}
STEPS = charge_steps(LFP, battery_kwh=300, limit_kw=120, charger_efficiency=0.95, battery_efficiency=0.96)


def at_depot(strategy: str = "immediate", group: dict[str, Any] | None = None) -> Scenario:
    site = depot(chargers=[{"type": "dc", "count": 3} | (group or {})], strategy=strategy)
    return one_site(site, {"line": fleet(9)}, days=5)


def at_public_station(group: dict[str, Any] | None = None) -> Scenario:
    site = public_station(chargers=[{"type": "dc", "count": 2, "power_kw": 60} | (group or {})])
    return one_site(site, {"cabs": taxis(14, **CHANCE)}, days=3)


def at_swap_station() -> Scenario:
    site = swap_station(slots={"type": "dc", "count": 3, "power_kw": 20}, packs=60, swap_s=1_800, lanes=2)
    return one_site(site, {"cabs": taxis(30, balk_min=600, **CHANCE)}, days=2)


def at_hydrogen_station() -> Scenario:
    site = station(dispensers=2, storage_kg=2_000, dispense_kg_per_min=0.3)
    return one_site(site, {"line": fuel_cell_fleet(9, initial_share=0.6)}, days=5)


WORLDS = {
    "depot": at_depot(),
    "depot, valley": at_depot("valley"),
    "depot, chargers fail": at_depot(group=FAILING),
    "public station": at_public_station(),
    "public station, chargers fail": at_public_station(FAILING),
    "swap station, lanes": at_swap_station(),
    "hydrogen station": at_hydrogen_station(),
}


def stays(records: Records) -> tuple[np.ndarray, np.ndarray, int]:
    """When guests held the stalls of the one site, outages among them, and how many stalls there are."""
    tables, outages = records.tables, charger_outages(records)
    for table in ("swaps", "refuels"):
        if len(tables[table]["site"]):
            return tables[table]["start_at"], tables[table]["end_at"], 2
    starts_s = np.concatenate((tables["sessions"]["plug_at"], outages["start_at"]))
    ends_s = np.concatenate((tables["sessions"]["unplug_at"], outages["end_at"]))
    return starts_s, ends_s, tables["sites"]["chargers"][0]


@pytest.mark.parametrize("name", WORLDS)
def test_all_stalls_are_taken_while_anybody_waits_and_no_more_than_there_are_at_any_time(name: str) -> None:
    records = run(WORLDS[name])
    laws.check(records)
    starts_s, ends_s, stalls = stays(records)
    waits = records.tables["waits"]
    assert len(waits["site"]) > 5
    edges_s = np.unique(np.concatenate((starts_s, ends_s, waits["arrive_at"], waits["end_at"])))
    middle_s = ((edges_s[1:] + edges_s[:-1]) / 2)[np.diff(edges_s) > 1e-3]
    taken = ((starts_s[:, None] < middle_s) & (middle_s < ends_s[:, None])).sum(axis=0)
    waiting = ((waits["arrive_at"][:, None] < middle_s) & (middle_s < waits["end_at"][:, None])).any(axis=0)
    assert waiting.any()
    assert taken.max() == stalls
    assert (taken[waiting] == stalls).all()


def test_no_pack_lies_on_the_shelf_beside_a_free_slot_and_no_slot_holds_two() -> None:
    sessions = run(WORLDS["swap station, lanes"]).tables["sessions"]
    shelved = np.flatnonzero(sessions["plug_at"] > sessions["arrive_at"] + 1e-3)
    assert len(shelved) > 5
    for row in shelved:
        for at_s in np.linspace(sessions["arrive_at"][row], sessions["plug_at"][row], 7)[1:-1]:
            inside = (sessions["plug_at"] < at_s) & (at_s < sessions["unplug_at"])
            assert np.sort(sessions["charger"][inside]).tolist() == [0, 1, 2]


# Whatever came and went before: as many guests as there are stalls find room at once.


@settings(max_examples=80, deadline=None)
@given(
    kind=st.sampled_from((Depot, PublicStation, StaffedDepot)),
    strategy=st.sampled_from(("immediate", "valley", "balanced", "staggered")),
    sharing=st.sampled_from(("proportional", "first_come")),
    limit_kw=st.sampled_from((NEVER, 200.0, 0.0)),
    guests=st.lists(st.tuples(st.floats(0, 80_000), st.floats(0, 1), st.floats(0, 30_000)), max_size=25),
    failed_s=st.lists(st.floats(0, 80_000), max_size=3),
)
def test_every_charger_is_free_after_its_guests(
    kind: type[Depot], strategy: str, sharing: Any, limit_kw: float, guests: list[tuple[float, float, float]],
    failed_s: list[float],
) -> None:  # fmt: skip
    stalls = 3
    outages = tuple(ChargerOutage(at_s, at_s + HOUR, charger) for charger, at_s in enumerate(sorted(failed_s)))
    plant = DepotPlant(
        site=0, charger_groups=(0,) * stalls, steps=(((0,),),), cold=((),), outages=tuple(sorted(outages)),
        limits=((0.0, limit_kw), (100_000.0, NEVER)), strategy=strategy, sharing=sharing,
    )  # fmt: skip
    env, log, prices = Environment(), SiteLog(), signals(Clock(scenario().spec.start_date, 3, 0))
    if kind is StaffedDepot:
        site: Depot = StaffedDepot(env, plant, StaffPlant(1, 600.0, ((0.0, 1e9),)), [STEPS], prices, log)
    else:
        site = kind(env, plant, [STEPS], prices, log)

    def come(number: int, at_s: float, level: float, stay_s: float) -> Generator[Event, Any, None]:
        yield env.timeout(at_s)
        if isinstance(site, PublicStation):
            visit = site.enter(number, 0, -1, 300 * level, 300.0, stay_s)
        else:
            visit = site.stay(number, 0, 300 * level, 300.0, at_s + stay_s)
        yield visit.ended
        if visit.stage is not Stage.OVER:
            site.leave(visit)

    for number, guest in enumerate(guests):
        env.process(come(number, *guest))
    env.run(until=200_000.0)
    late = [site.stay(100 + number, 0, 10.0, 300.0, 250_000.0) for number in range(stalls + 1)]
    assert sorted(visit.charger for visit in late) == [-1, 0, 1, 2]
    assert late[-1].stage is Stage.QUEUED


@settings(max_examples=40, deadline=None)
@given(
    strategy=st.sampled_from(("immediate", "valley")),
    guests=st.lists(st.tuples(st.floats(0, 80_000), st.floats(0, 0.9), st.floats(0, 30_000)), max_size=25),
)
def test_every_lane_and_every_slot_is_free_after_its_guests(
    strategy: Any, guests: list[tuple[float, float, float]]
) -> None:
    lanes = slots = 3
    env, log = Environment(), SiteLog()
    plant = SwapPlant(
        site=0, lanes=lanes, swap_s=iter(lambda: 100.0, None), mean_swap_s=100.0, slots=slots,
        packs=tuple((number, 270.0) for number in range(3)), ready_kwh=270.0, stock=3, steps_id=0,
        limits=((0.0, NEVER),), strategy=strategy,
    )  # fmt: skip
    site = SwapStation(env, plant, STEPS, signals(Clock(scenario().spec.start_date, 7, 0)), log)

    def come(number: int, at_s: float, level: float, patience_s: float) -> Generator[Event, Any, None]:
        yield env.timeout(at_s)
        site.enter(number, 0, 10 + number, 300 * level, 300.0, patience_s)

    for number, guest in enumerate(guests):
        env.process(come(number, *guest))
    env.run(until=400_000.0)
    late = [site.enter(100 + number, 0, 100 + number, 10.0, 300.0, NEVER) for number in range(lanes + 1)]
    assert [visit.stage for visit in late] == [Stage.HELD] * lanes + [Stage.QUEUED]
    env.run(until=600_000.0)
    sessions = log.sessions.array()
    last = sessions[sessions["pack"] >= 100][:slots]
    assert last["plug_s"].tolist() == [400_100.0] * slots
    assert sorted(last["charger"].tolist()) == [0, 1, 2]


# Ten times the demand.

LIMIT_KW = 63.4


def ten_guests(name: str, **site: Any) -> Scenario:
    """Ten guests at a time, each of whom alone could draw more than a base load leaves of the limit."""
    site |= {"connection_kw": LIMIT_KW, "base_load_kw": 7.0}
    group = {"type": "dc", "count": 10, "power_kw": 60}
    if name == "depot":
        work = rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}])
        return one_site(depot(chargers=[group], **site), {"line": fleet(10, work=work)}, days=2)
    built = (
        public_station(chargers=[group], **site)
        if name == "public station"
        else swap_station(slots=group, packs=10, lanes=10, **site)
    )
    return one_site(built, {"cabs": taxis(10, initial_soc=[0.5, 0.5], patience_min=600, balk_min=600)}, days=2)


@pytest.mark.parametrize(
    ("name", "sharing"), [*((name, sharing) for name in ("depot", "public station") for sharing in RULES), ("swap", "")]
)
def test_a_site_with_ten_times_the_demand_draws_its_limit_while_anybody_charges(name: str, sharing: str) -> None:
    records = run(ten_guests(name, **({"sharing": sharing} if sharing else {})))
    laws.check(records)
    sessions = records.tables["sessions"]
    moments_s, power_kw = laws.site_power_kw(records, 0)
    within = (sessions["start_at"][:, None] <= moments_s) & (moments_s < sessions["end_at"][:, None] - 1e-3)
    assert within.sum(axis=0).max() == 10
    np.testing.assert_allclose(power_kw[within.any(axis=0)], LIMIT_KW, rtol=1e-12)
    assert power_kw.max() <= LIMIT_KW * (1 + 1e-12)

"""A vehicle that only queues gains nothing: no power, no energy, no cost, no clean share; the meter does not see it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fleetsim.accounting import account
from fleetsim.results.records import Records
from fleetsim.results.schema import HOLDERS, STOCK_SOURCES, WAIT_OUTCOMES
from fleetsim.scenario.schema import Scenario
from tests.accounting.synthetic import grid_and_prices
from tests.worlds import (
    depot,
    fleet,
    fuel_cell_fleet,
    one_site,
    public_station,
    rotation,
    run,
    station,
    swap_station,
    taxis,
)  # fmt: skip

EARLY = rotation(blocks=[{"start": "05:00", "trips": 4, "layover_min": 5}])
LATER = rotation(blocks=[{"start": "05:30", "trips": 4, "layover_min": 5}])
PACKS = {"pack", "pack_in", "pack_out"}
"""Numbers that follow the count of vehicles, each of which brings one."""
SLOW = [{"type": "dc", "count": 1, "power_kw": 1}]


def buses(queue: bool, **line: Any) -> dict[str, Any]:
    """One bus that comes first, and three that find its charger taken until the day is over."""
    base = {"consumption_kwh_per_km": 1.1} | line
    return {"first": fleet(1, work=EARLY, **base)} | ({"then": fleet(3, work=LATER, **base)} if queue else {})


def cabs(queue: bool, **changes: Any) -> dict[str, Any]:
    """One taxi that comes first, and three that come a little later."""
    then = {"then": taxis(3, initial_soc=[0.52, 0.52], **changes)}
    return {"first": taxis(1, initial_soc=[0.5, 0.5], **changes)} | (then if queue else {})


def at_depot(queue: bool, strategy: str = "immediate") -> Scenario:
    site = depot(chargers=SLOW, strategy=strategy, connection_kw=9, base_load_kw=2)
    return one_site(site, buses(queue), days=1)


def at_public_station(queue: bool, patience_min: float = 30) -> Scenario:
    lines = cabs(queue, patience_min=patience_min, balk_min=2_880, charge_target=0.9)
    return one_site(public_station(chargers=SLOW), lines, days=1)


def at_swap_station(queue: bool) -> Scenario:
    site = swap_station(packs=1, slots={"type": "dc", "count": 1, "power_kw": 1})
    return one_site(site, cabs(queue, patience_min=2_880, balk_min=2_880), days=1)


def at_hydrogen_station(queue: bool) -> Scenario:
    then = {"then": fuel_cell_fleet(3, work=LATER, initial_share=0.5)}
    lines = {"first": fuel_cell_fleet(1, work=EARLY, initial_share=0.5)} | (then if queue else {})
    return one_site(station(dispensers=1, dispense_kg_per_min=0.005), lines, days=2)


WORLDS = {
    "depot": at_depot,
    "depot, valley": lambda queue: at_depot(queue, "valley"),
    "public station, horizon": lambda queue: at_public_station(queue, 2_880),
    "public station, patience": at_public_station,
    "swap station": at_swap_station,
    "hydrogen station": at_hydrogen_station,
}


def accounted(world: Scenario) -> Records:
    return account(run(world), *grid_and_prices(world.spec.clock))


@pytest.mark.parametrize("name", WORLDS)
def test_who_only_queues_gains_nothing(name: str) -> None:
    records = accounted(WORLDS[name](True))
    tables, names = records.tables, records.entities["vehicles"]
    served = [tables[table]["vehicle"] for table in ("sessions", "swaps", "refuels")]
    only_queued = np.setdiff1d(tables["waits"]["vehicle"], np.concatenate(served))
    assert len(only_queued) == 3
    assert (tables["waits"]["end_at"] - tables["waits"]["arrive_at"]).min() > 1_000
    assert WAIT_OUTCOMES.index("served") not in tables["waits"]["outcome"]

    trips = tables["trips"]
    of_them = np.isin(trips["vehicle"], only_queued)
    for vehicle in only_queued:
        mine = np.flatnonzero((trips["vehicle"] == vehicle) & np.isfinite(trips["depart_at"]))
        in_order = mine[np.argsort(trips["depart_at"][mine], kind="stable")]
        np.testing.assert_allclose(trips["soc_start"][in_order][1:], trips["soc_end"][in_order][:-1], atol=1e-12)
    assert np.isnan(trips["clean_share"][of_them]).all()
    assert not np.nan_to_num(trips["emission_kg"][of_them]).any()
    stocks = tables["stocks"]
    theirs = np.isin(stocks["holder"], [names[vehicle] for vehicle in only_queued])
    theirs &= stocks["holder_kind"] == HOLDERS.index("vehicle")
    known = theirs & (stocks["source"] != STOCK_SOURCES.index("initial"))
    assert not stocks["end_kwh"][known].any()


@pytest.mark.parametrize("name", WORLDS)
def test_the_meter_the_bill_and_the_others_do_not_see_who_only_queues(name: str) -> None:
    alone, beside = (accounted(WORLDS[name](queue)).tables for queue in (False, True))
    for table in ("sessions", "draws", "swaps", "refuels", "hydrogen_flows"):
        assert alone[table].keys() == beside[table].keys()
        for column in alone[table].keys() - PACKS:
            values = alone[table][column]
            np.testing.assert_allclose(beside[table][column], values, rtol=1e-12, err_msg=f"{table}.{column}")
    for column in set(alone["site_slots"]) - {"queued"}:
        got, expected = beside["site_slots"][column], alone["site_slots"][column]
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-9, err_msg=column)
    assert beside["site_slots"]["queued"].max() > 0.9

"""Vehicles that feed back: who took what of whom, by source, in every slot; checked against a diary kept by hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import (
    BATTERY_KWH,
    FEED_EFFICIENCY,
    Diary,
    feeding_depots,
    grid_and_prices,
    two_depots,
    with_plant,
)

from fleetsim.accounting import account
from fleetsim.accounting.balance import site_balance, vehicle_balance
from fleetsim.accounting.integrals import cut
from fleetsim.accounting.sessions import session_of_draw
from fleetsim.clock import SLOT_S
from fleetsim.energy.storage import Battery
from fleetsim.grid.mix import GridSlots
from fleetsim.results.records import Records
from fleetsim.results.schema import (
    CLEAN_SOURCES,
    SOURCES,
    STOCK_SOURCES,
    Frame,
    select,
)
from tests import laws

DAY_S, HOUR_S = 86_400.0, 3_600.0
NAMES = [source for source in STOCK_SOURCES if source != "delivered"]
SHARES = [f"{source}_share" for source in NAMES]


@cache
def accounted(*, plant: bool = True) -> tuple[Records, GridSlots, Any]:
    grid, prices = grid_and_prices()
    records = feeding_depots().records()
    return account(with_plant(records) if plant else records, grid, prices), grid, prices


def by_source(frame: Frame, kwh: np.ndarray) -> np.ndarray:
    """Energy of some rows by source."""
    return np.asarray(kwh[:, np.newaxis] * np.column_stack([frame[name] for name in SHARES]))


def loads_kwh(records: Records, site: int) -> np.ndarray:
    """What the loads of a site took in each reported slot, by source."""
    supply, slots = (
        select(records.tables[name], records.tables[name]["site"] == site) for name in ("supply_slots", "site_slots")
    )
    return by_source(supply, slots["load_kw"] / 4)


def fed_kwh(records: Records, site: int) -> np.ndarray:
    """What vehicles fed a site in each reported slot, by source."""
    clock, feeds = records.clock, select(records.tables["feed_slots"], records.tables["feed_slots"]["site"] == site)
    out = np.zeros((clock.slots, len(NAMES)))
    np.add.at(out, (feeds["slot_at"] // SLOT_S).astype(int), by_source(feeds, feeds["fed_back_kw"] / 4))
    return out[clock.report_from_s // SLOT_S :]


def check_by_source(records: Records, grid: GridSlots) -> None:
    """In every slot the loads of each site took, by source, what the meter, panels, battery and vehicles gave."""
    tables, first = records.tables, records.clock.report_from_s // SLOT_S
    grid_shares = np.zeros((records.clock.slots - first, len(NAMES)))
    grid_shares[:, : len(SOURCES)] = (grid.generation_mw / grid.generation_mw.sum(axis=1, keepdims=True))[first:]
    for site in np.unique(tables["feed_slots"]["site"]):
        supply = select(tables["supply_slots"], tables["supply_slots"]["site"] == site)
        slots = select(tables["site_slots"], tables["site_slots"]["site"] == site)
        taken = loads_kwh(records, site)
        net = taken - fed_kwh(records, site)
        assert taken.sum(axis=1) == pytest.approx(slots["load_kw"] / 4, rel=1e-9), "shares sum to one"
        assert slots["fed_back_kw"] / 4 == pytest.approx(fed_kwh(records, site).sum(axis=1), abs=1e-9)
        assert slots["grid_kw"] == pytest.approx(
            slots["load_kw"] + slots["storage_kw"] - slots["solar_kw"] - slots["fed_back_kw"], abs=1e-9
        )
        into = (supply["charged_kw"] - supply["charged_solar_kw"])[:, None] / 4 * grid_shares
        into[:, NAMES.index("site_solar")] += supply["charged_solar_kw"] / 4
        came = (supply["drawn_kw"] / 4)[:, None] * grid_shares
        sun_kw = supply["available_kw"] - supply["curtailed_kw"] - supply["fed_in_kw"]
        came[:, NAMES.index("site_solar")] += sun_kw / 4
        gone = net - (came - into)
        if not np.isfinite(slots["storage_kwh"]).any():
            assert gone == pytest.approx(0.0, abs=1e-9)
            continue
        # What grid and panels did not give came from the battery: of each source no more than it held.
        assert gone.sum(axis=1) == pytest.approx(supply["discharged_kw"] / 4, abs=1e-9)
        eta = Battery(1.0, 1.0, 0.81).one_way
        held = np.cumsum(into * eta - gone / eta, axis=0)
        held[:, NAMES.index("initial")] += 60.0
        assert held.min() >= -1e-9
        assert held.sum(axis=1) == pytest.approx(slots["storage_kwh"], abs=1e-6)
        stocks = tables["stocks"]
        left = stocks["end_kwh"][stocks["holder"] == records.entities["sites"][site]]
        assert held[-1] == pytest.approx(np.delete(left, STOCK_SOURCES.index("delivered")), abs=1e-6)


@pytest.mark.parametrize("plant", [False, True])
def test_by_source_the_loads_less_what_vehicles_fed_are_the_meter_in_every_slot(plant: bool) -> None:
    records, grid, _ = accounted(plant=plant)
    assert set(records.tables["feed_slots"]["site"]) == {0, 1}
    check_by_source(records, grid)


def test_the_check_by_source_notices_what_is_fed_twice_and_what_is_relabelled() -> None:
    records, grid, _ = accounted()
    feeds = records.tables["feed_slots"]
    twice = {**feeds, "fed_back_kw": feeds["fed_back_kw"] * 1.001}
    swapped = {**feeds, "hydro_share": feeds["thermal_share"], "thermal_share": feeds["hydro_share"]}
    for wrong in (twice, swapped):
        with pytest.raises(AssertionError):
            check_by_source(replace(records, tables={**records.tables, "feed_slots": wrong}), grid)


def test_sessions_and_the_other_loads_take_by_source_what_the_loads_of_their_sites_were_given() -> None:
    records, grid, _ = accounted()
    tables, first = records.tables, records.clock.report_from_s // SLOT_S
    draws = tables["draws"]
    pieces = cut(draws, tables["clocks"])
    session = session_of_draw(draws, tables["sessions"])[pieces.draw]
    row = {
        (int(site), int(at_s // SLOT_S)): number
        for number, (site, at_s) in enumerate(
            zip(tables["supply_slots"]["site"], tables["supply_slots"]["slot_at"], strict=True)
        )
    }
    clean_kwh: dict[int, float] = defaultdict(float)
    initial_kwh: dict[int, float] = defaultdict(float)
    shares = np.column_stack([tables["supply_slots"][name] for name in SHARES])
    clean_columns = [NAMES.index(source) for source in (*CLEAN_SOURCES, "site_solar")]
    for piece in np.flatnonzero((session >= 0) & (pieces.kwh > 0.0)):
        slot, site = int(pieces.slot[piece]), int(draws["site"][pieces.draw[piece]])
        if slot >= first:
            mix = shares[row[site, slot]]
            clean_kwh[int(session[piece])] += pieces.kwh[piece] * mix[clean_columns].sum()
            initial_kwh[int(session[piece])] += pieces.kwh[piece] * mix[NAMES.index("initial")]
        else:
            clean_kwh[int(session[piece])] += pieces.kwh[piece] * grid.clean_share[slot]
    sessions = tables["sessions"]
    for number in clean_kwh:
        energy_kwh = sessions["energy_kwh"][number]
        assert sessions["initial_share"][number] * energy_kwh == pytest.approx(initial_kwh[number])
        known_kwh = energy_kwh - initial_kwh[number]
        assert sessions["clean_share"][number] * known_kwh == pytest.approx(clean_kwh[number])
    assert max(initial_kwh.values()) > 1.0


class Ledger:
    """The batteries of the diary, slot by slot and kWh by kWh: sources, emission and cost of each, by hand."""

    def __init__(self, records: Records, grid: GridSlots, price: np.ndarray) -> None:
        self.records, self.first = records, records.clock.report_from_s // SLOT_S
        shares = grid.generation_mw / grid.generation_mw.sum(axis=1, keepdims=True)
        self.grid = np.zeros((records.clock.slots, len(NAMES) + 2))
        self.grid[:, : len(SOURCES)] = shares
        self.grid[:, -2], self.grid[:, -1] = grid.emission_kg_per_kwh, price
        self.stock = [np.zeros(len(NAMES) + 2) for _ in range(3)]
        self.given: dict[tuple[int, int], np.ndarray] = {}
        self.taken_by_sessions = np.zeros(len(NAMES) + 2)
        for vehicle, soc in enumerate((0.5, 0.8, 0.6)):
            self.stock[vehicle][NAMES.index("initial")] = soc * BATTERY_KWH
        self.walk()

    def walk(self) -> None:
        """All slots in order: vehicles drive and give, the sites' loads share, vehicles take."""
        tables = self.records.tables
        sessions, draws, trips = tables["sessions"], tables["draws"], tables["trips"]
        pieces = cut(draws, tables["clocks"])
        of = session_of_draw(draws, sessions)[pieces.draw]
        driven = sorted(zip(trips["depart_at"], trips["vehicle"], trips["used_kwh"], strict=True))
        gross = np.zeros((2, self.records.clock.slots))
        np.add.at(gross, (draws["site"][pieces.draw], pieces.slot), np.maximum(pieces.kwh, 0.0))
        for slot in range(self.records.clock.slots):
            rows = np.flatnonzero((pieces.slot == slot) & (of >= 0))
            came = np.zeros((2, len(NAMES) + 2))
            fed = np.zeros(2)
            gone = []
            for row in rows:
                if pieces.kwh[row] < 0.0:
                    vehicle, site = int(sessions["vehicle"][of[row]]), int(draws["site"][pieces.draw[row]])
                    kwh = -pieces.kwh[row]
                    out = self.stock[vehicle] / self.stock[vehicle][: len(NAMES)].sum() / FEED_EFFICIENCY * kwh
                    gone.append((vehicle, out))
                    given = np.append(out[: len(NAMES)] * FEED_EFFICIENCY, out[len(NAMES) :])
                    key = (int(sessions["session"][of[row]]), slot)
                    self.given[key] = self.given.get(key, 0.0) + given
                    came[site] += given
                    fed[site] += kwh
            for vehicle, out in gone:
                self.stock[vehicle] = self.stock[vehicle] - out
            for row in rows:
                if pieces.kwh[row] > 0.0:
                    vehicle, site = int(sessions["vehicle"][of[row]]), int(draws["site"][pieces.draw[row]])
                    mix = self.grid[slot]
                    if slot >= self.first:
                        mix = ((gross[site, slot] - fed[site]) * mix + came[site]) / gross[site, slot]
                    self.taken_by_sessions += pieces.kwh[row] * mix
                    stored = mix * pieces.kwh[row]
                    stored[: len(NAMES)] *= 0.95 * 0.96
                    self.stock[vehicle] = self.stock[vehicle] + stored
            while driven and driven[0][0] < (slot + 1) * SLOT_S:
                _, vehicle, used_kwh = driven.pop(0)
                held_kwh = self.stock[vehicle][: len(NAMES)].sum()
                self.stock[vehicle] = self.stock[vehicle] * (1.0 - used_kwh / held_kwh)


def test_batteries_and_what_they_gave_are_those_of_a_ledger_kept_by_hand() -> None:
    records, grid, prices = accounted(plant=False)
    ledger = Ledger(records, grid, prices.price_cny_per_kwh)
    feeds, stocks = records.tables["feed_slots"], records.tables["stocks"]
    assert len(feeds["session"]) == len(ledger.given)
    for row in range(len(feeds["session"])):
        given = ledger.given[int(feeds["session"][row]), int(feeds["slot_at"][row] // SLOT_S)]
        kwh = feeds["fed_back_kw"][row] / 4
        assert kwh * np.array([feeds[name][row] for name in SHARES]) == pytest.approx(given[: len(NAMES)], abs=1e-9)
        assert [feeds["emission_kg"][row], feeds["cost_cny"][row]] == pytest.approx(given[-2:].tolist())
    for vehicle in range(3):
        mine = stocks["holder"] == records.entities["vehicles"][vehicle]
        left = dict(zip(np.array(STOCK_SOURCES)[stocks["source"][mine]], stocks["end_kwh"][mine], strict=True))
        assert [left[name] for name in NAMES] == pytest.approx(ledger.stock[vehicle][: len(NAMES)].tolist(), abs=1e-9)
    sessions = records.tables["sessions"]
    assert sessions["emission_kg"].sum() == pytest.approx(ledger.taken_by_sessions[-2])
    assert sessions["cost_cny"].sum() == pytest.approx(ledger.taken_by_sessions[-1])


def check_conserved(records: Records) -> None:
    """Of unknown and of clean energy: what was in the batteries and came was driven, fed back, or is left.

    Shares of a session are means over its energy at the meter, and its losses are even; so this is exact.
    """
    tables = records.tables
    trips, stocks, feeds, sessions = (tables[name] for name in ("trips", "stocks", "feed_slots", "sessions"))
    of_vehicles, released_kwh = stocks["holder_kind"] == 0, feeds["fed_back_kw"] / 4 / FEED_EFFICIENCY
    initial, took = stocks["source"] == STOCK_SOURCES.index("initial"), sessions["energy_kwh"] > 0.0
    came = stocks["start_kwh"][of_vehicles & initial].sum() + (sessions["initial_share"] * sessions["stored_kwh"]).sum()
    gone = (trips["initial_share"] * trips["used_kwh"]).sum() + (feeds["initial_share"] * released_kwh).sum()
    assert came == pytest.approx(gone + stocks["end_kwh"][of_vehicles & initial].sum(), rel=1e-9)
    clean_in = (sessions["clean_share"] * (1.0 - sessions["initial_share"]) * sessions["stored_kwh"])[took].sum()
    clean_out = np.nansum(trips["clean_share"] * (1.0 - trips["initial_share"]) * trips["used_kwh"])
    clean_out += np.nansum(feeds["clean_share"] * (1.0 - feeds["initial_share"]) * released_kwh)
    is_clean = np.isin(stocks["source"], [STOCK_SOURCES.index(name) for name in (*CLEAN_SOURCES, "site_solar")])
    assert clean_in == pytest.approx(clean_out + stocks["end_kwh"][of_vehicles & is_clean].sum(), rel=1e-9, abs=1e-9)
    assert stocks["end_kwh"][of_vehicles].min() >= -1e-9


@pytest.mark.parametrize("plant", [False, True])
def test_every_source_that_came_into_a_battery_was_driven_fed_back_or_is_left(plant: bool) -> None:
    records, _, _ = accounted(plant=plant)
    check_conserved(records)
    feeds = records.tables["feed_slots"]
    assert (records.tables["sessions"]["initial_share"] * records.tables["sessions"]["stored_kwh"]).sum() > 0.5
    lost = {**feeds, "fed_back_kw": feeds["fed_back_kw"] * 0.999}
    with pytest.raises(AssertionError):
        check_conserved(replace(records, tables={**records.tables, "feed_slots": lost}))


@pytest.mark.parametrize("plant", [False, True])
def test_batteries_and_meters_balance_with_what_is_fed_back(plant: bool) -> None:
    records, _, _ = accounted(plant=plant)
    vehicles, sites = vehicle_balance(records), site_balance(records)
    assert vehicles.fed_back_kwh.min() > 5.0
    assert vehicles.error.max() < 1e-9
    assert sites.fed_back_kwh.min() > 10.0
    assert sites.error.max() < 1e-9
    sessions = records.tables["sessions"]
    free = {**sessions, "released_kwh": sessions["discharged_kwh"] * 0.5}
    assert vehicle_balance(replace(records, tables={**records.tables, "sessions": free})).error.max() > 1e-3


def test_relabelling_sources_permutes_what_was_fed_and_changes_nothing_else() -> None:
    records, grid, prices = accounted()
    order = np.array([4, 2, 0, 1, 3, 6, 5])
    relabelled = replace(grid, generation_mw=grid.generation_mw[:, order])
    other = account(with_plant(feeding_depots().records()), relabelled, prices)
    changed = {f"{source}_share" for source in SOURCES}
    for table in ("sessions", "trips", "site_slots", "draws", "feed_slots", "supply_slots"):
        for column, values in records.tables[table].items():
            if column not in changed:
                assert np.array_equal(other.tables[table][column], values, equal_nan=values.dtype.kind == "f"), column
    for table in ("feed_slots", "supply_slots"):
        before, after = records.tables[table], other.tables[table]
        for number, source in enumerate(SOURCES):
            assert after[f"{source}_share"] == pytest.approx(before[f"{SOURCES[order[number]]}_share"])


def test_accounting_twice_changes_nothing() -> None:
    for plant in (False, True):
        records, grid, prices = accounted(plant=plant)
        again = account(records, grid, prices)
        for table, frame in records.tables.items():
            for column, values in frame.items():
                assert np.array_equal(again.tables[table][column], values, equal_nan=values.dtype.kind == "f"), table


def test_where_nobody_feeds_back_nothing_is_walked() -> None:
    records = account(two_depots().records(), *grid_and_prices())
    assert len(records.tables["feed_slots"]["session"]) == 0
    assert len(records.tables["supply_slots"]["site"]) == 0
    assert not records.tables["site_slots"]["fed_back_kw"].any()


def test_what_is_fed_back_never_counts_as_drawn() -> None:
    records, _, _ = accounted(plant=False)
    slots, sessions = records.tables["site_slots"], records.tables["sessions"]
    assert sessions["peak_kw"].max() <= 60.0
    assert (slots["fed_back_kw"].sum() - sessions["discharged_kwh"].sum() * 4) == pytest.approx(0.0, abs=1e-6)
    assert slots["charging"].sum() / 4 == pytest.approx(
        sum(
            row["end_at"] - row["start_at"]
            for row in feeding_depots().rows["draws"]
            if row["session"] >= 0 and row["offered_kw"] > 0
        )
        / HOUR_S
        - (3_333 / HOUR_S)
    )
    at_connection = slots["load_kw"] - slots["fed_back_kw"]
    assert slots["grid_kw"] == pytest.approx(at_connection, abs=1e-9)
    assert np.all(slots["peak_kw"] >= at_connection - 1e-9)


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 2), st.booleans(), st.integers(60, 5_000), st.floats(-15, 40)), max_size=25
    ),
    plant=st.booleans(),
)
def test_whatever_vehicles_take_give_and_drive_each_slot_adds_up_by_source(
    steps: list[tuple[int, bool, int, float]], plant: bool
) -> None:
    it, at_s = Diary(initial_soc=(0.5, 0.8, 0.6)), [DAY_S + 500.0] * 3
    for site in range(2):
        it.factor(site, 0, 0.0, 2 * DAY_S, 0.9)
        it.load(site, "base", DAY_S, 2 * DAY_S, 90.0)
    it.session(0, 0, DAY_S, DAY_S + 500, [(-1, DAY_S, DAY_S + 500, -10.0)])
    for vehicle, north, length_s, kw in steps:
        start_s = at_s[vehicle]
        room_kwh = BATTERY_KWH * 0.95 - it.kwh[vehicle] if kw > 0 else it.kwh[vehicle] - BATTERY_KWH * 0.2
        if start_s + length_s > 2 * DAY_S or abs(kw) * length_s / HOUR_S / 0.8 > room_kwh or abs(kw) < 0.1:
            continue
        middle_s = start_s + 0.7 * length_s
        it.session(vehicle, int(north), start_s, start_s + length_s, [(-1 if kw < 0 else 0, start_s, middle_s, kw)])
        it.trip(vehicle, start_s + length_s, start_s + length_s + 300, 1.0)
        at_s[vehicle] += length_s + 300
    records = it.records()
    grid, prices = grid_and_prices()
    records = account(with_plant(records) if plant else records, grid, prices)
    check_by_source(records, grid)
    check_conserved(records)
    assert vehicle_balance(records).error.max() < 1e-9
    assert site_balance(records).error.max() < 1e-9
    shares = np.column_stack([records.tables["feed_slots"][name] for name in SHARES])
    assert shares.sum(axis=1) == pytest.approx(1.0)
    assert shares.min() >= -1e-12


def test_at_every_instant_vehicles_panels_and_battery_keep_the_connection_between_nothing_and_its_limit() -> None:
    records, _, _ = accounted()
    laws.no_site_exceeds_its_limit(records)
    slots = select(records.tables["site_slots"], records.tables["site_slots"]["site"] == 0)
    at_s, power_kw = laws.site_power_kw(records, 0)
    edges_s = np.append(at_s, records.clock.end_s)
    assert power_kw[np.diff(edges_s) > 1e-3].min() >= -1e-9, "nothing is fed in"
    assert power_kw[np.diff(edges_s) > 1e-3].max() == pytest.approx(slots["peak_kw"].max())
    kwh = np.append(0.0, np.cumsum(power_kw * np.diff(edges_s) / HOUR_S))
    by_slot = np.diff(np.interp(np.append(slots["slot_at"], records.clock.end_s), edges_s, kwh))
    assert by_slot == pytest.approx(slots["grid_kw"] / 4, abs=1e-9)

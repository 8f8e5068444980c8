"""Metrics of vehicles that feed back: no kilowatt-hour counts twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from looks import looked_up
from synthetic import FEED_EFFICIENCY, feeding_depots, grid_and_prices, with_plant

from fleetsim.accounting import account
from fleetsim.accounting.integrals import cut
from fleetsim.clock import SLOT_S
from fleetsim.report.fleet_power import fleet_powers
from fleetsim.results.schema import CLEAN_SOURCES, STOCK_SOURCES, select


def test_what_fleets_kept_and_other_loads_took_is_what_the_meters_saw() -> None:
    """Clean energy of sessions less what they fed back, and of buildings and standby, against the grid by slot."""
    grid, prices = grid_and_prices()
    records = account(feeding_depots().records(), grid, prices)
    value, tables, first = looked_up(records), records.tables, records.clock.report_from_s // SLOT_S
    draws, supply = tables["draws"], tables["supply_slots"]
    clean = np.zeros((2, records.clock.slots))
    at = (supply["slot_at"] // SLOT_S).astype(int)
    clean[supply["site"], at] = np.sum([supply[f"{source}_share"] for source in CLEAN_SOURCES], axis=0)
    initial = np.zeros((2, records.clock.slots))
    initial[supply["site"], at] = supply["initial_share"]
    pieces = cut(draws, tables["clocks"])
    site, others = draws["site"][pieces.draw], draws["session"][pieces.draw] < 0
    clean_of_others, initial_of_others = (
        (pieces.kwh * shares[site, pieces.slot])[others].sum() for shares in (clean, initial)
    )

    fed_kwh = tables["feed_slots"]["fed_back_kw"].sum() / 4
    assert value("run", "run", "fed_back_kwh") == pytest.approx(fed_kwh)
    assert value("run", "run", "released_kwh") == pytest.approx(fed_kwh / FEED_EFFICIENCY)
    kept_kwh = value("run", "run", "energy_kwh") - fed_kwh
    # What came from vehicles as of unknown origin and went to buildings is no longer with the fleets.
    known_kwh = kept_kwh + initial_of_others
    clean_of_fleets = value("run", "run", "clean_share") * known_kwh

    before = pieces.slot < first
    metered = np.bincount(pieces.slot, pieces.kwh, records.clock.slots)
    assert metered.sum() == pytest.approx(value("run", "run", "grid_kwh") + pieces.kwh[before].sum())
    assert clean_of_fleets + clean_of_others == pytest.approx(metered @ grid.clean_share)
    gross = np.average(tables["sessions"]["clean_share"], weights=tables["sessions"]["energy_kwh"])
    assert value("run", "run", "clean_share") != pytest.approx(gross, abs=1e-4)


def test_cost_and_emission_of_fleets_add_up_to_the_run_and_those_of_sites_are_gross() -> None:
    grid, prices = grid_and_prices()
    records = account(with_plant(feeding_depots().records()), grid, prices)
    value, sessions, feeds = looked_up(records), records.tables["sessions"], records.tables["feed_slots"]
    for name in ("cost_cny", "emission_kg"):
        fleets = sum(value("fleet", fleet, name) for fleet in ("city_line", "school_line"))
        assert value("run", "run", name) == pytest.approx(fleets)
        assert fleets == pytest.approx(sessions[name].sum() - feeds[name].sum())
        assert value("site", "north", name) == pytest.approx(sessions[name][sessions["site"] == 1].sum())
    kept_kwh = value("run", "run", "energy_kwh") - value("run", "run", "fed_back_kwh")
    assert value("run", "run", "cost_cny_per_kwh") == pytest.approx(value("run", "run", "cost_cny") / kept_kwh)


def test_the_sun_that_came_by_vehicle_counts_for_the_site_that_took_it() -> None:
    records = account(with_plant(feeding_depots().records()), *grid_and_prices())
    supply = select(records.tables["supply_slots"], records.tables["supply_slots"]["site"] == 1)
    assert not supply["available_kw"].any()
    assert supply["site_solar_share"].max() > 0.005
    stocks = records.tables["stocks"]
    sun = stocks["source"] == STOCK_SOURCES.index("site_solar")
    assert stocks["end_kwh"][sun & (stocks["holder_kind"] == 0)].sum() > 0.1


def test_power_of_fleets_is_what_they_drew() -> None:
    records = account(feeding_depots().records(), *grid_and_prices())
    _, powers = fleet_powers(records)
    assert min(power.min() for power in powers.values()) >= 0.0
    pieces = cut(records.tables["draws"], records.tables["clocks"])
    drew = (records.tables["draws"]["session"][pieces.draw] >= 0) & (pieces.kwh > 0.0) & (pieces.slot >= 96)
    assert sum(power.sum() for power in powers.values()) / 4 == pytest.approx(pieces.kwh[drew].sum())


def test_a_session_that_drew_no_more_than_rounding_leaves_the_shares_known() -> None:
    records = account(feeding_depots().records(), *grid_and_prices())
    sessions = dict(records.tables["sessions"])
    for name, number in (("energy_kwh", 1e-13), ("clean_share", np.nan)):
        sessions[name] = np.append(sessions[name], number)
    sessions = {
        name: values if name in ("energy_kwh", "clean_share") else np.append(values, values[-1])
        for name, values in sessions.items()
    }
    more = replace(records, tables={**records.tables, "sessions": sessions})
    before, after = looked_up(records), looked_up(more)
    assert after("run", "run", "clean_share") == pytest.approx(before("run", "run", "clean_share"))

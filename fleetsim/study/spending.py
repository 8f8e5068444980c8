"""Spending: what electricity the weeks of a sized site cost, and what panels and batteries spare of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from fleetsim.accounting.integrals import cut
from fleetsim.accounting.local_supply import local_supplies
from fleetsim.accounting.slots import reported_slots, slot_sums
from fleetsim.accounting.sums import Floats
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.economics.prices import Prices
from fleetsim.energy.hydrogen import LHV_KWH_PER_KG
from fleetsim.grid.mix import GridSlots
from fleetsim.results.records import Records
from fleetsim.results.schema import FLOWS, concatenate
from fleetsim.simulation.components import components
from fleetsim.simulation.names import entities, scenario_tables
from fleetsim.simulation.run import RUN_TABLES, run_component
from fleetsim.simulation.stage import Job
from fleetsim.simulation.supply_plan import supply_tables
from fleetsim.study.week import Week


@dataclass(frozen=True, slots=True)
class PricedWeek:
    """A week with what its electricity costs."""

    week: Week
    grid: GridSlots
    price_cny_per_kwh: Floats


@dataclass(frozen=True, slots=True)
class Spending:
    """Electricity of all sites of some weeks."""

    days: int
    drawn_cny: float
    """Drawn from the grid, at the tariff."""
    spared_cny: float
    """What panels and batteries gave, at the tariff of its time, less what batteries took."""
    fed_in_kwh: float
    made_kwh: float
    """Stored in vehicles and packs, and hydrogen that was produced or delivered (LHV)."""
    given_kwh: float
    """Stored in vehicles and packs, and hydrogen that was dispensed."""


@dataclass(frozen=True, slots=True)
class Bill:
    """Electricity of a year."""

    energy_cny: float
    """Drawn at the tariff, less what the grid pays for what is fed in."""
    spared_cny: float
    """What panels and batteries made of it less than it would be."""


def bill(spending: Spending, needed: Spending, prices: Prices) -> Bill:
    """A year of days like those of some weeks, for the same energy at every size.

    What a small site does not charge or takes from its stock is no saving: cost counts for each kilowatt-hour made, and
    as many are needed as ``needed``, the largest size in the same weeks, gives.
    """
    weight = needed.given_kwh / spending.made_kwh if spending.made_kwh > 0.0 else 1.0
    weight *= prices.year_days / spending.days
    earned_cny = spending.fed_in_kwh * prices.charging.feed_in_cny_per_kwh
    return Bill((spending.drawn_cny - earned_cny) * weight, (spending.spared_cny + earned_cny) * weight)


def total(weeks: Iterable[Spending]) -> Spending:
    """The weeks together."""
    every = list(weeks)
    return Spending(*(sum(getattr(week, field.name) for week in every) for field in fields(Spending)))


def spend(priced: PricedWeek) -> Spending:
    """Live through one week and add up what its electricity costs."""
    records, price = _records(priced.week), priced.price_cny_per_kwh
    tables, slots = records.tables, reported_slots(records.clock)
    pieces = cut(tables["draws"], tables["clocks"])
    load_kwh = slot_sums(pieces.kwh, tables["draws"]["site"][pieces.draw], pieces.slot, records)[:, slots]
    drawn_kwh, fed_in_kwh = load_kwh.copy(), 0.0
    for site, supply in local_supplies(records, priced.grid, price).items():
        drawn_kwh[site] = supply.slots["drawn_kw"] * (SLOT_S / HOUR_S)
        fed_in_kwh += float(supply.slots["fed_in_kw"].sum()) * (SLOT_S / HOUR_S)
    drawn_cny, load_cny = (float(np.sum(kwh @ price[slots])) for kwh in (drawn_kwh, load_kwh))
    flows, stored_kwh = tables["hydrogen_flows"], float(np.nansum(tables["sessions"]["stored_kwh"]))
    kg = {name: float(flows["hydrogen_kg"][flows["flow"] == code].sum()) for code, name in enumerate(FLOWS)}
    return Spending(
        days=records.clock.days,
        drawn_cny=drawn_cny,
        spared_cny=load_cny - drawn_cny,
        fed_in_kwh=fed_in_kwh,
        made_kwh=stored_kwh + (kg["produced"] + kg["delivered"]) * LHV_KWH_PER_KG,
        given_kwh=stored_kwh + kg["dispensed"] * LHV_KWH_PER_KG,
    )


def _records(week: Week) -> Records:
    """All that happened in the week."""
    scenario, names = week.scenario, entities(week.scenario)
    parts = [
        run_component(Job(scenario, component, week.signals, names, week.plans))
        for component in components(scenario.spec)
    ]
    tables = scenario_tables(scenario, names) | supply_tables(scenario, week.signals, names)
    tables |= {name: concatenate(name, [part[name] for part in parts]) for name in RUN_TABLES}
    return Records(scenario.spec.clock, names, tables)

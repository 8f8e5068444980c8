"""Spending: what electricity the weeks of a sized site cost, and what panels and batteries spare of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from fleetsim.accounting import account
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.economics.prices import Prices
from fleetsim.economics.statement import own_supply
from fleetsim.energy.hydrogen import LHV_KWH_PER_KG
from fleetsim.executors import InProcess
from fleetsim.grid.mix import GridSlots
from fleetsim.grid.tariff import PriceSlots
from fleetsim.results.schema import FLOWS
from fleetsim.scenario.schema import Scenario
from fleetsim.signals import Signals
from fleetsim.simulation.engine import compiled_components
from fleetsim.simulation.plant import base_by_slot_kw, standby_kw
from fleetsim.simulation.run import simulate


@dataclass(frozen=True, slots=True)
class PricedWeek:
    """A week with what its electricity costs."""

    scenario: Scenario
    signals: Signals
    grid: GridSlots
    prices: PriceSlots


@dataclass(frozen=True, slots=True)
class Spending:
    """Electricity of all sites of some weeks."""

    days: int
    drawn_cny: float
    """Drawn from the grid, at the tariff."""
    buildings_cny: float
    """What buildings and the standby of chargers would cost at the tariff, which no vehicle changes."""
    spared_cny: float
    """What panels and batteries gave, at the tariff of its time, less what batteries took."""
    fed_in_kwh: float
    made_kwh: float
    """Stored in vehicles and packs and not fed back, and hydrogen that was produced or delivered (LHV)."""
    given_kwh: float
    """Stored in vehicles and packs and not fed back, and hydrogen that was dispensed."""


@dataclass(frozen=True, slots=True)
class Bill:
    """Electricity of a year."""

    energy_cny: float
    """Drawn at the tariff, less what the grid pays for what is fed in."""
    spared_cny: float
    """What panels and batteries made of it less than it would be."""


def bill(spending: Spending, needed: Spending, prices: Prices) -> Bill:
    """A year of days like those of some weeks, for the same energy at every size.

    What a small site does not charge or takes from its stock is no saving: beyond its buildings, cost counts for each
    kilowatt-hour made, and as many are needed as ``needed``, the largest size in the same weeks, gives.
    """
    weight = needed.given_kwh / spending.made_kwh if spending.made_kwh > 0.0 else 1.0
    of_year = prices.year_days / spending.days
    earned_cny, buildings_cny = spending.fed_in_kwh * prices.charging.feed_in_cny_per_kwh, spending.buildings_cny
    return Bill(
        (buildings_cny + (spending.drawn_cny - earned_cny - buildings_cny) * weight) * of_year,
        (spending.spared_cny + earned_cny) * weight * of_year,
    )


def total(weeks: Iterable[Spending]) -> Spending:
    """The weeks together."""
    every = list(weeks)
    return Spending(*(sum(getattr(week, field.name) for week in every) for field in fields(Spending)))


def spend(week: PricedWeek) -> Spending:
    """Live through one week and add up what its electricity costs."""
    happened = simulate(week.scenario, week.signals, InProcess(), compiled_components(week.scenario))
    records = account(happened, week.grid, week.prices)
    spared_cny, fed_in_kwh = (float(by_site.sum()) for by_site in own_supply(records))
    sites, flows, hours = records.tables["site_slots"], records.tables["hydrogen_flows"], SLOT_S / HOUR_S
    taken_kw = sites["load_kw"] - sites["fed_back_kw"]
    stored_kwh = sum(
        sign * float(np.nansum(records.tables["sessions"][column]))
        for column, sign in (("stored_kwh", 1.0), ("released_kwh", -1.0))
    )
    kg = {name: float(flows["hydrogen_kg"][flows["flow"] == code].sum()) for code, name in enumerate(FLOWS)}
    return Spending(
        days=records.clock.days,
        drawn_cny=float((taken_kw * sites["price_cny_per_kwh"]).sum()) * hours - spared_cny,
        buildings_cny=_buildings_cny(week),
        spared_cny=spared_cny,
        fed_in_kwh=fed_in_kwh,
        made_kwh=stored_kwh + (kg["produced"] + kg["delivered"]) * LHV_KWH_PER_KG,
        given_kwh=stored_kwh + kg["dispensed"] * LHV_KWH_PER_KG,
    )


def _buildings_cny(week: PricedWeek) -> float:
    """What the buildings and standby of all sites draw in the reported time, at the tariff."""
    clock, sites = week.scenario.spec.clock, week.scenario.spec.sites.values()
    own_kw = sum(base_by_slot_kw(site, clock) + standby_kw(site, week.scenario) for site in sites)
    first = clock.report_from_s // SLOT_S
    return float((own_kw * week.prices.price_cny_per_kwh)[first:].sum()) * SLOT_S / HOUR_S

"""Local supply: what sites took from their own panels and batteries, and what that makes of each kilowatt-hour there.

The power of a site is constant between the changes of its draws, so its battery is followed exactly, from change to
change. What is local comes first: vehicles that feed back serve the loads, then panels the rest of the loads, the
battery and the grid; so what vehicles give never goes into the battery nor out through the connection. The loads of one
site and slot share one mix, that of all its suppliers together. A battery is well mixed, begins with energy of unknown
origin (``initial``), and what it loses stays with the kilowatt-hours that go through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fleetsim.accounting.hydrogen import mixed
from fleetsim.accounting.mix import CLEAN, EMISSION, FIRST_SOURCE, INITIAL, PER_KWH, Mix, of_grid, of_sun, unknown
from fleetsim.accounting.site_power import SitePower, site_power
from fleetsim.accounting.stocks import stock_rows
from fleetsim.accounting.sums import Floats, Ints, sums
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.energy.storage import Battery, Wishes, by_strategy, follow
from fleetsim.grid.mix import GridSlots
from fleetsim.results.records import Records
from fleetsim.results.schema import LOADS, STOCK_SOURCES, STORAGE_STRATEGIES, Frame, complete, concatenate, select

SLOTS_PER_HOUR = HOUR_S / SLOT_S
ROUNDING_KW = 1e-9
SUPPLY_LOADS = tuple(LOADS.index(load) for load in ("storage", "solar"))
"""Draws that accounting adds to those of the run."""


class Supplier(NamedTuple):
    """One that gives a site's loads energy: the grid, panels, a battery, vehicles that feed back."""

    kwh: Floats
    """Energy that the loads got from it in each slot."""
    mix: Floats
    """What that energy was made of: a row for each slot, or one for all, and the columns of a mix."""


def mix_of_loads(suppliers: Sequence[Supplier], idle: Floats) -> Floats:
    """What the loads of a site took in each slot was made of; ``idle`` where they took nothing."""
    total_kwh = np.sum([supplier.kwh for supplier in suppliers], axis=0)[:, np.newaxis]
    out = np.array(np.broadcast_to(idle, (len(total_kwh), idle.shape[-1])))
    taken = total_kwh > 0.0
    whole = np.zeros(out.shape)
    for supplier in suppliers:
        given = supplier.kwh[:, np.newaxis] > 0.0
        whole += np.where(given, supplier.kwh[:, np.newaxis] * supplier.mix, 0.0)
    return np.asarray(np.divide(whole, total_kwh, out=out, where=np.broadcast_to(taken, out.shape)))


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """What flowed at one site in stretches of constant power, kW AC."""

    edges_s: Floats
    load: Floats
    """All loads, less what vehicles fed back."""
    solar: Floats
    """What the panels gave, curtailed power left out."""
    curtailed: Floats
    charged: Floats
    charged_solar: Floats
    discharged: Floats
    drawn: Floats
    """From the grid."""
    fed_in: Floats
    level_kwh: Floats
    """Energy in the battery at each edge."""

    def by_slot_kwh(self, power_kw: Floats, slots: Ints) -> Floats:
        """Energy of a flow in each of consecutive slots."""
        slot = (self.edges_s[:-1] // SLOT_S).astype(np.int64) - slots[0]
        return sums(power_kw * np.diff(self.edges_s) / HOUR_S, np.minimum(slot, len(slots) - 1), len(slots))


@dataclass(frozen=True, slots=True, eq=False)
class LocalSupply:
    """The local supply of one site in the reported time."""

    flows: Flows
    slots: Frame
    """Its rows of ``supply_slots`` without the shares of sources."""
    served_kwh: Floats
    """What grid, panels and battery gave the loads in each reported slot."""
    mix: Floats
    """Mix of ``served_kwh``."""
    levels_kwh: Floats
    """Energy in its battery at the edges of the slots."""
    held: Floats
    """Mix of the battery at the end."""
    has_storage: bool

    @property
    def net_kwh(self) -> Floats:
        """What the battery drew beyond what panels and battery gave, in each reported slot."""
        slots = self.slots
        given_kw = slots["available_kw"] - slots["curtailed_kw"] + slots["discharged_kw"]
        return np.asarray((slots["charged_kw"] - given_kw) / SLOTS_PER_HOUR)

    def supply_slots(self, mix: Floats) -> Frame:
        """Its rows of ``supply_slots``; ``mix`` is that of its loads in each slot of the run."""
        sources = [source for source in STOCK_SOURCES if source not in ("delivered", "initial")]
        of_loads = mix[-len(self.mix) :]
        return {
            **self.slots,
            **{f"{source}_share": of_loads[:, FIRST_SOURCE + number] for number, source in enumerate(sources)},
            "initial_share": of_loads[:, INITIAL],
        }

    def site_slots(self, slots: Ints) -> Frame:
        """The columns of ``site_slots`` that differ from those of a site without supply of its own."""
        mine, flows = self.slots, self.flows
        at_connection = SitePower(flows.edges_s, flows.drawn - flows.fed_in)
        level_kwh = self.levels_kwh[1:]
        return {
            "solar_kw": mine["available_kw"] - mine["curtailed_kw"],
            "storage_kw": mine["charged_kw"] - mine["discharged_kw"],
            "fed_back_kw": mine["fed_back_kw"],
            "grid_kw": mine["drawn_kw"] - mine["fed_in_kw"],
            "peak_kw": at_connection.peaks_kw(slots),
            "storage_kwh": level_kwh if self.has_storage else np.full(len(level_kwh), np.nan),
        }


def local_supplies(
    records: Records, grid: GridSlots, price_cny_per_kwh: Floats, fed_kwh: Mapping[int, Floats]
) -> dict[int, LocalSupply]:
    """The local supply of each site that has any, by its code. ``records`` hold the draws of the run alone.

    ``fed_kwh`` is what vehicles fed back at a site in each reported slot; a site that has nothing else is one of them.
    """
    plants = records.tables["site_supply"]
    bare = np.setdiff1d(np.fromiter(fed_kwh, np.int64), plants["site"])
    nothing = complete("site_supply", {"site": bare, "solar_kwp": np.zeros(len(bare))})
    plants = concatenate("site_supply", [plants, nothing])
    return {
        int(site): _supply(
            select(plants, np.array([row])), records, grid, price_cny_per_kwh, fed_kwh.get(int(site), np.zeros(1))
        )
        for row, site in enumerate(plants["site"])
    }


def mix_of(supplies: dict[int, LocalSupply], records: Records, grid: GridSlots, price_cny_per_kwh: Floats) -> Mix:
    """The mix everywhere, vehicles left out. Before the reported time too little is known: there it is the grid's."""
    sites = {}
    for site, supply in supplies.items():
        sites[site] = of_grid(grid, price_cny_per_kwh, _city(records, site))
        sites[site][-len(supply.mix) :] = supply.mix
    cities = {int(site): _city(records, int(site)) for site in records.tables["sites"]["site"]}
    return Mix(grid, price_cny_per_kwh, sites, cities)


def supply_draws(supplies: dict[int, LocalSupply]) -> list[Frame]:
    """The draws of batteries and panels: what they draw from the site, or negative, give to it."""
    return [
        _draws(site, load, supply.flows.edges_s, power_kw)
        for site, supply in supplies.items()
        for load, power_kw in (
            ("solar", -supply.flows.solar),
            ("storage", supply.flows.charged - supply.flows.discharged),
        )
    ]


def storage_stocks(supplies: dict[int, LocalSupply], records: Records) -> Frame:
    """The ``stocks`` of the batteries."""
    columns = [INITIAL, CLEAN, EMISSION, *range(FIRST_SOURCE, FIRST_SOURCE + STOCK_SOURCES.index("site_solar") + 1)]
    plants = records.tables["site_supply"]
    stored = plants["site"][np.isfinite(plants["storage_kwh"])].tolist()
    return concatenate(
        "stocks",
        [
            stock_rows(
                "battery",
                np.array([records.entities["sites"][site]], dtype=object),
                supplies[site].levels_kwh[:1],
                supplies[site].levels_kwh[-1:],
                supplies[site].held[np.newaxis, columns],
            )
            for site in stored
        ],
    )


def _supply(plant: Frame, records: Records, grid: GridSlots, price_cny_per_kwh: Floats, fed_kwh: Floats) -> LocalSupply:
    tables, site = records.tables, plant["site"][0]
    draws, clocks = (select(tables[name], tables[name]["site"] == site) for name in ("draws", "clocks"))
    slots = np.arange(records.clock.report_from_s // SLOT_S, records.clock.slots)
    known = _known(plant, records, slots)
    power = site_power(draws, clocks, slots)
    flows = _flows(plant, power, known, slots, _limit_kw(records, site))
    kwh = {name: flows.by_slot_kwh(getattr(flows, name), slots) for name in ("charged", "charged_solar", "discharged")}
    kwh |= {name: flows.by_slot_kwh(getattr(flows, name), slots) for name in ("solar", "curtailed", "drawn", "fed_in")}
    levels_kwh = flows.level_kwh[np.searchsorted(flows.edges_s, np.append(slots, slots[-1] + 1) * float(SLOT_S))]

    from_grid, sun = of_grid(grid, price_cny_per_kwh, _city(records, site))[slots], of_sun()
    grid_to_battery = kwh["charged"] - kwh["charged_solar"]
    into = mix_of_loads((Supplier(grid_to_battery, from_grid), Supplier(kwh["charged_solar"], sun)), from_grid)
    out, held = _through(_battery(plant), levels_kwh, into, kwh["charged"], kwh["discharged"])
    mix = mix_of_loads(
        (
            Supplier(np.maximum(kwh["drawn"] - grid_to_battery, 0.0), from_grid),
            Supplier(np.maximum(kwh["solar"] - kwh["charged_solar"] - kwh["fed_in"], 0.0), sun),
            Supplier(kwh["discharged"], out),
        ),
        from_grid,
    )
    powers = ("curtailed", "charged", "charged_solar", "discharged", "drawn", "fed_in")
    completed = {
        **known,
        **{f"{name}_kw": kwh[name] * SLOTS_PER_HOUR for name in powers},
        "fed_back_kw": np.broadcast_to(fed_kwh * SLOTS_PER_HOUR, slots.shape),
    }
    served_kwh = np.maximum(flows.by_slot_kwh(flows.load, slots), 0.0)
    has_storage = bool(np.isfinite(plant["storage_kwh"][0]))
    return LocalSupply(flows, completed, served_kwh, mix, levels_kwh, held, has_storage)


def _known(plant: Frame, records: Records, slots: Ints) -> Frame:
    """What was known of a site's slots before the run: nothing where there are neither panels nor a battery."""
    known = select(records.tables["supply_slots"], records.tables["supply_slots"]["site"] == plant["site"][0])
    if len(known["site"]):
        return known
    nothing = np.zeros(len(slots))
    columns = {"slot_at": slots * float(SLOT_S), "available_kw": nothing, "promised_kw": nothing}
    return complete("supply_slots", {"site": np.full(len(slots), plant["site"][0]), **columns})


def _flows(plant: Frame, power: SitePower, known: Frame, slots: Ints, limit_kw: float) -> Flows:
    """Follow the battery, then share what is drawn and given in each stretch."""
    load = np.where(np.abs(power.power_kw) < ROUNDING_KW, 0.0, power.power_kw)
    slot = np.minimum((power.edges_s[:-1] // SLOT_S).astype(np.int64) - slots[0], len(slots) - 1)
    available = known["available_kw"][slot]
    lengths_s, edges_s = np.diff(power.edges_s), power.edges_s
    storage, level_kwh = np.zeros(len(load)), np.zeros(len(load) + 1)
    if np.isfinite(plant["storage_kwh"][0]):
        wishes = _wishes(plant, load - available, select(known, slot), lengths_s, limit_kw)
        initial_kwh, promised_kwh = float(plant["initial_kwh"][0]), float(plant["promised_kwh"][0])
        lengths_s, storage, level_kwh, of = follow(_battery(plant), initial_kwh, promised_kwh, wishes)
        load, available = load[of], available[of]
        edges_s = _edges(power.edges_s, lengths_s, of)
    charged, discharged = np.maximum(storage, 0.0), np.maximum(-storage, 0.0)
    net = load + storage - available
    surplus = np.maximum(-net, 0.0)
    fed_in = np.minimum(surplus, limit_kw) if plant["feed_in"][0] else np.zeros(len(surplus))
    return Flows(
        edges_s=edges_s,
        load=load,
        solar=available - (surplus - fed_in),
        curtailed=surplus - fed_in,
        charged=charged,
        charged_solar=np.minimum(charged, np.maximum(available - load, 0.0)),
        discharged=discharged,
        drawn=np.maximum(net, 0.0),
        fed_in=fed_in,
        level_kwh=level_kwh,
    )


def _wishes(plant: Frame, net_kw: Floats, known: Frame, lengths_s: Floats, limit_kw: float) -> Wishes:
    """What the battery would do by its strategy where the loads draw ``net_kw`` more than the panels give."""
    target_kw = min(float(plant["target_kw"][0]), limit_kw)
    strategy, promised_kw = STORAGE_STRATEGIES[plant["strategy"][0]], known["promised_kw"]
    take, give = by_strategy(strategy, net_kw, promised_kw, known["may_give"].astype(np.bool_), target_kw)
    most_kw = plant["storage_kw"][0]
    return Wishes(lengths_s, np.minimum(take, most_kw), np.minimum(give, most_kw), promised_kw)


def _edges(edges_s: Floats, lengths_s: Floats, of: Ints) -> Floats:
    """Edges of stretches that were cut: those of the stretches that they are parts of, and the cuts between."""
    first = np.concatenate(([True], of[1:] != of[:-1]))
    before_s = np.concatenate(([0.0], np.cumsum(lengths_s)[:-1]))
    since_s = before_s - before_s[np.flatnonzero(first)[np.cumsum(first) - 1]]
    return np.append(np.minimum(edges_s[of] + since_s, edges_s[of + 1]), edges_s[-1])


def _through(
    battery: Battery, levels_kwh: Floats, into: Floats, charged_kwh: Floats, discharged_kwh: Floats
) -> tuple[Floats, Floats]:
    """Mix of what a battery gave in each slot, and of what it holds at the end; flows are even within a slot."""
    eta, held, out = battery.one_way, unknown(), np.zeros(into.shape)
    stored = into.copy()
    stored[:, PER_KWH] /= eta
    for slot in range(len(into)):
        came_kwh, gone_kwh = charged_kwh[slot] * eta, discharged_kwh[slot] / eta
        held, out[slot] = mixed(held, levels_kwh[slot], stored[slot], came_kwh, gone_kwh)
    out[:, PER_KWH] /= eta
    return out, held


def _battery(plant: Frame) -> Battery:
    if not np.isfinite(plant["storage_kwh"][0]):
        return Battery(0.0, 0.0, 1.0)
    return Battery(*(float(plant[name][0]) for name in ("storage_kwh", "storage_kw", "round_trip_efficiency")))


def _limit_kw(records: Records, site: int) -> float:
    """What connection and transformer carry, either way."""
    sites = select(records.tables["sites"], records.tables["sites"]["site"] == site)
    limit_kw = float(np.fmin(sites["connection_kw"], sites["transformer_kw"])[0])
    return limit_kw if np.isfinite(limit_kw) else np.inf


def _city(records: Records, site: int) -> str:
    sites = records.tables["sites"]
    city: str = records.entities["cities"][sites["city"][sites["site"] == site][0]]
    return city


def _draws(site: int, load: str, edges_s: Floats, power_kw: Floats) -> Frame:
    """Draws of one load: stretches of equal power together, those without power left out."""
    starts = np.flatnonzero(np.concatenate(([True], power_kw[1:] != power_kw[:-1])))
    end_s = np.append(edges_s[starts[1:]], edges_s[-1])
    flowing = (power_kw[starts] != 0.0) & (end_s > edges_s[starts])
    starts, end_s = starts[flowing], end_s[flowing]
    return complete(
        "draws",
        {
            "site": np.full(len(starts), site),
            "load": np.full(len(starts), LOADS.index(load)),
            "start_at": edges_s[starts],
            "end_at": end_s,
            "offered_kw": power_kw[starts],
        },
    )

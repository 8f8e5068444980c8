"""Hydrogen accounting: what the storage of each station, and so each tank and each kilometre, was made of.

A storage is well mixed. It starts with hydrogen of unknown origin (``initial``); production adds hydrogen of the mix of
the station's electricity at that moment, compressor and vented hydrogen included; a truck adds ``delivered`` hydrogen,
which counts as not clean. Tanks are followed like batteries, in kilograms in place of kilowatt-hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fleetsim.accounting import mix as mixes
from fleetsim.accounting.stocks import (
    CLEAN,
    EMISSION,
    FIRST_SOURCE,
    INITIAL,
    NOTHING,
    Trace,
    account_trips,
    stock_rows,
    trace,
)
from fleetsim.accounting.sums import Floats, ratio, sums
from fleetsim.clock import SLOT_S, Clock
from fleetsim.energy.hydrogen import LHV_KWH_PER_KG
from fleetsim.grid.mix import GridSlots
from fleetsim.results.records import Records
from fleetsim.results.schema import FLOWS, SOURCES, STOCK_SOURCES, Entities, Frame, complete, concatenate, select

_INITIAL, _PRODUCED, _VENTED, _DELIVERED, _DISPENSED = (
    FLOWS.index(flow) for flow in ("initial", "produced", "vented", "delivered", "dispensed")
)
_BEFORE_DELIVERED = STOCK_SOURCES.index("delivered")
"""Number of sources that stand before that of delivered hydrogen."""
_EVEN = 1e-9
"""In- and outflow that differ by less than this share are equal."""
_INSTANT_S = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class StorageTrace:
    """The storage of one station through time, cut where any flow or the grid's mix changes."""

    at_s: Floats
    """Edges of the pieces."""
    level_kg: Floats
    """Level at each edge."""
    out: Floats
    """Composition of what each piece gives, of the columns of a :class:`~fleetsim.accounting.stocks.Trace`."""
    left: Floats
    """Composition at the end."""

    def level_after(self, at_s: Floats) -> Floats:
        """Level at some moments."""
        return np.asarray(np.interp(at_s, self.at_s, self.level_kg))

    def between(self, start_s: Floats, end_s: Floats) -> Floats:
        """Mean composition of what the storage gave at an even rate between two moments."""
        lengths_s = np.diff(self.at_s)[:, None]
        done = np.concatenate((np.zeros((1, self.out.shape[1])), np.cumsum(self.out * lengths_s, axis=0)))

        def integral(at_s: Floats) -> Floats:
            piece = np.clip(np.searchsorted(self.at_s, at_s, side="right") - 1, 0, len(self.out) - 1)
            return np.asarray(done[piece] + self.out[piece] * (at_s - self.at_s[piece])[:, None])

        start_s, end_s = np.maximum(start_s, self.at_s[0]), np.maximum(end_s, self.at_s[0])
        return np.asarray((integral(end_s) - integral(start_s)) / np.maximum(end_s - start_s, _INSTANT_S)[:, None])


@dataclass(frozen=True, slots=True, eq=False)
class HydrogenTrace:
    """Where the hydrogen of the storages, of the fills and of the tanks came from."""

    storages: dict[int, StorageTrace]
    """By code of the site."""
    fills: Floats
    """Composition of each refuel."""
    tanks: Trace
    """In kilograms where it says kWh."""


def trace_hydrogen(records: Records, mix: Floats, of_sites: Mapping[int, Floats] | None = None) -> HydrogenTrace:
    """Follow the hydrogen from the electrolysers through storages and tanks.

    ``mix`` has a row for each slot of the run: initial share, clean share, kg CO2 per kWh, and any shares of sources.
    ``of_sites`` are those of sites with panels or a battery of their own, by code.
    """
    own = of_sites or {}
    refuels, vehicles = records.tables["refuels"], records.tables["vehicles"]
    flows = records.tables["hydrogen_flows"]
    sites = np.unique(flows["site"][flows["flow"] == _INITIAL]).tolist()
    storages = {site: _trace(select(flows, flows["site"] == site), records.clock, own.get(site, mix)) for site in sites}
    fills = np.zeros((len(refuels["vehicle"]), mix.shape[1]))
    for site, storage in storages.items():
        here = refuels["site"] == site
        fills[here] = storage.between(refuels["start_at"][here], refuels["end_at"][here])
        fills[here, EMISSION] *= 1.0 + _vented_share(select(flows, flows["site"] == site))
    stops = as_stops(refuels, vehicles)
    tanks = {
        **{name: complete(name, {}) for name in ("sites", "swaps")},
        "vehicles": {**vehicles, "battery_kwh": vehicles["tank_kg"]},
        "trips": in_kilograms(records.tables["trips"]),
    }
    return HydrogenTrace(storages, fills, trace(tanks, stops, fills[:, 1:], fills[:, INITIAL]))


def _vented_share(flows: Frame) -> float:
    """What was vented at the dispenser over what went into tanks; its emission stays with the tanks."""
    kg, at_dispenser = flows["hydrogen_kg"], flows["vehicle"] >= 0
    vented_kg = kg[at_dispenser & (flows["flow"] == _VENTED)].sum()
    return float(vented_kg / max(kg[at_dispenser & (flows["flow"] == _DISPENSED)].sum(), NOTHING))


def as_stops(refuels: Frame, vehicles: Frame) -> Frame:
    """Refuels as a tank sees them: what charging is to a battery."""
    capacity_kg = vehicles["tank_kg"][refuels["vehicle"]]
    return {
        "vehicle": refuels["vehicle"],
        "site": refuels["site"],
        "pack": np.full(len(refuels["vehicle"]), -1),
        "plug_at": refuels["start_at"],
        "soc_start": refuels["tank_start_kg"] / capacity_kg,
        "soc_end": refuels["tank_end_kg"] / capacity_kg,
        "stored_kwh": refuels["hydrogen_kg"],
        "released_kwh": np.zeros(len(refuels["vehicle"])),
    }


def in_kilograms(trips: Frame) -> Frame:
    """Trips as a tank sees them: what they used is hydrogen."""
    nothing = np.full(len(trips["trip"]), np.nan)
    return {**trips, "used_kwh": trips["hydrogen_kg"], "hydrogen_kg": nothing}


def grid_mix(grid: GridSlots) -> Floats:
    """What to trace of a kilowatt-hour of the grid, slot by slot.

    Shares of initial and of clean energy, kg CO2, shares of the sources up to delivered.
    """
    shares = np.zeros((len(grid.clean_share), _BEFORE_DELIVERED + 1))
    shares[:, : len(SOURCES)] = np.column_stack(mixes.source_ratios(grid))
    return np.column_stack((np.zeros(len(shares)), grid.clean_share, grid.emission_kg_per_kwh, shares))


def site_mixes(mix: mixes.Mix) -> dict[int, Floats]:
    """The same of sites with panels or a battery of their own, by code."""
    columns = [mixes.INITIAL, mixes.CLEAN, mixes.EMISSION, *range(mixes.FIRST_SOURCE, mixes.COLUMNS)]
    return {site: np.column_stack((rows[:, columns], np.zeros(len(rows)))) for site, rows in mix.sites.items()}


def account_flows(flows: Frame, mix: mixes.Mix) -> Frame:
    """The flows with clean share, emission and cost of what was produced, by its power slot by slot."""
    out = {**flows, **{name: flows[name].copy() for name in ("clean_share", "emission_kg", "cost_cny")}}
    grid, produced = mix.grid, flows["flow"] == _PRODUCED
    no_share = np.zeros(len(mix.price_cny_per_kwh))
    signals = {-1: (no_share, grid.clean_share, grid.emission_kg_per_kwh, mix.price_cny_per_kwh)}
    columns = (mixes.INITIAL, mixes.CLEAN, mixes.EMISSION, mixes.COST)
    for site, rows in mix.sites.items():
        signals[site] = (rows[:, columns[0]], rows[:, columns[1]], rows[:, columns[2]], rows[:, columns[3]])
    place = np.where(np.isin(flows["site"], list(mix.sites)), flows["site"], -1)
    for site, (initial, clean, emission, price) in signals.items():
        made = np.flatnonzero(produced & (place == site))
        start_s, end_s, kwh = (flows[name][made] for name in ("start_at", "end_at", "energy_kwh"))
        known = 1.0 - _mean(initial, start_s, end_s)
        out["clean_share"][made] = ratio(_mean(clean, start_s, end_s), np.where(known < NOTHING, 0.0, known))
        out["emission_kg"][made] = _mean(emission, start_s, end_s) * kwh
        out["cost_cny"][made] = _mean(price, start_s, end_s) * kwh
    out["clean_share"][flows["flow"] == _DELIVERED] = 0.0
    return out


def account_refuels(refuels: Frame, traced: HydrogenTrace) -> Frame:
    """The refuels with the clean share of their hydrogen, its initial part left out."""
    known = 1.0 - traced.fills[:, INITIAL]
    return {**refuels, "clean_share": ratio(traced.fills[:, CLEAN], np.where(known < NOTHING, 0.0, known))}


def account_fuelled_trips(trips: Frame, traced: HydrogenTrace) -> Frame:
    """The trips with the shares and emission of those that used hydrogen; the others stay as they are."""
    if not len(traced.fills):
        return trips
    fuelled = np.isfinite(trips["hydrogen_kg"])
    accounted = account_trips(in_kilograms(trips), traced.tanks)
    names = ("initial_share", "clean_share", "emission_kg")
    return {**trips, **{name: np.where(fuelled, accounted[name], trips[name]) for name in names}}


def hydrogen_stocks(traced: HydrogenTrace, entities: Entities) -> Frame:
    """The ``stocks`` of storages and tanks, as energy by the lower heating value."""
    tanks = traced.tanks
    vehicles = np.array(entities["vehicles"], dtype=object)[tanks.events.holders]
    frames = [
        stock_rows(
            "tank", vehicles, tanks.initial_kwh * LHV_KWH_PER_KG, tanks.left_kwh * LHV_KWH_PER_KG, tanks.left_held
        )
    ]
    for site, storage in sorted(traced.storages.items()):
        name, level_kwh = np.array([entities["sites"][site]], dtype=object), storage.level_kg * LHV_KWH_PER_KG
        frames.append(stock_rows("storage", name, level_kwh[:1], level_kwh[-1:], storage.left[np.newaxis]))
    return concatenate("stocks", frames)


def slot_levels_kg(slots: Frame, traced: HydrogenTrace) -> Floats:
    """Level of each site's storage at the end of each slot, row by row of ``site_slots``."""
    out = np.full(len(slots["site"]), np.nan)
    for site, storage in traced.storages.items():
        here = slots["site"] == site
        out[here] = storage.level_after(slots["slot_at"][here] + SLOT_S)
    return out


def _trace(flows: Frame, clock: Clock, mix: Floats) -> StorageTrace:
    """Follow one storage piece by piece: in each, all flows and the grid's mix are even."""
    slots_s = np.arange(clock.report_from_s, clock.end_s + 1, SLOT_S, dtype=np.float64)
    at_s = np.unique(np.concatenate((slots_s, flows["start_at"], flows["end_at"])))
    lengths_s = np.diff(at_s)

    at_dispenser = flows["vehicle"] >= 0

    def piecewise(flow: int, column: str, dispensing: bool = False) -> Floats:
        """Amount of a flow in each piece, behind the electrolyser or at the dispenser."""
        rows = (flows["flow"] == flow) & (flows["end_at"] > flows["start_at"]) & (at_dispenser == dispensing)
        start_s, end_s = flows["start_at"][rows], flows["end_at"][rows]
        rate = flows[column][rows] / (end_s - start_s)
        first, last = np.searchsorted(at_s, start_s), np.searchsorted(at_s, end_s)

        def going(values: Floats) -> Floats:
            return np.asarray(np.cumsum(sums(values, first, len(at_s)) - sums(values, last, len(at_s)))[:-1])

        return np.where(going(np.ones(len(rate))) > 0.5, going(rate) * lengths_s, 0.0)

    came_kg = piecewise(_PRODUCED, "hydrogen_kg") - piecewise(_VENTED, "hydrogen_kg")
    gone_kg = piecewise(_DISPENSED, "hydrogen_kg", dispensing=True)
    gone_kg = gone_kg + piecewise(_VENTED, "hydrogen_kg", dispensing=True)
    energy_kwh = piecewise(_PRODUCED, "energy_kwh")
    trucks = flows["flow"] == _DELIVERED
    truck_at = np.searchsorted(at_s, flows["start_at"][trucks])
    truck_kg = sums(flows["hydrogen_kg"][trucks], truck_at, len(at_s))
    truck_emission_kg = sums(flows["emission_kg"][trucks], truck_at, len(at_s))

    slot = np.minimum((at_s[:-1] // SLOT_S).astype(np.int64), len(mix) - 1)
    made = mix[slot]
    made[:, EMISSION] *= np.divide(energy_kwh, came_kg, out=np.zeros(len(slot)), where=came_kg > 0.0)
    # Emission of lifting between banks what is there already.
    lifting_kg = np.where(came_kg > 0.0, 0.0, energy_kwh * mix[slot, EMISSION])
    brought = np.zeros(made.shape[1])
    delivered = FIRST_SOURCE + _BEFORE_DELIVERED
    brought[delivered : delivered + 1] = 1.0

    held = np.zeros(made.shape[1])
    held[INITIAL] = 1.0
    level_kg = float(flows["hydrogen_kg"][flows["flow"] == _INITIAL].sum())
    levels_kg, out = np.empty(len(at_s)), np.empty(made.shape)
    for piece in range(len(at_s)):
        if truck_kg[piece] > 0.0:
            brought[EMISSION] = truck_emission_kg[piece] / truck_kg[piece]
            level_kg += truck_kg[piece]
            held = held + (brought - held) * (truck_kg[piece] / level_kg)
        levels_kg[piece] = level_kg
        if piece < len(out):
            if lifting_kg[piece] > 0.0:
                held = held.copy()
                held[EMISSION] += lifting_kg[piece] / level_kg
            held, out[piece] = mixed(held, level_kg, made[piece], came_kg[piece], gone_kg[piece])
            level_kg += came_kg[piece] - gone_kg[piece]
    return StorageTrace(at_s, levels_kg, out, held)


def mixed(held: Floats, level_kg: float, made: Floats, came_kg: float, gone_kg: float) -> tuple[Floats, Floats]:
    """Composition of a well-mixed storage after even in- and outflow, and that of what it gave meanwhile.

    ``dc/dt = in / L (c_in - c)`` with a level that changes evenly: ``c - c_in`` shrinks by
    ``(L1 / L0) ^ (-in / (in - out))``, by ``exp(-in / L0)`` where the flows are equal. What was given follows from the
    balance, so nothing gets lost.

    >>> after, given = mixed(np.array([1.0]), 10.0, np.array([0.0]), came_kg=10.0, gone_kg=10.0)
    >>> after.round(4).tolist(), given.round(4).tolist()
    ([0.3679], [0.6321])
    """
    if came_kg <= 0.0:
        return held, held
    end_kg = level_kg + came_kg - gone_kg
    if gone_kg <= 0.0:
        after = held + (made - held) * (came_kg / end_kg)
        return after, after
    if level_kg <= 0.0:
        return made, made
    if abs(came_kg - gone_kg) <= _EVEN * came_kg:
        kept = float(np.exp(-came_kg / level_kg))
    else:
        kept = float(max(end_kg, 0.0) / level_kg) ** (-came_kg / (came_kg - gone_kg))
    after = made + (held - made) * kept
    return after, (level_kg * held + came_kg * made - end_kg * after) / gone_kg


def _mean(signal: Floats, start_s: Floats, end_s: Floats) -> Floats:
    """Mean of a signal by slot over some stretches of time."""
    edges_s = np.arange(len(signal) + 1) * float(SLOT_S)
    integral = np.concatenate(([0.0], np.cumsum(signal * SLOT_S)))
    whole = np.interp(end_s, edges_s, integral) - np.interp(start_s, edges_s, integral)
    return np.asarray(whole / (end_s - start_s))

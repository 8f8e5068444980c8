"""What vehicles feed back: what it was made of, and what the loads of their sites were given with it.

A battery that feeds back is well mixed and begins as ``initial``. In a slot it gives of what it held when the slot
began, and takes what the loads of its site get in that slot; so nothing goes round within a slot, and all batteries
and sites are walked together, slot by slot: one may charge here and feed there. What vehicles feed goes to the loads
of their site alone, before its panels, its battery and the grid: never into its battery, never out of it. What is lost
on the way stays with the kilowatt-hours that went through. Batteries that feed nothing are not walked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from fleetsim.accounting.holders import holders
from fleetsim.accounting.integrals import cut
from fleetsim.accounting.local_supply import LocalSupply, Supplier, mix_of_loads
from fleetsim.accounting.mix import (
    CLEAN,
    COLUMNS,
    CONSUMPTION,
    COST,
    DEDICATED,
    EMISSION,
    FIRST_SOURCE,
    INITIAL,
    PER_KWH,
    ZONE,
    Mix,
    of_grid,
    unknown,
)
from fleetsim.accounting.sessions import contractual_share, session_of_draw
from fleetsim.accounting.stocks import NOTHING
from fleetsim.accounting.sums import Floats, Ints, ratio, sums
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.results.records import Records
from fleetsim.results.schema import STOCK_SOURCES, Frame, complete, select

_TRACED = (CLEAN, EMISSION, *range(FIRST_SOURCE, COLUMNS))
"""What a trace of batteries follows of a mix."""


@dataclass(frozen=True, slots=True, eq=False)
class Exchanges:
    """What batteries that feed back took and gave, by session and slot; ordered by slot, battery and time."""

    session: Ints
    """Row of the session."""
    site: Ints
    slot: Ints
    drawn_kwh: Floats
    """At the meter, as what was fed."""
    fed_kwh: Floats
    stored_kwh: Floats
    """In the battery, as what was released."""
    released_kwh: Floats
    stop: Ints
    """Number of the stop: what one battery did in one slot."""
    first: Ints
    """First entry of each stop."""
    holder: Ints
    """Battery of each stop, numbered from 0."""
    level_kwh: Floats
    """What the battery held before each stop."""
    battery_kwh: Floats
    """Energy of the full battery, by stop."""

    def fed_by_site(self, slots: Ints) -> dict[int, Floats]:
        """Energy fed at each site that was fed, in each of consecutive slots."""
        fed = np.unique(self.site[self.fed_kwh > 0.0])
        inside = self.slot >= slots[0]
        return {
            int(site): sums(self.fed_kwh[rows], self.slot[rows] - slots[0], len(slots))
            for site in fed
            for rows in (inside & (self.site == site),)
        }


NOBODY = Exchanges(*np.empty((3, 0), np.int64), *np.empty((4, 0)), *np.empty((3, 0), np.int64), *np.empty((2, 0)))
"""What is exchanged where nobody feeds back."""


def exchanges(records: Records) -> Exchanges:
    """What the batteries that feed back took and gave; nothing where none does."""
    tables, draws, sessions = records.tables, records.tables["draws"], records.tables["sessions"]
    if not np.any(draws["offered_kw"] < 0.0):
        return NOBODY
    batteries, of_draw, count = holders(tables), session_of_draw(draws, sessions), len(sessions["session"])
    of_session = batteries.of_session
    feeding = of_session[of_draw[(draws["offered_kw"] < 0.0) & (of_draw >= 0)]]
    walked = select(draws, np.append(np.isin(of_session, feeding), False)[of_draw])
    pieces = cut(walked, tables["clocks"])
    rows = np.flatnonzero(pieces.kwh)
    of_piece = session_of_draw(walked, sessions)[pieces.draw[rows]]
    entries, entry = np.unique(pieces.slot[rows] * np.int64(count) + of_piece, return_inverse=True)
    slot, session = np.divmod(entries, count)
    order = np.lexsort((sessions["plug_at"][session], of_session[session], slot))
    slot, session = slot[order], session[order]
    kwh = pieces.kwh[rows]
    drawn_kwh, fed_kwh = (sums(np.maximum(sign * kwh, 0.0), entry, len(order))[order] for sign in (1.0, -1.0))

    def in_battery(column: str, at_meter_kwh: Floats) -> Floats:
        """What a column of the sessions says of the battery, spread over the slots like what passed the meter."""
        per_kwh = ratio(np.nan_to_num(sessions[column]), sums(at_meter_kwh, session, count))
        return np.where(at_meter_kwh > 0.0, at_meter_kwh * per_kwh[session], 0.0)

    stored_kwh, released_kwh = in_battery("stored_kwh", drawn_kwh), in_battery("released_kwh", fed_kwh)
    holder, changed = of_session[session], np.ones(len(session), dtype=np.bool_)
    changed[1:] = (holder[1:] != holder[:-1]) | (slot[1:] != slot[:-1])
    first = np.flatnonzero(changed)
    capacity_kwh = batteries.battery_kwh[holder[first]]
    gained_kwh = _before_in_session(session, stored_kwh - released_kwh)[first]
    return Exchanges(
        session=session,
        site=sessions["site"][session].astype(np.int64),
        slot=slot,
        drawn_kwh=drawn_kwh,
        fed_kwh=fed_kwh,
        stored_kwh=stored_kwh,
        released_kwh=released_kwh,
        stop=np.cumsum(changed) - 1,
        first=first,
        holder=np.unique(holder[first], return_inverse=True)[1],
        level_kwh=sessions["soc_start"][session[first]] * capacity_kwh + gained_kwh,
        battery_kwh=capacity_kwh,
    )


def _before_in_session(session: Ints, kwh: Floats) -> Floats:
    """Sum of the earlier entries of the same session, entry by entry."""
    order = np.argsort(session, kind="stable")
    before = np.cumsum(kwh[order]) - kwh[order]
    _, first, length = np.unique(session[order], return_index=True, return_counts=True)
    out = np.empty(len(kwh))
    out[order] = before - np.repeat(before[first], length)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Feeding:
    """Batteries that feed back, followed through all slots."""

    exchanges: Exchanges
    mix: Mix
    """The mix everywhere, with what the vehicles gave."""
    given: Floats
    """Mix of what each entry fed, per kWh at the meter."""
    taken: Floats
    """Mix of what each stop stored, per kWh in the battery."""

    def feed_slots(self, records: Records, certified: float) -> Frame:
        """The ``feed_slots`` table: a row for each session and slot in which it fed back.

        ``certified`` is the part of all energy that certificates cover.
        """
        sessions, grid, made = records.tables["sessions"], self.mix.grid, self.exchanges
        rows = np.flatnonzero(made.fed_kwh > 0.0)
        of, slot, kwh, mix = made.session[rows], made.slot[rows], made.fed_kwh[rows], self.given[rows]
        known = np.where(mix[:, INITIAL] > 1.0 - NOTHING, 0.0, 1.0 - mix[:, INITIAL])
        dedicated = ratio(mix[:, DEDICATED], known)
        sources = [source for source in STOCK_SOURCES if source not in ("delivered", "initial")]
        return complete(
            "feed_slots",
            {
                "session": sessions["session"][of],
                "vehicle": sessions["vehicle"][of],
                "site": sessions["site"][of],
                "slot_at": slot * float(SLOT_S),
                "fed_back_kw": kwh * (HOUR_S / SLOT_S),
                "clean_share": ratio(mix[:, CLEAN], known),
                "clean_share_consumption": ratio(mix[:, CONSUMPTION], known),
                "clean_share_dedicated": dedicated,
                "clean_share_zone": ratio(mix[:, ZONE], known),
                "clean_share_contractual": contractual_share(certified, dedicated),
                "emission_kg": kwh * mix[:, EMISSION],
                "emission_marginal_province_kg": kwh * grid.emission_marginal_province_kg_per_kwh[slot],
                "emission_marginal_southern_kg": kwh * grid.emission_marginal_southern_kg_per_kwh[slot],
                "cost_cny": kwh * mix[:, COST],
                **{f"{source}_share": mix[:, FIRST_SOURCE + number] for number, source in enumerate(sources)},
                "initial_share": mix[:, INITIAL],
            },
        )

    def stops(self, sessions: Frame, properties: Floats, initial_share: Floats) -> tuple[Frame, Floats, Floats]:
        """Sessions, their properties and initial shares, for tracing; those of walked batteries slot by slot."""
        made = self.exchanges
        if not len(made.first):
            return sessions, properties, initial_share
        whole = np.setdiff1d(np.arange(len(sessions["session"])), made.session)
        rows, stops = made.session[made.first], len(made.first)
        stored_kwh, released_kwh = (sums(kwh, made.stop, stops) for kwh in (made.stored_kwh, made.released_kwh))
        by_slot = {
            **{name: sessions[name][rows] for name in ("vehicle", "pack", "site")},
            "plug_at": np.maximum(sessions["plug_at"][rows], made.slot[made.first] * float(SLOT_S)),
            "soc_start": made.level_kwh / made.battery_kwh,
            "soc_end": (made.level_kwh + stored_kwh - released_kwh) / made.battery_kwh,
            "stored_kwh": stored_kwh,
            "released_kwh": released_kwh,
        }
        frame = {name: np.concatenate((sessions[name][whole], values)) for name, values in by_slot.items()}
        properties = np.concatenate((properties[whole], self.taken[:, _TRACED]))
        return frame, properties, np.concatenate((initial_share[whole], self.taken[:, INITIAL]))


def walk(made: Exchanges, supplies: Mapping[int, LocalSupply], mix: Mix, records: Records) -> Feeding:
    """Follow the batteries that feed back; ``mix`` is what grid, panels and batteries of the sites gave.

    Before the reported time the loads are not known, and the mix stays the grid's. A battery holds more at the start
    of a slot than it gives within it.
    """
    given, taken = np.zeros((len(made.slot), COLUMNS)), np.zeros((len(made.first), COLUMNS))
    if not len(made.first):
        return Feeding(made, mix, given, taken)
    sites, at = np.unique(made.site, return_inverse=True)
    mixes = np.stack([_mix_at(int(site), mix) for site in sites], axis=1)
    others_kwh = np.zeros(mixes.shape[:2])
    for number, site in enumerate(sites.tolist()):
        if site in supplies:
            others_kwh[-len(supplies[site].served_kwh) :, number] = supplies[site].served_kwh

    reported_from = records.clock.report_from_s // SLOT_S
    held = np.tile(unknown(), (int(made.holder.max()) + 1, 1))
    grown, paid = ratio(made.released_kwh, made.fed_kwh), ratio(made.drawn_kwh, made.stored_kwh)
    stored_kwh, released_kwh = (sums(kwh, made.stop, len(taken)) for kwh in (made.stored_kwh, made.released_kwh))
    weight = ratio(stored_kwh, made.level_kwh - released_kwh + stored_kwh)
    slots, entry_edges = np.unique(made.slot, return_index=True)
    stop_edges = np.append(made.stop[entry_edges], len(taken))
    entry_edges = np.append(entry_edges, len(given))
    for number, slot in enumerate(slots.tolist()):
        entries = np.arange(entry_edges[number], entry_edges[number + 1])
        stops = slice(stop_edges[number], stop_edges[number + 1])
        feeding, taking = entries[made.fed_kwh[entries] > 0.0], entries[made.stored_kwh[entries] > 0.0]
        if len(feeding):
            gave = held[made.holder[made.stop[feeding]]]
            gave[:, PER_KWH] *= grown[feeding, np.newaxis]
            given[feeding] = gave
            if slot >= reported_from:
                fed_kwh = made.fed_kwh[feeding]
                mixes[slot] = _with_vehicles(mixes[slot], others_kwh[slot], at[feeding], fed_kwh, gave)
        if len(taking):
            came = mixes[slot, at[taking]]
            came[:, PER_KWH] *= paid[taking, np.newaxis]
            np.add.at(taken, made.stop[taking], came * made.stored_kwh[taking, np.newaxis])
            charged = np.flatnonzero(stored_kwh[stops] > 0.0) + stop_edges[number]
            taken[charged] /= stored_kwh[charged, np.newaxis]
            mine = made.holder[charged]
            held[mine] += weight[charged, np.newaxis] * (taken[charged] - held[mine])
    fed = {int(site): mixes[:, number] for number, site in enumerate(sites) if int(site) in mix.sites}
    return Feeding(made, replace(mix, sites={**mix.sites, **fed}), given, taken)


def _mix_at(site: int, mix: Mix) -> Floats:
    """What grid, panels and battery give the loads of a site."""
    if site in mix.sites:
        return mix.sites[site]
    return of_grid(mix.grid, mix.price_cny_per_kwh, mix.cities[site])


def _with_vehicles(others: Floats, others_kwh: Floats, at: Ints, fed_kwh: Floats, given: Floats) -> Floats:
    """Mix of the loads of each site in one slot: vehicles are one more that gives, beside all ``others``."""
    by_site_kwh, by_site = sums(fed_kwh, at, len(others_kwh)), np.zeros(others.shape)
    np.add.at(by_site, at, given * fed_kwh[:, np.newaxis])
    vehicles = Supplier(by_site_kwh, ratio(by_site, np.broadcast_to(by_site_kwh[:, np.newaxis], by_site.shape)))
    return mix_of_loads((Supplier(others_kwh, others), vehicles), others)

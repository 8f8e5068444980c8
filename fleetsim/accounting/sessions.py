"""What each session's energy was made of, emitted and cost, from its own power over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fleetsim.accounting.integrals import Pieces, highest_kw
from fleetsim.accounting.mix import (
    CLEAN,
    CONSUMPTION,
    COST,
    DEDICATED,
    EMISSION,
    FIRST_SOURCE,
    INITIAL,
    ZONE,
    Mix,
    source_ratios,
)
from fleetsim.accounting.sums import Floats, Ints, ratio, sums
from fleetsim.grid.mix import GridSlots
from fleetsim.results.records import Records
from fleetsim.results.schema import LOADS, Frame

OF_SESSIONS = tuple(LOADS.index(load) for load in ("vehicle", "pack"))
"""Loads that belong to sessions."""
RUNS_AT_ONCE = 4_096
"""Few enough for the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class SessionEnergy:
    """Energy of the sessions at the meter, cut at the edges of the slots."""

    session: Ints
    """Row of the session, one entry for each piece."""
    slot: Ints
    """Its slot or, at a site with supply of its own, its row of the mix."""
    kwh: Floats
    total_kwh: Floats
    """Energy of each session."""
    run: Ints
    """First piece of each run of pieces of one session: sums within runs are far cheaper than sums by session."""

    def integral(self, signal: Floats) -> Floats:
        """Integral of each session's energy times a signal by slot, in the signal's unit times kWh."""
        if np.all(np.isnan(signal)):
            return np.full(len(self.total_kwh), np.nan)
        by_run = np.empty(len(self.run))
        for first in range(0, len(self.run), RUNS_AT_ONCE):
            runs = self.run[first : first + RUNS_AT_ONCE]
            after = first + RUNS_AT_ONCE
            here = slice(runs[0], self.run[after] if after < len(self.run) else len(self.kwh))
            pieces = self.kwh[here] * signal[self.slot[here]]
            np.add.reduceat(pieces, runs - runs[0], out=by_run[first : first + len(runs)])
        return sums(by_run, self.session[self.run], len(self.total_kwh))

    def mean(self, signal: Floats) -> Floats:
        """Mean of a signal by slot over each session's energy; NaN where a session has none."""
        return ratio(self.integral(signal), self.total_kwh)


def session_of_draw(draws: Frame, sessions: Frame) -> Ints:
    """Row of the session of each draw, -1 for what is neither a vehicle's nor a pack's.

    Raises ``ValueError`` for a session that the table does not have.
    """
    numbers = draws["session"]
    row = np.full(max(sessions["session"].max(initial=-1), numbers.max(initial=-1)) + 2, -1, dtype=np.int64)
    row[sessions["session"]] = np.arange(len(sessions["session"]))
    charges = np.isin(draws["load"], OF_SESSIONS)
    out = np.where(charges, row[numbers], -1)
    lost = (out < 0) & charges
    if np.any(lost):
        raise ValueError(f"draws refer to session {numbers[lost][0]}, which is not recorded")
    return out


def session_energy(pieces: Pieces, of_draw: Ints, sessions: int) -> SessionEnergy:
    """Gather the pieces of the sessions' draws by session; ``of_draw`` is the session of each draw."""
    session = of_draw[pieces.draw]
    slot, kwh, mine = pieces.slot, pieces.kwh, session >= 0
    if not mine.all():
        session, slot, kwh = session[mine], slot[mine], kwh[mine]
    run = np.flatnonzero(np.concatenate(([True], session[1:] != session[:-1]))[: len(session)])
    return SessionEnergy(session, slot, kwh, sums(kwh, session, sessions), run)


def session_signals(energy: SessionEnergy, mix: Mix, known: Floats) -> Frame:
    """The columns of ``sessions`` that follow from the mix and the prices.

    ``known`` is the share of each session's energy whose origin is known; clean shares are of that part.
    """
    grid = mix.grid
    clean = {
        "clean_share": mix.column(CLEAN, grid.clean_share),
        "clean_share_consumption": mix.column(CONSUMPTION, grid.clean_share_consumption),
        "clean_share_dedicated": mix.column(DEDICATED, grid.clean_share_dedicated),
    }
    shares = {name: ratio(energy.mean(signal), known) for name, signal in clean.items()}
    return {
        **shares,
        "clean_share_contractual": contractual_share(energy, grid, shares["clean_share_dedicated"]),
        "emission_kg": energy.integral(mix.column(EMISSION, grid.emission_kg_per_kwh)),
        "emission_marginal_province_kg": energy.integral(mix.everywhere(grid.emission_marginal_province_kg_per_kwh)),
        "emission_marginal_southern_kg": energy.integral(mix.everywhere(grid.emission_marginal_southern_kg_per_kwh)),
        "cost_cny": energy.integral(mix.column(COST, mix.price_cny_per_kwh)),
    }


def initial_share(energy: SessionEnergy, mix: Mix) -> Floats:
    """Share of each session's energy that was in a battery at its site already when the reported time began."""
    if not any(np.any(site[:, INITIAL]) for site in mix.sites.values()):
        return np.zeros(len(energy.total_kwh))
    return np.nan_to_num(energy.mean(mix.column(INITIAL, np.zeros(len(mix.price_cny_per_kwh)))))


def contractual_share(energy: SessionEnergy, grid: GridSlots, dedicated: Floats) -> Floats:
    """Market-based clean share: every kWh has the same part of the certificates, the rest is residual mix.

    share = q + (1 - q) x dedicated, q = certificates / energy of all sessions, at most 1. NaN without certificates.
    """
    covered = min(float(ratio(np.array([grid.certificates_kwh]), energy.total_kwh.sum(keepdims=True))[0]), 1.0)
    return covered + (1.0 - covered) * dedicated


def session_cities(records: Records) -> Ints:
    """City of each session, -1 for none."""
    sites = records.tables["sites"]
    city = np.full(len(records.entities["sites"]) + 1, -1, dtype=np.int64)
    city[sites["site"]] = sites["city"]
    return city[records.tables["sessions"]["site"]]


def zone_share(energy: SessionEnergy, mix: Mix, known: Floats, city: Ints, names: Sequence[str]) -> Floats:
    """Clean share of consumption in the zone of each session's city; NaN where there is no such zone."""
    shares, zones = np.full(len(city), np.nan), mix.grid.zones
    for code in np.unique(city[city >= 0]):
        signal = None if zones is None else zones.of(names[code])
        if signal is not None:
            here = city == code
            shares[here] = energy.mean(mix.column(ZONE, signal))[here]
    return ratio(shares, known)


def session_peaks(draws: Frame, clocks: Frame, of_draw: Ints, sessions: int) -> Floats:
    """Highest power of each session at the meter, kW."""
    mine = of_draw >= 0
    peaks = np.zeros(sessions)
    np.maximum.at(peaks, of_draw[mine], highest_kw(draws, clocks)[mine])
    return peaks


def source_shares(energy: SessionEnergy, mix: Mix) -> Floats:
    """Share of each source in each session's energy; with what was initial, rows add up to 1."""
    of_grid = source_ratios(mix.grid)
    if mix.sites:
        of_grid.append(np.zeros(len(mix.price_cny_per_kwh)))
    return np.column_stack(
        [energy.mean(mix.column(FIRST_SOURCE + number, signal)) for number, signal in enumerate(of_grid)]
    )

"""What each session's energy was made of, emitted and cost, from its own power over time."""

from __future__ import annotations

import numpy as np

from fleetsim.accounting.mix import (
    CLEAN,
    CONSUMPTION,
    COST,
    DEDICATED,
    EMISSION,
    ENERGY,
    FIRST_SOURCE,
    INITIAL,
    MARGINAL_PROVINCE,
    MARGINAL_SOUTHERN,
    SIGNALS,
    SITE_SOLAR,
    ZONE,
    Mix,
)
from fleetsim.accounting.running import Running
from fleetsim.accounting.sums import Floats, Ints, blocks, ratio
from fleetsim.clock import HOUR_S
from fleetsim.grid.mix import GridSlots
from fleetsim.results import spool
from fleetsim.results.records import Records
from fleetsim.results.schema import LOADS, Frame

CLEAN_SHARES = {
    "clean_share": CLEAN,
    "clean_share_consumption": CONSUMPTION,
    "clean_share_dedicated": DEDICATED,
    "clean_share_zone": ZONE,
}
"""Columns of ``sessions`` by the signal that they are a mean of."""
OF_SESSIONS = tuple(LOADS.index(load) for load in ("vehicle", "pack"))
"""Loads that belong to sessions."""


class SessionTotals:
    """Energy that sessions drew at the meter times each signal of a mix, and their highest power."""

    def __init__(self, records: Records, mix: Mix) -> None:
        draws, sessions = records.tables["draws"], records.tables["sessions"]
        self._draws, self._mix, self._of_draw = draws, mix, SessionOfDraw(draws, sessions)
        self.by_signal = spool.zeros(SIGNALS, len(sessions["session"]))
        """Shape ``(SIGNALS, sessions)``, in the signal's unit times kWh; each kWh has the signal of its slot."""
        self.peak_kw = spool.zeros(len(sessions["session"]))
        unknown = [margin for margin, of_grid in mix.margins.items() if np.all(np.isnan(of_grid))]
        self.by_signal[unknown] = np.nan
        nowhere = unknown if mix.sites else [*unknown, INITIAL, SITE_SOLAR]
        self._signals = np.array([signal for signal in range(SIGNALS) if signal not in nowhere])

    def add(self, power: Running) -> None:
        """Count some draws; those of no session, and those that feed back, are left out."""
        session = self._of_draw(power.rows)
        session[self._draws["offered_kw"][power.rows] < 0.0] = -1
        if np.any(session < 0):
            power, session = power.part(np.flatnonzero(session >= 0)), session[session >= 0]
        if len(session) == 0:
            return
        start_s, end_s, offered_kw = (self._draws[name][power.rows] for name in ("start_at", "end_at", "offered_kw"))
        np.maximum.at(self.peak_kw, session, offered_kw * power.clock.highest(start_s, end_s))
        kwh = power.integrals(self._mix.signals(power.site)[np.ix_(self._signals, power.slot)] * power.factors)
        kwh *= offered_kw / HOUR_S
        for signal, values in zip(self._signals, kwh, strict=True):
            np.add.at(self.by_signal[signal], session, values)

    @property
    def kwh(self) -> Floats:
        """Energy of each session."""
        energy_kwh: Floats = self.by_signal[ENERGY]
        return energy_kwh

    def mean(self, signal: int, rows: slice | Ints = slice(None)) -> Floats:
        """Mean of a signal over each session's energy; NaN where a session has none."""
        return ratio(self.by_signal[signal, rows], self.kwh[rows])


class SessionOfDraw:
    """Row of the session of draws, -1 for what is neither a vehicle's nor a pack's.

    Raises ``ValueError`` for a session that the table does not have.
    """

    def __init__(self, draws: Frame, sessions: Frame) -> None:
        self._draws = draws
        most = max(sessions["session"].max(initial=-1), draws["session"].max(initial=-1))
        self._row = np.full(most + 2, -1, dtype=np.int32)
        self._row[sessions["session"]] = np.arange(len(sessions["session"]))

    def __call__(self, draws: Ints | slice) -> Ints:
        """The rows of the sessions of some draws."""
        numbers = self._draws["session"][draws]
        charges = np.isin(self._draws["load"][draws], OF_SESSIONS)
        out = np.where(charges, self._row[numbers], -1)
        lost = (out < 0) & charges
        if np.any(lost):
            raise ValueError(f"draws refer to session {numbers[lost][0]}, which is not recorded")
        return out.astype(np.int64)


def session_of_draw(draws: Frame, sessions: Frame) -> Ints:
    """Row of the session of every draw, as :class:`SessionOfDraw` gives it."""
    return SessionOfDraw(draws, sessions)(slice(None))


def session_signals(totals: SessionTotals, certified: float) -> Frame:
    """The columns of ``sessions`` that follow from power, mix and prices; clean shares are of what is not initial.

    ``certified`` is the part of all energy that certificates cover.
    """
    count, names = len(totals.kwh), (*CLEAN_SHARES, "initial_share", "clean_share_contractual")
    shares = {name: spool.zeros(count) for name in names}
    for rows in blocks(count):
        initial = np.nan_to_num(totals.mean(INITIAL, rows))
        shares["initial_share"][rows] = initial
        for name, signal in CLEAN_SHARES.items():
            shares[name][rows] = ratio(totals.mean(signal, rows), 1.0 - initial)
        shares["clean_share_contractual"][rows] = contractual_share(certified, shares["clean_share_dedicated"][rows])
    return {
        "peak_kw": totals.peak_kw,
        **shares,
        "emission_kg": totals.by_signal[EMISSION],
        "emission_marginal_province_kg": totals.by_signal[MARGINAL_PROVINCE],
        "emission_marginal_southern_kg": totals.by_signal[MARGINAL_SOUTHERN],
        "cost_cny": totals.by_signal[COST],
    }


def certified_share(totals: SessionTotals, grid: GridSlots, fed_kwh: float) -> float:
    """Part of the energy that sessions drew, and did not feed back, that certificates cover; NaN without any."""
    kept_kwh = totals.kwh.sum(keepdims=True) - fed_kwh
    return min(float(ratio(np.array([grid.certificates_kwh]), kept_kwh)[0]), 1.0)


def contractual_share(certified: float, dedicated: Floats) -> Floats:
    """Market-based clean share: every kWh has the same part of the certificates, the rest is residual mix.

    share = q + (1 - q) x dedicated, q = certificates / energy that sessions kept, at most 1.
    """
    return certified + (1.0 - certified) * dedicated


def source_shares(totals: SessionTotals, rows: slice | Ints = slice(None)) -> Floats:
    """Share of each source in some sessions' energy; with what was initial, rows add up to 1."""
    return np.column_stack([totals.mean(signal, rows) for signal in range(FIRST_SOURCE, SITE_SOLAR + 1)])

"""What each session's energy was made of, emitted and cost, from its own power over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.accounting.integrals import Pieces, highest_kw
from fleetsim.accounting.sums import Floats, Ints, ratio, sums
from fleetsim.grid.mix import GridSlots
from fleetsim.results.schema import LOADS, Frame

VEHICLE = LOADS.index("vehicle")


@dataclass(frozen=True, slots=True, eq=False)
class SessionEnergy:
    """Energy of the sessions at the meter, cut at the edges of the slots."""

    session: Ints
    """Row of the session, one entry for each piece."""
    slot: Ints
    kwh: Floats
    total_kwh: Floats
    """Energy of each session."""

    def integral(self, signal: Floats) -> Floats:
        """Integral of each session's energy times a signal by slot, in the signal's unit times kWh."""
        if np.all(np.isnan(signal)):
            return np.full(len(self.total_kwh), np.nan)
        return sums(self.kwh * signal[self.slot], self.session, len(self.total_kwh))

    def mean(self, signal: Floats) -> Floats:
        """Mean of a signal by slot over each session's energy; NaN where a session has none."""
        return ratio(self.integral(signal), self.total_kwh)


def session_rows(numbers: Ints, sessions: Frame) -> Ints:
    """Row of each session number in the table.

    Raises ``ValueError`` for a number that the table does not have.
    """
    order = np.argsort(sessions["session"], kind="stable")
    ordered = sessions["session"][order]
    at = np.searchsorted(ordered, numbers)
    known = at < len(ordered)
    known[known] = ordered[at[known]] == numbers[known]
    if not np.all(known):
        raise ValueError(f"draws refer to session {numbers[~known][0]}, which is not recorded")
    return np.asarray(order[at])


def session_energy(draws: Frame, pieces: Pieces, sessions: Frame) -> SessionEnergy:
    """Gather the pieces of the vehicles' draws by session."""
    of_vehicle = draws["load"] == VEHICLE
    row_of_draw = np.full(len(of_vehicle), -1, dtype=np.int64)
    row_of_draw[of_vehicle] = session_rows(draws["session"][of_vehicle], sessions)
    mine = of_vehicle[pieces.draw]
    session, kwh = row_of_draw[pieces.draw[mine]], pieces.kwh[mine]
    total_kwh = sums(kwh, session, len(sessions["session"]))
    return SessionEnergy(session, pieces.slot[mine], kwh, total_kwh)


def account_sessions(
    sessions: Frame, draws: Frame, clocks: Frame, energy: SessionEnergy, grid: GridSlots, price_cny_per_kwh: Floats
) -> Frame:
    """The sessions with shares, emissions, cost and peak filled in."""
    return {
        **sessions,
        "peak_kw": session_peaks(sessions, draws, clocks),
        "clean_share": energy.mean(grid.clean_share),
        "clean_share_consumption": energy.mean(grid.clean_share_consumption),
        "clean_share_dedicated": energy.mean(grid.clean_share_dedicated),
        "emission_kg": energy.integral(grid.emission_kg_per_kwh),
        "emission_marginal_province_kg": energy.integral(grid.emission_marginal_province_kg_per_kwh),
        "emission_marginal_southern_kg": energy.integral(grid.emission_marginal_southern_kg_per_kwh),
        "cost_cny": energy.integral(price_cny_per_kwh),
    }


def session_peaks(sessions: Frame, draws: Frame, clocks: Frame) -> Floats:
    """Highest power of each session at the meter, kW."""
    of_vehicle = np.flatnonzero(draws["load"] == VEHICLE)
    mine = {name: values[of_vehicle] for name, values in draws.items()}
    peaks = np.zeros(len(sessions["session"]))
    np.maximum.at(peaks, session_rows(mine["session"], sessions), highest_kw(mine, clocks))
    return peaks


def source_shares(energy: SessionEnergy, grid: GridSlots) -> Floats:
    """Share of each source in each session's energy, shape ``(sessions, SOURCES)``; rows add up to 1."""
    total_mw = grid.generation_mw.sum(axis=1)
    return np.column_stack([energy.mean(ratio(source_mw, total_mw)) for source_mw in grid.generation_mw.T])


def energy_by_source_kwh(energy: SessionEnergy, grid: GridSlots) -> Floats:
    """Energy of each session by source at the meter, kWh, shape ``(sessions, SOURCES)``."""
    return source_shares(energy, grid) * energy.total_kwh[:, np.newaxis]

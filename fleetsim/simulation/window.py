"""The start of the reported time, at which sessions that are open are cut, as the horizon cuts them at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import HOUR_S
from fleetsim.energy.curve import ChargeSteps
from fleetsim.simulation.site_clock import SiteClock

Array = NDArray[Any]


def cut_at_start(
    sessions: Array,
    spells: Array,
    pieces: Array,
    steps: Sequence[ChargeSteps],
    clocks: Mapping[int, SiteClock],
    from_s: float,
) -> tuple[Array, Array, Array]:
    """Rows of a site log without what happened before ``from_s``.

    A session that was open then begins there, with the energy that its battery held by then: no energy, cost or
    emission of the time before is counted. A vehicle that had finished but kept its plug has a session without energy.
    """
    most = max(int(rows["session"].max(initial=-1)) for rows in (sessions, spells, pieces))
    place = np.full(most + 1, -1, dtype=np.intp)
    place[sessions["session"]] = np.arange(len(sessions))
    spells, pieces = (rows[place[rows["session"]] >= 0].copy() for rows in (spells, pieces))
    sessions = sessions.copy()
    before_kwh = np.zeros(len(sessions))
    for row in np.flatnonzero((spells["start_s"] < from_s) & (spells["end_s"] > from_s)):
        session = sessions[place[spells["session"][row]]]
        stairs, clock_s = steps[session["steps"]], clocks[int(session["site"])].clock_s(from_s)
        ran_s = clock_s - spells["clock_start_s"][row]
        level_kwh = stairs.level_at(stairs.time_at(spells["from_kwh"][row]) + ran_s)
        before_kwh[place[spells["session"][row]]] += level_kwh - spells["from_kwh"][row]
        spells["from_kwh"][row], spells["start_s"][row], spells["clock_start_s"][row] = level_kwh, from_s, clock_s
    over = spells["end_s"] <= from_s
    np.add.at(before_kwh, place[spells["session"][over]], (spells["to_kwh"] - spells["from_kwh"])[over])
    stored = np.array([each.stored_per_kwh for each in steps])[sessions["steps"]]
    early_s = np.maximum(0.0, np.minimum(pieces["end_s"], from_s) - pieces["start_s"])
    of_piece = place[pieces["session"]]
    early_kwh = pieces["power_kw"] * early_s / HOUR_S * stored[of_piece]
    by_load = np.array([each.load_curve is not None for each in steps], dtype=bool)[sessions["steps"]]
    fed_back = pieces["power_kw"] < 0.0
    for row in np.flatnonzero((by_load[of_piece] | fed_back) & (early_s > 0.0)):
        stairs, power_kw = steps[sessions["steps"][of_piece[row]]], pieces["power_kw"][row]
        early_kwh[row] = power_kw * early_s[row] / HOUR_S * stairs.gained_at(power_kw)
    np.add.at(before_kwh, of_piece, early_kwh)
    pieces["start_s"] = np.maximum(pieces["start_s"], from_s)
    spells, pieces = spells[~over], pieces[pieces["end_s"] > pieces["start_s"]]
    goes_on = np.zeros(len(sessions), dtype=bool)
    goes_on[place[np.concatenate((spells["session"], pieces["session"]))]] = True
    sessions["start_kwh"] = np.where(goes_on, sessions["start_kwh"] + before_kwh, sessions["end_kwh"])
    had_power = sessions["start_s"] < from_s
    first_s = np.where(sessions["end_s"] > from_s, from_s, np.nan)
    sessions["start_s"] = np.where(had_power, first_s, sessions["start_s"])
    sessions["end_s"] = np.maximum(sessions["end_s"], from_s)
    return sessions, spells, pieces

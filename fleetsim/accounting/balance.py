"""The energy balance: whether what the records say of energy agrees with what they say of power and batteries.

Three laws, each between columns that come about apart from each other. For a vehicle, its battery: what it
held before its first event, what its sessions stored and what it got by swaps equals what its trips used, what it
fed back, and what it holds after its last event. For the packs of a station the same, without trips. For a site,
its meter: the power over time, with what its own panels and battery gave, equals what its sessions took, outlet and
conversion losses together, plus hydrogen production, standby and base load.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from fleetsim.accounting.events import driven_rows, ends
from fleetsim.accounting.holders import battery_kwh, some_vehicles
from fleetsim.accounting.integrals import energy_kwh
from fleetsim.accounting.local_supply import SUPPLY_LOADS
from fleetsim.accounting.sessions import SessionOfDraw
from fleetsim.accounting.sums import Floats, sums
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.results import spool
from fleetsim.results.records import Records
from fleetsim.results.schema import LOADS, Frame, select

_BROUGHT, _CHARGED, _TAKEN = range(3)
"""What happens to a pack at a station."""
_OF_TRIPS = ("vehicle", "depart_at", "used_kwh", "hydrogen_kg", "soc_start", "soc_end", "status")
_OF_SESSIONS = (
    "vehicle", "plug_at", "soc_start", "soc_end", "energy_kwh", "delivered_kwh", "stored_kwh", "discharged_kwh",
    "released_kwh",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class VehicleBalance:
    """Battery balance by code of the vehicle, kWh; zeros for a vehicle that neither moved nor charged."""

    initial_kwh: Floats
    stored_kwh: Floats
    swapped_kwh: Floats
    """Energy in the packs that it got less that in those it gave."""
    driven_kwh: Floats
    fed_back_kwh: Floats
    """What left the batteries to be fed back."""
    left_kwh: Floats
    meter_gap_kwh: Floats
    """Energy that sessions report at the meter against their power over time, differences added up."""
    gain_kwh: Floats
    """Energy that sessions stored beyond what was delivered, delivered beyond what the meter saw, or fed back beyond
    what left the battery."""

    @property
    def residual_kwh(self) -> Floats:
        """What does not add up."""
        inflow_kwh = self.initial_kwh + self.stored_kwh + self.swapped_kwh
        outflow_kwh = self.driven_kwh + self.fed_back_kwh + self.left_kwh
        return np.abs(inflow_kwh - outflow_kwh) + self.meter_gap_kwh + self.gain_kwh

    @property
    def error(self) -> Floats:
        """What does not add up over what came in."""
        return relative(self.residual_kwh, self.initial_kwh + self.stored_kwh + self.swapped_kwh)


@dataclass(frozen=True, slots=True, eq=False)
class PackBalance:
    """Balance of the packs at a station by code of the site, kWh; zeros for a site without packs."""

    initial_kwh: Floats
    stored_kwh: Floats
    swapped_kwh: Floats
    """Energy in the packs that vehicles got less that in those they gave."""
    left_kwh: Floats
    meter_gap_kwh: Floats
    gain_kwh: Floats

    @property
    def residual_kwh(self) -> Floats:
        """What does not add up."""
        gap_kwh = np.abs(self.initial_kwh + self.stored_kwh - self.swapped_kwh - self.left_kwh)
        return gap_kwh + self.meter_gap_kwh + self.gain_kwh

    @property
    def error(self) -> Floats:
        """What does not add up over what came in."""
        return relative(self.residual_kwh, self.initial_kwh + self.stored_kwh)


@dataclass(frozen=True, slots=True, eq=False)
class SiteBalance:
    """Meter balance by code of the site, kWh."""

    meter_kwh: Floats
    """Energy at the connection in the reported time, with what its sessions took before."""
    supplied_kwh: Floats
    """What its panels and battery gave, less what the battery took."""
    delivered_kwh: Floats
    conversion_loss_kwh: Floats
    fed_back_kwh: Floats
    standby_kwh: Floats
    base_kwh: Floats
    hydrogen_kwh: Floats
    """Energy that electrolyser and compressor took."""

    @property
    def residual_kwh(self) -> Floats:
        """What does not add up."""
        own_kwh = self.standby_kwh + self.base_kwh + self.hydrogen_kwh
        taken_kwh = self.delivered_kwh + self.conversion_loss_kwh + own_kwh
        return np.abs(self.meter_kwh + self.supplied_kwh + self.fed_back_kwh - taken_kwh)

    @property
    def error(self) -> Floats:
        """What does not add up over what the meter saw."""
        return relative(self.residual_kwh, self.meter_kwh + self.supplied_kwh)


def vehicle_balance(records: Records) -> VehicleBalance:
    """The battery balance of every vehicle."""
    tables, count = records.tables, len(records.entities["vehicles"])
    drawn_kwh = _drawn_kwh(tables)
    parts = []
    for of_trips, of_sessions in some_vehicles(tables):
        trips = {name: tables["trips"][name][of_trips] for name in _OF_TRIPS}
        sessions = {name: tables["sessions"][name][of_sessions] for name in _OF_SESSIONS}
        own = {**tables, "trips": trips, "sessions": sessions}
        parts.append(_vehicle_balance(own, drawn_kwh[of_sessions], count))
    names = (field.name for field in fields(VehicleBalance))
    return VehicleBalance(**{name: np.sum([getattr(part, name) for part in parts], axis=0) for name in names})


def _vehicle_balance(tables: Mapping[str, Frame], drawn_kwh: Floats, count: int) -> VehicleBalance:
    """The balance of those vehicles that have rows in the tables."""
    trips, sessions, swaps = tables["trips"], tables["sessions"], tables["swaps"]
    capacity_kwh = battery_kwh(tables["vehicles"])
    charged, driven = np.flatnonzero(sessions["vehicle"] >= 0), driven_rows(trips)
    of_session, of_trip = sessions["vehicle"][charged], trips["vehicle"][driven]
    vehicle = np.concatenate((of_session, swaps["vehicle"], of_trip))
    begin_s = np.concatenate((sessions["plug_at"][charged], swaps["start_at"], trips["depart_at"][driven]))
    found, first, last = ends(vehicle, begin_s)
    soc_before = np.concatenate((sessions["soc_start"][charged], swaps["soc_out"], trips["soc_start"][driven]))
    soc_after = np.concatenate((sessions["soc_end"][charged], swaps["soc_in"], trips["soc_end"][driven]))
    gap_kwh, gain_kwh = _session_gaps(sessions, drawn_kwh)
    got_kwh = (swaps["soc_in"] - swaps["soc_out"]) * capacity_kwh[swaps["vehicle"]]
    return VehicleBalance(
        initial_kwh=sums(soc_before[first] * capacity_kwh[found], found, count),
        stored_kwh=sums(sessions["stored_kwh"][charged], of_session, count),
        swapped_kwh=sums(got_kwh, swaps["vehicle"], count),
        driven_kwh=sums(trips["used_kwh"][driven], of_trip, count),
        fed_back_kwh=sums(np.nan_to_num(sessions["released_kwh"])[charged], of_session, count),
        left_kwh=sums(soc_after[last] * capacity_kwh[found], found, count),
        meter_gap_kwh=sums(gap_kwh[charged], of_session, count),
        gain_kwh=sums(gain_kwh[charged], of_session, count),
    )


def pack_balance(records: Records) -> PackBalance:
    """The balance of the packs of every station.

    A pack is the station's from the end of the swap that brings it to the start of the swap that takes it away.
    """
    tables, count = records.tables, len(records.entities["sites"])
    sessions, swaps = tables["sessions"], tables["swaps"]
    pack_kwh = np.full(count, np.nan)
    pack_kwh[tables["sites"]["site"]] = tables["sites"]["pack_kwh"]
    charged = np.flatnonzero(sessions["pack"] >= 0)
    kind = np.repeat((_BROUGHT, _CHARGED, _TAKEN), (len(swaps["site"]), len(charged), len(swaps["site"])))
    pack = np.concatenate((swaps["pack_out"], sessions["pack"][charged], swaps["pack_in"]))
    site = np.concatenate((swaps["site"], sessions["site"][charged], swaps["site"]))
    begin_s = np.concatenate((swaps["end_at"], sessions["plug_at"][charged], swaps["start_at"]))
    soc_before = np.concatenate((swaps["soc_out"], sessions["soc_start"][charged], swaps["soc_in"]))
    soc_after = np.concatenate((swaps["soc_out"], sessions["soc_end"][charged], swaps["soc_in"]))
    _, first, last = ends(pack, begin_s)
    first, last = first[kind[first] != _BROUGHT], last[kind[last] != _TAKEN]
    gap_kwh, gain_kwh = np.zeros((2, len(charged)))
    if len(charged):
        gap_kwh, gain_kwh = _session_gaps(select(sessions, charged), _drawn_kwh(tables)[charged])
    of_session, at_swap = sessions["site"][charged], pack_kwh[swaps["site"]]
    return PackBalance(
        initial_kwh=sums(soc_before[first] * pack_kwh[site[first]], site[first], count),
        stored_kwh=sums(sessions["stored_kwh"][charged], of_session, count),
        swapped_kwh=sums((swaps["soc_in"] - swaps["soc_out"]) * at_swap, swaps["site"], count),
        left_kwh=sums(soc_after[last] * pack_kwh[site[last]], site[last], count),
        meter_gap_kwh=sums(gap_kwh, of_session, count),
        gain_kwh=sums(gain_kwh, of_session, count),
    )


def _session_gaps(sessions: Frame, drawn_kwh: Floats) -> tuple[Floats, Floats]:
    """By session: what the meter says beyond or below its power over time, and what was stored out of nothing."""
    gap_kwh = np.abs(sessions["energy_kwh"] - _fed_back(sessions) - drawn_kwh)
    gain_kwh = np.maximum(sessions["stored_kwh"] - sessions["delivered_kwh"], 0.0)
    gain_kwh += np.maximum(_fed_back(sessions) - np.nan_to_num(sessions["released_kwh"]), 0.0)
    return gap_kwh, gain_kwh + np.maximum(sessions["delivered_kwh"] - sessions["energy_kwh"], 0.0)


def site_balance(records: Records) -> SiteBalance:
    """The meter balance of every site; needs the ``site_slots`` that accounting adds."""
    tables, count = records.tables, len(records.entities["sites"])
    slots, sessions, draws = tables["site_slots"], tables["sessions"], tables["draws"]
    flows = tables["hydrogen_flows"]
    from_s = records.clock.report_from_s
    early, supply = draws["start_at"] < from_s, np.isin(draws["load"], SUPPLY_LOADS)
    before_kwh = _by_site_kwh(select(draws, early), tables["clocks"], count, from_s)
    supplied_kwh = _by_site_kwh(select(draws, supply), tables["clocks"], count)
    return SiteBalance(
        meter_kwh=sums(slots["grid_kw"] * SLOT_S / HOUR_S, slots["site"], count) + before_kwh,
        supplied_kwh=-supplied_kwh,
        delivered_kwh=sums(sessions["delivered_kwh"], sessions["site"], count),
        conversion_loss_kwh=sums(sessions["energy_kwh"] - sessions["delivered_kwh"], sessions["site"], count),
        fed_back_kwh=sums(_fed_back(sessions), sessions["site"], count),
        standby_kwh=constant_load_kwh(draws, "standby", count),
        base_kwh=constant_load_kwh(draws, "base", count),
        hydrogen_kwh=sums(np.nan_to_num(flows["energy_kwh"]), flows["site"], count),
    )


def _by_site_kwh(draws: Frame, clocks: Frame, sites: int, until_s: float = np.inf) -> Floats:
    out = np.zeros(sites)
    for rows, kwh in energy_kwh(draws, clocks, until_s):
        out += sums(kwh, draws["site"][rows], sites)
    return out


def constant_load_kwh(draws: Frame, load: str, sites: int) -> Floats:
    """Energy by site of a load that no clock scales, kWh."""
    rows = draws["load"] == LOADS.index(load)
    hours = (draws["end_at"][rows] - draws["start_at"][rows]) / HOUR_S
    return sums(draws["offered_kw"][rows] * hours, draws["site"][rows], sites)


def relative(residual_kwh: Floats, whole_kwh: Floats) -> Floats:
    """A residual as a share of the whole; of at least 1 kWh, so that a site at rest has no error.

    >>> relative(np.array([0.5, 0.5]), np.array([1000.0, 0.0])).tolist()
    [0.0005, 0.5]
    """
    return residual_kwh / np.maximum(np.abs(whole_kwh), 1.0)


def _fed_back(sessions: Frame) -> Floats:
    return np.nan_to_num(sessions["discharged_kwh"])


def _drawn_kwh(tables: Mapping[str, Frame]) -> Floats:
    """Energy of each session by its power over time."""
    of_draw = SessionOfDraw(tables["draws"], tables["sessions"])
    drawn_kwh = spool.zeros(len(tables["sessions"]["session"]))
    for rows, kwh in energy_kwh(tables["draws"], tables["clocks"]):
        session = of_draw(rows)
        np.add.at(drawn_kwh, session[session >= 0], kwh[session >= 0])
    return drawn_kwh

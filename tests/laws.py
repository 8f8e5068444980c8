"""Laws that every run must obey, checked on its records alone, by means of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.results.records import Records
from fleetsim.results.schema import FLOWS, LOADS, Frame, select

Array = NDArray[np.float64]


def check(records: Records) -> None:
    """All laws at once."""
    sessions_draw_what_their_draws_say(records)
    no_site_exceeds_its_limit(records)
    vehicles_give_no_more_than_their_site_uses(records)
    batteries_stay_between_empty_and_full(records)
    every_battery_balances(records)
    packs_keep_their_energy(records)
    every_storage_balances_and_keeps_its_bounds(records)
    banks_hold_together_what_the_storage_holds(records)
    every_tank_balances(records)


def _running_s(clocks: Frame, start_s: Array, end_s: Array) -> Array:
    """Seconds that a site's clock went on between two moments, by the definition of its factor."""
    low = np.maximum(start_s[:, None], clocks["start_at"])
    high = np.minimum(end_s[:, None], clocks["end_at"])
    return np.asarray((np.maximum(0.0, high - low) * clocks["factor"]).sum(axis=1))


def sessions_draw_what_their_draws_say(records: Records) -> None:
    """The integral of each session's power is what it drew at the meter less what it fed back."""
    sessions, draws = records.tables["sessions"], records.tables["draws"]
    integral_kwh = np.zeros(len(sessions["session"]))
    for site in range(len(records.entities["sites"])):
        clocks = select(records.tables["clocks"], records.tables["clocks"]["site"] == site)
        mine = select(draws, (draws["site"] == site) & (draws["session"] >= 0))
        scaled_s = _running_s(clocks, mine["start_at"], mine["end_at"])
        seconds = np.where(mine["clock"] >= 0, scaled_s, mine["end_at"] - mine["start_at"])
        np.add.at(integral_kwh, mine["session"], mine["offered_kw"] * seconds / 3_600)
    net_kwh = sessions["energy_kwh"] - sessions["discharged_kwh"]
    np.testing.assert_allclose(integral_kwh, net_kwh, rtol=1e-9, atol=1e-9)


def site_power_kw(records: Records, site: int, of: Any = True) -> tuple[Array, Array]:
    """Power of a site between every two neighbouring moments at which anything changes: starts and powers.

    ``of`` says which draws are counted.
    """
    draws = select(records.tables["draws"], (records.tables["draws"]["site"] == site) & of)
    clocks = select(records.tables["clocks"], records.tables["clocks"]["site"] == site)
    moments = np.unique(np.concatenate([draws["start_at"], draws["end_at"], clocks["start_at"]]))
    moments = moments[moments >= records.clock.report_from_s]
    middle = (moments[1:] + moments[:-1]) / 2
    factor = np.ones(len(middle))
    if len(clocks["start_at"]):
        factor = clocks["factor"][np.searchsorted(clocks["start_at"], middle, side="right") - 1]
    power_kw = np.zeros(len(middle))
    first, last = np.searchsorted(middle, draws["start_at"]), np.searchsorted(middle, draws["end_at"])
    for a, b, kw, clock in zip(first, last, draws["offered_kw"], draws["clock"], strict=True):
        power_kw[a:b] += kw * (factor[a:b] if clock >= 0 else 1.0)
    return moments[:-1], power_kw


def no_site_exceeds_its_limit(records: Records) -> None:
    """At every instant the whole site stays within its connection and its transformer."""
    sites = records.tables["sites"]
    for site, limit_kw in enumerate(np.fmin(sites["connection_kw"], sites["transformer_kw"])):
        _, power_kw = site_power_kw(records, site)
        if np.isfinite(limit_kw) and len(power_kw):
            assert power_kw.max() <= limit_kw * (1 + 1e-9), (records.entities["sites"][site], power_kw.max(), limit_kw)


def vehicles_give_no_more_than_their_site_uses(records: Records) -> None:
    """While vehicles feed back, what all else draws is at least what they and the panels give together.

    Moments closer together than ten microseconds are one.
    """
    draws, sun = records.tables["draws"], records.tables["supply_slots"]
    fed = select(draws, (draws["session"] >= 0) & (draws["offered_kw"] < 0.0))
    assert (fed["clock"] == -1).all()
    for site in np.unique(fed["site"]):
        own = np.isin(draws["load"], [LOADS.index(load) for load in ("solar", "storage")], invert=True)
        at_s, power_kw = site_power_kw(records, int(site), own)
        sun_kw = np.zeros(records.clock.slots)
        here = sun["site"] == site
        sun_kw[(sun["slot_at"][here] // 900).astype(int)] = sun["available_kw"][here]
        begin, end = np.searchsorted(at_s, fed["start_at"]), np.searchsorted(at_s, fed["end_at"])
        for a, b in zip(begin[fed["site"] == site], end[fed["site"] == site], strict=True):
            lasting = np.diff(np.append(at_s, np.inf))[a:b] > 1e-5
            assert (power_kw[a:b] >= sun_kw[(at_s[a:b] // 900).astype(int)] - 1e-9)[lasting].all()


def batteries_stay_between_empty_and_full(records: Records) -> None:
    """0 <= state of charge <= 1 at both ends of every trip and session."""
    for table in ("trips", "sessions"):
        for column in ("soc_start", "soc_end"):
            soc = records.tables[table][column]
            soc = soc[np.isfinite(soc)]
            assert len(soc) == 0 or (soc.min() >= -1e-9 and soc.max() <= 1 + 1e-9), (table, column)


def every_battery_balances(records: Records) -> None:
    """Each trip, session and swap begins with what the one before left; flows are the change of stock."""
    trips, sessions, swaps = (records.tables[name] for name in ("trips", "sessions", "swaps"))
    trips = select(trips, np.isfinite(trips["used_kwh"]) & np.isnan(trips["hydrogen_kg"]))
    sessions = select(sessions, sessions["vehicle"] >= 0)
    capacity_kwh = records.tables["vehicles"]["battery_kwh"]
    vehicle = np.concatenate([trips["vehicle"], sessions["vehicle"]])
    start = np.concatenate([trips["soc_start"], sessions["soc_start"]])
    end = np.concatenate([trips["soc_end"], sessions["soc_end"]])
    flow_kwh = np.concatenate([-trips["used_kwh"], sessions["stored_kwh"] - sessions["released_kwh"]])
    np.testing.assert_allclose(flow_kwh, (end - start) * capacity_kwh[vehicle], rtol=1e-6, atol=1e-6)
    vehicle = np.concatenate([vehicle, swaps["vehicle"]])
    begin_s = np.concatenate([trips["depart_at"], sessions["plug_at"], swaps["start_at"]])
    end_s = np.concatenate([trips["arrive_at"], sessions["end_at"], swaps["end_at"]])
    start, end = np.concatenate([start, swaps["soc_out"]]), np.concatenate([end, swaps["soc_in"]])
    _continuous(vehicle, begin_s, end_s, start, end, np.ones(len(end), dtype=bool))


def packs_keep_their_energy(records: Records) -> None:
    """A pack is charged from what it held when it came, leaves with that, and is in one place at a time."""
    sessions, swaps, sites = (records.tables[name] for name in ("sessions", "swaps", "sites"))
    sessions = select(sessions, sessions["pack"] >= 0)
    flow_kwh = (sessions["soc_end"] - sessions["soc_start"]) * sites["pack_kwh"][sessions["site"]]
    np.testing.assert_allclose(flow_kwh, sessions["stored_kwh"], rtol=1e-6, atol=1e-6)
    pack = np.concatenate([swaps["pack_out"], sessions["pack"], swaps["pack_in"]])
    begin_s = np.concatenate([swaps["end_at"], sessions["plug_at"], swaps["start_at"]])
    at_s = np.concatenate([swaps["end_at"], sessions["unplug_at"], swaps["start_at"]])
    start = np.concatenate([swaps["soc_out"], sessions["soc_start"], swaps["soc_in"]])
    end = np.concatenate([swaps["soc_out"], sessions["soc_end"], swaps["soc_in"]])
    at_station = np.repeat([True, True, False], [len(swaps["site"]), len(sessions["site"]), len(swaps["site"])])
    _continuous(pack, begin_s, at_s, start, end, at_station)
    comes = np.repeat([1, 0, -1], [len(swaps["site"]), len(sessions["site"]), len(swaps["site"])])
    moved = comes != 0
    order = np.lexsort((at_s[moved], pack[moved]))
    same = pack[moved][order][1:] == pack[moved][order][:-1]
    assert np.all((comes[moved][order][1:] != comes[moved][order][:-1])[same]), "a pack comes and goes in turn"


def _continuous(subject: Array, begin_s: Array, end_s: Array, start: Array, end: Array, goes_on: Array) -> None:
    """Each event begins with what the one before left, where that says what comes next.

    Times are recorded to the microsecond; of events that end together, the one that began earlier comes first.
    """
    order = np.lexsort((begin_s, np.round(end_s, 6), subject))
    linked = (subject[order][1:] == subject[order][:-1]) & goes_on[order][:-1]
    np.testing.assert_allclose(start[order][1:][linked], end[order][:-1][linked], atol=1e-9)


def every_storage_balances_and_keeps_its_bounds(records: Records) -> None:
    """The level that the flows make is never below empty, ends where the station says, and is what was set aside."""
    flows = records.tables["hydrogen_flows"]
    names = {name: number for number, name in enumerate(FLOWS)}
    sign = np.array([1.0, 1.0, -1.0, 1.0, -1.0, 0.0])[flows["flow"]]
    for site in np.unique(flows["site"]):
        mine = flows["site"] == site
        change_kg = flows["hydrogen_kg"][mine] * sign[mine]
        left_kg = flows["hydrogen_kg"][mine & (flows["flow"] == names["left"])]
        np.testing.assert_allclose(change_kg.sum(), left_kg.sum(), rtol=1e-9, atol=1e-6)
        for at_s in np.unique(np.concatenate([flows["start_at"][mine], flows["end_at"][mine]])):
            assert storage_level_kg(records, int(site), float(at_s)) >= -1e-6


def banks_hold_together_what_the_storage_holds(records: Records) -> None:
    """Each bank goes on from where it was but for trucks, and all of them together hold what the flows make."""
    banks = records.tables["banks"]
    for site in np.unique(banks["site"]):
        mine = select(banks, banks["site"] == site)
        for at_s in np.unique(mine["end_at"]):
            level_kg = 0.0
            for bank in np.unique(mine["bank"]):
                one = select(mine, (mine["bank"] == bank) & (mine["start_at"] < at_s) & (mine["end_at"] >= at_s))
                assert len(one["bank"]) == 1, "one row at a time"
                past = (at_s - one["start_at"][0]) / (one["end_at"][0] - one["start_at"][0])
                level_kg += one["start_kg"][0] + past * (one["end_kg"][0] - one["start_kg"][0])
            before = storage_level_kg(records, int(site), float(at_s), trucks_before_s=float(at_s))
            np.testing.assert_allclose(level_kg, before, rtol=1e-6, atol=1e-6)


def storage_level_kg(records: Records, site: int, at_s: float, trucks_before_s: float = np.inf) -> float:
    """Level of a storage at a moment by its flows, each even from its start to its end; later trucks left out."""
    flows = select(records.tables["hydrogen_flows"], records.tables["hydrogen_flows"]["site"] == site)
    truck = flows["flow"] == FLOWS.index("delivered")
    flows = select(flows, ~truck | (flows["start_at"] < trucks_before_s))
    sign = np.array([1.0, 1.0, -1.0, 1.0, -1.0, 0.0])[flows["flow"]]
    length_s = flows["end_at"] - flows["start_at"]
    past = np.where(length_s > 0, (at_s - flows["start_at"]) / np.where(length_s > 0, length_s, 1.0), 1.0)
    past = np.where((length_s == 0) & (flows["start_at"] > at_s), 0.0, np.clip(past, 0.0, 1.0))
    return float((sign * flows["hydrogen_kg"] * past).sum())


def every_tank_balances(records: Records) -> None:
    """Each trip and fill begins with what the one before left; hydrogen used or filled is the change of the tank."""
    trips, refuels = records.tables["trips"], records.tables["refuels"]
    trips = select(trips, np.isfinite(trips["hydrogen_kg"]))
    tank_kg = records.tables["vehicles"]["tank_kg"]
    assert (trips["hydrogen_kg"] >= 0.0).all()
    vehicle = np.concatenate([trips["vehicle"], refuels["vehicle"]])
    end_s = np.concatenate([trips["arrive_at"], refuels["end_at"]])
    start_kg = np.concatenate([trips["soc_start"] * tank_kg[trips["vehicle"]], refuels["tank_start_kg"]])
    end_kg = np.concatenate([trips["soc_end"] * tank_kg[trips["vehicle"]], refuels["tank_end_kg"]])
    flow_kg = np.concatenate([-trips["hydrogen_kg"], refuels["hydrogen_kg"]])
    np.testing.assert_allclose(flow_kg, end_kg - start_kg, rtol=1e-6, atol=1e-6)
    assert len(end_kg) == 0 or (end_kg.min() >= -1e-9 and (end_kg <= tank_kg[vehicle] + 1e-9).all())
    order = np.lexsort((end_s, vehicle))
    same = vehicle[order][1:] == vehicle[order][:-1]
    np.testing.assert_allclose(start_kg[order][1:][same], end_kg[order][:-1][same], atol=1e-9)

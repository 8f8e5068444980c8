"""From the rows that hydrogen stations wrote to their tables: refuels, flows, and their draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import DAY_S, HOUR_S, Clock
from fleetsim.energy.cascade import Vessel
from fleetsim.results.schema import FLOWS, LOADS, Frame, complete, concatenate, select
from fleetsim.scenario.hydrogen import HydrogenStation
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.station_plant import bank_vessels, day_temperatures_k
from fleetsim.sites.log import SiteLog

_ELECTROLYSER, _COMPRESSOR = LOADS.index("electrolyser"), LOADS.index("compressor")
_INITIAL, _PRODUCED, _VENTED, _DELIVERED, _DISPENSED, _LEFT = range(len(FLOWS))
_BRINGS = np.array([1.0, 1.0, -1.0, 1.0, -1.0, 0.0])
"""Whether a flow fills the storage or empties it, in the order of ``FLOWS``."""
Array = NDArray[Any]


def hydrogen_tables(log: SiteLog, site_codes: Mapping[str, int], scenario: Scenario) -> dict[str, Frame]:
    """The tables ``refuels``, ``hydrogen_flows`` and ``banks`` of one component."""
    clock = scenario.spec.clock
    stations = {
        name: site
        for name, site in sorted(scenario.spec.sites.items())
        if name in site_codes and isinstance(site, HydrogenStation)
    }
    initial_kg = {site_codes[name]: site.capacity_kg * site.initial_share for name, site in stations.items()}
    vent_share = {site_codes[name]: site.dispense_vent_share for name, site in stations.items()}
    vessels = {
        (site_codes[name], day): tuple(vessel.at(kelvin) for vessel in bank_vessels(site))
        for name, site in stations.items()
        if site.banks
        for day, kelvin in enumerate(day_temperatures_k(site, scenario))
    }
    rows = log.refuels.array()
    rows = rows[rows["end_s"] > clock.report_from_s]
    rows = rows[np.lexsort((rows["vehicle"], rows["end_s"]))]
    return {
        "refuels": complete(
            "refuels",
            {
                "vehicle": rows["vehicle"],
                "site": rows["site"],
                "arrive_at": rows["arrive_s"],
                "start_at": rows["start_s"],
                "end_at": rows["end_s"],
                "tank_start_kg": rows["start_kg"],
                "tank_end_kg": rows["end_kg"],
                "hydrogen_kg": rows["end_kg"] - rows["start_kg"],
                "end_reason": rows["reason"],
            },
        ),
        "hydrogen_flows": _flows(log, initial_kg, vent_share, clock),
        "banks": _banks(log, vessels, clock),
    }


def production_draws(log: SiteLog, clock: Clock) -> Frame:
    """Electrolysers and compressors on the meters of their sites, within the reported time."""
    rows = _within(log.production.array(), clock)
    parts = [(rows[rows[column] > 0.0], column, load) for column, load in _MACHINES]
    return concatenate(
        "draws",
        [
            complete(
                "draws",
                {
                    "site": part["site"],
                    "load": np.full(len(part), load),
                    "start_at": part["start_s"],
                    "end_at": part["end_s"],
                    "offered_kw": part[column],
                },
            )
            for part, column, load in parts
        ],
    )


_MACHINES = (("electrolyser_kw", _ELECTROLYSER), ("compressor_kw", _COMPRESSOR))


def _flows(log: SiteLog, initial_kg: Mapping[int, float], vent_share: Mapping[int, float], clock: Clock) -> Frame:
    """Every flow within the reported time; what went before makes the level at its start."""
    flows = concatenate("hydrogen_flows", [_produced(log), _dispensed(log, vent_share), _delivered(log)])
    before, after = _split(flows, clock.report_from_s)
    level_kg = dict(initial_kg)
    for site, flow, kg in zip(before["site"], before["flow"], before["hydrogen_kg"], strict=True):
        level_kg[int(site)] += float(_BRINGS[flow] * kg)
    start_s = np.full(len(level_kg), float(clock.report_from_s))
    initial = complete(
        "hydrogen_flows",
        {
            "site": np.array(list(level_kg), dtype=np.int64),
            "flow": np.full(len(level_kg), _INITIAL),
            "start_at": start_s,
            "end_at": start_s,
            "hydrogen_kg": np.array(list(level_kg.values())),
        },
    )
    frame = concatenate("hydrogen_flows", [initial, after, _left(log)])
    return select(frame, np.lexsort((frame["vehicle"], frame["flow"], frame["site"], frame["start_at"])))


def _split(flows: Frame, at_s: float) -> tuple[Frame, Frame]:
    """The parts of flows before and after a moment; what happens at that moment comes after."""
    start_s, end_s = flows["start_at"], flows["end_at"]
    length_s = end_s - start_s
    share = np.where(start_s >= at_s, 0.0, 1.0)
    across = (start_s < at_s) & (end_s > at_s)
    share[across] = (at_s - start_s[across]) / length_s[across]
    before, after = (share, start_s, np.minimum(end_s, at_s)), (1.0 - share, np.maximum(start_s, at_s), end_s)
    parts = []
    for part, start, end in (before, after):
        scaled = {name: flows[name] * part for name in ("hydrogen_kg", "energy_kwh", "emission_kg")}
        parts.append(select({**flows, **scaled, "start_at": start, "end_at": end}, part > 0.0))
    return parts[0], parts[1]


def _produced(log: SiteLog) -> Frame:
    rows = log.production.array()
    seconds = rows["end_s"] - rows["start_s"]
    energy_kwh = (rows["electrolyser_kw"] + rows["compressor_kw"]) * seconds / HOUR_S
    common = {"site": rows["site"], "start_at": rows["start_s"], "end_at": rows["end_s"]}
    made = {"flow": np.full(len(rows), _PRODUCED), "hydrogen_kg": rows["produced_kg_per_s"] * seconds}
    lost = {"flow": np.full(len(rows), _VENTED), "hydrogen_kg": rows["vented_kg_per_s"] * seconds}
    vented = complete("hydrogen_flows", {**common, **lost})
    return concatenate(
        "hydrogen_flows",
        [
            complete("hydrogen_flows", {**common, **made, "energy_kwh": energy_kwh}),
            select(vented, vented["hydrogen_kg"] > 0.0),
        ],
    )


def _dispensed(log: SiteLog, vent_share: Mapping[int, float]) -> Frame:
    """What went into tanks, and what was lost on the way."""
    rows = log.refuels.array()
    rows = rows[rows["end_s"] > rows["start_s"]]
    filled = complete(
        "hydrogen_flows",
        {
            "site": rows["site"],
            "flow": np.full(len(rows), _DISPENSED),
            "vehicle": rows["vehicle"],
            "start_at": rows["start_s"],
            "end_at": rows["end_s"],
            "hydrogen_kg": rows["end_kg"] - rows["start_kg"],
        },
    )
    share = np.array([vent_share[site] for site in rows["site"]], dtype=np.float64)
    lost = {"flow": np.full(len(rows), _VENTED), "hydrogen_kg": filled["hydrogen_kg"] * share}
    vented = complete("hydrogen_flows", {**filled, **lost})
    return concatenate("hydrogen_flows", [filled, select(vented, share > 0.0)])


def _banks(log: SiteLog, vessels: Mapping[tuple[int, int], tuple[Vessel, ...]], clock: Clock) -> Frame:
    """How the content of every bank went within the reported time; ``vessels`` are those of each site and day."""
    rows = log.banks.array()
    rows = rows[rows["end_s"] > clock.report_from_s]
    rows = rows[np.lexsort((rows["bank"], rows["site"], rows["start_s"]))]
    start_s = np.maximum(rows["start_s"], clock.report_from_s)
    past = (start_s - rows["start_s"]) / (rows["end_s"] - rows["start_s"])
    start_kg = rows["start_kg"] + past * (rows["end_kg"] - rows["start_kg"])

    def pressure_mpa(levels_kg: Array) -> Array:
        known = zip(rows["site"], start_s // DAY_S, rows["bank"], levels_kg, strict=True)
        return np.array([vessels[site, day][bank].pressure_mpa(kg) for site, day, bank, kg in known], dtype=np.float64)

    return complete(
        "banks",
        {
            "site": rows["site"],
            "bank": rows["bank"],
            "start_at": start_s,
            "end_at": rows["end_s"],
            "start_kg": start_kg,
            "end_kg": rows["end_kg"],
            "start_mpa": pressure_mpa(start_kg),
            "end_mpa": pressure_mpa(rows["end_kg"]),
        },
    )


def _delivered(log: SiteLog) -> Frame:
    rows = log.deliveries.array()
    return complete(
        "hydrogen_flows",
        {
            "site": rows["site"],
            "flow": np.full(len(rows), _DELIVERED),
            "start_at": rows["at_s"],
            "end_at": rows["at_s"],
            "hydrogen_kg": rows["kg"],
            "emission_kg": rows["emission_kg"],
        },
    )


def _left(log: SiteLog) -> Frame:
    """What the stations themselves say of their storages at the end."""
    rows = log.levels.array()
    times = {"start_at": rows["at_s"], "end_at": rows["at_s"]}
    columns = {"site": rows["site"], "flow": np.full(len(rows), _LEFT), "hydrogen_kg": rows["kg"]}
    return complete("hydrogen_flows", {**columns, **times})


def _within(rows: Array, clock: Clock) -> Array:
    """Rows cut to the reported time."""
    rows = rows[rows["end_s"] > clock.report_from_s].copy()
    rows["start_s"] = np.maximum(rows["start_s"], clock.report_from_s)
    return rows

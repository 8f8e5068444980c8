"""The stress study: one scenario under peaks, and what binds in its network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fleetsim import pipeline
from fleetsim.accounting.integrals import cut
from fleetsim.clock import SLOT_S, SLOTS_PER_DAY
from fleetsim.errors import RunError
from fleetsim.network.ranking import SLOT_H, Binding, ranking
from fleetsim.network.remedies import Remedy, Stressed, capped, remedies, worst_station
from fleetsim.network.shifting import Movable
from fleetsim.results.records import Records

if TYPE_CHECKING:
    from fleetsim.network.slots import Loads
    from fleetsim.network.sweep import Floats
    from fleetsim.scenario.schema import Scenario

CASES = ("dry_evening", "holiday", "drought", "transformer_out", "one_boundary", "orderly_use", "plan_year")
NO_SUN = "no_sun"
"""A further case, where panels or batteries stand on the network: they give nothing."""
DRY_MONTHS = (11, 12, 1, 2, 3, 4, 5)
EVENING = range(17 * 4, 23 * 4)
"""Slots of the evening, 17 to 23, in which the first case looks."""


@dataclass(frozen=True, slots=True, eq=False)
class StressStudy:
    """What the cases come to."""

    scenario: str
    days: int
    bindings: tuple[Binding, ...]
    """All cases and assets, least margin first."""
    remedies: tuple[Remedy, ...]
    cases: tuple[Stressed, ...]
    heavy: float

    @property
    def worst(self) -> tuple[Binding, ...]:
        """Each asset in its worst case, least margin first."""
        first: dict[str, Binding] = {}
        for row in self.bindings:
            first.setdefault(row.asset, row)
        return tuple(first.values())


def stress(path: Path | str, overrides: Sequence[str] = (), workspace: Path | None = None) -> StressStudy:
    """Run the cases of a scenario: four simulations, and three variations of the first of them.

    Transformer out, orderly use and plan year change the loads of the first simulation, not the fleets' behaviour.
    """
    scenario = pipeline.load(path, overrides=overrides, workspace=workspace)
    if scenario.network is None or scenario.rules is None:
        raise RunError("the workspace has no grid/network/: there is nothing to stress")
    year = scenario.spec.start_date.year
    dry = [] if scenario.spec.start_date.month in DRY_MONTHS else [f"start_date={year}-03-09"]
    valley = [f"sites.{name}.strategy=valley" for name, site in scenario.spec.sites.items() if _may_shift(site)]
    ran = {
        name: _simulated(path, [*overrides, *changes], workspace)
        for name, changes in {
            "dry_evening": dry,
            "holiday": [f"start_date={year}-10-01"],
            "drought": [*dry, "grid.hydrology=dry"],
            "one_boundary": [*dry, *valley],
        }.items()
    }
    base, records = ran["dry_evening"]
    growth = (1 + scenario.rules.load_growth) ** scenario.rules.plan_years
    units = base.net.station_units.copy()
    units[worst_station(base)] -= 1
    orderly = scenario.rules.orderly_use

    def ordered(site_kw: Floats) -> Floats:
        return np.array([capped(kw, orderly.slots_of_day, orderly.site_share) for kw in site_kw])

    ran["transformer_out"] = (replace(base, net=replace(base.net, station_units=units)), records)
    ran["orderly_use"] = (replace(base, site_kw=ordered(base.site_kw)), records)
    grown = (base.base_kva * growth, base.busbar_kva * growth, base.site_kw * growth)
    ran["plan_year"] = (replace(base, base_kva=grown[0], busbar_kva=grown[1], site_kw=grown[2]), records)
    if base.supply is not None:
        ran[NO_SUN] = (replace(base, supply=base.supply.dark_and_empty()), records)
    stressed, bindings = [], []
    for name in (*CASES, NO_SUN) if NO_SUN in ran else CASES:
        carried, of_run = ran[name]
        slots = np.arange(carried.site_kw.shape[1]) % SLOTS_PER_DAY
        kept = np.isin(slots, EVENING) if name == "dry_evening" else np.ones(len(slots), dtype=bool)
        hours = getattr(scenario.rules.case_hours, name)
        movable = _movable(carried, of_run, growth if name == "plan_year" else 1.0)
        if name == "orderly_use":
            stressed.append(Stressed(name, carried, kept, hours, movable, base, ordered))
        else:
            stressed.append(Stressed(name, carried, kept, hours, movable, carried))
        bindings += ranking(name, carried, of_run, scenario.rules.limits, kept)
    bindings.sort(key=lambda row: (-row.peak_loading, row.asset, row.case))
    found = remedies(stressed, scenario.network, scenario.rules)
    return StressStudy(
        scenario.spec.name,
        scenario.spec.days,
        tuple(bindings),
        tuple(found),
        tuple(stressed),
        scenario.rules.limits.heavy,
    )


def _may_shift(site: object) -> bool:
    return "strategy" in getattr(type(site), "model_fields", {})


def _simulated(path: Path | str, overrides: Sequence[str], workspace: Path | None) -> tuple[Loads, Records]:
    scenario: Scenario = pipeline.load(path, overrides=overrides, workspace=workspace)
    records = pipeline.simulate(scenario).records
    carried = pipeline.network_loads(scenario, records)
    if carried is None or not carried.net.sites:
        raise RunError("no site of the scenario stands in a city with feeders in grid/network/")
    return carried, records


def _movable(carried: Loads, records: Records, growth: float) -> Movable:
    """The sessions at sites of the network, by the slots in which they were plugged in; those that feed back stay."""
    sessions, draws, clock = records.tables["sessions"], records.tables["draws"], records.clock
    number = {site.name: row for row, site in enumerate(carried.net.sites)}
    site = np.array([number.get(name, -1) for name in records.entities["sites"]])[sessions["site"]]
    first_s, slots = float(clock.report_from_s), carried.site_kw.shape[1]
    begin = np.clip((sessions["plug_at"] - first_s) / SLOT_S, 0.0, slots)
    end = np.clip((sessions["unplug_at"] - first_s) / SLOT_S, 0.0, slots)
    row_of = np.full(int(max(draws["session"].max(initial=-1), sessions["session"].max(initial=-1))) + 1, -1)
    row_of[sessions["session"]] = np.arange(len(site))
    feeds_back = np.zeros(len(site), dtype=bool)
    feeds_back[row_of[draws["session"][(draws["session"] >= 0) & (draws["offered_kw"] < 0)]]] = True
    stays = np.flatnonzero((site >= 0) & (end > begin) & ~feeds_back & (sessions["energy_kwh"] > 0))
    first = np.floor(begin[stays]).astype(np.int64)
    length = np.ceil(end[stays]).astype(np.int64) - first
    begins = np.concatenate([[0], np.cumsum(length)])
    slot = np.arange(begins[-1]) + np.repeat(first - begins[:-1], length)
    inside = np.minimum(slot + 1, np.repeat(end[stays], length)) - np.maximum(slot, np.repeat(begin[stays], length))
    at = np.full(len(site), -1)
    at[stays] = np.arange(len(stays))
    pieces = cut(draws, records.tables["clocks"])
    session, in_run = draws["session"][pieces.draw], pieces.slot - clock.report_from_s // SLOT_S
    stay = np.where(session >= 0, at[row_of[session]], -1)
    mine = (stay >= 0) & (in_run >= 0) & (in_run < slots)
    entry = begins[stay[mine]] + in_run[mine] - first[stay[mine]]
    drawn_kw = np.bincount(entry, pieces.kwh[mine], minlength=len(slot)) / SLOT_H
    most_kw = np.maximum(np.repeat(sessions["peak_kw"][stays], length) * inside, drawn_kw)
    return Movable(site[stays], begins, slot, drawn_kw * growth, most_kw * growth)

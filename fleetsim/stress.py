"""The stress study: one scenario under peaks, and what binds in its network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fleetsim import pipeline
from fleetsim.clock import SLOTS_PER_DAY
from fleetsim.errors import RunError
from fleetsim.network.ranking import Binding, ranking
from fleetsim.network.remedies import Remedy, Stressed, capped, remedies, worst_station
from fleetsim.results.records import Records

if TYPE_CHECKING:
    from fleetsim.network.slots import Loads
    from fleetsim.scenario.schema import Scenario

CASES = ("dry_evening", "holiday", "drought", "transformer_out", "one_boundary", "orderly_use", "plan_year")
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
    cut = np.array([capped(kw, orderly.slots_of_day, orderly.site_share) for kw in base.site_kw])
    ran["transformer_out"] = (replace(base, net=replace(base.net, station_units=units)), records)
    ran["orderly_use"] = (replace(base, site_kw=cut), records)
    grown = (base.base_kva * growth, base.busbar_kva * growth, base.site_kw * growth)
    ran["plan_year"] = (replace(base, base_kva=grown[0], busbar_kva=grown[1], site_kw=grown[2]), records)
    stressed, bindings = [], []
    for name in CASES:
        carried, of_run = ran[name]
        slots = np.arange(carried.site_kw.shape[1]) % SLOTS_PER_DAY
        kept = np.isin(slots, EVENING) if name == "dry_evening" else np.ones(len(slots), dtype=bool)
        stressed.append(Stressed(name, carried, kept, _plugged(carried, of_run)))
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


def _plugged(carried: Loads, records: Records) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Vehicles plugged in at each site of the network."""
    sites, slots = records.tables["sites"], records.tables["site_slots"]
    by_site = slots["plugged"].reshape(len(sites["site"]), -1)
    row = {records.entities["sites"][code]: by_site[number] for number, code in enumerate(sites["site"])}
    return np.array([row[site.name] for site in carried.net.sites])

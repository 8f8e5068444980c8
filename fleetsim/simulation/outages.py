"""The table of outages: the times in which a charger or an electrolyser is out of service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from fleetsim.results.schema import Frame, complete
from fleetsim.scenario.hydrogen import HydrogenStation
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.plant import Plant
from fleetsim.simulation.station_plant import outages_s
from fleetsim.sites.depot_plant import DepotPlant


def outage_table(plants: Mapping[str, Plant], sites: Iterable[str], scenario: Scenario) -> Frame:
    """The table ``outages`` of one component, its sites in order of name."""
    clock = scenario.spec.clock
    rows: list[tuple[str, str, float, float, str]] = []
    for name in sorted(sites):
        site, plant = scenario.spec.sites[name], plants.get(name)
        if isinstance(plant, DepotPlant):
            rows += [
                (f"{name}/charger-{charger}", "charger", start_s, end_s, "failure")
                for start_s, end_s, charger in plant.outages
            ]
        elif isinstance(site, HydrogenStation):
            rows += [
                (f"{name}/{part}", part, *span, "scenario")
                for part in ("electrolyser", "station")
                for span in outages_s(site, clock, part)
            ]
    rows = [row for row in rows if row[3] > clock.report_from_s]
    if not rows:
        return complete("outages", {})
    asset, kind, start_s, end_s, cause = zip(*rows, strict=True)
    texts = {"asset": asset, "kind": kind, "cause": cause}
    times = {"start_at": np.maximum(start_s, clock.report_from_s), "end_at": np.array(end_s)}
    return complete("outages", {key: np.array(column, dtype=object) for key, column in texts.items()} | times)

"""A real timetable run electrified: Markdown for docs/validation.md.

Usage: FLEETSIM_GTFS_FEED=cairns_gtfs.zip python docs/_validation/timetables.py (docs/gtfs.md tells where the feed is).
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fleetsim import pipeline
from fleetsim.pipeline import Results
from fleetsim.results.schema import PURPOSES, TRIP_STATUS
from fleetsim.timetables.importing import Imported, Wishes, import_gtfs
from fleetsim.work.spec import Scheduling

FEED = Path(os.environ.get("FLEETSIM_GTFS_FEED", "no such feed"))
LONGEST_KM = (None, 200.0, 180.0)
TERMINALS = 4
"""Ends of lines that get chargers in the last row: those at which most trips end."""


def failures(results: Results) -> tuple[int, int]:
    """Trips of a run that were cancelled and that were late."""
    trips = results.records.tables["trips"]
    service = trips["purpose"] == PURPOSES.index("service")
    cancelled, late = ((service & (trips["status"] == TRIP_STATUS.index(word))).sum() for word in ("cancelled", "late"))
    return int(cancelled), int(late)


def row(longest_km: float | None, spare_share: float, terminals: tuple[str, ...] = ()) -> tuple[Imported, str]:
    """An import with blocks of at most a length, run for its week: one line of the table."""
    rules = Scheduling(longest_block_km=longest_km)
    wishes = replace(Wishes(), spare_share=spare_share, terminals=terminals, rules=rules)
    with TemporaryDirectory() as folder:
        done = import_gtfs(FEED, Path(folder), "cairns", wishes)
        results = pipeline.simulate(pipeline.load(done.files[-1]))
        exchange = [f"fleets.{fleet.name}.exchange=true" for fleet in done.plan.fleets]
        exchanged = pipeline.simulate(pipeline.load(done.files[-1], overrides=exchange))
    trips, metrics = results.records.tables["trips"], results.records.tables["metrics"]
    cancelled, late = failures(results)

    def value(metric: str) -> float:
        (at,) = np.flatnonzero((metrics["metric"] == metric) & (metrics["subject"] == "run"))
        return float(metrics["value"][at])

    (fleet,) = done.plan.fleets
    cut = "as the timetable allows" if longest_km is None else f"at most {longest_km:g} km"
    cut += f", chargers at {len(terminals)} ends" if terminals else ""
    energy = f"{value('energy_kwh') / 7_000:.2f} | {value('distance_km') / 7:,.0f}"
    return done, (
        f"| {cut} | {fleet.fewest_vehicles} | {fleet.vehicles} | {energy} | {value('consumption_kwh_per_km'):.3f} "
        f"| {(trips['purpose'] == PURPOSES.index('service')).sum():,} | {cancelled:,} | {late:,} "
        f"| {value('service_level'):.1%} | {sum(failures(exchanged)):,} |"
    )


def markdown() -> str:
    """The Cairns feed electrified; nothing where it is not at hand."""
    if not FEED.is_file():
        return ""
    runs = [row(longest_km, 0.1) for longest_km in LONGEST_KM]
    done = runs[0][0]
    busiest = Counter(trip.last_stop for trip in done.trips).most_common(TERMINALS)
    runs.append(row(None, 0.1, tuple(stop for stop, _ in busiest)))
    km = sum(trip.distance_km for trip in done.trips)
    lines = "\n".join(line for _, line in runs)
    also = "cancelled or late with exchange"
    return f"""### Cairns

`fleetsim import gtfs` of the feed of Cairns, Australia (2014), which gtfs-kit carries along; it has no `block_id`.
{len(done.trips):,} trips of the fullest week, {done.origin.dates[0]} to {done.origin.dates[-1]}, of
{km / len(done.trips):.1f} km in the mean ({done.origin.lengths()}). {done.plan.simultaneous} of them are under way at
once at the most: no schedule needs fewer vehicles. That with the fewest takes {done.plan.scheduled}, with empty trips
and layovers of five minutes. Buses of 12 m and 324 kWh in the air of Kunming, half full, on a flat road, with a charger
of 120 kW for two; a tenth of the fleet is spare. Blocks as long as a diesel bus runs are too long for a battery; cut
to what it can do they take more vehicles and fail less:

| blocks | out at once | with spares | MWh/day | km/day | kWh/km | trips | cancelled | late | service | {also} |
|---|---|---|---|---|---|---|---|---|---|---|
{lines}

When a bus is short it is before the afternoon's peak: some at home have the energy, but all of them are to leave for
blocks of their own before they would be back. So exchange can only let two change their blocks. What fails without
cutting needs more than a full battery, or a charger of 120 kW for eight buses at each of the ends where most trips end
(`--terminals`).

Vehicles are those of the fullest day; energy is at the meter; trips are those of the week. Stops and durations of all
trips equal those of gtfs-kit 13.0.1 (`compute_trip_stats`); the sum of their lengths is within 1 %, and 95 % of them
are within 2 % (`tests/timetables/test_gtfs_kit.py`).
"""


if __name__ == "__main__":
    sys.stdout.write(markdown() or "FLEETSIM_GTFS_FEED names no feed\n")

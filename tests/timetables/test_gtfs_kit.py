"""Trips of the Cairns feed beside gtfs-kit; skipped where the feed or gtfs-kit is not there (docs/gtfs.md)."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from fleetsim.timetables.importing import Wishes, import_gtfs

FEED = Path(os.environ.get("FLEETSIM_GTFS_FEED", "no such feed"))


@pytest.mark.skipif(not FEED.is_file(), reason="FLEETSIM_GTFS_FEED names no feed")
@pytest.mark.filterwarnings("default")
def test_times_and_lengths_of_trips_agree(tmp_path: Path) -> None:
    gtfs_kit = pytest.importorskip("gtfs_kit")
    trips = {trip.trip: trip for trip in import_gtfs(FEED, tmp_path, "feed", Wishes(week=date(2014, 6, 1))).trips}
    theirs = gtfs_kit.read_feed(FEED, dist_units="km").compute_trip_stats(compute_dist_from_shapes=True)
    rows = theirs[theirs["trip_id"].isin(list(trips))].to_dict("records")
    assert len(rows) == len(trips) > 1_000
    for row in rows:
        trip = trips[row["trip_id"]]
        assert (row["start_stop_id"], row["end_stop_id"], row["num_stops"]) == (
            trip.first_stop,
            trip.last_stop,
            trip.stops,
        )
        assert row["duration"] == pytest.approx((trip.arrive_s - trip.depart_s) / 3_600)
    km, theirs_km = (sum(values) for values in ([t.distance_km for t in trips.values()], [r["distance"] for r in rows]))
    assert km == pytest.approx(theirs_km, rel=0.01)
    apart = [abs(trips[row["trip_id"]].distance_km / row["distance"] - 1) for row in rows]
    assert sorted(apart)[int(0.95 * len(apart))] < 0.02

"""Vehicle positions as a GTFS-Realtime feed, for programs that show public transport (extra ``gtfs-realtime``)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np

from fleetsim.errors import RunError
from fleetsim.telematics.segments import Doing
from fleetsim.telematics.trace import Tracer

CHINA = timezone(timedelta(hours=8))


def feed(tracer: Tracer, at_s: float) -> bytes:
    """The positions of all vehicles that are known to be somewhere, at a moment of the run, as the feed's bytes.

    Raises ``RunError`` where the extra is not installed.
    """
    try:
        from google.transit import gtfs_realtime_pb2
    except ImportError as error:
        raise RunError("GTFS-Realtime needs an extra: pip install 'fleetsim[gtfs-realtime]'") from error
    records = tracer.records
    moment: datetime = records.clock.civil(np.array([np.floor(at_s)]))[0].item()
    stamp = int(moment.replace(tzinfo=CHINA).timestamp())
    message = gtfs_realtime_pb2.FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    message.header.incrementality = message.header.FULL_DATASET
    message.header.timestamp = stamp
    chunk = tracer.chunk(1.0, np.arange(len(records.entities["vehicles"])), at_s, at_s + 1.0)
    trips = records.tables["trips"]
    trip_of = dict(zip(chunk.vehicle.tolist(), tracer.trips_at(at_s, chunk.vehicle).tolist(), strict=True))
    for row in np.flatnonzero(np.isfinite(chunk.lat)).tolist():
        name = records.entities["vehicles"][chunk.vehicle[row]]
        entity = message.entity.add(id=name)
        entity.vehicle.vehicle.id = name
        entity.vehicle.position.latitude = float(chunk.lat[row])
        entity.vehicle.position.longitude = float(chunk.lon[row])
        entity.vehicle.position.odometer = float(chunk.odometer_km[row]) * 1_000.0
        entity.vehicle.position.speed = float(chunk.speed_kmh[row]) / 3.6
        entity.vehicle.timestamp = stamp
        trip = trip_of[int(chunk.vehicle[row])]
        if chunk.doing[row] == Doing.DRIVING and trip >= 0:
            entity.vehicle.trip.trip_id = f"{name}-{int(trips['trip'][trip])}"
            if trips["route"][trip] >= 0:
                entity.vehicle.trip.route_id = records.entities["routes"][trips["route"][trip]]
    content: bytes = message.SerializeToString()
    return content

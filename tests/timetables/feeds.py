"""Tiny GTFS feeds made by hand."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

WEEK = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
TABLES: Mapping[str, str] = {
    # 0.1 degrees of latitude are 11.12 km.
    "stops": "stop_id,stop_name,stop_lat,stop_lon\n"
    "s,South,25.0,102.7\nm,Middle,25.05,102.7\nn,North,25.1,102.7\ns2,South opposite,25.0005,102.7\n",
    "routes": "route_id,route_short_name,route_type\nr1,1,3\nr2,2,3\ntrain,T,2\n",
    "calendar": f"service_id,{WEEK},start_date,end_date\nwork,1,1,1,1,1,0,0,20240101,20240331\n",
    "calendar_dates": "service_id,date,exception_type\nwork,20240103,2\nwork,20240106,1\n",
    "trips": "trip_id,route_id,service_id,block_id,shape_id\nout,r1,work,,\nback,r1,work,,\nnight,r2,work,,\n",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "out,06:00:00,06:00:00,s,1\nout,,,m,2\nout,06:30:00,06:30:00,n,10\n"
    "back,06:40:00,06:40:00,n,1\nback,07:10:00,07:10:00,s2,2\n"
    "night,24:10:00,24:10:00,n,1\nnight,24:45:30,24:45:30,s,2\n",
}
"""Route 1 out and back, route 2 after midnight; on workdays, not on 3 January 2024, but on Saturday the 6th."""


def feed(folder: Path, tables: Mapping[str, str | None] | None = None, prefix: str = "") -> Path:
    """A feed with some tables replaced, or left out where they are ``None``."""
    path = folder / "town.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**TABLES, **(tables or {})}.items():
            if text is not None:
                archive.writestr(f"{prefix}{name}.txt", text)
    return path


def with_rows(table: str, rows: str) -> dict[str, str | None]:
    """The table of the feed with more rows."""
    return {table: TABLES[table] + rows}

"""The workloads by name."""

from __future__ import annotations

from functools import partial
from importlib import import_module

import numpy as np

from bench import city, depot
from bench.floor import bare_depot_s
from bench.measure import Case, Measurement, measure
from fleetsim.results.records import Records

DAYS = 7
EFFICIENCY = 0.955
LOADED_LATE = ("pvlib", "scipy.optimize", "scipy.sparse", "pyarrow.parquet")
"""Libraries that are imported where they are first needed, which no stage is to pay for."""


def depot_case(vehicles: int, sharing: str = "proportional") -> Case:
    """The common depot workload; every sharing but ``proportional`` runs by re-allocation."""
    return Case(
        name=f"depot of {vehicles} buses" + ("" if sharing == "proportional" else f" sharing {sharing}"),
        vehicles=vehicles,
        days=DAYS,
        write=partial(depot.write, vehicles=vehicles, sharing=sharing),
        describe=_depot_outcome,
        bare_s=partial(bare_depot_s, vehicles),
    )


def city_case(scale: float, days: int = DAYS, *, taxis_alone: bool = False) -> Case:
    """The whole-city week, or a part of it, or other days of it, or its taxis with their stations alone."""
    return Case(
        name=f"{'taxis' if taxis_alone else 'city'} at {scale:g} of its size" + f", {days} days" * (days != DAYS),
        vehicles=city.vehicles(scale, taxis_alone=taxis_alone),
        days=days,
        write=partial(city.write, scale=scale, days=days, taxis_alone=taxis_alone),
        describe=_city_outcome,
    )


def measure_case(kind: str, size: float, repetitions: int, days: int) -> Measurement:
    """Measure a workload in a fresh process: ``depot``, ``reallocation`` (vehicles), ``city`` or ``taxis`` (a part)."""
    for library in LOADED_LATE:
        import_module(library)
    if kind in ("city", "taxis"):
        return measure(city_case(size, days, taxis_alone=kind == "taxis"), repetitions)
    return measure(depot_case(int(size), "first_come" if kind == "reallocation" else "proportional"), repetitions)


def _depot_outcome(records: Records) -> str:
    trips, sessions, draws = (records.tables[name] for name in ("trips", "sessions", "draws"))
    stored = np.bincount(sessions["vehicle"], weights=sessions["stored_kwh"])
    standby_kw = draws["offered_kw"][draws["session"] < 0].sum()
    peak_kw = (records.tables["site_slots"]["peak_kw"].max() - standby_kw) * EFFICIENCY
    short = int((trips["status"] != 0).sum())
    return (
        f"{stored.min():.1f} to {stored.max():.1f} kWh into each battery, peak {peak_kw:.0f} kW DC, {short} trips short"
    )


def _city_outcome(records: Records) -> str:
    trips, sessions = records.tables["trips"], records.tables["sessions"]
    km = np.nansum(np.where(np.isfinite(trips["depart_at"]), trips["distance_km"], 0.0))
    return (
        f"{len(trips['trip'])} trips, {km / 1e6:.2f} million km, {sessions['energy_kwh'].sum() / 1e6:.2f} GWh, "
        f"{len(records.tables['waits']['site'])} waits"
    )

"""A plausible run made of formulas, for tests of the report: depots that charge in the valley of the tariff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from fleetsim.clock import DAY_S, HOUR_S, SLOT_S, Clock
from fleetsim.report.view import Assumption, ReportView
from fleetsim.report.words import metric_words
from fleetsim.results.records import Records
from fleetsim.results.schema import LOADS, SCOPES, SOURCES, TABLES, Frame, complete, concatenate
from fleetsim.spec import Text

Series = np.ndarray[tuple[int], np.dtype[np.float64]]

STANDBY_KW = 2.5
EFFICIENCY = 0.94
BATTERY_EFFICIENCY = 0.96
ASSUMPTIONS: tuple[Assumption, ...] = (
    ("configs/kunming_buses.yaml", "fleets.jinma_day.count", "120", "chosen so that 10.8 GWh a year are charged"),
    ("configs/kunming_buses.yaml", "sites.jinma.connection_kw", "2500", "nameplate of the chargers, rounded up"),
    ("configs/kunming_buses.yaml", "sites.jinma.base_load_kw", "40", "a workshop and an office"),
    ("profiles/chargers.yaml", "dc_120.standby_kw", "0.05", "order of magnitude of data sheets"),
    ("grid/yunnan.yaml", "hydrology.dry", "0.87", "driest of the years at hand"),
)
TARIFF = ((0, 0.5213), (2, 0.3012), (6, 0.5213), (7, 0.7411), (9, 0.5213), (12, 0.3012), (16, 0.5213), (18, 0.7411))


def synthetic_view(
    *,
    sites: int = 2,
    days: int = 7,
    title: Text | None = None,
    site_title: str | None = None,
    queue: bool = True,
    limited: bool = True,
) -> ReportView:
    """A view of ``sites`` depots with one fleet each over ``days`` days."""
    clock = Clock(date(2026, 3, 9), days, warmup_days=2)
    names = [f"depot_{number}" if number > 1 else "jinma" for number in range(1, sites + 1)]
    fleets = [f"{name}_day" for name in names]
    slot_s = clock.report_from_s + SLOT_S * np.arange(96.0 * days)
    frames = [_site_slots(number, slot_s, queue, limited) for number in range(sites)]
    others = ("vehicles", "kinds", "models", "cities", "site_kinds", "places", "routes")
    entities = {"sites": tuple(names), "fleets": tuple(fleets), **dict.fromkeys(others, ())}
    tables = {table: complete(table, {}) for table in TABLES}
    tables["site_slots"] = concatenate("site_slots", frames)
    tables["grid_slots"] = _grid_slots(slot_s)
    tables["draws"] = concatenate("draws", [_draws(number, clock) for number in range(sites)])
    named = {
        name: Text(en=site_title or f"Jinma Road depot {number}", zh=site_title or f"金马路公交场站{number}")
        for number, name in enumerate(names, 1)
    }
    named |= {
        fleet: Text(en=f"Day lines of depot {number}", zh=f"{number} 号场站日间线路")
        for number, fleet in enumerate(fleets, 1)
    }
    return ReportView(
        title=title or Text(en="Kunming: buses at their depots", zh="昆明：公交车与场站充电"),
        run_id="kunming_buses-3f9a1c77b2d0",
        records=Records(clock, entities, tables),
        metrics=_metrics(names, fleets, frames, tables["grid_slots"], days, queue),
        assumptions=ASSUMPTIONS,
        notes={"level": "month_hour", "year": "2024", "clean_share": "average of production, location-based"},
        remarks=("block 4 of fleet jinma_day is predicted to end at 18 % of charge, below the reserve",),
        names=named,
    )


def _base_kw(number: int, hour: Series) -> Series:
    shape: Series = 25.0 + 5.0 * number + 20.0 * ((hour >= 8) & (hour < 20))
    return shape


def _site_slots(number: int, slot_s: Series, queue: bool, limited: bool) -> Frame:
    hour = (slot_s % DAY_S) / HOUR_S
    wave = 1.0 + 0.08 * np.sin(slot_s / DAY_S * 2.1 + number)
    night = ((hour >= 2) & (hour < 5.5)) * (900.0 - 300.0 * (number % 3)) * wave
    noon = ((hour >= 12) & (hour < 14)) * (420.0 - 60.0 * (number % 4)) * wave
    load_kw = night + noon + _base_kw(number, np.floor(hour)) + STANDBY_KW
    price = np.array([[price for start, price in TARIFF if start <= at][-1] for at in hour])
    return complete(
        "site_slots",
        {
            "site": np.full(len(slot_s), number),
            "slot_at": slot_s,
            "load_kw": load_kw,
            "grid_kw": load_kw,
            "peak_kw": load_kw * 1.03,
            "limit_kw": np.full(len(slot_s), 1_200.0 if limited else np.nan),
            "price_cny_per_kwh": price,
            "plugged": 10.0 * ((hour >= 22) | (hour < 6)) + 2.0 * (noon > 0),
            "charging": 8.0 * (night > 0) + 2.0 * (noon > 0),
            "queued": 3.0 * ((hour >= 22) & (hour < 23)) * queue,
        },
    )


def _draws(number: int, clock: Clock) -> Frame:
    hours = clock.report_from_s + HOUR_S * np.arange(24.0 * clock.days)
    base_kw = _base_kw(number, (hours % DAY_S) / HOUR_S)
    return complete(
        "draws",
        {
            "site": np.full(len(hours) + 1, number),
            "load": np.append(np.full(len(hours), LOADS.index("base")), LOADS.index("standby")),
            "start_at": np.append(hours, clock.report_from_s),
            "end_at": np.append(hours + HOUR_S, clock.end_s),
            "offered_kw": np.append(base_kw, STANDBY_KW),
        },
    )


def _grid_slots(slot_s: Series) -> Frame:
    hour = (slot_s % DAY_S) / HOUR_S
    sun = np.maximum(np.sin((hour - 6.5) / 12.5 * np.pi), 0.0) * ((hour > 6.5) & (hour < 19))
    made = {
        "hydro": 21_000 + 3_500 * np.sin((hour - 13) / 24 * 2 * np.pi) - 5_000 * sun,
        "wind": 6_200 + 1_400 * np.cos(slot_s / DAY_S * 1.7),
        "solar": 14_000 * sun,
        "biomass": np.full(len(slot_s), 260.0),
        "nuclear": np.zeros(len(slot_s)),
        "thermal": 6_900 - 1_500 * sun,
        "import": np.zeros(len(slot_s)),
    }
    total = sum(made.values())
    clean = 1.0 - made["thermal"] / total
    return complete(
        "grid_slots",
        {
            "zone": np.full(len(slot_s), "yunnan", dtype=object),
            "slot_at": slot_s,
            "demand_mw": total * 0.7,
            "export_mw": total * 0.3,
            **{f"{source}_mw": made[source] for source in SOURCES},
            "clean_share": clean,
            "clean_share_consumption": clean - 0.004,
            "clean_share_dedicated": clean - 0.09,
        },
    )


def _site_values(number: int, slots: Frame, days: int, queue: bool) -> dict[str, float]:
    hours = 24.0 * days
    grid_kwh = float(slots["load_kw"].sum()) / 4
    base_kwh = float(_base_kw(number, np.arange(24.0)).sum()) * days
    energy_kwh = grid_kwh - base_kwh - STANDBY_KW * hours
    chargers, charger_kw = 20.0, 120.0
    limit_kw = float(slots["limit_kw"][0])
    waits = 12.0 * queue * (1 + number % 2)
    return {
        "chargers": chargers,
        "sessions": 30.0 * days,
        "energy_kwh": energy_kwh,
        "grid_kwh": grid_kwh,
        "standby_kwh": STANDBY_KW * hours,
        "base_kwh": base_kwh,
        "delivered_kwh": energy_kwh * EFFICIENCY,
        "stored_kwh": energy_kwh * EFFICIENCY * BATTERY_EFFICIENCY,
        "unmet_kwh": 41.5 * queue * (number % 2 == 0),
        "waits": waits,
        "waited_h": waits * 0.3,
        "wait_mean_min": 18.0 if waits else 0.0,
        "wait_p95_min": 44.0 if waits else 0.0,
        "mismatch_h": 0.0,
        "idle_charger_h": chargers * hours * 0.65,
        "utilisation_energy": energy_kwh * EFFICIENCY / (chargers * charger_kw * hours),
        "utilisation_plugged": float(slots["plugged"].mean()) / chargers,
        "utilisation_charging": float(slots["charging"].mean()) / chargers,
        "peak_kw": float(slots["peak_kw"].max()),
        "mean_kw": grid_kwh / hours,
        "connection_kw": limit_kw,
        "connection_use": float(slots["peak_kw"].max()) / limit_kw,
        "clean_share": 0.842,
        "clean_share_consumption": 0.838,
        "clean_share_dedicated": 0.752,
        "emission_kg": energy_kwh * 0.151,
        "cost_cny": energy_kwh * 0.33,
        "cost_cny_per_kwh": 0.33,
        "balance_error": 3e-16,
    }


def _fleet_values(number: int, site: Mapping[str, float], days: int) -> dict[str, float]:
    planned = 240.0 * days
    late, cancelled = 3.0 + number, float(number % 2)
    distance_km = site["stored_kwh"] / 0.98
    return {
        "vehicles": 40.0,
        "trips_planned": planned,
        "trips_done": planned - late - cancelled,
        "trips_late": late,
        "trips_cancelled": cancelled,
        "service_level": (planned - late - cancelled) / planned,
        "reserve_crossings": 0.0,
        "soc_min": 0.27 + 0.01 * number,
        "distance_km": distance_km,
        "driven_kwh": site["stored_kwh"] * 0.99,
        "consumption_kwh_per_km": 0.99 * site["stored_kwh"] / distance_km,
        "clean_share_driven": 0.84,
        "energy_kwh": site["energy_kwh"],
    }


_SUMS = (
    "chargers", "sessions", "energy_kwh", "grid_kwh", "standby_kwh", "base_kwh", "delivered_kwh", "stored_kwh",
    "unmet_kwh", "waits", "waited_h", "idle_charger_h", "mean_kw", "emission_kg", "cost_cny", "vehicles",
    "trips_planned", "trips_done", "trips_late", "trips_cancelled", "distance_km", "driven_kwh", "reserve_crossings",
)  # fmt: skip


def _run_values(parts: list[dict[str, float]], frames: list[Frame]) -> dict[str, float]:
    run = {name: sum(part.get(name, 0.0) for part in parts) for name in _SUMS}
    run["energy_kwh"] /= 2  # the meters of the sites and of the fleets are the same
    site_count = len(frames)
    for name in ("utilisation_energy", "utilisation_plugged", "utilisation_charging"):
        run[name] = sum(part.get(name, 0.0) for part in parts) / site_count
    initial_kwh = 40.0 * site_count * 300.0 * 0.8
    return run | {
        "service_level": run["trips_done"] / run["trips_planned"],
        "soc_min": 0.27,
        "initial_kwh": initial_kwh,
        "left_kwh": initial_kwh + run["stored_kwh"] - run["driven_kwh"],
        "initial_share": 0.02,
        "consumption_kwh_per_km": run["driven_kwh"] / run["distance_km"],
        "meter_kwh_per_km": run["energy_kwh"] / run["distance_km"],
        "wait_mean_min": 18.0 if run["waits"] else 0.0,
        "wait_p95_min": 44.0 if run["waits"] else 0.0,
        "mismatch_h": 0.0,
        "peak_kw": float(max(sum(frame["grid_kw"] for frame in frames))),
        "clean_share": 0.842,
        "clean_share_consumption": 0.838,
        "clean_share_dedicated": 0.752,
        "clean_share_driven": 0.84,
        "emission_kg_per_km": run["emission_kg"] / run["distance_km"],
        "cost_cny_per_kwh": run["cost_cny"] / run["energy_kwh"],
        "balance_error": 4e-16,
    }


def _metrics(names: list[str], fleets: list[str], frames: list[Frame], grid: Frame, days: int, queue: bool) -> Frame:
    sites = [_site_values(number, frame, days, queue) for number, frame in enumerate(frames)]
    fleet_values = [_fleet_values(number, site, days) for number, site in enumerate(sites)]
    generation = {f"generation_{source}_gwh": float(grid[f"{source}_mw"].sum()) / 4e3 for source in SOURCES}
    entries = [("run", "kunming_buses", _run_values([*sites, *fleet_values], frames))]
    entries += [("fleet", name, values) for name, values in zip(fleets, fleet_values, strict=True)]
    entries += [("site", name, values) for name, values in zip(names, sites, strict=True)]
    demand = {"demand_gwh": float(grid["demand_mw"].sum()) / 4e3}
    entries.append(("grid", "yunnan", {"clean_share": 0.86, **generation, **demand}))
    rows = [(scope, subject, name, value) for scope, subject, values in entries for name, value in values.items()]
    described = [metric_words(row[2]) for row in rows]
    return complete(
        "metrics",
        {
            "scope": np.array([SCOPES.index(row[0]) for row in rows]),
            "subject": np.array([row[1] for row in rows], dtype=object),
            "metric": np.array([row[2] for row in rows], dtype=object),
            "value": np.array([row[3] for row in rows]),
            "unit": np.array([words.unit if words else "" for words in described], dtype=object),
            "definition": np.array([words.definition.en if words else "" for words in described], dtype=object),
        },
    )

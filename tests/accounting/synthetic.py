"""Small records that add up by construction, written event by event as plain Python."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from fleetsim.accounting.mix import Mix
from fleetsim.accounting.running import running
from fleetsim.accounting.sessions import SessionTotals
from fleetsim.accounting.stocks import Trace
from fleetsim.accounting.sums import Floats
from fleetsim.clock import SLOT_S, Clock
from fleetsim.grid.mix import GridSlots
from fleetsim.results.records import Records
from fleetsim.results.schema import (
    LOADS,
    PURPOSES,
    SESSION_ENDS,
    SOURCES,
    STORAGE_STRATEGIES,
    TABLES,
    TRIP_STATUS,
    WAIT_OUTCOMES,
    complete,
)

HORIZON = Clock(date(2026, 3, 9), days=1, warmup_days=1)
FLEETS = ("city_line", "school_line")
SITES = ("south", "north")
BATTERY_KWH = 200.0
CHARGER_EFFICIENCY = 0.95
BATTERY_EFFICIENCY = 0.96
FEED_EFFICIENCY = 0.9
CHARGER_KW = 60.0
CHARGERS = 2
CONNECTION_KW = 150.0
RESERVE = 0.2


@dataclass(frozen=True)
class Flat:
    """Prices by slot."""

    price_cny_per_kwh: np.ndarray


@dataclass
class Diary:
    """Write down what happened; ``records()`` turns it into tables.

    Vehicles 0 and 1 belong to the first fleet and site, vehicle 2 to the second of both.
    """

    clock: Clock = HORIZON
    initial_soc: tuple[float, ...] = (0.5, 0.8, 0.6)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    kwh: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kwh = {vehicle: soc * BATTERY_KWH for vehicle, soc in enumerate(self.initial_soc)}

    def factor(self, site: int, clock: int, start_s: float, end_s: float, factor: float) -> None:
        """A clock runs at one factor for a while."""
        self.rows["clocks"].append(
            {"site": site, "clock": clock, "start_at": start_s, "end_at": end_s, "factor": factor}
        )

    def load(self, site: int, load: str, start_s: float, end_s: float, kw: float) -> None:
        """A load that no clock scales."""
        self.rows["draws"].append(
            {
                "site": site,
                "load": LOADS.index(load),
                "session": -1,
                "clock": -1,
                "start_at": start_s,
                "end_at": end_s,
                "offered_kw": kw,
            }
        )

    def session(
        self, vehicle: int, site: int, plug_s: float, unplug_s: float, steps: list[tuple[int, float, float, float]]
    ) -> None:
        """A session whose power is offered in steps of (clock, from, to, kW); below zero it feeds back, unscaled."""
        number = 100 + len(self.rows["sessions"])
        energy_kwh = discharged_kwh = 0.0
        for clock, start_s, end_s, kw in steps:
            self.rows["draws"].append(
                {
                    "site": site,
                    "load": LOADS.index("vehicle"),
                    "session": number,
                    "clock": clock,
                    "start_at": start_s,
                    "end_at": end_s,
                    "offered_kw": kw,
                }
            )
            for row in self.rows["clocks"]:
                if (row["site"], row["clock"]) == (site, clock):
                    overlap_s = max(min(end_s, row["end_at"]) - max(start_s, row["start_at"]), 0.0)
                    energy_kwh += kw * row["factor"] * overlap_s / 3600.0
            if clock == -1:
                energy_kwh += max(kw, 0.0) * (end_s - start_s) / 3600.0
                discharged_kwh += max(-kw, 0.0) * (end_s - start_s) / 3600.0
        stored_kwh = energy_kwh * CHARGER_EFFICIENCY * BATTERY_EFFICIENCY
        released_kwh = discharged_kwh / FEED_EFFICIENCY
        soc_start = self.kwh[vehicle] / BATTERY_KWH
        self.kwh[vehicle] += stored_kwh - released_kwh
        self.rows["sessions"].append(
            {
                "session": number,
                "vehicle": vehicle,
                "site": site,
                "charger": 0,
                "arrive_at": plug_s,
                "plug_at": plug_s,
                "start_at": steps[0][1] if steps else np.nan,
                "end_at": steps[-1][2] if steps else np.nan,
                "unplug_at": unplug_s,
                "planned_unplug_at": unplug_s,
                "requested_kwh": stored_kwh + 1.0,
                "energy_kwh": energy_kwh,
                "delivered_kwh": energy_kwh * CHARGER_EFFICIENCY,
                "stored_kwh": stored_kwh,
                "unmet_kwh": 1.0,
                "discharged_kwh": discharged_kwh,
                "released_kwh": released_kwh,
                "soc_start": soc_start,
                "soc_end": self.kwh[vehicle] / BATTERY_KWH,
                "end_reason": SESSION_ENDS.index("departure"),
            }
        )

    def trip(
        self,
        vehicle: int,
        depart_s: float,
        arrive_s: float,
        used_kwh: float,
        *,
        km: float = 20.0,
        late_s: float = 0.0,
        status: str = "done",
        purpose: str = "service",
    ) -> None:
        """A trip; a cancelled one uses nothing."""
        ran = status != "cancelled"
        soc_start = self.kwh[vehicle] / BATTERY_KWH
        self.kwh[vehicle] -= used_kwh if ran else 0.0
        self.rows["trips"].append(
            {
                "vehicle": vehicle,
                "trip": len(self.rows["trips"]),
                "purpose": PURPOSES.index(purpose),
                "planned_depart_at": depart_s - late_s,
                "planned_arrive_at": arrive_s - late_s,
                "depart_at": depart_s if ran else np.nan,
                "arrive_at": arrive_s if ran else np.nan,
                "distance_km": km,
                "used_kwh": used_kwh if ran else np.nan,
                "soc_start": soc_start if ran else np.nan,
                "soc_end": self.kwh[vehicle] / BATTERY_KWH if ran else np.nan,
                "status": TRIP_STATUS.index(status),
            }
        )

    def wait(self, vehicle: int, site: int, arrive_s: float, end_s: float) -> None:
        """A stay in the queue."""
        self.rows["waits"].append(
            {
                "vehicle": vehicle,
                "site": site,
                "arrive_at": arrive_s,
                "end_at": end_s,
                "outcome": WAIT_OUTCOMES.index("served"),
            }
        )

    def records(self) -> Records:
        """The tables, complete."""
        vehicles = len(self.initial_soc)
        fleet = np.array([0, 0, 1] + [1] * (vehicles - 3))[:vehicles]
        tables = {
            "vehicles": complete(
                "vehicles",
                {
                    "vehicle": np.arange(vehicles),
                    "fleet": fleet,
                    "kind": np.zeros(vehicles),
                    "model": np.zeros(vehicles),
                    "city": fleet,
                    "home": fleet,
                    "battery_kwh": np.full(vehicles, BATTERY_KWH),
                    "reserve_soc": np.full(vehicles, RESERVE),
                },
            ),
            "sites": complete(
                "sites",
                {
                    "site": np.arange(2),
                    "kind": np.zeros(2),
                    "city": np.arange(2),
                    "chargers": np.full(2, CHARGERS),
                    "charger_kw": np.full(2, CHARGER_KW),
                    "connection_kw": np.array([CONNECTION_KW, np.nan]),
                },
            ),
        }
        for name in TABLES:
            if name in self.rows:
                columns = self.rows[name][0].keys()
                tables[name] = complete(name, {key: np.array([row[key] for row in self.rows[name]]) for key in columns})
            elif name not in tables:
                tables[name] = complete(name, {})
        names = tuple(f"{FLEETS[code]}_{number}" for number, code in enumerate(fleet))
        return Records(
            self.clock,
            {
                "vehicles": names,
                "fleets": FLEETS,
                "sites": SITES,
                "places": (),
                "routes": (),
                "models": ("city_bus",),
                "cities": ("kunming", "lijiang"),
                "kinds": ("bus",),
                "site_kinds": ("depot",),
            },
            tables,
        )


def two_depots() -> Diary:
    """Two depots with changing factors, five sessions, waits, base load and standby."""
    diary = Diary()
    day, end = 86_400.0, 172_800.0
    diary.factor(0, 0, 0.0, day + 3_000, 1.0)
    diary.factor(0, 0, day + 3_000, day + 5_123, 0.4)
    diary.factor(0, 0, day + 5_123, day + 7_777, 0.0)
    diary.factor(0, 0, day + 7_777, end, 0.9)
    diary.factor(0, 1, 0.0, day + 4_000, 1.0)
    diary.factor(0, 1, day + 4_000, end, 0.5)
    diary.factor(1, 0, 0.0, end, 1.0)
    for site in range(2):
        diary.load(site, "standby", day, end, 0.2)
        for hour in range(24):
            diary.load(site, "base", day + hour * 3_600, day + (hour + 1) * 3_600, 5.0 + hour)

    diary.session(
        0,
        0,
        day - 4_000,
        day + 9_000,
        [
            (0, day - 3_333, day + 1_234, 40.0),
            (0, day + 1_234, day + 4_321, 30.0),
            (0, day + 4_321, day + 5_000, 0.0),
            (0, day + 6_000, day + 8_500, 20.0),
        ],
    )
    diary.trip(0, day + 10_000, day + 14_000, 30.0)
    diary.trip(0, day + 14_600, day + 18_000, 25.5, late_s=600.0, status="late")
    diary.trip(0, day + 18_000, day + 19_000, -3.0, purpose="deadhead")
    diary.wait(0, 0, day + 19_000, day + 20_000)
    diary.session(0, 0, day + 20_000, day + 40_000, [(1, day + 20_000, day + 30_001, 35.0)])
    diary.trip(0, day + 50_000, end, 60.0, km=35.0, status="horizon")

    diary.trip(1, day + 100, day + 3_000, 90.0, km=60.0)
    diary.session(
        1,
        0,
        day + 3_500,
        day + 19_500,
        [
            (0, day + 3_500, day + 6_500, 44.0),
            (1, day + 6_500, day + 9_900, 9.0),
        ],
    )
    diary.session(1, 0, day + 19_500, day + 22_000, [])
    diary.trip(1, day + 22_000, day + 23_000, 0.0, status="cancelled")
    diary.trip(1, day + 24_000, day + 30_000, 50.0)
    diary.trip(1, day + 31_000, day + 36_000, 28.0)

    diary.trip(2, day - 1_000, day + 2_000, 20.0)
    diary.session(2, 1, day + 5_000, day + 60_000, [(0, day + 5_000, day + 8_600, 50.0)])
    return diary


def feeding_depots() -> Diary:
    """Three vehicles at two depots. Vehicle 0 charges in the south and feeds the north, where vehicle 2 charges."""
    it, day = Diary(), 86_400.0
    for site in range(2):
        it.load(site, "standby", day, 2 * day, 0.2)
        for hour in range(24):
            it.load(site, "base", day + hour * 3_600.0, day + (hour + 1) * 3_600.0, 45.0 + hour)
    it.factor(0, 0, 0.0, 2 * day, 1.0)
    it.factor(1, 0, 0.0, 2 * day, 0.8)
    # From before the reported time on, with a gap; then it gives.
    it.session(
        0,
        0,
        day - 4_000,
        day + 9_000,
        [(0, day - 3_333, day + 2_345, 40.0), (-1, day + 5_000, day + 8_100, -20.0)],
    )
    it.session(
        1,
        0,
        day + 1_000,
        day + 12_000,
        [(0, day + 1_000, day + 9_999, 30.0), (-1, day + 10_300, day + 11_000, -45.0)],
    )
    it.trip(0, day + 9_000, day + 10_000, 12.0)
    it.session(2, 1, day + 10_000, day + 30_000, [(0, day + 10_000, day + 17_000, 25.0)])
    # In a slot in which it takes and gives; others take of what it gives.
    it.session(
        0,
        1,
        day + 10_100,
        day + 20_000,
        [
            (-1, day + 10_200, day + 14_000, -30.0),
            (0, day + 14_100, day + 14_700, 60.0),
            (-1, day + 15_000, day + 16_000, -25.0),
        ],
    )
    it.trip(1, day + 12_500, day + 20_000, 70.0)
    it.session(1, 0, day + 20_300, day + 40_000, [(0, day + 20_500, day + 38_000, 20.0)])
    it.session(
        0,
        0,
        day + 21_000,
        day + 41_000,
        [(-1, day + 21_000, day + 25_000, -40.0), (0, day + 26_000, day + 36_000, 35.0)],
    )
    it.trip(0, day + 41_000, day + 43_000, 15.0)
    it.trip(2, day + 31_000, day + 35_000, 22.0)
    it.session(
        2,
        1,
        day + 36_000,
        day + 60_000,
        [(-1, day + 37_000, day + 39_000, -35.0), (0, day + 50_000, day + 59_000, 30.0)],
    )
    return it


def with_plant(records: Records) -> Records:
    """The records with panels, and a battery that shaves peaks, at the southern depot."""
    slots = np.arange(records.clock.report_from_s // SLOT_S, records.clock.slots)
    hour = slots % 96 / 4
    plant: dict[str, Any] = {"site": [0], "solar_kwp": [80.0], "feed_in": [False], "storage_kwh": [120.0]}
    plant |= {"storage_kw": [40.0], "round_trip_efficiency": [0.81], "initial_kwh": [60.0], "promised_kwh": [0.0]}
    plant |= {"strategy": [STORAGE_STRATEGIES.index("peak_shaving")], "target_kw": [70.0]}
    supply = {
        "site": np.zeros(len(slots)),
        "slot_at": slots * float(SLOT_S),
        "available_kw": 40.0 * np.maximum(0.0, np.sin((hour + 1) / 12 * np.pi)),
        "promised_kw": np.zeros(len(slots)),
    }
    known = {
        "site_supply": complete("site_supply", {name: np.array(value) for name, value in plant.items()}),
        "supply_slots": complete("supply_slots", supply),
    }
    return replace(records, tables={**records.tables, **known})


def grid_and_prices(clock: Clock = HORIZON, seed: int = 7) -> tuple[GridSlots, Flat]:
    """A grid and prices that differ in every slot; the southern marginal emission is unknown."""
    generator = np.random.default_rng(seed)
    generation = generator.uniform(0.5, 10.0, (clock.slots, len(SOURCES))) * 1e3
    generation[:, SOURCES.index("import")] = 0.0
    clean = generation[:, :5].sum(axis=1) / generation.sum(axis=1)

    def series() -> np.ndarray:
        return generator.uniform(0.1, 0.9, clock.slots)

    grid = GridSlots(
        "yunnan",
        generation.sum(axis=1) * 0.6,
        generation,
        generation.sum(axis=1) * 0.4,
        clean,
        clean,
        series(),
        series(),
        series(),
        np.full(clock.slots, np.nan),
        {},
    )
    return grid, Flat(series())


def totals_of(records: Records, grid: GridSlots) -> SessionTotals:
    """The totals of the sessions where no site has supply of its own."""
    totals = SessionTotals(records, Mix(grid, np.zeros(len(grid.clean_share)), {}))
    for power in running(records.tables["draws"], records.tables["clocks"]):
        totals.add(power)
    return totals


def whole_composition(traced: Trace, trips: int) -> Floats:
    """Every part of what each trip used, one column each."""
    return np.column_stack([traced.by_trip(trips, part) for part in range(traced.held.shape[1])])

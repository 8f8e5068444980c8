"""The levels ``water`` and ``hourly``: years of water solved once, their days or hours cut into slots."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import Clock
from fleetsim.grid.balance import MW_PER_GW, WET_MONTHS
from fleetsim.grid.dispatch import Dispatch
from fleetsim.grid.inputs import GridInputs
from fleetsim.grid.marginal import Emissions, left_emissions, nudged, sensitivity, step_emissions
from fleetsim.grid.merit import Days, merit_order
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.water import WaterPlan, solve
from fleetsim.grid.water_year import WaterYear, anchored, water_year

Series = NDArray[np.float64]
GWH_PER_GWD = 24.0
WET = np.arange(12)[WET_MONTHS]

PERIODS_PER_DAY = {"water": 1, "hourly": 24}
METHODS = {
    "foresight": "perfect within the calendar year: the program knows its inflow, wind, sun and demand",
    "emission_marginal": "emission of one more kWh at the meter, divided by 1 - loss_share: the exact sensitivity of "
    "the year's emission, less what the water left at its end saves, to the demand of the day, at the level hourly "
    "of the hour; province: thermal within it; southern: with the export that is lost. Where all hydro with storage is "
    "at its capacity in a slot, the kWh is lost export alone; where wind and solar are cut because the lines are full, "
    "it is zero",
    "emission_marginal_ties": "at one price coal and buyers of the export share a change in proportion to their "
    "sizes; water that could wait is used early, so the day that answers is late in its season; at the end of a step "
    "the value is that of the step in use",
}


@dataclass(frozen=True)
class WaterCase:
    """What decides a year; two cases of one content are the same case."""

    content: bytes
    inputs: GridInputs = field(compare=False)
    year: int
    hydrology: str
    calendar_year: int
    seed: int
    fleet_mw: tuple[float, ...] | None
    """Mean load of the fleets in each period of the calendar year."""
    periods_per_day: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class SolvedYear:
    """A year and its plan, with the marginal emissions at the power station by period."""

    year: WaterYear
    plan: WaterPlan
    province_kg_per_kwh: Series
    southern_kg_per_kwh: Series
    degenerate: bool
    """Whether they are those of a program beside it, since the plan has no one number."""


@dataclass(frozen=True, slots=True, eq=False)
class WaterSlots:
    """What the level hands over; marginal emissions by slot, at the power station."""

    dispatch: Dispatch
    province_kg_per_kwh: Series
    southern_kg_per_kwh: Series
    notes: dict[str, str]


def water_slots(
    spec: GridSpec, inputs: GridInputs, clock: Clock, seed: int, fleet_mw: Series | None = None
) -> WaterSlots:
    """The slots of ``clock``. Whole calendar years are solved, so no slot depends on where the horizon ends."""
    per_day = PERIODS_PER_DAY[spec.level]
    fleet = None if fleet_mw is None else fleet_mw.reshape(clock.total_days * per_day, -1)
    years = sorted({day.year for day in clock.dates})
    parts, solved = [], []
    for calendar_year in years:
        at = np.array([number for number, day in enumerate(clock.dates) if day.year == calendar_year])
        day_of_year = np.array([(clock.dates[number] - date(calendar_year, 1, 1)).days for number in at])
        here = None if fleet is None else fleet[_periods(at, per_day)]
        period = _periods(day_of_year, per_day)
        case = WaterCase(
            content(inputs),
            inputs,
            spec.year,
            spec.hydrology,
            calendar_year,
            seed,
            _whole_year(here, period, calendar_year, per_day),
            per_day,
        )
        solved.append(solved_year(case))
        parts.append(_slots(solved[-1], inputs, period, here))
    dispatches, province, southern = zip(*parts, strict=True)
    return WaterSlots(
        Dispatch(
            *(
                np.concatenate([getattr(one, name) for one in dispatches])
                for name in ("demand_mw", "hydro_mw", "wind_mw", "solar_mw", "thermal_mw")
            )
        ),
        np.concatenate(province),
        np.concatenate(southern),
        {**METHODS, "water": _method(per_day), **_notes(spec, inputs, dict(zip(years, solved, strict=True)))},
    )


def content(inputs: GridInputs) -> bytes:
    """What the inputs say, as a short key."""
    return blake2b((inputs.zone.model_dump_json() + inputs.sky.model_dump_json()).encode()).digest()


@lru_cache(maxsize=16)
def solved_year(case: WaterCase) -> SolvedYear:
    """The plan of a case, solved once per process."""
    fleet = None if case.fleet_mw is None else np.array(case.fleet_mw)
    year = water_year(
        case.inputs, case.year, case.hydrology, case.calendar_year, case.seed, fleet, case.periods_per_day
    )
    plan = solve(year.problem)
    of_columns = [emissions(case.inputs, year, lost) for lost in boundaries(case.inputs)]
    found = [sensitivity(year.problem, plan, one) for one in of_columns]
    degenerate = bool(np.isnan(found[0]).any())
    if degenerate:
        beside = nudged(year.problem)
        near = solve(beside)
        found = [sensitivity(beside, near, one) for one in of_columns]
    return SolvedYear(year, plan, found[0], found[1], degenerate)


def boundaries(inputs: GridInputs) -> tuple[float, float]:
    """What a lost export emits elsewhere as seen from the province, and from the southern grid, kg/kWh."""
    return 0.0, inputs.zone.water.export.lost_emission_kg_per_kwh


def emissions(inputs: GridInputs, year: WaterYear, lost_kg_per_kwh: float) -> Emissions:
    """What the columns of a year emit when a lost export emits so much."""
    by_step = step_emissions(year.ladder, inputs.zone.thermal.emission_kg_per_kwh, lost_kg_per_kwh)
    saved = left_emissions(year.ladder, by_step, np.array(inputs.zone.water.terminal_cny_per_kwh))
    return Emissions(by_step[year.month], saved)


def _method(periods_per_day: int) -> str:
    if periods_per_day == 1:
        return "linear program over the days of each calendar year, then a merit order of 15 minutes within each day"
    return "linear program over the hours of each calendar year; within an hour only demand, wind and sun move"


def _periods(days: NDArray[np.int64], per_day: int) -> NDArray[np.int64]:
    """Numbers of the periods of some days."""
    numbers: NDArray[np.int64] = (days[:, None] * per_day + np.arange(per_day)).ravel()
    return numbers


def _whole_year(
    fleet: Series | None, period: NDArray[np.int64], calendar_year: int, per_day: int
) -> tuple[float, ...] | None:
    """Mean load of the fleets in each period of the year; those outside the horizon have none."""
    if fleet is None:
        return None
    days = (date(calendar_year + 1, 1, 1) - date(calendar_year, 1, 1)) // timedelta(days=1)
    load = np.zeros(days * per_day)
    load[period] = fleet.mean(axis=1)
    return tuple(load)


def _slots(
    solved: SolvedYear, inputs: GridInputs, period: NDArray[np.int64], fleet: Series | None
) -> tuple[Dispatch, Series, Series]:
    """Periods of a solved year as slots, with the marginal emissions."""
    year, plan, zone = solved.year, solved.plan, inputs.zone
    month, steps = year.month[period], plan.step_gw[period] * MW_PER_GW
    load_cut = (steps * year.ladder.parts(year.ladder.load_mw)[month]).sum(axis=1)
    coal = year.ladder.floor_mw[month] + (steps * year.ladder.parts(year.ladder.coal_mw)[month]).sum(axis=1)
    wanted = year.demand_mw[period]
    if fleet is not None:
        wanted = wanted + fleet
    demand = wanted * (1.0 - load_cut / wanted.mean(axis=1))[:, None]
    renewable = year.problem.renewable_gw[period]
    kept = 1.0 - np.divide(plan.curtailed_gw[period], renewable, out=np.zeros_like(renewable), where=renewable > 0.0)
    slots = merit_order(
        Days(
            demand_mw=demand,
            wind_mw=year.wind_mw[period] * kept[:, None],
            solar_mw=year.solar_mw[period] * kept[:, None],
            coal_mw=coal,
            coal_floor_mw=year.ladder.floor_mw[month],
            coal_highest_mw=year.thermal_highest_mw,
            coal_follow_share=zone.thermal.follow_share,
            river_mw=(year.problem.river_gw - plan.river_spill_gw)[period] * MW_PER_GW,
            release_mw=plan.release_gw[:, period] * MW_PER_GW,
            lowest_mw=year.problem.lowest_gw[:, period] * MW_PER_GW,
            highest_mw=year.problem.highest_gw * MW_PER_GW,
            corridor_mw=zone.water.export.corridor_gw * MW_PER_GW,
        )
    )
    province = np.where(slots.lines_full | slots.hydro_full, 0.0, solved.province_kg_per_kwh[period][:, None])
    lost = zone.water.export.lost_emission_kg_per_kwh
    southern = np.where(slots.hydro_full, lost, solved.southern_kg_per_kwh[period][:, None])
    southern = np.where(slots.lines_full, 0.0, southern)
    powers = (demand, slots.hydro_mw, slots.wind_mw, slots.solar_mw, slots.thermal_mw)
    return Dispatch(*(power.ravel() for power in powers)), province.ravel(), southern.ravel()


def _notes(spec: GridSpec, inputs: GridInputs, solved: dict[int, SolvedYear]) -> dict[str, str]:
    """How the water of the years came about, and what was spilled, curtailed and not served in them."""
    if anchored(inputs, spec.year, spec.hydrology):
        water = "inflow that gives the published hydro energy of the year between two assumed levels; no spells"
    elif spec.hydrology in ("normal", "published"):
        water = "inflow of the middle year with wet and dry spells; the year ends at the level where it began"
    else:
        water = f"inflow of a {spec.hydrology} year with spells, from a given level; what is left has a value"
    notes = {"inflow": water}
    for calendar_year, one in solved.items():
        plan, ladder = one.plan, one.year.ladder
        unserved = (plan.step_gw * ladder.parts(ladder.load_mw)[one.year.month]).sum()
        spilled = plan.spill_gw.sum() + plan.river_spill_gw.sum()
        gwh = {"spilled": spilled, "curtailed": plan.curtailed_gw.sum(), "not served": unserved}
        texts = [f"{name} {amount * GWH_PER_GWD * one.year.problem.period_d:.0f} GWh" for name, amount in gwh.items()]
        notes[f"losses_{calendar_year}"] = ", ".join(texts)
        if one.degenerate:
            notes[f"emission_marginal_{calendar_year}_point"] = (
                "the optimum is degenerate: marginal emissions hold for some kW more of demand and inflow each period"
            )
        wet = np.isin(one.year.month, WET)
        seasons = {"year": np.ones_like(wet), "wet": wet, "dry": ~wet}
        means = {name: float(one.province_kg_per_kwh[when].mean()) for name, when in seasons.items()}
        bands = {name: getattr(inputs.zone.observed_marginal, name) for name in seasons}
        notes[f"emission_marginal_{calendar_year}"] = "within the province, kg/kWh at the station: " + ", ".join(
            f"{name} {means[name]:.2f} (regression on published months {low:.2f} to {high:.2f})"
            for name, (low, high) in bands.items()
        )
    return notes

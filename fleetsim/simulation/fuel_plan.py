"""The hydrogen of a fleet's whole plan: what its blocks and its ways to the station take, drawn up before the run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.clock import HOUR_S
from fleetsim.energy.air import pressure_hpa
from fleetsim.results.schema import Entities
from fleetsim.scenario.hydrogen import HydrogenBusFleet
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.names import home_place, tank_kg
from fleetsim.vehicles.hydrogen_bus import Errand
from fleetsim.work.effort import Conditions, Legs
from fleetsim.work.fuel import BlockFuel, FuelCell, block_fuel, strained, trip_pressure_hpa
from fleetsim.work.geography import straight_line_km
from fleetsim.work.plan import BlockSet, WorkPlan


@dataclass(frozen=True, slots=True, eq=False)
class FuelPlan:
    """Hydrogen of each set of a plan, as expected and as it will be, and of the way to the station."""

    expected: tuple[BlockFuel, ...]
    actual: tuple[BlockFuel, ...]
    errand: Errand


def fuel_plan(
    fleet: HydrogenBusFleet, plan: WorkPlan, conditions: Conditions, scenario: Scenario, names: Entities
) -> FuelPlan:
    """The hydrogen of a fleet's plan."""
    cell = FuelCell.of(conditions.model)
    expected, actual = [], []
    for blocks in plan.sets:
        pressure = _pressure_hpa(blocks, scenario, names)
        planned_s = blocks.planned_arrive_s - blocks.planned_depart_s
        expected.append(block_fuel(blocks.expected_kwh, planned_s, blocks.shape, pressure, cell))
        net_kwh = blocks.by_trip(blocks.net_by_leg_kwh)
        actual.append(block_fuel(net_kwh, blocks.run_s, blocks.shape, pressure, cell))
    return FuelPlan(tuple(expected), tuple(actual), _errand(fleet, cell, conditions, scenario))


def fuel_remarks(
    name: str, fleet: HydrogenBusFleet, plan: WorkPlan, conditions: Conditions, scenario: Scenario, names: Entities
) -> list[str]:
    """What a dispatcher would say of a plan: blocks beyond the tank, climbs beyond the fuel cell, a small reserve."""
    fuel = fuel_plan(fleet, plan, conditions, scenario, names)
    cell = FuelCell.of(conditions.model)
    remarks = []
    if fuel.errand.there_kg > fleet.reserve * tank_kg(fleet, scenario):
        remarks.append(f"fleets.{name}: the reserve does not reach from the parking to the station")
    usable_kg = tank_kg(fleet, scenario) * (fleet.fill_target - fleet.reserve)
    needs_kg = np.concatenate([each.end_kg[:, -1] for each in fuel.expected])
    if beyond := int((needs_kg > usable_kg).sum()):
        remarks.append(
            f"fleets.{name}: {beyond} of {len(needs_kg)} blocks need more than the {usable_kg:.1f} kg between fill "
            f"target and reserve (up to {needs_kg.max():.1f} kg); they will be cut short or cancelled"
        )
    pressures = [_pressure_hpa(blocks, scenario, names) for blocks in plan.sets]
    least_kw = min(float(cell.limit_kw(pressure).min()) for pressure in pressures)
    hard = sum(int(strained(blocks, p, cell).sum()) for blocks, p in zip(plan.sets, pressures, strict=True))
    flat = sum(int((~each.able[:, -1]).sum()) for each in fuel.expected)
    if least_kw < cell.drive.fuel_cell_kw:
        remarks.append(
            f"fleets.{name}: in thin air the fuel cell gives {least_kw:.0f} of {cell.drive.fuel_cell_kw:.0f} kW; "
            f"{hard} trips need more on the mean and draw on the buffer battery, {flat} blocks exhaust it"
        )
    return remarks


def _pressure_hpa(blocks: BlockSet, scenario: Scenario, names: Entities) -> np.ndarray:
    places = scenario.profiles.places
    heights_m = {code: places[place].elevation_m for code, place in enumerate(names["places"])}
    return trip_pressure_hpa(blocks.shape, heights_m)


def _errand(fleet: HydrogenBusFleet, cell: FuelCell, conditions: Conditions, scenario: Scenario) -> Errand:
    """The way from the parking to the station and back, at the route's speed outside the peaks."""
    places = scenario.profiles.places
    home, station = places[home_place(fleet, scenario)], places[scenario.spec.sites[fleet.home].place]
    km = fleet.detour * straight_line_km(home, station)
    route, speed_kmh = conditions.route, conditions.route.speed_kmh
    climb_m = station.elevation_m - home.elevation_m
    height_m = (station.elevation_m + home.elevation_m) / 2.0
    legs = Legs(
        np.full(2, km), np.array([climb_m, -climb_m]), np.full(2, height_m), route.stops_per_km, route.stop_time_share
    )
    draw_kwh, back_kwh = conditions.energy(legs, np.full(2, speed_kmh), np.zeros(2), np.zeros(2))
    used_kwh = np.maximum(0.0, draw_kwh - back_kwh)
    kg = cell.consumption_kg(used_kwh, np.full(2, km / speed_kmh), pressure_hpa(height_m))
    return Errand(km, km / speed_kmh * HOUR_S, float(used_kwh[0]), float(kg[0]), float(used_kwh[1]), float(kg[1]))

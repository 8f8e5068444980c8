"""The hydrogen of blocks: what fuel cell and buffer battery together make of the energy that trips take.

The fuel cell gives each trip its mean power, as far as the air allows; the buffer battery covers the rest and what
braking returns goes back to it. At the end of a block the fuel cell brings it to its set point again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import HOUR_S
from fleetsim.energy.air import pressure_hpa
from fleetsim.energy.hydrogen import air_share, fuel_cell_efficiency, fuel_cell_limit_kw, hydrogen_kg
from fleetsim.profiles import HydrogenDrive, VehicleModel
from fleetsim.work.plan import BlockSet, Series, Shape

SMALL_KWH = 1e-9


@dataclass(frozen=True, slots=True)
class FuelCell:
    """The power train of a fuel-cell vehicle."""

    drive: HydrogenDrive
    buffer_kwh: float
    """Usable energy of the buffer battery."""

    @classmethod
    def of(cls, model: VehicleModel) -> FuelCell:
        """That of a vehicle sheet, which must have a ``hydrogen`` block."""
        assert model.hydrogen is not None
        return cls(model.hydrogen, model.battery_kwh)

    @property
    def room_kwh(self) -> float:
        """What the buffer battery takes above its set point."""
        return self.buffer_kwh * (1.0 - self.drive.buffer_set_point)

    @property
    def depth_kwh(self) -> float:
        """What the buffer battery gives below its set point."""
        return self.buffer_kwh * max(0.0, self.drive.buffer_set_point - self.drive.buffer_floor)

    def limit_kw(self, pressure: Series) -> Series:
        """Highest power at an air pressure in hPa."""
        return fuel_cell_limit_kw(self.drive.fuel_cell_kw, pressure)

    def consumption_kg(self, energy_kwh: Series, hours: Series, pressure: Series) -> Series:
        """Hydrogen for an energy that is given over some hours, at the highest power where these are too few."""
        limit_kw = np.broadcast_to(self.limit_kw(pressure), np.shape(energy_kwh))
        power_kw = np.minimum(limit_kw, np.divide(energy_kwh, hours, out=limit_kw.copy(), where=hours > 0.0))
        corners = [(corner.load_share, corner.efficiency) for corner in self.drive.efficiency_curve]
        efficiency = fuel_cell_efficiency(power_kw / self.drive.fuel_cell_kw, corners)
        needed_kg = hydrogen_kg(energy_kwh, efficiency, self.drive.converter_efficiency)
        return np.asarray(needed_kg * air_share(pressure, self.drive.thin_air_share))


@dataclass(frozen=True, eq=False)
class BlockFuel:
    """Hydrogen of the blocks of a set; arrays of shape (B, P)."""

    trip_kg: Series
    """Hydrogen of each trip."""
    close_kg: Series
    """Hydrogen after each trip if the block ends there: the way home, and the buffer battery back at its set point."""
    spilled_kwh: Series
    """Regeneration of each trip for which the buffer battery has no room."""
    close_spilled_kwh: Series
    """The same after each trip if the block ends there."""
    able: NDArray[np.bool_]
    """Whether the buffer battery lasts until the end of each trip."""

    @cached_property
    def end_kg(self) -> Series:
        """Hydrogen of a block that ends after each trip."""
        return np.asarray(np.cumsum(self.trip_kg, axis=1) + self.close_kg)


def block_fuel(net_kwh: Series, run_s: Series, shape: Shape, pressure: Series, cell: FuelCell) -> BlockFuel:
    """The hydrogen of blocks whose trips take ``net_kwh`` in ``run_s``, both (B, P); ``pressure`` (P) in hPa.

    With a deficit ``s`` of the buffer battery before a trip of energy ``E`` and duration ``t``, the fuel cell gives
    ``clip(E + s, 0, P_limit t)``; what is left is the next trip's deficit, negative where the battery stands above its
    set point. At the end of a block a deficit is made good and a surplus counts as not recovered.
    """
    hours = run_s / HOUR_S
    home_kwh = shape.home_draw_kwh - shape.home_regeneration_kwh
    home_h = np.broadcast_to(shape.home_s / HOUR_S, net_kwh.shape)
    deficit_kwh = np.empty_like(net_kwh)
    given_kwh, spilled_kwh = np.empty_like(net_kwh), np.empty_like(net_kwh)
    limit_kwh = cell.limit_kw(pressure) * hours
    before_kwh = np.zeros(len(net_kwh))
    for trip in range(shape.trips):
        wanted_kwh = net_kwh[:, trip] + before_kwh
        given_kwh[:, trip] = np.clip(wanted_kwh, 0.0, limit_kwh[:, trip])
        after_kwh = wanted_kwh - given_kwh[:, trip]
        spilled_kwh[:, trip] = np.maximum(0.0, -after_kwh - cell.room_kwh)
        before_kwh = deficit_kwh[:, trip] = after_kwh + spilled_kwh[:, trip]
    closing_kwh = deficit_kwh + home_kwh
    return BlockFuel(
        trip_kg=cell.consumption_kg(given_kwh, hours, pressure),
        close_kg=cell.consumption_kg(np.maximum(0.0, closing_kwh), home_h, pressure),
        spilled_kwh=spilled_kwh,
        close_spilled_kwh=np.maximum(0.0, -closing_kwh),
        able=np.logical_and.accumulate(deficit_kwh <= cell.depth_kwh + SMALL_KWH, axis=1),
    )


def trip_pressure_hpa(shape: Shape, elevations_m: Mapping[int, float]) -> Series:
    """Air pressure of each trip, at the mean height of its ends; ``elevations_m`` by code of the place."""
    ends = zip(shape.origin.tolist(), shape.destination.tolist(), strict=True)
    return pressure_hpa([(elevations_m[a] + elevations_m[b]) / 2.0 for a, b in ends])


def strained(blocks: BlockSet, pressure: Series, cell: FuelCell) -> NDArray[np.bool_]:
    """Trips, of shape (B, P), whose mean power is beyond what the fuel cell gives in their air."""
    hours = blocks.run_s / HOUR_S
    return np.asarray(blocks.by_trip(blocks.net_by_leg_kwh) > cell.limit_kw(pressure) * hours)

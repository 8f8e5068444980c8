"""The energy of blocks: trip formula over all legs of a set at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.clock import HOUR_S
from fleetsim.energy.air import density_kg_per_m3
from fleetsim.energy.trip import leg_energy
from fleetsim.profiles import Route, VehicleModel
from fleetsim.work.plan import Series


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """The legs of a shape, each of shape ``(L,)``."""

    distance_km: Series
    climb_m: Series
    elevation_m: Series
    """Mean height above the sea."""
    stops_per_km: Series | float
    stop_time_share: Series | float
    body_kw: Series | float = 0.0
    """Power of sweeping, spraying and the like beside the drive, while on the leg."""
    body_kwh: Series | float = 0.0
    """Energy of lifting, pressing and the like, however long the leg takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """What decides the energy of a fleet's trips beside the road."""

    model: VehicleModel
    route: Route
    temperature_c: Series
    """Air temperature by hour of the run."""
    consumption_kwh_per_km: float | None
    """A fixed consumption in place of the formula."""

    def temperature_at(self, at_s: Series) -> Series:
        """Air temperature at moments of the run; the last hour holds beyond its end."""
        hour = np.clip(at_s // HOUR_S, 0, len(self.temperature_c) - 1).astype(np.intp)
        return np.asarray(self.temperature_c[hour])

    def energy(self, legs: Legs, speed_kmh: Series, load_share: Series, at_s: Series) -> tuple[Series, Series]:
        """Draw and regeneration in kWh; the arguments broadcast against the legs."""
        body_kwh = legs.body_kw * (legs.distance_km / speed_kmh) + legs.body_kwh
        if self.consumption_kwh_per_km is not None:
            draw_kwh = legs.distance_km * self.consumption_kwh_per_km + body_kwh
            return draw_kwh, np.zeros(draw_kwh.shape)
        temperature_c = self.temperature_at(at_s)
        draw_kwh, regeneration_kwh = leg_energy(
            self.model,
            distance_km=legs.distance_km,
            speed_kmh=speed_kmh,
            stops_per_km=legs.stops_per_km,
            stop_time_share=legs.stop_time_share,
            climb_m=legs.climb_m,
            undulation_m_per_km=self.route.undulation_m_per_km,
            load_share=load_share,
            temperature_c=temperature_c,
            air_density_kg_per_m3=density_kg_per_m3(legs.elevation_m, temperature_c),
        )
        return draw_kwh + body_kwh, regeneration_kwh

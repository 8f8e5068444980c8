"""Solar power: pvlib's clear sky, scaled to a clearness drawn for each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import SLOT_S, SLOTS_PER_DAY, TIMEZONE, Clock
from fleetsim.grid.days import DAYS_PER_WEEK, daily
from fleetsim.grid.sky import Panel, SkyInputs
from fleetsim.spec import Name

if TYPE_CHECKING:
    import pandas as pd

Series = NDArray[np.float64]

STANDARD_IRRADIANCE_W_M2 = 1_000.0
STANDARD_CELL_C = 25.0
HEATING_K_M2_PER_W = 0.03
"""Rise of cell above air temperature with irradiance, about 30 K in full sun: NOCT 45 C less 20 C at 800 W/m2."""
HORIZON_DEG = 90.0


@dataclass(frozen=True, slots=True, eq=False)
class SolarSeries:
    """The sun over one city by slot of 15 minutes."""

    ghi_w_m2: Series
    """Global irradiance on the horizontal."""
    pv_kw_per_kwp: Series
    """AC power of a plant of 1 kWp."""


def clearness_by_day(inputs: SkyInputs, city: Name, seed: int, first: date, days: int) -> Series:
    """Clearness index of each day: clear or overcast by a two-state chain whose mean is the month's.

    The share of clear days is p = (month - overcast) / (clear - overcast); a day repeats the state of the day
    before with probability ``persistence`` and is drawn afresh otherwise, which makes the correlation of the
    states from day to day equal to ``persistence``. Chains begin anew each Monday.
    """
    sky, site = inputs.sky, inputs.sites[city]
    overcast = (sky.overcast_lowest + sky.overcast_highest) / 2
    dates = [first + timedelta(days=day) for day in range(days)]
    clear_share = (np.array([site.clearness[day.month - 1] for day in dates]) - overcast) / (
        sky.clear_clearness - overcast
    )
    repeat, state, spread, depth = daily(_week_of_weather, seed, first, days, "clearness", city)
    for day in range(1, days):
        if dates[day].weekday() and repeat[day] < sky.persistence:
            state[day] = state[day - 1]
    clear = sky.clear_clearness + sky.clear_spread * spread
    dull = sky.overcast_lowest + (sky.overcast_highest - sky.overcast_lowest) * depth
    clearness: Series = np.where(state < clear_share, clear, dull)
    return clearness


def _week_of_weather(rng: np.random.Generator) -> Series:
    repeat, state, depth = rng.random((3, DAYS_PER_WEEK))
    return np.stack((repeat, state, rng.standard_normal(DAYS_PER_WEEK), depth))


def solar_series(
    inputs: SkyInputs,
    city: Name,
    seed: int,
    first: date,
    days: int,
    panel: Panel | None = None,
    horizon_deg: Sequence[float] = (),
) -> SolarSeries:
    """Irradiance and solar power of a city on the slots of ``days`` days from ``first`` on.

    Sun position, Ineichen clear sky, Erbs split, Hay-Davies plane and PVWatts power are pvlib's. The clear sky
    of a day is scaled so that its irradiation is the drawn clearness times that above the air. The panel is that of the
    province unless another is given. ``horizon_deg`` is the height of the skyline at even steps of azimuth from north
    through east; while the sun stands below it, a panel sees diffuse light alone.
    """
    from pvlib import clearsky, irradiance, pvsystem

    site, panel = inputs.sites[city], panel or inputs.panel
    times = _middles(first, days)
    day_of_year = times.day_of_year.to_numpy()
    sun = _sun(site.lat, site.lon, site.elevation_m, first, days)
    above_air = np.asarray(irradiance.get_extra_radiation(day_of_year), dtype=np.float64)
    on_top = above_air * np.maximum(np.cos(np.radians(sun["zenith"].to_numpy())), 0.0)
    up = sun["apparent_zenith"].to_numpy() < HORIZON_DEG
    zenith, azimuth = sun["apparent_zenith"].to_numpy()[up], sun["azimuth"].to_numpy()[up]

    clear = np.zeros(up.size)
    clear[up] = clearsky.ineichen(
        zenith, _air_mass(zenith, site.elevation_m), inputs.sky.linke_turbidity, site.elevation_m, above_air[up]
    )["ghi"]
    clearness = clearness_by_day(inputs, city, seed, first, days)
    by_day = (days, SLOTS_PER_DAY)
    scale = clearness * on_top.reshape(by_day).sum(axis=1) / clear.reshape(by_day).sum(axis=1)
    ghi = clear * np.repeat(scale, SLOTS_PER_DAY)

    split = irradiance.erbs(ghi[up], zenith, day_of_year[up])
    beam = split["dni"]
    if len(horizon_deg):
        skyline = np.interp(azimuth, np.linspace(0.0, 360.0, len(horizon_deg) + 1), [*horizon_deg, horizon_deg[0]])
        beam = np.where(HORIZON_DEG - zenith < skyline, 0.0, beam)
    plane = irradiance.get_total_irradiance(
        panel.tilt_deg, panel.azimuth_deg, zenith, azimuth, beam, ghi[up], split["dhi"],
        dni_extra=above_air[up], model="haydavies",
    )["poa_global"]  # fmt: skip
    cell_c = np.array(site.air_c)[times.month[up] - 1] + HEATING_K_M2_PER_W * plane
    direct_kw = pvsystem.pvwatts_dc(plane, cell_c, 1.0, panel.temperature_coefficient_per_k, STANDARD_CELL_C)
    power = np.zeros(up.size)
    power[up] = direct_kw * (1.0 - panel.loss_share) * panel.inverter_efficiency
    return SolarSeries(ghi, power)


def power_per_kwp(
    inputs: SkyInputs,
    city: Name,
    seed: int,
    clock: Clock,
    panel: Panel | None = None,
    horizon_deg: Sequence[float] = (),
) -> Series:
    """Power of panels per kWp in each slot of a run, under the sky that the province has: whole calendar years, cut."""
    days = clock.dates
    parts = []
    for year in range(days[0].year, days[-1].year + 1):
        first = date(year, 1, 1)
        length = (date(year + 1, 1, 1) - first).days
        parts.append(solar_series(inputs, city, seed, first, length, panel, horizon_deg).pv_kw_per_kwp)
    skipped = (days[0] - date(days[0].year, 1, 1)).days * SLOTS_PER_DAY
    whole: Series = np.concatenate(parts)[skipped : skipped + clock.slots]
    return whole


def fleet_profile(inputs: SkyInputs, seed: int, first: date, days: int) -> Series:
    """Power of the provincial solar fleet per kWp: the cities by their weights."""
    weights = {city: site.fleet_weight for city, site in inputs.sites.items() if site.fleet_weight}
    total = sum(weights.values())
    parts = [
        solar_series(inputs, city, seed, first, days).pv_kw_per_kwp * weight / total
        for city, weight in sorted(weights.items())
    ]
    profile: Series = np.sum(parts, axis=0)
    return profile


@lru_cache(maxsize=16)
def _sun(lat: float, lon: float, elevation_m: float, first: date, days: int) -> pd.DataFrame:
    """Where the sun stands; it does not depend on a seed, and a study asks again for every run."""
    from pvlib import solarposition

    times = _middles(first, days)
    sun: pd.DataFrame = solarposition.get_solarposition(times, lat, lon, elevation_m, method="nrel_numpy")
    return sun


def _air_mass(zenith_deg: Series, elevation_m: float) -> Series:
    """Air mass at the pressure of the site."""
    from pvlib import atmosphere

    relative = atmosphere.get_relative_airmass(zenith_deg)
    return np.asarray(atmosphere.get_absolute_airmass(relative, atmosphere.alt2pres(elevation_m)), dtype=np.float64)


def _middles(first: date, days: int) -> pd.DatetimeIndex:
    """Middle of each slot, in civil time."""
    import pandas as pd

    start = datetime.combine(first, datetime.min.time()) + timedelta(seconds=SLOT_S / 2)
    return pd.date_range(start, periods=days * SLOTS_PER_DAY, freq=f"{SLOT_S}s", tz=TIMEZONE)

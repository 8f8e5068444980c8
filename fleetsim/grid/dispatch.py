"""Dispatch within a month: mean powers become slots of 15 minutes that add up at every instant.

Solar follows the sky, wind the day. Thermal runs near-flat above its
floor; hydro follows what is left, between what cannot be held back and what is installed; the sum of
both makes exports flat wherever hydro can follow, and higher where it cannot go lower. Each month's energy by
source is met exactly by the whole calendar month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.grid.balance import MW_PER_GW, YearBalance
from fleetsim.grid.filling import fill
from fleetsim.grid.zone import Zone

Series = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Dispatch:
    """Power by slot in MW. Net export = hydro + wind + solar + thermal - demand; negative means import."""

    demand_mw: Series
    hydro_mw: Series
    wind_mw: Series
    solar_mw: Series
    thermal_mw: Series


def dispatch(
    zone: Zone, balance: YearBalance, month: int, demand: Series, wind_profile: Series, solar_profile: Series
) -> Dispatch:
    """The slots of a whole calendar month (1 to 12), as long as its demand in MW; of the profiles the shape counts."""
    at, capacity = month - 1, balance.capacity_gw
    wind, solar = renewables(zone, balance, month, wind_profile, solar_profile)

    net = demand - wind - solar
    thermal_mean = float(balance.thermal_mw[at])
    thermal_lowest = min(thermal_mean, balance.floor_mw)
    thermal = fill(zone.thermal.follow_share * net, thermal_mean, thermal_lowest, capacity.thermal * MW_PER_GW)

    hydro_mean = float(balance.hydro_mw[at])
    hydro_highest = max(hydro_mean, zone.hydro.highest_share * capacity.hydro * MW_PER_GW)
    hydro = fill(net - thermal, hydro_mean, zone.hydro.lowest_share * hydro_mean, hydro_highest)
    return Dispatch(demand, hydro, wind, solar, thermal)


def renewables(
    zone: Zone, balance: YearBalance, month: int, wind_profile: Series, solar_profile: Series
) -> tuple[Series, Series]:
    """Wind and solar of a whole calendar month (1 to 12): its energy by the shape of the profiles, in MW."""
    at = month - 1
    solar: Series = balance.solar_mw[at] * solar_profile / solar_profile.mean()
    mean = float(balance.wind_mw[at])
    highest = max(mean, zone.wind.highest_share * balance.capacity_gw.wind * MW_PER_GW)
    return fill(mean * wind_profile / wind_profile.mean(), mean, 0.0, highest), solar

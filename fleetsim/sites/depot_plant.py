"""A depot as its agent needs to know it: chargers and what they do to each class of vehicles, limits, outages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.charging.cabinets import Cabinet
from fleetsim.charging.sharing import NEVER
from fleetsim.charging.spec import SharingName
from fleetsim.sites.guns import ChargerOutage


@dataclass(frozen=True, slots=True)
class DepotPlant:
    """A depot as it stands: what its agent needs to know of the scenario."""

    site: int
    """Code of the site."""
    charger_groups: tuple[int, ...]
    """Group of each charger, the most powerful first."""
    steps: tuple[tuple[tuple[int, ...], ...], ...]
    """Row of the table of charge steps, by vehicle class, charger group, and how cold the battery is; 0 is warm."""
    cold: tuple[tuple[int, ...], ...]
    """How cold the batteries of each vehicle class are, by hour of the run; nothing where they are always warm."""
    limits: tuple[tuple[float, float], ...]
    """Power left for charging from a moment on, ``(at_s, limit_kw)``, in order; the first at second 0."""
    strategy: str
    sharing: SharingName
    cabinets: tuple[Cabinet, ...] = ()
    cabinet_of: tuple[int, ...] = ()
    """Cabinet of each charger, -1 for none."""
    partners: tuple[int, ...] = ()
    """The charger beside each that a vehicle may take as its second gun, -1 for none; nothing where there are none."""
    steps_of_two: tuple[tuple[tuple[int, ...], ...], ...] = ()
    """As ``steps``, for two guns; nothing for a class or group that takes one."""
    own_kw: tuple[float, ...] = (0.0,)
    """Power of buildings and standby: one figure, or one for each hour of the day."""
    cap_kw: float = NEVER
    """Power under which the strategy is to keep the site, if it has a cap."""
    outages: tuple[ChargerOutage, ...] = ()
    """When which charger is out of service; those of one charger do not touch."""
    solar_kw: NDArray[np.float64] | None = None
    """Power of the site's panels by slot, if it has any."""
    net_own_kw: tuple[tuple[float, float], ...] = ()
    """What the site uses beside its vehicles, less its sun, from a moment on; nothing where none feed back."""

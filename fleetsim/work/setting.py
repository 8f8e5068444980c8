"""Where and when a fleet works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleetsim.clock import Clock
from fleetsim.profiles import Place

MIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a fleet works: its home, the map, and the codes of places and routes."""

    fleet: str
    vehicles: int
    home: str
    places: Mapping[str, Place]
    place_codes: Mapping[str, int]
    route_codes: Mapping[str, int]
    seed: int
    clock: Clock

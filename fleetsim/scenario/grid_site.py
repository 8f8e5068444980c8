"""What every site has: a place, a connection to the grid, and a load of its own behind the meter."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fleetsim.spec import Name, SourcedSpec, Text
from fleetsim.units import ConnectionKw, LoadKw, Share

BaseLoad = LoadKw | Annotated[tuple[LoadKw, ...], Field(min_length=24, max_length=24)]
"""One figure, or one for each hour of the day."""


class GridSite(SourcedSpec):
    """A place with a meter."""

    kind: str
    """Kind of site."""
    place: Name
    """Place of ``profiles/places.yaml``."""
    title: Text | None = None
    """Name for the report where the place's would not do."""
    connection_kw: ConnectionKw | None = None
    """Limit of the grid connection, AC; none means that nothing but its own equipment limits the power."""
    power_factor: Share = 0.95
    """Power factor of its load."""
    base_load_kw: BaseLoad = 0.0
    """Load of buildings, lights and workshops behind the same meter: one figure, or one for each hour of the day."""

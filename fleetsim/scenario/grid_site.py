"""What every site has: a place, a connection to the grid, and a load of its own behind the meter."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fleetsim.spec import Name, SourcedSpec, Text
from fleetsim.units import ConnectionKw, DeratingPer100M, ElevationM, LoadKw, Share, TransformerKva

BaseLoad = LoadKw | Annotated[tuple[LoadKw, ...], Field(min_length=24, max_length=24)]
"""One figure, or one for each hour of the day."""


class Transformer(SourcedSpec):
    """The transformer behind which a site hangs. It carries less in thin air, which cools it less."""

    rated_kva: TransformerKva
    """Rated apparent power."""
    derating_per_100m: DeratingPer100M = 0.004
    """Share of the rating that each 100 m above ``derated_above_m`` take (oil, natural cooling: 0.4 %)."""
    derated_above_m: ElevationM = 1_000.0
    """Elevation up to which the full rating holds."""

    def limit_kva(self, elevation_m: float) -> float:
        """Apparent power that it may carry, kVA: ``rated x (1 - derating x (elevation - threshold) / 100 m)``.

        >>> round(Transformer(rated_kva=1000).limit_kva(1895), 1)
        964.2
        """
        return self.rated_kva * max(
            0.0, 1.0 - self.derating_per_100m * max(0.0, elevation_m - self.derated_above_m) / 100
        )


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
    transformer: Transformer | None = None
    """Its transformer, a limit beside that of the connection; its losses are not counted."""
    network_node: Name | None = None
    """Feeder or transformer of ``grid/network/`` on which it hangs; none: a transformer of its own near by."""
    base_load_kw: BaseLoad = 0.0
    """Load of buildings, lights and workshops behind the same meter: one figure, or one for each hour of the day."""

    def transformer_kw(self, elevation_m: float) -> float | None:
        """Active power that the transformer may carry, if there is one: apparent power times the power factor."""
        return None if self.transformer is None else self.transformer.limit_kva(elevation_m) * self.power_factor

    def limit_kw(self, elevation_m: float) -> float | None:
        """What connection and transformer allow, the lower of the two; none where there is neither."""
        limits = [kw for kw in (self.connection_kw, self.transformer_kw(elevation_m)) if kw is not None]
        return min(limits, default=None)

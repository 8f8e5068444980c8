"""Rows of the network tables in ``grid/network/``: substations, feeders and transformers."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Gt, Le, Unit
from pydantic import Field

from fleetsim.spec import Name, Spec
from fleetsim.units import ElevationM, LatitudeDeg, LoadKw, LongitudeDeg, PositiveShare, Share

Units = Annotated[int, Ge(0), Le(12)]
UnitKva = Annotated[float, Gt(0), Le(1_000_000), Unit("kVA")]
LengthKm = Annotated[float, Gt(0), Le(100), Unit("km")]
OhmPerKm = Annotated[float, Gt(0), Le(10), Unit("ohm/km")]
AmpacityA = Annotated[float, Gt(0), Le(5_000), Unit("A")]
VoltagePu = Annotated[float, Ge(0.9), Le(1.1)]
LossKw = Annotated[float, Ge(0), Le(1_000), Unit("kW")]


class SubstationRow(Spec):
    """A substation: its busbar at 10 kV is held at a voltage by tap changers."""

    name: Name
    """Name, unique in all tables."""
    city: Name
    """City whose load it serves."""
    lat: LatitudeDeg
    """Latitude (WGS-84)."""
    lon: LongitudeDeg
    """Longitude (WGS-84)."""
    elevation_m: ElevationM
    """Elevation; thin air cools less."""
    units: Units
    """Equal transformers side by side; 0 for load fed at 110 kV and above, which is no asset of the network."""
    unit_kva: UnitKva
    """Rating of one of them."""
    busbar_pu: VoltagePu
    """Voltage that is held at the busbar."""
    city_share: Share
    """Share of the city's load; the shares of a city add up to 1."""
    power_factor: PositiveShare
    """Power factor of its load."""
    synthetic: bool = False
    """Whether it is made up rather than surveyed."""


class FeederRow(Spec):
    """A feeder at 10 kV, or a further piece of one; its base load hangs at its end."""

    name: Name
    """Name, unique in all tables."""
    upstream: Name
    """Substation or feeder at which it begins."""
    lat: LatitudeDeg
    """Latitude of its end."""
    lon: LongitudeDeg
    """Longitude of its end."""
    length_km: LengthKm
    """Length."""
    r_ohm_per_km: OhmPerKm
    """Resistance of a conductor."""
    x_ohm_per_km: OhmPerKm
    """Reactance of a conductor."""
    ampacity_a: AmpacityA
    """Current that it may carry for ever."""
    substation_share: Share
    """Share of its substation's base load; what no feeder carries hangs at the busbar."""
    tie: Annotated[Name | None, Field()] = None
    """Feeder that takes over its load when it is out."""
    synthetic: bool = False
    """Whether it is made up rather than surveyed."""


class TransformerRow(Spec):
    """A transformer from 10 kV to 0.4 kV."""

    name: Name
    """Name, unique in all tables; sites refer to it."""
    feeder: Name
    """Feeder whose end it hangs on."""
    rated_kva: UnitKva
    """Rating."""
    short_circuit_share: PositiveShare
    """Short-circuit voltage."""
    load_loss_kw: LossKw
    """Loss in the windings at the rating."""
    no_load_loss_kw: LossKw
    """Loss in the iron."""
    base_kw: LoadKw = 0.0
    """Mean load of others on it; follows the city's load."""
    synthetic: bool = False
    """Whether it is made up rather than surveyed."""

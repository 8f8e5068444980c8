"""Rows of the network tables in ``grid/network/``: substations, feeders and transformers."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Unit
from pydantic import BeforeValidator, Field
from typing_extensions import Doc

from fleetsim.grid.sky import Panel
from fleetsim.spec import Certainty, Name, Spec
from fleetsim.units import (
    AzimuthDeg,
    Efficiency,
    ElevationM,
    LatitudeDeg,
    LoadKw,
    LongitudeDeg,
    PositiveShare,
    Share,
    SkylineDeg,
    SolarKwp,
    StorageKw,
    StorageKwh,
    TiltDeg,
)

Units = Annotated[int, Ge(0), Le(12)]
UnitKva = Annotated[float, Gt(0), Le(1_000_000), Unit("kVA")]
LengthKm = Annotated[float, Gt(0), Le(100), Unit("km")]
OhmPerKm = Annotated[float, Gt(0), Le(10), Unit("ohm/km")]
AmpacityA = Annotated[float, Gt(0), Le(5_000), Unit("A")]
VoltagePu = Annotated[float, Ge(0.9), Le(1.1)]
LossKw = Annotated[float, Ge(0), Le(1_000), Unit("kW")]


def _numbers(cell: object) -> object:
    """A cell of figures with spaces between as a list of them; what is no figure is left for the type to refuse."""
    return (
        [float(part) if part.replace(".", "", 1).isdigit() else part for part in cell.split()]
        if isinstance(cell, str)
        else cell
    )


Skyline = Annotated[
    tuple[SkylineDeg, ...], BeforeValidator(_numbers), Doc("degrees with spaces between, such as 0 10 25 10")
]


StorageStrategy = Literal["solar_surplus", "peak_shaving", "valley_to_peak"]


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


class SolarRow(Spec):
    """Panels that stand on the network of a city, behind no site's meter."""

    node: Name
    """Substation (its busbar), feeder (its end) or transformer (below it) on which they hang."""
    peak_kw: SolarKwp
    """Nameplate, kWp."""
    tilt_deg: TiltDeg | None = None
    """Tilt from the horizontal; that of the panel in ``grid/solar.yaml`` if not given."""
    azimuth_deg: AzimuthDeg | None = None
    """Direction they face, degrees from north through east; that of ``grid/solar.yaml`` if not given."""
    loss_share: Share | None = None
    """Soiling, shading, mismatch, wiring and the like; that of ``grid/solar.yaml`` if not given."""
    horizon_deg: Skyline = ()
    """Height of the skyline at even steps of azimuth from north through east, spaces between; none: open."""
    synthetic: bool = False
    """Whether they are made up rather than surveyed."""
    certainty: Certainty = "assumed"
    """How far the figures can be trusted."""
    source: str = ""
    """Where they come from."""

    def panel(self, usual: Panel) -> Panel:
        """The panels, with what is not said of them as usual."""
        said = {name: getattr(self, name) for name in ("tilt_deg", "azimuth_deg", "loss_share")}
        return usual.model_copy(update={name: value for name, value in said.items() if value is not None})


class StorageRow(Spec):
    """A stationary battery on the network of a city, behind no site's meter."""

    node: Name
    """Substation (its busbar), feeder (its end) or transformer (below it) on which it hangs."""
    battery_kwh: StorageKwh
    """Usable energy."""
    power_kw: StorageKw
    """Power at its terminals, AC, both ways."""
    round_trip_efficiency: Efficiency
    """Energy that comes out over energy that goes in, AC."""
    strategy: StorageStrategy
    """``solar_surplus`` stores what flows up through its node and gives it back when power flows down.
    ``peak_shaving`` keeps what flows down through its node below ``target_kw``. ``valley_to_peak`` fills up in the
    valleys of the scenario's tariff, as far as its node has room, and gives in its peaks."""
    target_kw: LoadKw | None = None
    """Power that ``peak_shaving`` is to keep below."""
    initial_share: Share = 0.5
    """Share of its energy that it holds at the start of the reported time."""
    synthetic: bool = False
    """Whether it is made up rather than surveyed."""
    certainty: Certainty = "assumed"
    """How far the figures can be trusted."""
    source: str = ""
    """Where they come from."""

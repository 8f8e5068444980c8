"""What a scenario file may say of fleets of taxis and of cars for hire."""

from __future__ import annotations

from typing import Literal

from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.spec import Name, SourcedSpec
from fleetsim.units import ConsumptionKwhPerKm, Count, CruisingShare, DistanceKm, DurationMin, Share
from fleetsim.work.spec import TimeOfDay


class ShiftChange(SourcedSpec):
    """A time of day at which taxis pass from one driver to the next."""

    start: TimeOfDay
    """Earliest hand-over."""
    spread_min: DurationMin = 0.0
    """Time over which the hand-overs are spread; each taxi keeps its own moment."""


class TaxiFleet(RoamingFleet):
    """Cars that carry passengers about a city and look for energy when they need it."""

    demand: Name
    """When and where they drive: an entry of ``profiles/taxi_demand.yaml``."""
    daily_km: DistanceKm
    """Mean distance of a taxi and day, cruising included."""
    daily_km_cv: Share = 0.15
    """Spread of a taxi's days around that: standard deviation over mean."""
    hourly_km_cv: Share = 0.30
    """Spread of a taxi's hours around the shape of the day: standard deviation over mean."""
    cruising_share: CruisingShare = 0.35
    """Share of the distance driven without passengers."""
    competition: bool = False
    """Whether the taxis compete for single customers: dearer to run, and then customers who find no taxi are counted.
    Otherwise each taxi drives at the rate of the hour and nothing interacts between two visits for energy."""
    customer_patience_min: DurationMin = 10.0
    """With competition: how long a customer waits for a taxi."""
    consumption_cv: Share = 0.05
    """Spread of the consumption from taxi to taxi: standard deviation over mean."""
    shift_changes: tuple[ShiftChange, ...] = ()
    """When drivers hand over."""
    handover_soc: Share = 0.40
    """State of charge below which a driver takes energy before handing over, if no queue stands in the way."""
    handover_lead_min: DurationMin = 25.0
    """How long before the hand-over a driver sets out for energy."""
    seek_soc: tuple[Share, Share] = (0.25, 0.30)
    """State of charge at which a driver looks for energy: lowest and highest, each taxi has its own."""
    choices: Count = 6
    """Stations near at hand among which a driver chooses, and between which one may move on."""
    balk_min: DurationMin = 30.0
    """Expected wait from which on a driver does not join a queue while another station is left."""
    patience_min: DurationMin = 30.0
    """Time after which a driver leaves a queue while another station is left."""
    recovery_min: DurationMin = 120.0
    """Time that it takes to bring a taxi that can reach no station to the nearest one."""
    initial_soc: tuple[Share, Share] = (0.35, 0.95)
    """State of charge at the start of the warm-up: lowest and highest, drawn for each taxi."""
    consumption_kwh_per_km: ConsumptionKwhPerKm | None = None
    """Fixed consumption in place of the trip formula (no regeneration then)."""


class CruisingTaxiFleet(TaxiFleet):
    """Taxis that cruise for passengers."""

    kind: Literal["taxi"]
    """``taxi``"""


class RideHailingFleet(TaxiFleet):
    """Cars for hire that are called by telephone; they cruise less and have one driver."""

    kind: Literal["ride_hailing"]
    """``ride_hailing``"""
    cruising_share: CruisingShare = 0.30
    """Share of the distance driven without passengers."""

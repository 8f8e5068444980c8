"""The file ``grid/network/rules.yaml``: transformers of sites, limits, and what remedies cost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from annotated_types import Ge, Gt, Le
from pydantic import Field

from fleetsim.clock import HOUR_S, SLOT_S, SLOTS_PER_DAY
from fleetsim.documents import parse, read_yaml
from fleetsim.errors import InputError, Problem
from fleetsim.network.spec import UnitKva, VoltagePu
from fleetsim.spec import SourcedSpec
from fleetsim.units import DeratingPer100M, Efficiency, ElevationM, PositiveShare, PriceCny, Share

RULES = "grid/network/rules.yaml"


class SiteTransformers(SourcedSpec):
    """Transformers of sites that the tables do not list."""

    sizes_kva: Annotated[tuple[UnitKva, ...], Field(min_length=1)]
    """Sizes that can be bought; larger sites have several of the largest."""
    short_circuit_share: PositiveShare
    """Short-circuit voltage."""
    load_loss_share: Share
    """Loss in the windings at the rating."""
    no_load_loss_share: Share
    """Loss in the iron, of the rating."""
    derating_per_100m: DeratingPer100M
    """Share of the rating that each 100 m above ``derated_above_m`` take."""
    derated_above_m: ElevationM
    """Elevation up to which the full rating holds."""

    def limit_kva(self, rated_kva: float, elevation_m: float) -> float:
        """What a transformer may carry at an elevation."""
        return rated_kva * (1 - self.derating_per_100m * max(0.0, elevation_m - self.derated_above_m) / 100)

    def rated_kva(self, needed_kva: float, elevation_m: float) -> float:
        """The smallest rating that carries ``needed_kva``."""
        limits = {size: self.limit_kva(size, elevation_m) for size in sorted(self.sizes_kva)}
        for size, limit in limits.items():
            if limit >= needed_kva:
                return size
        largest = max(limits)
        return largest * -(-needed_kva // limits[largest])


class Limits(SourcedSpec):
    """When an asset counts as loaded too much."""

    heavy: Annotated[float, Gt(0), Le(2)]
    """Loading from which on the load is heavy."""
    overload: Annotated[float, Gt(0), Le(2)]
    """Loading beyond which it is an overload."""
    lowest_pu: VoltagePu
    """Lowest voltage."""
    highest_pu: VoltagePu = 1.07
    """Highest voltage, which further panels must not exceed."""


class BatteryRemedy(SourcedSpec):
    """A stationary battery that keeps an asset below its limit, full when the days begin."""

    cny_per_kwh: PriceCny
    """What it costs with its converter, for each kWh."""
    most_hours: Annotated[float, Gt(0), Le(24)]
    """Hours of its power that it holds at the most; an overload that lasts longer is removed in part."""
    round_trip_efficiency: Efficiency
    """Energy out over energy in, AC."""


class Remedies(SourcedSpec):
    """What it costs to remove an overload."""

    transformer_cny_per_kva: PriceCny
    """A larger transformer at a site, for each kVA of the new rating."""
    substation_cny_per_kva: PriceCny
    """A further transformer in a substation."""
    feeder_cny_per_km: PriceCny
    """A second cable beside a feeder."""
    tie_cny: PriceCny
    """Moving a site to the tie feeder."""
    control_cny_per_site: PriceCny
    """Staggered charging at a site: controls, meters, software."""
    battery: BatteryRemedy | None = None
    """A battery at the asset; none is offered without."""


class OrderlyUse(SourcedSpec):
    """Orderly use (有序用电): what sites may draw while electricity is short."""

    hours: Annotated[tuple[Annotated[int, Ge(0), Le(23)], ...], Field(min_length=1)]
    """Hours of the day in which it holds."""
    site_share: PositiveShare
    """Share of its own peak that a site may draw then."""

    @property
    def slots_of_day(self) -> tuple[int, ...]:
        """The slots of a day in which it holds."""
        return tuple(slot for slot in range(SLOTS_PER_DAY) if slot * SLOT_S // HOUR_S in self.hours)


HoursAYear = Annotated[float, Ge(0), Le(8_784)]


class CaseHours(SourcedSpec):
    """For how many hours of a year each stress case stands; a remedy counts what it removes so often."""

    dry_evening: HoursAYear
    """Evenings of the dry season."""
    holiday: HoursAYear
    """Public holidays."""
    drought: HoursAYear
    """Dry season of a drought year."""
    transformer_out: HoursAYear
    """A substation's transformer out."""
    one_boundary: HoursAYear
    """All charging begins at the boundary of the valley."""
    orderly_use: HoursAYear
    """Orderly use in force."""
    plan_year: HoursAYear
    """The load of the plan year."""
    no_sun: HoursAYear = 0.0
    """No sun on the panels of the network, and its batteries empty."""


class Rules(SourcedSpec):
    """The file."""

    site_transformers: SiteTransformers
    """Transformers of sites."""
    limits: Limits
    """Limits."""
    remedies: Remedies
    """Costs."""
    orderly_use: OrderlyUse
    """Orderly use."""
    case_hours: CaseHours
    """Weights of the stress cases."""
    load_growth: Annotated[float, Ge(0), Le(0.2)]
    """Growth of all load in a year, for the plan year."""
    plan_years: Annotated[int, Ge(1), Le(30)]
    """Years to the plan year."""


def load_rules(root: Path, problems: list[Problem]) -> Rules | None:
    """The rules of the workspace at ``root``; faults go to ``problems`` and give nothing."""
    try:
        document = read_yaml(root / RULES, root)
    except InputError as error:
        problems.extend(error.problems)
        return None
    return parse(Rules, document, document.data, (), problems)

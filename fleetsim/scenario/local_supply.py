"""What a scenario may say of panels and batteries behind a site's meter."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from fleetsim.documents import Document, Location, one_of
from fleetsim.energy.storage import Battery
from fleetsim.errors import Problem
from fleetsim.grid.sky import Panel
from fleetsim.profiles import Place
from fleetsim.scenario.grid_site import GridSite
from fleetsim.spec import SourcedSpec
from fleetsim.units import AzimuthDeg, Efficiency, LoadKw, Share, SkylineDeg, SolarKwp, StorageKw, StorageKwh, TiltDeg

StorageStrategyName = Literal["solar_surplus", "peak_shaving", "valley_to_peak"]


class Solar(SourcedSpec):
    """Panels on the roofs of a site, under the sky of its city."""

    peak_kw: SolarKwp
    """Nameplate power of the panels, kWp."""
    tilt_deg: TiltDeg | None = None
    """Tilt from the horizontal; that of the panel in ``grid/solar.yaml`` if not given."""
    azimuth_deg: AzimuthDeg | None = None
    """Direction they face, degrees from north through east; that of ``grid/solar.yaml`` if not given."""
    loss_share: Share | None = None
    """Soiling, shading, mismatch, wiring and the like; that of ``grid/solar.yaml`` if not given."""
    horizon_deg: tuple[SkylineDeg, ...] = ()
    """Height of the skyline at even steps of azimuth from north through east; none for an open horizon."""
    feed_in: bool = True
    """Whether what the site cannot use goes to the grid, as far as the connection allows; the rest is curtailed."""

    def panel(self, usual: Panel) -> Panel:
        """The panels, with what is not said of them as usual."""
        said = {name: getattr(self, name) for name in ("tilt_deg", "azimuth_deg", "loss_share")}
        return usual.model_copy(update={name: value for name, value in said.items() if value is not None})


class Storage(SourcedSpec):
    """A stationary battery of a site."""

    battery_kwh: StorageKwh
    """Usable energy."""
    power_kw: StorageKw
    """Power at its terminals, AC, both ways."""
    round_trip_efficiency: Efficiency
    """Energy that comes out over energy that goes in, AC."""
    initial_share: Share = 0.5
    """Share of its energy that it holds at the start: of the warm-up for ``valley_to_peak``, else of the reported
    time."""
    strategy: StorageStrategyName = "solar_surplus"
    """``solar_surplus`` stores what the panels give beyond the loads and gives it back when they draw more.
    ``peak_shaving`` keeps what is drawn from the grid below ``target_kw`` as long as there is energy, and fills up
    below it. ``valley_to_peak`` fills up in the tariff's valleys, but leaves room for what the sun should bring beyond
    the site's own loads on the rest of the day, and gives what it has in the peaks; what it promises then is sure, so
    it raises what the chargers may draw."""
    target_kw: LoadKw | None = None
    """Power from the grid that ``peak_shaving`` is to keep below."""

    @property
    def battery(self) -> Battery:
        """As the formulas know it."""
        return Battery(self.battery_kwh, self.power_kw, self.round_trip_efficiency)


class SuppliedSite(GridSite):
    """A site with a meter behind which there may be panels and a battery."""

    solar: Solar | None = None
    """Its panels."""
    storage: Storage | None = None
    """Its battery."""


def supply_problems(
    document: Document, sites: Mapping[str, SuppliedSite], places: Mapping[str, Place], skies: Collection[str] | None
) -> Iterator[Problem]:
    """Panels under an unknown sky, a target that is missing, and targets that nothing follows.

    ``skies`` are the cities of ``grid/solar.yaml``, if they could be read.
    """
    for name, site in sites.items():
        at: Location = ("sites", name)
        place, storage = places.get(site.place), site.storage
        if site.solar is not None and place is not None and skies is not None and place.city not in skies:
            allowed = one_of(place.city, sorted(skies), "cities of grid/solar.yaml, for a site with panels")
            yield document.problem((*at, "place"), f"{site.place!r} in {place.city}", allowed)
        if storage is None:
            continue
        if storage.strategy == "peak_shaving" and storage.target_kw is None:
            yield document.problem((*at, "storage"), "no target_kw", "peak_shaving needs a target_kw")
        if storage.strategy != "peak_shaving" and storage.target_kw is not None:
            allowed = "may stand beside the strategy peak_shaving only"
            yield document.problem((*at, "storage", "target_kw"), f"{storage.target_kw:g}", allowed)

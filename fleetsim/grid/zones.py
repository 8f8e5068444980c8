"""The zones of the province and its neighbours, slot by slot: a star around the rest of the province.

Cities feed the rest with what they have left and take from it what they lack; what the province exports leaves from
the rest to the neighbours by fixed parts, what it imports comes back the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.grid.tracing import carried, composition
from fleetsim.grid.zones_spec import Zones
from fleetsim.results.schema import CLEAN_SOURCES, SOURCES

Series = NDArray[np.float64]
CLEAN = [SOURCES.index(source) for source in CLEAN_SOURCES]
IMPORT, SOLAR, THERMAL = (SOURCES.index(source) for source in ("import", "solar", "thermal"))
HOURS_PER_YEAR = 8760.0
MWH_PER_TWH = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class ZoneSlots:
    """All zones on the slots of a run; arrays have shape ``(slots, zones)``, by source ``(slots, zones, SOURCES)``."""

    names: tuple[str, ...]
    """Cities first, then the rest of the province, then the neighbours."""
    demand_mw: Series
    generation_mw: Series
    received_mw: Series
    sent_mw: Series
    shares: Series
    """Composition of what is consumed."""
    emission_kg_per_kwh: Series
    """Of what is consumed, at the meter."""

    @property
    def clean_share(self) -> Series:
        """Clean share of consumption."""
        clean: Series = self.shares[..., CLEAN].sum(axis=-1)
        return clean

    def of(self, name: str) -> Series | None:
        """Clean share of consumption of a zone by slot, if there is such a zone."""
        return self.clean_share[:, self.names.index(name)] if name in self.names else None


def zone_slots(
    zones: Zones,
    demand_mw: Series,
    generation_mw: Series,
    thermal_kg_per_kwh: float,
    loss_share: float,
    city_solar_mw: Mapping[str, Series] | None = None,
) -> ZoneSlots:
    """The zones behind a province's demand ``(slots,)`` and generation ``(slots, SOURCES)``.

    ``city_solar_mw`` is what panels on the cities' networks give. It is a part of the province's solar, never more than
    that, and stands in the zone of its city; ``solar_share`` divides what is left, so that no total changes.
    """
    inner, outer = len(zones.cities) + 1, len(zones.neighbours)
    hub, slots = inner - 1, len(demand_mw)
    demand_parts = _with_rest([city.demand_share for city in zones.cities])
    source_parts = np.stack([_with_rest([city.part(source) for city in zones.cities]) for source in SOURCES], axis=1)
    inside = np.where(np.arange(len(SOURCES)) == IMPORT, 0.0, generation_mw)
    generation = np.zeros((slots, inner + outer, len(SOURCES)))
    generation[:, :inner] = inside[:, None, :] * source_parts
    if city_solar_mw:
        own = np.zeros((slots, inner))
        for number, city in enumerate(zones.cities):
            own[:, number] = city_solar_mw.get(city.name, 0.0)
        solar = inside[:, SOLAR]
        total = own.sum(axis=1)
        own *= np.divide(solar, total, out=np.ones(slots), where=total > solar)[:, None]
        generation[:, :inner, SOLAR] = own + (solar - own.sum(axis=1))[:, None] * source_parts[:, SOLAR]
    for number, neighbour in enumerate(zones.neighbours):
        mean_mw = neighbour.generation_twh * MWH_PER_TWH / HOURS_PER_YEAR
        generation[:, inner + number] = mean_mw * np.array([neighbour.part(source) for source in SOURCES])
    net = generation.sum(axis=2)
    net[:, :inner] -= demand_mw[:, None] * demand_parts
    flow = np.zeros((slots, inner + outer, inner + outer))
    flow[:, :hub, hub], flow[:, hub, :hub] = np.maximum(net[:, :hub], 0.0), np.maximum(-net[:, :hub], 0.0)
    export = net[:, :inner].sum(axis=1)[:, None] * np.array([neighbour.export_share for neighbour in zones.neighbours])
    flow[:, hub, inner:], flow[:, inner:, hub] = np.maximum(export, 0.0), np.maximum(-export, 0.0)
    received, sent, generated = flow.sum(axis=1), flow.sum(axis=2), generation.sum(axis=2)
    emission_kg_per_kwh = np.concatenate(
        [np.full(inner, thermal_kg_per_kwh), [neighbour.thermal_emission_kg_per_kwh for neighbour in zones.neighbours]]
    )
    emitted = generation[..., THERMAL] * emission_kg_per_kwh
    return ZoneSlots(
        names=(*(city.name for city in zones.cities), zones.rest, *(neighbour.name for neighbour in zones.neighbours)),
        demand_mw=generated + received - sent,
        generation_mw=generation,
        received_mw=received,
        sent_mw=sent,
        shares=composition(generation, flow),
        emission_kg_per_kwh=carried(emitted[..., None], generated, flow)[..., 0] / (1.0 - loss_share),
    )


def _with_rest(parts: list[float]) -> Series:
    """The parts of the cities and what they leave to the rest of the province."""
    return np.array([*parts, 1.0 - sum(parts)])

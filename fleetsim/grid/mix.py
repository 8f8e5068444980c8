"""The result of every grid model: generation by source, and what a kilowatt-hour is made of, slot by slot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fleetsim.grid.zones import ZoneSlots

Series = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class GridSlots:
    """One zone of the grid on the 15-minute slots of a run, from the start of the warm-up.

    All series have shape ``(slots,)`` but ``generation_mw``, which has ``(slots, len(SOURCES))`` in the order of
    ``results.schema.SOURCES``. Emission factors are per kWh at the meter, grid losses included. Series that
    the model does not know are NaN.
    """

    zone: str
    demand_mw: Series
    generation_mw: Series
    export_mw: Series
    clean_share: Series
    clean_share_consumption: Series
    clean_share_dedicated: Series
    emission_kg_per_kwh: Series
    emission_marginal_province_kg_per_kwh: Series
    emission_marginal_southern_kg_per_kwh: Series
    notes: Mapping[str, str]
    """How the series came about: level, year, hydrology, method and boundary of each share, for ``run.json``."""
    zones: ZoneSlots | None = None
    """The zones of the province and its neighbours, where they are known."""
    certificates_kwh: float = np.nan
    """Green certificates held for the energy of the fleets."""

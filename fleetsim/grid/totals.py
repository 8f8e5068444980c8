"""The grid of the reported days or months: energies, and the mix as it was generated."""

from __future__ import annotations

from typing import Literal

import numpy as np

from fleetsim.clock import SLOTS_PER_DAY, Clock
from fleetsim.grid.mix import GridSlots, Series
from fleetsim.results.schema import SOURCES

SLOT_H = 24.0 / SLOTS_PER_DAY
MW_PER_GW = 1e3

Row = dict[str, str | float | None]


def totals(grid: GridSlots, clock: Clock, by: Literal["day", "month"] = "day") -> list[Row]:
    """A row for each day (``2026-03-09``) or each calendar month (``2026-03``) that is reported.

    Shares and emissions are means over the energy generated, marginal emissions over time; what is not known is None.
    """
    names = [day.isoformat()[: 10 if by == "day" else 7] for day in clock.dates[clock.warmup_days :]]
    found = list(dict.fromkeys(names))
    at = np.repeat([found.index(name) for name in names], SLOTS_PER_DAY)
    reported = slice(clock.warmup_days * SLOTS_PER_DAY, None)
    generated = grid.generation_mw.sum(axis=1)[reported]

    def energy_gwh(power_mw: Series) -> Series:
        return np.bincount(at, power_mw[reported] * SLOT_H / MW_PER_GW).astype(np.float64)

    def mean(series: Series, weights: Series) -> Series:
        return (np.bincount(at, series[reported] * weights) / np.bincount(at, weights)).astype(np.float64)

    columns = {
        "demand_gwh": energy_gwh(grid.demand_mw),
        **{f"{source}_gwh": energy_gwh(grid.generation_mw[:, number]) for number, source in enumerate(SOURCES)},
        "export_gwh": energy_gwh(grid.export_mw),
        "clean_share": mean(grid.clean_share, generated),
        "clean_share_dedicated": mean(grid.clean_share_dedicated, grid.demand_mw[reported]),
        "emission_kg_per_kwh": mean(grid.emission_kg_per_kwh, generated),
        **{
            f"emission_marginal_{boundary}_kg_per_kwh": mean(
                getattr(grid, f"emission_marginal_{boundary}_kg_per_kwh"), np.ones_like(generated)
            )
            for boundary in ("province", "southern")
        },
    }
    heading = "date" if by == "day" else "month"
    return [
        {heading: name, **{column: _known(values[number]) for column, values in columns.items()}}
        for number, name in enumerate(found)
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

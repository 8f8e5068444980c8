"""The grid of the reported slots, hours, days or months: energies, and the mix as it was generated."""

from __future__ import annotations

from typing import Literal

import numpy as np

from fleetsim.clock import SLOTS_PER_DAY, Clock
from fleetsim.grid.mix import GridSlots, Series
from fleetsim.results.schema import SOURCES

SLOT_H = 24.0 / SLOTS_PER_DAY
MW_PER_GW = 1e3

Row = dict[str, str | float | None]
By = Literal["15min", "hour", "day", "month"]
HEADINGS: dict[By, str] = {"15min": "begins_at", "hour": "begins_at", "day": "date", "month": "month"}
LETTERS = {"day": len("2026-03-09"), "month": len("2026-03")}
SLOTS_OF = {"15min": 1, "hour": SLOTS_PER_DAY // 24}


def totals(grid: GridSlots, clock: Clock, by: By = "day") -> list[Row]:
    """A row for each slot or hour (``2026-03-09T18:00``), day (``2026-03-09``) or calendar month that is reported.

    Shares and emissions are means over the energy generated, marginal emissions over time; the peak is the highest
    demand of a slot. What is not known is None.
    """
    days = [day.isoformat() for day in clock.dates[clock.warmup_days :]]
    if by in SLOTS_OF:
        minutes = [slot * 15 for slot in range(0, SLOTS_PER_DAY, SLOTS_OF[by])]
        found = [f"{day}T{minute // 60:02d}:{minute % 60:02d}" for day in days for minute in minutes]
        at = np.repeat(np.arange(len(found)), SLOTS_OF[by])
    else:
        names = [day[: LETTERS[by]] for day in days]
        found = list(dict.fromkeys(names))
        at = np.repeat([found.index(name) for name in names], SLOTS_PER_DAY)
    reported = slice(clock.warmup_days * SLOTS_PER_DAY, None)
    generated = grid.generation_mw.sum(axis=1)[reported]

    def energy_gwh(power_mw: Series) -> Series:
        return np.bincount(at, power_mw[reported] * SLOT_H / MW_PER_GW).astype(np.float64)

    def mean(series: Series, weights: Series) -> Series:
        return (np.bincount(at, series[reported] * weights) / np.bincount(at, weights)).astype(np.float64)

    peak_mw = np.zeros(len(found))
    np.maximum.at(peak_mw, at, grid.demand_mw[reported])
    columns = {
        "demand_gwh": energy_gwh(grid.demand_mw),
        "demand_peak_mw": peak_mw,
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
    return [
        {HEADINGS[by]: name, **{column: _known(values[number]) for column, values in columns.items()}}
        for number, name in enumerate(found)
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

"""Metrics of the grid zones within the reported time."""

from __future__ import annotations

import numpy as np

from fleetsim.accounting.sums import Floats, ratio, sums
from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.report.metrics.cleanliness import SHARES
from fleetsim.results.records import Records
from fleetsim.results.schema import SOURCES

GWH_PER_MW_SLOT = SLOT_S / HOUR_S / 1e3


def zones(records: Records) -> tuple[tuple[str, ...], dict[str, Floats]]:
    """Names of the zones, and each metric by zone; shares are weighted by the generation of the slots."""
    slots = records.tables["grid_slots"]
    names, zone = np.unique(slots["zone"].astype(np.str_), return_inverse=True)

    def total(values: Floats) -> Floats:
        return sums(values, zone, len(names))

    generation_mw = np.sum([slots[f"{source}_mw"] for source in SOURCES], axis=0)
    weight = np.where(np.isnan(generation_mw), 1.0, generation_mw)
    return tuple(names.tolist()), {
        **{share: ratio(total(slots[share] * weight), total(weight)) for share in SHARES},
        **{f"generation_{source}_gwh": total(slots[f"{source}_mw"]) * GWH_PER_MW_SLOT for source in SOURCES},
        "demand_gwh": total(slots["demand_mw"]) * GWH_PER_MW_SLOT,
        "export_gwh": total(slots["export_mw"]) * GWH_PER_MW_SLOT,
    }

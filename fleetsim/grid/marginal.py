"""What one more kilowatt-hour emits: the exact sensitivity of a year's emission to a day's demand.

At an optimum of a linear program small changes move only the columns off their bounds. With B their matrix and e
their emissions, the emission of the year changes by e' B^-1 db when the right side changes by db; so
y = B'^-1 e holds, for each day, the emission of one more unit of demand, whatever day, reservoir or
plant answers it in the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fleetsim.grid.ladder import Ladder
from fleetsim.grid.water import Basis

Series = NDArray[np.float64]


def step_emissions(steps: Ladder, coal_kg_per_kwh: float, lost_export_kg_per_kwh: float) -> Series:
    """Emission of a kWh of relief by month and step: of the coal in it, and of the export that is lost by it."""
    emission: Series = steps.parts(steps.coal_mw) * coal_kg_per_kwh
    return emission + steps.parts(steps.export_mw) * lost_export_kg_per_kwh


def left_emissions(steps: Ladder, emission_by_step: Series, worth_cny_per_kwh: Series) -> Series:
    """Emission that a kWh left in a store at the end of the year saves the next: that of the step of its worth."""
    nearest = np.abs(steps.price_cny_per_kwh[:, None] - worth_cny_per_kwh).argmin(axis=0)
    saved: Series = emission_by_step[0, nearest]
    return saved


def sensitivity(basis: Basis, emission_by_step: Series, saved_by_left: Series) -> Series:
    """Emission of one more kWh of demand on each day.

    ``emission_by_step`` has shape ``(days, steps)``, ``saved_by_left`` one value for each part of a store. NaN
    where the optimum is degenerate: not as many columns off their bounds as there are equations.
    """
    from scipy.sparse.linalg import splu

    days = emission_by_step.shape[0]
    rows, columns = basis.columns.shape
    if rows != columns:
        return np.full(days, np.nan)
    emission = np.where(basis.step >= 0, emission_by_step.ravel()[basis.step], 0.0)
    emission -= np.where(basis.left >= 0, saved_by_left[basis.left], 0.0)
    found: Series = splu(basis.columns.T.tocsc()).solve(emission)
    return found[:days]

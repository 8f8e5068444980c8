"""Flow tracing: what the electricity of each zone is made of, when zones feed each other.

Every zone is a node where all that enters is mixed. With its own generation g by source, flows f from zone to zone and
its throughflow T = g + all that flows in, the composition x of what it consumes and sends on obeys

    T_z x_z = g_z + sum over w of f(w to z) x_w,

a linear system of the zones (Bialek's proportional sharing; the consumption-based matrix of multi-region accounts).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]


def composition(generation: Series, flow: Series) -> Series:
    """Shares of each source in each zone, ``(..., zones, sources)``; a zone that nothing reaches has zeros.

    ``generation`` has shape ``(..., zones, sources)`` and may hold anything that is carried along, such as
    emissions behind the sources, as long as ``flow`` ``(..., from zone, to zone)`` is in the unit of the sources.

    >>> composition(np.array([[3.0, 1.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [0.0, 0.0]]))
    array([[0.75 , 0.25 ],
           [0.375, 0.625]])
    """
    return carried(generation, generation.sum(axis=-1), flow)


def carried(quantity: Series, generated: Series, flow: Series) -> Series:
    """What a unit of consumption carries of each quantity that generation brings in, ``(..., zones, quantities)``.

    ``generated`` is the power that the quantities come with, ``(..., zones)``.
    """
    through = generated + flow.sum(axis=-2)
    idle = through <= 0.0
    matrix = -np.swapaxes(flow, -1, -2)
    at = np.arange(generated.shape[-1])
    matrix[..., at, at] += np.where(idle, 1.0, through)
    return np.linalg.solve(matrix, np.where(idle[..., None], 0.0, quantity)).astype(np.float64)

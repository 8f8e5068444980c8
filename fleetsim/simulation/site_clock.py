"""The virtual clock of a site or of one of its cabinets as it ran, put together from the changes of its factor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetsim.results.schema import Frame, complete

Array = NDArray[Any]
_SAME_S = 1e-4
"""A corner and a change of the factor that are closer than this are one moment."""


class SiteClock:
    """A clock of a site as it ran, 0 for its connection and from 1 on for its cabinets: pieces of constant factor."""

    def __init__(self, factors: Array, site: int, clock: int = 0) -> None:
        mine = factors[(factors["site"] == site) & (factors["clock"] == clock)]
        at_s = np.concatenate(([0.0], mine["at_s"]))
        factor = np.concatenate(([1.0], mine["factor"]))
        last = np.append(np.diff(at_s) > 0.0, True)
        self._site, self._clock = site, clock
        self._at_s, self._factor = at_s[last], factor[last]
        self._clock_s = np.concatenate(([0.0], np.cumsum(self._factor[:-1] * np.diff(self._at_s))))

    def wall_s(self, clock_s: Array) -> Array:
        """Time at which the clock showed ``clock_s``.

        A corner that the site met together with a change of the factor gets that change's time to the last digit.
        """
        piece = np.searchsorted(self._clock_s, clock_s, side="right") - 1
        factor = np.where(self._factor[piece] > 0.0, self._factor[piece], 1.0)
        wall_s = self._at_s[piece] + (clock_s - self._clock_s[piece]) / factor
        for change in (piece, np.minimum(piece + 1, len(self._at_s) - 1)):
            wall_s = np.where(np.abs(wall_s - self._at_s[change]) <= _SAME_S, self._at_s[change], wall_s)
        return np.asarray(wall_s)

    def clock_s(self, wall_s: float) -> float:
        """What the clock showed at a moment."""
        piece = int(np.searchsorted(self._at_s, wall_s, side="right")) - 1
        return float(self._clock_s[piece] + (wall_s - self._at_s[piece]) * self._factor[piece])

    def table(self, end_s: float) -> Frame:
        """The site's rows of the table ``clocks``."""
        rows = len(self._at_s)
        return complete(
            "clocks",
            {
                "site": np.full(rows, self._site),
                "clock": np.full(rows, self._clock),
                "start_at": self._at_s,
                "end_at": np.append(self._at_s[1:], end_s),
                "factor": self._factor,
            },
        )

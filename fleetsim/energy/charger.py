"""The efficiency of a charger by its load."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class LoadCurve:
    """Output over input of a charger: straight lines over the load, which is output over rated output; level beyond.

    With the efficiency a + b P / R on a line, rated output R, and the input A, the output solves P = A (a + b P / R):
    P = A a / (1 - A b / R). So what a charger gives is exact for any input that a limit leaves it.

    >>> curve = LoadCurve(100.0, ((0.1, 0.9), (1.0, 0.95)))
    >>> round(curve.of_output(55.0), 4)
    0.925
    >>> round(curve.of_input(55.0 / 0.925), 4)
    0.925
    """

    rated_kw: float
    corners: tuple[tuple[float, float], ...]
    """Load and efficiency, in order of load."""
    input_kw: tuple[float, ...] = field(init=False)
    lines: tuple[tuple[float, float], ...] = field(init=False)
    """Efficiency at no load and its slope per kW of output, of each piece between two corners and those beyond."""

    def __post_init__(self) -> None:
        slopes = [(high[1] - low[1]) / (high[0] - low[0]) for low, high in pairwise(self.corners)]
        starts = [eta - slope * load for (load, eta), slope in zip(self.corners[:-1], slopes, strict=True)]
        inner = [(start, slope / self.rated_kw) for start, slope in zip(starts, slopes, strict=True)]
        ends = (self.corners[0][1], 0.0), (self.corners[-1][1], 0.0)
        object.__setattr__(self, "lines", (ends[0], *inner, ends[1]))
        object.__setattr__(self, "input_kw", input_kw(self.rated_kw, self.corners))

    @property
    def lowest(self) -> float:
        """The poorest efficiency at any load."""
        return min(efficiency for _, efficiency in self.corners)

    def of_output(self, output_kw: float) -> float:
        """Efficiency at an output."""
        load = output_kw / self.rated_kw
        start, slope_per_kw = self.lines[bisect_right(self.corners, (load, 2.0))]
        return start + slope_per_kw * output_kw

    def of_input(self, kw: float) -> float:
        """Efficiency at an input."""
        start, slope_per_kw = self.lines[bisect_right(self.input_kw, kw)]
        return start / (1.0 - kw * slope_per_kw)


def input_kw(rated_kw: float, corners: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Input at each corner of a load curve; it must grow with the output."""
    return tuple(load * rated_kw / efficiency for load, efficiency in corners)

"""Rules by which a limited power is divided among sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fleetsim.charging.spec import SharingName

Rule = Callable[[Sequence[float], float], list[float]]
"""From the powers that sessions could draw, in order of their start, and the limit, to the powers they get."""


def first_come(wanted_kw: Sequence[float], limit_kw: float) -> list[float]:
    """Serve in order of start: the first take all they can, the last get what is left.

    >>> first_come([60, 60, 60], 100)
    [60, 40, 0]
    """
    left_kw = max(0.0, limit_kw)
    given = []
    for kw in wanted_kw:
        share_kw = min(kw, left_kw)
        given.append(share_kw)
        left_kw -= share_kw
    return given


def equal(wanted_kw: Sequence[float], limit_kw: float) -> list[float]:
    """Give everybody the same; what those who want less leave over is divided among the others.

    >>> equal([20, 60, 80], 100)
    [20, 40.0, 40.0]
    """
    left_kw = max(0.0, limit_kw)
    given = list(wanted_kw)
    for done, row in enumerate(sorted(range(len(given)), key=given.__getitem__)):
        given[row] = min(given[row], left_kw / (len(given) - done))
        left_kw -= given[row]
    return given


def proportional(wanted_kw: Sequence[float], limit_kw: float) -> list[float]:
    """Slow everybody by the same factor; the virtual clock does the same faster.

    >>> proportional([60, 60, 80], 100)
    [30.0, 30.0, 40.0]
    """
    total_kw = sum(wanted_kw)
    factor = 1.0 if total_kw <= limit_kw else max(0.0, limit_kw) / total_kw
    return [kw * factor for kw in wanted_kw]


RULES: dict[SharingName, Rule] = {
    "proportional": proportional,
    "first_come": first_come,
    "equal": equal,
    "earliest_departure": first_come,
    "least_laxity": first_come,
}
"""The rules by the name that a scenario gives them, for cabinets too. The last two differ in who is urgent."""

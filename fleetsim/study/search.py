"""The search of a sizing: the cheapest point of a ladder of values in each direction that meets a target."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

Point = tuple[int, ...]
"""The number of a value on the ladder of each knob."""
Cost = Callable[[Point], float]
Meets = Callable[[Point], bool]

COARSE = 6
"""Values of an outer knob that are tried before it is searched around the best of them."""


def cheapest(lengths: Sequence[int], cost: Cost, meets: Meets) -> Point | None:
    """The cheapest point that meets the target, as far as such a search finds it; ``None`` if the largest does not.

    The last knob is bisected among the values that would be cheaper than the best point so far. Each knob outside of
    it is followed from coarse to fine: the cost of the best inner answer falls while too little is bought, and rises
    again. Costs must rise with every knob.

    >>> cheapest([20, 50], lambda at: 3 * at[0] + at[1], lambda at: at[0] * at[1] >= 40)
    (4, 10)
    """
    largest = tuple(length - 1 for length in lengths)
    return (_inner((), lengths, cost, meets, float("inf")) or largest) if meets(largest) else None


def bisected(outer: Point, length: int, meets: Meets) -> Point | None:
    """The lowest of the first ``length`` values of the last knob that meets the target, if more never hurts.

    >>> bisected((), 100, lambda at: at[0] >= 37), bisected((), 30, lambda at: at[0] >= 37)
    ((37,), None)
    """
    if length == 0 or not meets((*outer, length - 1)):
        return None
    low, high = -1, length - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if meets((*outer, middle)) else (middle, high)
    return (*outer, high)


def neighbours(point: Point, lengths: Sequence[int]) -> Iterator[Point]:
    """The points that differ by at most one step of each knob."""
    for steps in product((-1, 0, 1), repeat=len(point)):
        near = tuple(at + step for at, step in zip(point, steps, strict=True))
        if near != point and all(0 <= at < length for at, length in zip(near, lengths, strict=True)):
            yield near


def _inner(outer: Point, lengths: Sequence[int], cost: Cost, meets: Meets, below: float) -> Point | None:
    """The cheapest point behind ``outer`` that meets the target and costs less than ``below``."""
    here = len(outer)
    if here == len(lengths) - 1:
        affordable = _affordable(lengths[here], lambda at: cost((*outer, at)) < below)
        return bisected(outer, affordable, meets)
    best: Point | None = None
    stride = max((lengths[here] - 1) // COARSE, 1)
    to_look = sorted({*range(lengths[here] - 1, -1, -stride), 0})
    seen: set[int] = set()
    while stride:
        moved = False
        for at in to_look:
            if at not in seen and 0 <= at < lengths[here]:
                seen.add(at)
                found = _inner((*outer, at), lengths, cost, meets, below)
                if found is not None:
                    best, below, moved = found, cost(found), True
        if best is None:
            return None
        stride = stride if moved else stride // 2
        to_look = [best[here] - stride, best[here] + stride]
    return best


def _affordable(length: int, cheaper: Callable[[int], bool]) -> int:
    """How many values of a knob, from the lowest on, are cheaper than what there is."""
    low, high = 0, length
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if cheaper(middle) else (low, middle)
    return low

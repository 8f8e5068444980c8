"""The search of a sizing: the cheapest point of a ladder of values in each direction that meets a target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

Point = tuple[int, ...]
"""The number of a value on the ladder of each knob."""
Cost = Callable[[Point], float]
Meets = Callable[[Point], bool]

COARSE = 6
"""Values of a knob that are tried before it is searched around the best of them."""
GRID = 12
"""Values in between that are tried where such a search ends, lest it ended in the wrong valley."""


def cheapest(
    lengths: Sequence[int], cost: Cost, meets: Meets, *, rises: bool = True, never_hurts: Sequence[bool] = ()
) -> Point | None:
    """The cheapest point that meets the target, as far as such a search finds it; ``None`` where it finds none.

    The last knob is bisected among the values that would be cheaper than the best point so far. Each knob outside of
    it is followed from coarse to fine: the cost of the best inner answer falls while too little is bought, and rises
    again. Where that ends, a grid of the values in between is asked whether there is anything cheaper.

    ``never_hurts`` says of each knob whether more of it can only help (by default, of all); a last knob of which it can
    hurt is followed like the others below what bisection finds. ``rises`` says whether cost rises with every knob; if
    not, the last one is followed above it too, and nothing is left out as too dear.

    >>> cheapest([20, 50], lambda at: 3 * at[0] + at[1], lambda at: at[0] * at[1] >= 40)
    (4, 10)
    """
    search = _Search(lengths, cost, meets, rises, tuple(never_hurts) or (True,) * len(lengths))
    if all(search.never_hurts) and not meets(tuple(length - 1 for length in lengths)):
        return None
    return search.behind((), float("inf"))


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


@dataclass(frozen=True, slots=True)
class _Search:
    """A search in progress."""

    lengths: Sequence[int]
    cost: Cost
    meets: Meets
    rises: bool
    never_hurts: tuple[bool, ...]

    def behind(self, outer: Point, below: float) -> Point | None:
        """The cheapest point behind ``outer`` that meets the target and costs less than ``below``."""
        here, length = len(outer), self.lengths[len(outer)]
        if here < len(self.lengths) - 1:
            return self._followed(outer, range(length), lambda at, most: self.behind((*outer, at), most), below)
        if self.rises:
            length = _affordable(length, lambda at: self.cost((*outer, at)) < below)
        found = bisected(outer, length, self.meets)
        if self.never_hurts[here] and (self.rises or found is None):
            return found
        first = found[here] if found and self.never_hurts[here] else 0
        last = found[here] if found and self.rises else length

        def look(at: int, most: float) -> Point | None:
            point = (*outer, at)
            return point if self.cost(point) < most and self.meets(point) else None

        if not self.rises:
            return self._followed(outer, range(first, last), look, below)
        return self._followed(outer, range(first, last), look, self.cost(found) if found else below) or found

    def _followed(
        self, outer: Point, values: range, look: Callable[[int, float], Point | None], below: float
    ) -> Point | None:
        """The cheapest point that ``look`` finds behind values of a knob, from coarse to fine."""
        best: Point | None = None
        seen: set[int] = set()

        def look_at(some: Iterable[int]) -> bool:
            nonlocal best, below
            before = best
            for at in some:
                if at in values and at not in seen:
                    seen.add(at)
                    found = look(at, below)
                    if found is not None:
                        best, below = found, self.cost(found)
            return best is not before

        stride = max((len(values) - 1) // COARSE, 1)
        look_at(sorted({*values[::-stride], *values[:1]}))
        while True:
            while best is not None and stride:
                if not look_at([best[len(outer)] - stride, best[len(outer)] + stride]):
                    stride //= 2
            left = [at for at in values if at not in seen and self._may_cost_less((*outer, at), below)]
            stride = max(-(-len(left) // GRID), 1)
            if not look_at(left[stride // 2 :: stride]):
                return best

    def _may_cost_less(self, outer: Point, below: float) -> bool:
        """Whether anything behind ``outer`` might."""
        return not self.rises or self.cost(outer + (0,) * (len(self.lengths) - len(outer))) < below


def _affordable(length: int, cheaper: Callable[[int], bool]) -> int:
    """How many values of a knob, from the lowest on, are cheaper than what there is."""
    low, high = 0, length
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if cheaper(middle) else (low, middle)
    return low

"""What the kernel keeps in order: heaps, which hold their sizes in slot 0, and rings that begin and end at item 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from fleetsim.simulation.compiled.native import inner

EVENTS, AGENDA, ENDS, CORNERS, FINISHED, EMPTY = np.arange(6)
"""The heaps of a site."""


@inner
def push(heaps: Any, which: int, at_s: float, order: int, number: int) -> None:
    """Add an item; the heap of events remembers that one was full."""
    heap = heaps[which]
    if heap[0].number + 1 == len(heap):
        heaps[EVENTS, 0].order = 1
        return
    heap[0].number += 1
    place = heap[0].number
    while place > 1:
        above = heap[place // 2]
        if above.at_s < at_s or (above.at_s == at_s and above.order < order):
            break
        heap[place] = above
        place //= 2
    heap[place].at_s, heap[place].order, heap[place].number = at_s, order, number


@inner
def pop(heaps: Any, which: int) -> int:
    """Take the number of the first item out, by time, then by order."""
    heap = heaps[which]
    first, last = heap[1].number, heap[0].number
    at_s, order, number = heap[last].at_s, heap[last].order, heap[last].number
    heap[0].number = last - 1
    place = 1
    while 2 * place < last:
        below = 2 * place
        if below + 1 < last and (
            heap[below + 1].at_s < heap[below].at_s
            or (heap[below + 1].at_s == heap[below].at_s and heap[below + 1].order < heap[below].order)
        ):
            below += 1
        if at_s < heap[below].at_s or (at_s == heap[below].at_s and order < heap[below].order):
            break
        heap[place] = heap[below]
        place = below
    heap[place].at_s, heap[place].order, heap[place].number = at_s, order, number
    return first


@inner
def append(items: Any, number: int) -> None:
    """Add an item at the end of the ring."""
    last = items[0].before
    items[number].before, items[number].after = last, 0
    items[last].after = items[0].before = number


@inner
def unlink(items: Any, number: int) -> None:
    """Take an item out of the ring."""
    before, after = items[number].before, items[number].after
    items[before].after, items[after].before = after, before

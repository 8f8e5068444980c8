"""Ctrl-C held back while something is finished that must not be left half done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Let Ctrl-C strike at the end of the block instead of inside it.

    Only the main thread can do that, and needs to: Ctrl-C strikes no other.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    struck: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _frame: struck.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if struck:
            signal.raise_signal(signal.SIGINT)

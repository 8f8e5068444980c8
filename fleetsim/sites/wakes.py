"""Those who wait for a site and are told at the end of what it does at a moment, without a turn in SimPy's queue."""

from __future__ import annotations

from simpy import Event


class Wakes:
    """Events that have come to pass and whose processes are still to go on, in order.

    ``Event.succeed`` puts an event into the queue of the environment, to be taken out again at the same moment. A site
    that rings for its own alarm needs no such turn: it goes through those who wait once its own state is settled.
    """

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due: list[Event] = []

    def add(self, event: Event) -> None:
        """An event has come to pass."""
        event._ok, event._value = True, None
        self._due.append(event)

    def run(self) -> None:
        """Let everybody go on who waits for one of them."""
        due, self._due = self._due, []
        for event in due:
            callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
            for callback in callbacks:
                callback(event)

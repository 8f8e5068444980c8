"""What the stages hand to each other: the tables of a run so far, with the names behind their codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleetsim.clock import Clock
from fleetsim.results.schema import Entities, Frame


@dataclass(frozen=True, slots=True)
class Records:
    """Tables by name. The simulation fills what happened; the accounting adds what it was made of."""

    clock: Clock
    entities: Entities
    tables: Mapping[str, Frame]

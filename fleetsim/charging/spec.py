"""The words by which a scenario chooses its charging control."""

from __future__ import annotations

from typing import Literal

StrategyName = Literal["immediate", "valley"]
"""When sessions may draw: at once, or in the tariff's valley as far as the departure allows."""

SharingName = Literal["proportional", "first_come"]
"""Who gives way when the connection binds: all by the same factor, or those that came last."""

"""The words by which a scenario chooses its charging control."""

from __future__ import annotations

from typing import Literal

PackStrategyName = Literal[
    "immediate", "valley", "staggered", "balanced", "cheapest", "cleanest", "solar_following", "peak_shaving"
]
"""When sessions may draw, and how much at most, as far as the departure allows: at once, in the tariff's valley, one
bay after the other, evenly until the departure, in the slots with the lowest price or the highest clean share, while
the site's own sun shines, or so that the whole site's power stays low. Of packs nobody knows when they will leave."""

StrategyName = Literal[PackStrategyName, "bidirectional"]
"""The same for vehicles, or in the cheapest slots and feeding back to the site in the tariff's peaks."""

SharingName = Literal["proportional", "first_come", "equal", "earliest_departure", "least_laxity"]
"""Who gives way when the connection binds: all by the same factor, those that came last, those that draw more than an
equal share, those that leave last, or those that have most time to spare."""

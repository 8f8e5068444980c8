"""The rows that vehicles write while they run."""

from __future__ import annotations

from fleetsim.results.rows import Rows


class VehicleLog:
    """What became of the blocks of one component's vehicles."""

    def __init__(self) -> None:
        self.runs = Rows(vehicle="i4", block="i8", start_s="f8", start_level="f8", trips="i4", waited="i1")
        """A block: when and with how much (kWh in the battery, kg in the tank) it began, how many of its trips were run
        (0: cancelled), and whether it waited for its refill."""
        self.caps = Rows(vehicle="i4", block="i8", trip="i4", lost_kwh="f8")
        """Regeneration of a trip that a full battery could not take back."""

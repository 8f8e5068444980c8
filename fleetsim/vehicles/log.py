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
        self.halts = Rows(block="i8", trip="i4", leave_s="f8", gained_kwh="f8", trips="i4", waited="i1")
        """A halt at a terminal before a trip: when the vehicle left, what it had charged, how many trips of the block
        it had run by the next halt or the end, and whether it left late for want of energy."""


class TaxiLog:
    """The stretches that one fleet's taxis drove."""

    def __init__(self) -> None:
        self.drives = Rows(
            vehicle="i4", depart_s="f8", until_s="f8", arrive_s="f8", start_kwh="f8", end_kwh="f8", way_km="f8",
            origin="i4", destination="i4", purpose="i1", status="i1",
        )  # fmt: skip
        """Work from ``depart_s`` to ``until_s``, then ``way_km`` to a station; origin and destination are stations by
        their number in the fleet's list, -1 for somewhere in the city. A cancelled stretch stands for a failure."""


class RideLog:
    """The rides of one fleet's taxis with single customers."""

    def __init__(self) -> None:
        self.rides = Rows(
            vehicle="i4", customer="i8", depart_s="f8", pick_up_s="f8", arrive_s="f8", empty_km="f8",
            start_kwh="f8", used_kwh="f8", spot="i4", hour="i4",
        )  # fmt: skip
        """Empty from ``depart_s`` at ``spot`` to the pick-up, then with the customer; ``used_kwh`` is both together."""


class VisitorLog:
    """The ways of others to public chargers."""

    def __init__(self) -> None:
        self.ways = Rows(vehicle="i4", depart_s="f8", arrive_s="f8", start_kwh="f8", end_kwh="f8", station="i4")
        """From the end of one visit, or the start of the run, to the station of the next."""

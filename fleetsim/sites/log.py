"""The rows that a site writes while it runs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from fleetsim.results.rows import Rows


class SiteLog:
    """What happened at the sites of one component. It is also the log of their sharing engines."""

    def __init__(self) -> None:
        self.sessions = Rows(
            session="i4", vehicle="i4", pack="i4", site="i4", charger="i4", second="i4", steps="i4", arrive_s="f8",
            plug_s="f8", start_s="f8", end_s="f8", leave_s="f8", planned_s="f8", start_kwh="f8", end_kwh="f8",
            wanted_kwh="f8", reason="i1",
        )  # fmt: skip
        self.spells = Rows(session="i4", start_s="f8", end_s="f8", from_kwh="f8", to_kwh="f8", clock_start_s="f8")
        self.pieces = Rows(session="i4", start_s="f8", end_s="f8", power_kw="f8")
        self.factors = Rows(site="i4", clock="i4", at_s="f8", factor="f8")
        self.swaps = Rows(
            vehicle="i4", site="i4", arrive_s="f8", start_s="f8", end_s="f8", pack_out="i4", pack_in="i4",
            out_kwh="f8", in_kwh="f8",
        )  # fmt: skip
        self.waits = Rows(vehicle="i4", site="i4", arrive_s="f8", end_s="f8", outcome="i1")
        self.refuels = Rows(
            vehicle="i4", site="i4", arrive_s="f8", start_s="f8", end_s="f8", start_kg="f8", end_kg="f8", reason="i1"
        )
        self.deliveries = Rows(site="i4", at_s="f8", kg="f8", emission_kg="f8")
        self.pressure_waits = Rows(vehicle="i4", site="i4", arrive_s="f8", end_s="f8", outcome="i1")
        self.banks = Rows(site="i4", bank="i4", start_s="f8", end_s="f8", start_kg="f8", end_kg="f8")
        self.levels = Rows(site="i4", at_s="f8", kg="f8")
        self.production = Rows(
            site="i4", start_s="f8", end_s="f8", electrolyser_kw="f8", compressor_kw="f8", produced_kg_per_s="f8",
            vented_kg_per_s="f8",
        )  # fmt: skip
        self.new_session: Callable[[], int] = count().__next__
        """The number of the next session of the component."""


class SharingRows:
    """The part of the log that one site's sharing engine sees."""

    def __init__(self, log: SiteLog, site: int) -> None:
        self.spell: Callable[[int, float, float, float, float, float], None] = log.spells.add
        self.draw: Callable[[int, float, float, float], None] = log.pieces.add
        self._add_factor = log.factors.add
        self._site = site

    def factor(self, at_s: float, factor: float) -> None:
        """The site's clock changes its rate."""
        self._add_factor(self._site, 0, at_s, factor)

    def cabinet(self, number: int, at_s: float, share: float) -> None:
        """A cabinet gives another share of what is asked of it; its clock comes after the site's."""
        self._add_factor(self._site, number + 1, at_s, share)

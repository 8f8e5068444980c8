"""The balance of energy as lines that must add up."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fleetsim.clock import HOUR_S, SLOT_S
from fleetsim.report.view import ReportView

NOTICEABLE = 5e-4
"""Share of a line below which a remainder is rounding and not shown."""


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """An energy and the parts it splits into, each under the key of its words."""

    key: str
    whole_kwh: float
    parts_kwh: tuple[tuple[str, float], ...]


def balance_lines(view: ReportView) -> tuple[BalanceLine, ...]:
    """The balance of a run from the grid to the road; lines without figures are left out."""
    grid, meter, delivered, stored = (view.run(f"{name}_kwh") for name in ("grid", "energy", "delivered", "stored"))
    base, standby = view.run("base_kwh"), view.run("standby_kwh")
    hydrogen = view.run("electrolyser_kwh") + view.run("compressor_kwh")
    initial, driven, left = (view.run(f"{name}_kwh") for name in ("initial", "driven", "left"))
    fed_back, released = view.run("fed_back_kwh"), view.run("released_kwh")
    given = (("balance.fed_back", fed_back), ("balance.feed_loss", released - fed_back)) if fed_back > 0.0 else ()
    supply = view.records.tables["supply_slots"]
    if len(supply["site"]):
        key, taken = "balance.loads", float(view.records.tables["site_slots"]["load_kw"].sum()) * SLOT_S / HOUR_S
    else:
        key, taken = "balance.connection", grid
    lines = (
        _line(key, taken, "balance.edge", ("balance.vehicles", meter), ("balance.hydrogen", hydrogen),
              ("balance.base", base), ("balance.standby", standby)),
        _line("balance.meter", meter, "balance.rest", ("balance.out", delivered),
              ("balance.conversion", meter - delivered)),
        _line("balance.delivered", delivered, "balance.rest", ("balance.stored", stored),
              ("balance.battery_loss", delivered - stored)),
        _line("balance.battery", stored + initial, "balance.rest", ("balance.driven", driven),
              *given, ("balance.left", left)),
    )  # fmt: skip
    return tuple(line for line in lines if math.isfinite(line.whole_kwh) and line.whole_kwh > 0)


def _line(key: str, whole_kwh: float, rest: str, *parts: tuple[str, float]) -> BalanceLine:
    """A line with the parts that are there, and what is missing to the whole where it is noticeable."""
    known = tuple((name, value) for name, value in parts if math.isfinite(value))
    remainder = whole_kwh - sum(value for _, value in known)
    if abs(remainder) > NOTICEABLE * abs(whole_kwh):
        known = (*known, (rest, remainder))
    return BalanceLine(key, whole_kwh, known)

"""Line 101 down from Ganhaizi by state of charge at the top: what a full battery cannot take back. Markdown.

Usage: python docs/_validation/line_101.py. The descent is driven leg by leg by the code that the simulation uses.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from fleetsim.clock import HOUR_S, Clock
from fleetsim.profiles import Profiles
from fleetsim.profiles.loading import load_profiles
from fleetsim.vehicles.driving import drive
from fleetsim.work.blocks import WayHome, build, to_and_fro
from fleetsim.work.draws import Chance
from fleetsim.work.effort import Conditions
from fleetsim.work.plan import BlockSet
from fleetsim.work.setting import Setting

ROOT = Path(__file__).resolve().parents[2]
TOP, MODEL = "ganhaizi", "bus_12m"
TEMPERATURE_C = 12.0
SOCS = (1.0, 0.99, 0.98, 0.97, 0.96, 0.95, 0.90, 0.80)


@dataclass(frozen=True)
class Descent:
    """One way down; energies in kWh."""

    soc_top: float
    soc_bottom: float
    distance_km: float
    drawn_kwh: float
    offered_kwh: float
    lost_kwh: float

    @property
    def net_kwh_per_km(self) -> float:
        """Net from the battery."""
        return (self.drawn_kwh - self.offered_kwh + self.lost_kwh) / self.distance_km


def profiles() -> Profiles:
    """The profiles of the workspace."""
    return load_profiles(ROOT, []).profiles


def down(known: Profiles) -> BlockSet:
    """One trip from the top to the Old Town at half load."""
    route = known.routes["line_101"]
    setting = Setting(
        fleet="line_101",
        vehicles=1,
        home=TOP,
        places=known.places,
        place_codes={place: code for code, place in enumerate(known.places)},
        route_code=0,
        seed=1,
        clock=Clock(date(2026, 3, 9), 1, 0),
    )
    conditions = Conditions(known.vehicles[MODEL], route, np.full(24, TEMPERATURE_C), None)
    trips = to_and_fro(route, setting, trips=1, first=1)
    depart_s = np.full((1, 1), 12.0 * HOUR_S)
    half = np.full((1, 1), 0.5)
    return build(
        trips, np.zeros(1, dtype=np.int32), depart_s, np.full((1, 1), trips[0].distance_km / route.speed_kmh * HOUR_S),
        np.zeros(1), Chance(np.ones((1, 1)), half, half), conditions, setting, WayHome(setting, 1.35),
    )  # fmt: skip


def descents() -> list[Descent]:
    """The way down from each state of charge."""
    known = profiles()
    blocks, capacity_kwh = down(known), known.vehicles[MODEL].battery_kwh
    found = []
    for soc in SOCS:
        outing = drive(blocks, 0, 0.0, soc * capacity_kwh, capacity_kwh, trips=1)
        found.append(
            Descent(
                soc_top=soc,
                soc_bottom=outing.level_kwh / capacity_kwh,
                distance_km=float(blocks.shape.distance_km[0]),
                drawn_kwh=float(blocks.draw_kwh.sum()),
                offered_kwh=float(blocks.regeneration_kwh.sum()),
                lost_kwh=sum(lost_kwh for _, lost_kwh in outing.lost_kwh),
            )
        )
    return found


def markdown() -> str:
    """The whole section."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    known, ways = profiles(), descents()
    first, *_, last = known.routes["line_101"].waypoints
    low, high = (known.places[point.place].elevation_m for point in (first, last))
    yield (
        f"Bus of 12 m with {known.vehicles[MODEL].battery_kwh:.0f} kWh at half load and {TEMPERATURE_C:.0f} degC, "
        f"{high - low:.0f} m down over {ways[0].distance_km:.1f} km. Each leg first draws and then gives back what the "
        "battery has room for; the rest goes into the brakes and is lost.\n"
    )
    yield "| at the top | at the bottom | drawn kWh | offered back kWh | lost kWh | net kWh/km |"
    yield "|---|---|---|---|---|---|"
    for each in ways:
        energies = f"{each.drawn_kwh:.1f} | {each.offered_kwh:.1f} | {each.lost_kwh:.1f}"
        yield f"| {each.soc_top:.0%} | {each.soc_bottom:.1%} | {energies} | {each.net_kwh_per_km:+.2f} |"


if __name__ == "__main__":
    sys.stdout.write(markdown())

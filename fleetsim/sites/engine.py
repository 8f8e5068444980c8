"""The sharing engine of a depot: the one that its rule, its cabinets and its strategy's plans ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fleetsim.charging.cabinets import Cabinets
from fleetsim.charging.feeding import Feeding
from fleetsim.charging.reallocation import Reallocation
from fleetsim.charging.rules import RULES
from fleetsim.charging.sharing import Sharing
from fleetsim.charging.strategies import CAPPED, FEEDING
from fleetsim.charging.virtual_clock import VirtualClock
from fleetsim.energy.curve import ChargeSteps
from fleetsim.sites.depot_plant import DepotPlant
from fleetsim.sites.log import SharingRows
from fleetsim.sites.visit import Visit


def engine_of(
    plant: DepotPlant, steps: Sequence[ChargeSteps], rows: SharingRows, plugged: Mapping[int, Visit]
) -> Sharing:
    """The engine of a depot whose vehicles at chargers are ``plugged``, by session."""
    feeds = plant.strategy in FEEDING
    used = (row for of_class in (*plant.steps, *plant.steps_of_two) for by_cold in of_class for row in by_cold)
    by_load = any(steps[row].load_curve is not None for row in used)
    apart = plant.cabinets or plant.strategy in CAPPED or by_load or feeds
    if plant.sharing == "proportional" and not apart:
        return VirtualClock(rows)

    def urgency(session: int, level_kwh: float) -> float:
        """When a vehicle leaves, or when it must begin at the latest to be full by then at full power."""
        visit = plugged[session]
        if plant.sharing == "earliest_departure":
            return visit.until_s
        return visit.until_s - (visit.steps.time_at(visit.target_kwh) - visit.steps.time_at(level_kwh))

    def cabinet_of(session: int) -> int:
        return plant.cabinet_of[plugged[session].charger]

    rule = RULES[plant.sharing]
    cabinets = Cabinets(plant.cabinets, cabinet_of, rule, rows.cabinet) if plant.cabinets else None
    by_departure = plant.sharing in ("earliest_departure", "least_laxity")
    drawing = Reallocation(rows, rule, cabinets=cabinets, urgency=urgency if by_departure else None)
    return Feeding(drawing, rows, plant.net_own_kw) if feeds else drawing

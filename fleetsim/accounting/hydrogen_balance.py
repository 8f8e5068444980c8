"""The hydrogen balance, in kilograms: whether storages and tanks hold what flows say they must.

Two laws, each between columns that come about apart from each other. For a station: what was there, was made and was
delivered equals what was dispensed, vented and is left, the last as the station itself counted. For a vehicle: what was
in its tank and was filled in equals what its trips used and what its tank holds after its last event.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fleetsim.accounting.balance import relative
from fleetsim.accounting.events import driven_rows, ends
from fleetsim.accounting.hydrogen import as_stops, in_kilograms
from fleetsim.accounting.sums import Floats, sums
from fleetsim.results.records import Records
from fleetsim.results.schema import FLOWS


@dataclass(frozen=True, slots=True, eq=False)
class StorageBalance:
    """Hydrogen of each station within the reported time, by code of the site, kg."""

    initial_kg: Floats
    produced_kg: Floats
    delivered_kg: Floats
    vented_kg: Floats
    dispensed_kg: Floats
    left_kg: Floats

    @property
    def stored_kg(self) -> Floats:
        """What came into the storage."""
        return self.produced_kg + self.delivered_kg - self.vented_kg

    @property
    def error(self) -> Floats:
        """What does not add up over what there was."""
        came_kg = self.initial_kg + self.produced_kg + self.delivered_kg
        return relative(np.abs(came_kg - self.vented_kg - self.dispensed_kg - self.left_kg), came_kg)


@dataclass(frozen=True, slots=True, eq=False)
class TankBalance:
    """Hydrogen of each vehicle from its first event to its last, by code of the vehicle, kg."""

    initial_kg: Floats
    filled_kg: Floats
    used_kg: Floats
    left_kg: Floats

    @property
    def error(self) -> Floats:
        """What does not add up over what there was."""
        came_kg = self.initial_kg + self.filled_kg
        return relative(np.abs(came_kg - self.used_kg - self.left_kg), came_kg)


def storage_balance(records: Records) -> StorageBalance:
    """The hydrogen balance of every site; zeros for one without hydrogen."""
    flows, count = records.tables["hydrogen_flows"], len(records.entities["sites"])

    def total(flow: str) -> Floats:
        rows = flows["flow"] == FLOWS.index(flow)
        return sums(flows["hydrogen_kg"][rows], flows["site"][rows], count)

    return StorageBalance(
        initial_kg=total("initial"),
        produced_kg=total("produced"),
        delivered_kg=total("delivered"),
        vented_kg=total("vented"),
        dispensed_kg=total("dispensed"),
        left_kg=total("left"),
    )


def tank_balance(records: Records) -> TankBalance:
    """The hydrogen balance of every vehicle; zeros for one without a tank."""
    tables, count = records.tables, len(records.entities["vehicles"])
    trips, refuels, vehicles = in_kilograms(tables["trips"]), tables["refuels"], tables["vehicles"]
    stops, driven, tank_kg = as_stops(refuels, vehicles), driven_rows(trips), vehicles["tank_kg"]
    vehicle = np.concatenate((stops["vehicle"], trips["vehicle"][driven]))
    found, first, last = ends(vehicle, np.concatenate((stops["plug_at"], trips["depart_at"][driven])))
    before, after = (
        np.concatenate((stops[name], trips[name][driven])) * tank_kg[vehicle] for name in ("soc_start", "soc_end")
    )
    return TankBalance(
        initial_kg=sums(before[first], found, count),
        filled_kg=sums(refuels["hydrogen_kg"], refuels["vehicle"], count),
        used_kg=sums(trips["used_kwh"][driven], trips["vehicle"][driven], count),
        left_kg=sums(after[last], found, count),
    )

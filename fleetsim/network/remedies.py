"""What removes an overload: a larger transformer, a second cable, another feeder, a battery, or charging spread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fleetsim.clock import SLOTS_PER_DAY
from fleetsim.energy.storage import Battery
from fleetsim.network.city_supply import NodeBattery, nothing, seen_kw
from fleetsim.network.ranking import SLOT_H, overload_kvah
from fleetsim.network.reading import NetworkInputs
from fleetsim.network.rules import Rules
from fleetsim.network.shifting import Movable, shifted
from fleetsim.network.slots import Loads
from fleetsim.network.state import State, above_sites, sites_below
from fleetsim.network.sweep import Floats

Kept = np.ndarray[tuple[int], np.dtype[np.bool_]]
MOST_ASSETS = 10
"""Assets with the most overload that remedies are looked for."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """One remedy, what it costs and what it removes over all cases, each as often as it is in a year."""

    kind: str
    """``transformer``, ``cable``, ``tie``, ``unit``, ``battery`` or ``spread``."""
    asset: str
    sites: int
    """Sites that it changes."""
    cost_cny: float
    removed_kvah: float
    """Overload removed in a year."""
    before_kvah: float
    """Overload of the whole network in a year without it."""

    @property
    def removed_per_million(self) -> float:
        """Overload removed for a million CNY, kVAh."""
        return self.removed_kvah / self.cost_cny * 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Stressed:
    """A case as remedies see it."""

    name: str
    carried: Loads
    kept: Kept
    hours_a_year: float
    """For how many hours of a year its slots stand."""
    movable: Movable
    """Sessions whose charging may be moved."""
    uncut: Loads
    """What it carries before ``cut``."""
    cut: Callable[[Floats], Floats] = np.copy
    """What the case does to the power of the sites, such as orderly use."""

    def moved(self, number: int, overload: float, now: State) -> Loads:
        """What is carried with charging moved below an asset; ``now`` is what it carries without."""
        over = (now.loading[number] > overload) & self.kept
        uncut = now if self.uncut is self.carried else self.uncut.state()
        site_kw = shifted(self.uncut, self.movable, number, uncut.load_kva[number].real, over)
        return replace(self.carried, site_kw=self.cut(site_kw))

    def overload_kvah(self, carried: Loads, rules: Rules) -> Floats:
        """Overload of a year by asset and substation, if the case were carried so."""
        weight = self.hours_a_year / (float(self.kept.sum()) * SLOT_H)
        return overload_kvah(carried, rules.limits, self.kept) * weight


def remedies(cases: Sequence[Stressed], inputs: NetworkInputs, rules: Rules) -> list[Remedy]:
    """Remedies for the assets with most overload, most removed for the money first."""
    before = [case.overload_kvah(case.carried, rules) for case in cases]
    total = np.sum(before, axis=0)
    worst = [int(number) for number in np.argsort(-total, kind="stable")[:MOST_ASSETS] if total[number] > 0]
    found, states = [], [case.carried.state() for case in cases]
    for number in worst:
        battery = battery_for(cases, states, number, rules)
        for kind, cost, sites in _offers(cases, number, battery, inputs, rules):
            after = [
                case.overload_kvah(remedied(case, number, kind, battery, rules, now), rules)
                for case, now in zip(cases, states, strict=True)
            ]
            net = cases[0].carried.net
            asset = [*net.names, *net.stations][number]
            removed = float(total.sum() - np.sum(after))
            found.append(Remedy(kind, asset, sites, cost, removed, float(total.sum())))
    useful = [remedy for remedy in found if remedy.removed_kvah > 0]
    return sorted(useful, key=lambda remedy: (-remedy.removed_per_million, remedy.asset, remedy.kind))


def _offers(
    cases: Sequence[Stressed], number: int, battery: Battery | None, inputs: NetworkInputs, rules: Rules
) -> Iterator[tuple[str, float, int]]:
    """Kind, cost and number of sites of what can be done about an asset."""
    net, costs = cases[0].carried.net, rules.remedies
    below = sites_below(net, number)
    if number >= len(net.names):
        kva = inputs.substations[net.stations[number - len(net.names)]].unit_kva
        yield "unit", kva * costs.substation_cny_per_kva, len(below)
    elif number < net.feeders:
        yield "cable", inputs.feeders[net.names[number]].length_km * costs.feeder_cny_per_km, len(below)
        if net.tie[number] >= 0:
            yield "tie", costs.tie_cny, 1
    else:
        yield "transformer", 1.5 * float(net.limit_kva[number]) * costs.transformer_cny_per_kva, len(below)
    if battery is not None and costs.battery is not None:
        yield "battery", battery.capacity_kwh * costs.battery.cny_per_kwh, 0
    yield "spread", costs.control_cny_per_site * len(below), len(below)


def _target_kw(case: Stressed, now: State, number: int, overload: float) -> float:
    """Active power below an asset at which it surely stays within the overload threshold.

    What it may carry at its voltage, ``S = overload x |load| / loading``, less its reactive power and the losses that a
    battery does not see, in the worst slot.
    """
    carried = case.carried
    seen = seen_kw(carried.net, *carried.left_kva(), carried.site_kw, number)[case.kept]
    load_kva, loading = now.load_kva[number][case.kept], now.loading[number][case.kept]
    may_kva = overload * np.abs(load_kva) / np.maximum(loading, 1e-9)
    unseen_kw = load_kva.real - seen
    return float(np.nanmin(np.sqrt(np.maximum(0.0, may_kva**2 - load_kva.imag**2)) - unseen_kw))


def battery_for(cases: Sequence[Stressed], states: Sequence[State], number: int, rules: Rules) -> Battery | None:
    """One with the highest power and the longest run of overload of all cases, as far as its hours go."""
    offered = rules.remedies.battery
    if offered is None:
        return None
    eta, over_kw = offered.round_trip_efficiency**0.5, []
    for case, now in zip(cases, states, strict=True):
        carried = case.carried
        seen = seen_kw(carried.net, *carried.left_kva(), carried.site_kw, number)
        over = seen - _target_kw(case, now, number, rules.limits.overload)
        if not np.any(now.loading[number][case.kept] > rules.limits.overload):
            over = np.minimum(over, 0.0)
        over_kw.append(np.where(case.kept, np.nan_to_num(over), np.minimum(np.nan_to_num(over), 0.0)))
    power_kw = max(float(over.max(initial=0.0)) for over in over_kw)
    if power_kw <= 0.0:
        return None
    owed_kwh = most_kwh = 0.0
    for kw in np.concatenate(over_kw).tolist():
        owed_kwh = max(0.0, owed_kwh + (kw / eta if kw > 0.0 else max(kw, -power_kw) * eta) * SLOT_H)
        most_kwh = max(most_kwh, owed_kwh)
    return Battery(min(most_kwh, offered.most_hours * power_kw), power_kw, offered.round_trip_efficiency)


def remedied(case: Stressed, number: int, kind: str, battery: Battery | None, rules: Rules, now: State) -> Loads:
    """What a case carries with a remedy at an asset; ``now`` is its state without."""
    carried, net = case.carried, case.carried.net
    if kind == "battery" and battery is not None:
        target_kw = _target_kw(case, now, number, rules.limits.overload)
        one = NodeBattery(number, battery, battery.capacity_kwh, "peak_shaving", target_kw)
        supply = carried.supply or nothing(net, carried.site_kw.shape[1])
        return replace(carried, supply=supply.with_battery(one))
    if kind == "unit":
        units = net.station_units.copy()
        units[number - len(net.names)] += 1
        return replace(carried, net=replace(net, station_units=units))
    if kind in ("cable", "transformer"):
        factor = 2.0 if kind == "cable" else 1.5
        limit, impedance = net.limit_kva.copy(), net.impedance_pu.copy()
        limit[number] *= factor
        impedance[number] /= factor
        return replace(carried, net=replace(net, limit_kva=limit, impedance_pu=impedance))
    below = sites_below(net, number)
    if kind == "tie":
        largest = max(below, key=lambda site: float(carried.site_kw[site].max()))
        parent = net.parent.copy()
        parent[net.site_at[largest]] = net.tie[number]
        return replace(carried, net=replace(net, parent=parent))
    return case.moved(number, rules.limits.overload, now)


def capped(kw: Floats, slots_of_day: Sequence[int], share: float) -> Floats:
    """Orderly use (有序用电): in the named slots of a day at most a share of the peak; what is cut is caught up after.

    Energy is kept as far as the day leaves room below the peak of the site.

    >>> capped(np.array([8.0, 8.0, 0.0, 0.0]), [0], 0.5).tolist()
    [4.0, 8.0, 4.0, 0.0]
    """
    peak, owed, out = float(kw.max(initial=0.0)), 0.0, kw.copy()
    named = set(slots_of_day)
    for slot, wanted in enumerate(kw):
        most = peak * share if slot % SLOTS_PER_DAY in named else peak
        out[slot] = min(most, wanted + owed)
        owed += wanted - out[slot]
    return out


def worst_station(carried: Loads) -> int:
    """The substation that loses a unit: of those with more than one and a site below, the most loaded."""
    net, loading = carried.net, carried.state().loading
    stations = [int(number) - len(net.names) for number in above_sites(net) if number >= len(net.names)]
    return max(stations, key=lambda station: float(loading[len(net.names) + station].max()))

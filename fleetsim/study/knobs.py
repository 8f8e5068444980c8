"""What sizing may turn at a site: the values there are to buy, the site with them, and what a year of it costs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fleetsim.documents import one_of
from fleetsim.economics.prices import Prices
from fleetsim.errors import InputError, Problem
from fleetsim.scenario.hydrogen import HydrogenStation
from fleetsim.scenario.remarks import chargers_kw
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Depot, PublicStation, Site, SwapStation, Terminal
from fleetsim.simulation.names import pack_kwh

POWERS_KW = (20.0, 30.0, 40.0, 60.0, 80.0, 120.0, 160.0, 180.0, 240.0, 320.0, 480.0)
"""Nameplate powers that chargers are sold with."""
MOST_VALUES = 10_000
"""Longest ladder."""
MONTHS = 12.0
_FINE = 100.0
"""Steps between nothing and today's value, of what is not counted."""
_MOST = 2.0
"""How far beyond today's value is searched."""
Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dial:
    """A number of a site that may be turned."""

    sites: tuple[type[Site], ...]
    """Kinds of sites that have it."""
    path: tuple[str, ...]
    """Where a site says it; of chargers, what each group says."""
    counted: bool = True
    never_hurts: bool = True
    """Whether more of it can only help, so that bisection may be trusted."""
    saves: bool = False
    """Whether it is bought for the electricity that it saves, too; a site may do without it, so that 0 means none."""


_PLUGGED = (Depot, PublicStation, Terminal)
_CHARGING = (*_PLUGGED, SwapStation)
_HYDROGEN = (HydrogenStation,)
DIALS: Mapping[str, Dial] = {
    "chargers": Dial(_PLUGGED, ("chargers", "count"), never_hurts=False),
    "charger_kw": Dial(_CHARGING, ("chargers", "power_kw"), counted=False, never_hurts=False),
    "connection_kw": Dial((*_CHARGING, HydrogenStation), ("connection_kw",), counted=False),
    "solar_kwp": Dial(_CHARGING, ("solar", "peak_kw"), counted=False, saves=True),
    "storage_kwh": Dial(_CHARGING, ("storage", "battery_kwh"), counted=False, never_hurts=False, saves=True),
    "storage_kw": Dial(_CHARGING, ("storage", "power_kw"), counted=False, never_hurts=False, saves=True),
    "packs": Dial((SwapStation,), ("packs",)),
    "slots": Dial((SwapStation,), ("slots", "count")),
    "lanes": Dial((SwapStation,), ("lanes",)),
    "storage_kg": Dial(_HYDROGEN, ("storage_kg",), counted=False),
    "dispensers": Dial(_HYDROGEN, ("dispensers",)),
    "electrolyser_kw": Dial(_HYDROGEN, ("electrolyser", "rated_kw"), counted=False),
}
"""What may be varied, by name."""
USUAL: Mapping[type[Site], tuple[str, ...]] = {
    Depot: ("chargers", "connection_kw"),
    PublicStation: ("chargers", "connection_kw"),
    Terminal: ("chargers", "connection_kw"),
    SwapStation: ("lanes", "packs", "slots"),
    HydrogenStation: ("storage_kg", "electrolyser_kw"),
}
"""What is varied where nobody says what."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One thing to turn, with its values in rising order."""

    name: str
    values: tuple[float, ...]


def knobs_of(scenario: Scenario, sites: Sequence[str], wanted: Sequence[str] = ()) -> tuple[Knob, ...]:
    """The knobs of ``NAME`` or ``NAME=LOW:HIGH:STEP`` texts, innermost last. Raises ``InputError`` with all faults."""
    spec, problems, knobs = scenario.spec.sites, list[Problem](), list[Knob]()
    for name in sites:
        if name not in spec:
            problems.append(Problem("--site", None, "", repr(name), one_of(name, sorted(spec), scenario.file)))
    known = [spec[name] for name in sites if name in spec]
    if not sites:
        problems.append(Problem("--site", None, "", "", "must be one site or more"))
    if len({site.kind for site in known}) > 1:
        problems.append(Problem("--site", None, "", ", ".join(sites), "must be sites of one kind"))
    if problems:
        raise InputError(problems)
    site = known[0]
    allowed = allowed_at(site)
    for text in wanted or [name for name in USUAL[type(site)] if name in allowed]:
        name, limited, limits = text.partition("=")
        if name not in allowed:
            problems.append(Problem("--vary", None, "", repr(name), one_of(name, allowed)))
            continue
        values = _limits(limits) if limited else _usual(name, site, scenario)
        if not values:
            limit = "must be LOW:HIGH:STEP, such as chargers=5:60:1"
            problems.append(Problem("--vary", None, name, repr(limits), limit))
        elif DIALS[name].counted and not all(value.is_integer() for value in values):
            problems.append(Problem("--vary", None, name, repr(limits), "must be whole numbers"))
        elif name in {knob.name for knob in knobs}:
            problems.append(Problem("--vary", None, name, "", "must stand there once"))
        knobs.append(Knob(name, values))
    if not problems:
        problems += _refused(known, knobs)
    if problems:
        raise InputError(problems)
    return tuple(sorted(knobs, key=lambda knob: (DIALS[knob.name].never_hurts, len(knob.values))))


def allowed_at(site: Site) -> list[str]:
    """What may be varied at a site."""
    return [name for name, dial in DIALS.items() if isinstance(site, dial.sites) and _there(name, site)]


def turned(site: Site, values: Mapping[str, float], *, out: int = 0) -> Site:
    """A site with other values, and with so many chargers, slots or dispensers out of service; one always works."""
    raw = site.model_dump(exclude={"sources"})
    for name, value in values.items():
        _turn(raw, name, value)
    for _ in range(out):
        group, key = max(_units(raw), key=lambda unit: int(unit[0][unit[1]]))
        group[key] = max(group[key] - _guns(group), _guns(group))
    sized: Site = type(site).model_validate(raw)
    return sized


def fault_of(site: Site, values: Mapping[str, float]) -> str | None:
    """Why a site may not have such values."""
    from pydantic import ValidationError

    try:
        turned(site, values)
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
    return None


def dealt(counts: Sequence[int], total: int) -> list[int]:
    """A total dealt to groups in proportion to their counts, what is left over to the largest remainders.

    >>> dealt([110, 31], 71)
    [55, 16]
    """
    exact = [count * total / sum(counts) for count in counts]
    whole = [int(share) for share in exact]
    by_remainder = sorted(range(len(counts)), key=lambda group: whole[group] - exact[group])
    for group in by_remainder[: total - sum(whole)]:
        whole[group] += 1
    return whole


def yearly_cny(scenario: Scenario, name: str, site: Site, prices: Prices, demand_charge: bool) -> float:
    """What a year of a site's equipment costs: what was paid over its life, upkeep, and the demand charge if asked.

    ``c = I (1 / n + u) + 12 d P`` with investment I, life n, upkeep share u, demand price d and connection P. A site
    without a limit is given a connection for all of its chargers and its base load.
    """
    equipment, types = prices.equipment, scenario.profiles.chargers
    nameplate_kw = sum(group.rated_kw(group.power_kw or types[group.type].power_kw) for group in site.chargers)
    connection_kw = site.connection_kw
    if connection_kw is None:
        base_kw = max(site.base_load_kw) if isinstance(site.base_load_kw, tuple) else site.base_load_kw
        connection_kw = chargers_kw(site, types) + base_kw
    paid_cny = nameplate_kw * equipment.charger_cny_per_kw + connection_kw * equipment.connection_cny_per_kw
    paid_cny += site.solar.peak_kw * equipment.solar_cny_per_kwp if site.solar else 0.0
    paid_cny += site.storage.battery_kwh * equipment.storage_cny_per_kwh if site.storage else 0.0
    if isinstance(site, SwapStation):
        paid_cny += site.lanes * equipment.swap_lane_cny
        paid_cny += site.packs * pack_kwh(name, scenario) * equipment.pack_cny_per_kwh
    if isinstance(site, HydrogenStation):
        paid_cny += site.capacity_kg * equipment.hydrogen_storage_cny_per_kg + site.dispensers * equipment.dispenser_cny
        paid_cny += site.electrolyser.rated_kw * equipment.electrolyser_cny_per_kw if site.electrolyser else 0.0
    demand_cny = MONTHS * scenario.tariff.spec.demand_cny_per_kw_month * connection_kw if demand_charge else 0.0
    return paid_cny * (1.0 / equipment.life_years + equipment.upkeep_share) + demand_cny


def _turn(raw: Raw, name: str, value: float) -> None:
    """Put a value into a site as plain values; a number of chargers is dealt to their groups by whole cabinets.

    Nothing of panels or of a battery takes them away.
    """
    *steps, last = DIALS[name].path
    if name == "chargers":
        groups, guns = raw["chargers"], _guns(raw["chargers"][0])
        counts = dealt([group["count"] // guns for group in groups], round(value) // guns)
        raw["chargers"] = [
            group | {"count": count * guns} for group, count in zip(groups, counts, strict=True) if count
        ]
    elif name == "charger_kw":
        for group, _ in _units(raw):
            group[last] = value
    elif DIALS[name].saves and (value == 0.0 or raw[steps[0]] is None):
        raw[steps[0]] = None
    else:
        holder = raw
        for step in steps:
            holder = holder[step]
        holder[last] = round(value) if DIALS[name].counted else value


def _now(name: str, site: Site) -> float:
    """What a site has now; 0 where it does not say."""
    if name == "chargers":
        return float(sum(group.count for group in site.chargers))
    value: Any = site
    for step in DIALS[name].path:
        value = getattr(value, step)
    return float(value or 0.0)


def _guns(group: Raw) -> int:
    return int(group["cabinet"]["guns"]) if group.get("cabinet") else 1


def _units(raw: Raw) -> list[tuple[Raw, str]]:
    """Where a site as plain values says how many chargers, slots or dispensers it has."""
    if "dispensers" in raw:
        return [(raw, "dispensers")]
    return [(group, "count") for group in ([raw["slots"]] if "slots" in raw else raw["chargers"])]


def _there(name: str, site: Site) -> bool:
    """Whether a site has what a knob turns: the block, a storage without banks, cabinets of one size or none."""
    block, *rest = DIALS[name].path
    if rest and getattr(site, block) is None:
        return False
    guns = {_guns(group.model_dump()) for group in site.chargers}
    return {
        "storage_kg": isinstance(site, HydrogenStation) and not site.banks,
        "chargers": len(guns) == 1,
        "charger_kw": guns == {1},
    }.get(name, True)


def _refused(sites: Sequence[Site], knobs: Sequence[Knob]) -> list[Problem]:
    """Ends of ladders that a site may not have."""
    ends = [(knob.name, value) for knob in knobs for value in sorted({knob.values[0], knob.values[-1]})]
    return [
        Problem("--vary", None, name, f"{value:g}", fault)
        for name, value in ends
        if (fault := next(filter(None, (fault_of(site, {name: value}) for site in sites)), None)) is not None
    ]


def _limits(text: str) -> tuple[float, ...]:
    try:
        low, high, step = (float(part) for part in text.split(":"))
    except ValueError:
        return ()
    if not (step > 0.0 and 0.0 <= low <= high and high - low <= MOST_VALUES * step):
        return ()
    return tuple(float(f"{value:.9g}") for value in np.arange(low, high + step / 2.0, step))


def _usual(name: str, site: Site, scenario: Scenario) -> tuple[float, ...]:
    """Values from next to nothing, or nothing where a site may do without, to twice of what there is now."""
    if name == "charger_kw":
        return POWERS_KW
    now = _now(name, site) or chargers_kw(site, scenario.profiles.chargers)
    guns = _guns(site.chargers[0].model_dump()) if name == "chargers" else 1
    step = guns if DIALS[name].counted else rounded(now / _FINE)
    most = math.ceil(_MOST * now / step)
    values = [float(f"{step * number:.9g}") for number in range(int(not DIALS[name].saves), most + 1)]
    return tuple(value for value in values if fault_of(site, {name: value}) is None)


def rounded(value: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten, on a scale of ratios.

    >>> rounded(95.2), rounded(6.0), rounded(13.0)
    (100.0, 5.0, 10.0)
    """
    power = 10.0 ** math.floor(math.log10(value))
    return float(min((1.0, 2.0, 5.0, 10.0), key=lambda digit: abs(math.log(value / power / digit))) * power)

"""From the specification of a depot to what its agent needs: chargers, limits, charge steps."""

from __future__ import annotations

from collections.abc import Mapping

from fleetsim.charging.sharing import NEVER
from fleetsim.clock import DAY_S, HOUR_S, Clock
from fleetsim.energy.curve import ChargeSteps, charge_steps
from fleetsim.scenario.fleets import BatteryFleet, Fleet
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.sites import Depot, Site
from fleetsim.simulation.names import charger_powers_kw
from fleetsim.sites.depot import DepotPlant


def depot_plant(
    name: str, scenario: Scenario, site_code: int, fleets: Mapping[str, Fleet], steps: list[ChargeSteps]
) -> DepotPlant:
    """The plant of a depot. Charge steps of its fleets behind its chargers are added to ``steps``."""
    site = scenario.spec.sites[name]
    assert isinstance(site, Depot)
    powers = charger_powers_kw(site, scenario)
    by_power = sorted(range(len(powers)), key=lambda group: -powers[group])
    rows = []
    for fleet in fleets.values():
        first = len(steps)
        assert isinstance(fleet, BatteryFleet)
        steps.extend(_fleet_steps(fleet, site, powers, scenario))
        rows.append(tuple(range(first, len(steps))))
    return DepotPlant(
        site=site_code,
        charger_groups=tuple(group for group in by_power for _ in range(site.chargers[group].count)),
        steps=tuple(rows),
        limits=_limits(site, powers, scenario),
        strategy=site.strategy,
        sharing=site.sharing,
    )


def standby_kw(site: Site, scenario: Scenario) -> float:
    """Power that the electronics of all chargers draw at all times."""
    return sum(group.count * scenario.profiles.chargers[group.type].standby_kw for group in site.chargers)


def base_load_kw(site: Site) -> tuple[float, ...]:
    """Load of the buildings: one value if it is constant, else one for each hour of the day."""
    load = site.base_load_kw
    return load if isinstance(load, tuple) else (load,)


def _fleet_steps(
    fleet: BatteryFleet, site: Depot, powers_kw: tuple[float, ...], scenario: Scenario
) -> list[ChargeSteps]:
    model = scenario.profiles.vehicles[fleet.model]
    return [
        charge_steps(
            [(point.soc, point.c_rate) for point in model.charge_curve],
            battery_kwh=model.battery_kwh * fleet.state_of_health,
            limit_kw=min(power_kw, model.charge_limit_kw),
            charger_efficiency=scenario.profiles.chargers[group.type].efficiency,
            battery_efficiency=model.battery_efficiency,
        )
        for group, power_kw in zip(site.chargers, powers_kw, strict=True)
    ]


def _limits(site: Depot, powers_kw: tuple[float, ...], scenario: Scenario) -> tuple[tuple[float, float], ...]:
    """What the connection leaves for charging, by moment; no limit at all where it can never bind."""
    if site.connection_kw is None:
        return ((0.0, NEVER),)
    left = site.connection_kw - standby_kw(site, scenario)
    chargers = scenario.profiles.chargers
    most_kw = sum(
        group.count * power_kw / chargers[group.type].efficiency
        for group, power_kw in zip(site.chargers, powers_kw, strict=True)
    )
    base = base_load_kw(site)
    if most_kw <= left - max(base):
        return ((0.0, NEVER),)
    if len(base) == 1:
        return ((0.0, max(0.0, left - base[0])),)
    clock: Clock = scenario.spec.clock
    return tuple(
        (float(day * DAY_S + hour * HOUR_S), max(0.0, left - base[hour]))
        for day in range(clock.total_days)
        for hour in range(len(base))
        if hour == 0 or base[hour] != base[hour - 1]
    )

"""What panels and batteries on the cities' networks will give, before anybody moves."""

from __future__ import annotations

from fleetsim.clock import SLOT_S
from fleetsim.grid.solar import power_per_kwp
from fleetsim.network.city_supply import CitySupply, SolarByNode, city_supply, solar_by_city_mw, solar_by_node
from fleetsim.network.sweep import Floats
from fleetsim.network.tree import Tree
from fleetsim.scenario.schema import Scenario
from fleetsim.spec import Name


def city_solar_mw(scenario: Scenario) -> dict[Name, Floats]:
    """Power of the panels that the scenario has on its network, by city and slot of the whole run, MW."""
    return {} if scenario.network is None else solar_by_city_mw(scenario.network, _panels(scenario))


def network_supply(scenario: Scenario, net: Tree) -> CitySupply | None:
    """Panels and batteries on the network in the reported slots, if the scenario has any there."""
    spec, sky, clock = scenario.spec, scenario.grid.sky, scenario.spec.clock
    solar, storage = spec.grid.city_solar or 0.0, spec.grid.city_storage or 0.0
    if scenario.network is None or not (solar or storage):
        return None
    reported = slice(clock.report_from_s // SLOT_S, None)
    prices = scenario.tariff.prices(clock)
    panels = {node: kw[reported] for node, kw in _panels(scenario).items()}
    cities = sorted({*net.cities} & {*sky.sites})
    per_kwp = {city: power_per_kwp(sky, city, spec.seed, clock)[reported] for city in cities}
    tariff = prices.valley[reported], prices.peak[reported]
    return city_supply(scenario.network, net, panels, per_kwp, (solar, storage), tariff)


def _panels(scenario: Scenario) -> SolarByNode:
    """Power of the panels at each node, by slot of the whole run, kW."""
    spec = scenario.spec
    if scenario.network is None or not spec.grid.city_solar:
        return {}
    return solar_by_node(scenario.network, scenario.grid.sky, spec.seed, spec.clock, spec.grid.city_solar)

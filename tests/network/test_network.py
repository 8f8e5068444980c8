"""Tables, loads and limits of the network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fleetsim.errors import Problem
from fleetsim.network.ageing import ageing_rate, hot_spot_c
from fleetsim.network.hosting import hosting_kw
from fleetsim.network.reading import NetworkInputs, load_network
from fleetsim.network.rules import Rules
from fleetsim.network.state import n_1_loading, state
from fleetsim.network.tree import SiteNode, Tree, base_kva, tree

CITY_KW = {"kunming": np.array([4e6, 6e6]), "lijiang": np.array([7e5, 1e6])}


def depot(kva: float = 1_000.0, **changes: object) -> SiteNode:
    site = {"name": "depot", "city": "kunming", "lat": 25.0, "lon": 102.7, "needed_kva": kva, "power_factor": 0.95}
    return SiteNode(**{**site, **changes})  # type: ignore[arg-type]


@pytest.fixture
def net(inputs: NetworkInputs, rules: Rules) -> Tree:
    return tree(inputs, rules, [depot()])


def test_the_base_load_adds_up_to_the_city(inputs: NetworkInputs, net: Tree) -> None:
    asset, busbar = base_kva(inputs, net, CITY_KW)
    total = asset.sum(axis=0).real + busbar.sum(axis=0).real
    above = {row.city: row.city_share for row in inputs.substations.values() if not row.units}
    assert total + sum(above[city] * kw for city, kw in CITY_KW.items()) == pytest.approx(sum(CITY_KW.values()))


def test_a_site_gets_a_transformer_that_carries_it_in_thin_air(net: Tree) -> None:
    assert net.names[net.site_at[0]] == "depot_transformer"
    assert 1_000 <= net.limit_kva[net.site_at[0]] < 1_250


def test_a_site_hangs_where_it_says(inputs: NetworkInputs, rules: Rules) -> None:
    found = tree(inputs, rules, [depot(at="kunming_s03_f2"), depot(name="other", at="kunming_shared_1")])
    assert found.names[found.parent[found.site_at[0]]] == "kunming_s03_f2"
    assert found.names[found.site_at[1]] == "kunming_shared_1"


def test_a_site_elsewhere_hangs_on_nothing(inputs: NetworkInputs, rules: Rules) -> None:
    assert tree(inputs, rules, [depot(city="dali")]).sites == ()


def test_more_load_lowers_the_voltage_and_raises_loading_and_loss(inputs: NetworkInputs, net: Tree) -> None:
    asset, busbar = base_kva(inputs, net, {city: kw[[0, 0]] for city, kw in CITY_KW.items()})
    found = state(net, asset, busbar, np.array([[0.0, 800.0]]))
    for number in net.path(int(net.site_at[0])):
        assert found.voltage_pu[number, 1] < found.voltage_pu[number, 0]
        assert found.loading[number, 1] > found.loading[number, 0]
        assert found.loss_kw[number, 1] > found.loss_kw[number, 0]


def test_what_fits_fits_and_a_little_more_does_not(inputs: NetworkInputs, net: Tree) -> None:
    asset, busbar = base_kva(inputs, net, CITY_KW)
    site = np.array([[300.0, 200.0]])
    at = int(net.site_at[0])
    fits = hosting_kw(net, asset, busbar, site, 0.93)[at]
    path = [*net.path(at), len(net.names) + net.station[at]]
    assert fits > 0
    assert state(net, asset, busbar, site + fits).loading[path].max() <= 1 + 1e-6
    assert state(net, asset, busbar, site + fits + 5).loading[path].max() > 1


def test_a_substation_without_a_unit_carries_twice_as_much(inputs: NetworkInputs, net: Tree) -> None:
    asset, busbar = base_kva(inputs, net, CITY_KW)
    found = state(net, asset, busbar, np.array([[0.0, 0.0]]))
    stations = slice(len(net.names), None)
    assert n_1_loading(net, found)[stations] == pytest.approx(2 * found.loading[stations].max(axis=1))
    assert n_1_loading(net, found)[net.site_at[0]] == np.inf


def test_a_transformer_at_its_rating_for_long_comes_to_98_degrees_and_ages_as_it_should() -> None:
    hot = hot_spot_c(np.ones((1, 96)), np.full((1, 96), 20.0))
    assert hot == pytest.approx(98.0)
    assert ageing_rate(hot) == pytest.approx(1.0)


def test_the_oil_lags_behind_the_load() -> None:
    loading = np.zeros((1, 96))
    loading[0, 48:] = 1.0
    hot = hot_spot_c(loading, np.full((1, 96), 20.0))[0]
    assert np.all(np.diff(hot[48:]) > 0)
    assert hot[48] < 98 - 40
    assert hot[-1] == pytest.approx(98.0, abs=1.0)


FAULTS = {
    "a loop": ("feeders.csv", "kunming_s01_f1,kunming_s01,", "kunming_s01_f1,kunming_s01_f1,", "form a loop"),
    "an island": (
        "feeders.csv",
        "kunming_s01_f1,kunming_s01,",
        "kunming_s01_f1,kunming_s99,",
        "substations and feeders",
    ),
    "no impedance": ("feeders.csv", ",1.6,0.125,0.095,", ",1.6,0,0.095,", "above 0"),
    "a tie to nowhere": ("feeders.csv", ",kunming_s01_f2,true", ",kunming_s01_f9,true", "feeders"),
    "load of no city": ("substations.csv", ",0.011111,", ",0.021111,", "add up to 1"),
    "a missing feeder": ("transformers.csv", "kunming_s15_f1", "kunming_s15_f8", "feeders"),
    "a name twice": ("substations.csv", "kunming_s02,", "kunming_s01,", "unique"),
    "no reactance": ("transformers.csv", ",0.06,9,", ",0.006,9,", "reactance"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_file_and_line(workspace: Path, fault: str) -> None:
    name, old, new, words = FAULTS[fault]
    path = workspace / "grid" / "network" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems: list[Problem] = []
    assert load_network(workspace, problems) is None
    assert any(words in str(problem) and problem.line for problem in problems), problems
    assert all(problem.file == f"grid/network/{name}" for problem in problems if words in str(problem))


def test_a_workspace_without_a_network_has_none(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert load_network(tmp_path, problems) is None
    assert not problems

"""Which engine lives through what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import fleetsim
from fleetsim.errors import InputError
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation import engine
from fleetsim.simulation.components import components
from tests.worlds import depot, fleet, opportunity, scenario, taxi_world, terminal

STAFF = {"count": 1, "move_min": 5, "shifts": [{"start": "00:00", "end": "00:00"}]}


def known(world: Scenario) -> list[bool]:
    return [engine.kernel_knows(component, world) for component in components(world.spec)]


def test_a_plain_depot_with_its_fleets_is_known() -> None:
    fleets = {"line": fleet(state_of_health=0.9), "b_line": fleet(home="depot")}
    assert known(scenario(sites={"depot": depot(connection_kw=100, base_load_kw=3)}, fleets=fleets)) == [True]


@pytest.mark.parametrize(
    "site",
    [
        {"strategy": "valley"},
        {"sharing": "first_come"},
        {"staff": STAFF},
        {"chargers": [{"type": "dc", "count": 2, "failures": {"per_year": 1, "repair_h": 1}}]},
        {"chargers": [{"type": "dc", "count": 2, "cabinet": {"guns": 2, "power_kw": 120}}]},
        {"chargers": [{"type": "dc", "count": 2, "both_guns": True}]},
    ],
)
def test_what_a_depot_has_beyond_that_is_left_to_agents(site: dict[str, Any]) -> None:
    assert known(scenario(sites={"depot": depot() | site})) == [False]


def test_exchange_terminals_taxis_and_what_is_not_listed_are_left_to_agents(monkeypatch: pytest.MonkeyPatch) -> None:
    assert known(scenario(fleets={"line": fleet(exchange=True)})) == [False]
    far = {"depot": depot(), "far": terminal()}
    assert known(scenario(sites=far, fleets={"line": fleet(opportunity=opportunity())})) == [False]
    assert known(taxi_world()) == [False]
    monkeypatch.setattr(engine, "_FLEET", engine._FLEET - {"state_of_health"})
    assert known(scenario(fleets={"line": fleet(state_of_health=0.9)})) == [False]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: name)
    monkeypatch.setattr(engine, "_fault", lambda: None)
    monkeypatch.setattr(engine._Met, "vehicle_days", 0)


def test_the_kernel_comes_once_the_work_is_worth_its_loading(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    world = scenario(fleets={"line": fleet(100)}, days=99)
    monkeypatch.setenv(engine.VARIABLE, "auto")
    met = [bool(engine.compiled_components(world)) for _ in range(4)]
    assert met == [False, False, True, True]
    assert engine.compiled_components(scenario(fleets={"line": fleet(1)}, days=1)) == {"depot"}
    monkeypatch.setenv(engine.VARIABLE, "simpy")
    assert not engine.compiled_components(world)


def test_a_small_run_is_compiled_where_it_is_asked_for(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine.VARIABLE, "compiled")
    assert engine.compiled_components(scenario()) == {"depot"}
    assert not engine.compiled_components(scenario(fleets={"line": fleet(exchange=True)}))


def test_without_the_extra_agents_do_everything_and_who_asks_learns_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    monkeypatch.setenv(engine.VARIABLE, "auto")
    assert not engine.compiled_components(scenario(fleets={"line": fleet(1_000)}, days=99))
    monkeypatch.setenv(engine.VARIABLE, "compiled")
    with pytest.raises(InputError, match=r"pip install 'fleetsim\[fast\]'"):
        engine.compiled_components(scenario())


@pytest.mark.parametrize("failure", [ImportError("numba needs another NumPy"), RuntimeError("no locator available")])
def test_a_kernel_that_does_not_load_leaves_all_to_agents(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def broken(name: str) -> None:
        raise failure

    monkeypatch.setattr(engine, "find_spec", lambda name: name)
    monkeypatch.setattr(engine, "import_module", broken)
    monkeypatch.setenv(engine.VARIABLE, "auto")
    assert not engine.compiled_components(scenario(fleets={"line": fleet(1_000)}, days=99))
    monkeypatch.setenv(engine.VARIABLE, "compiled")
    with pytest.raises(InputError, match=f"does not work here.*{failure}"):
        engine.compiled_components(scenario())


def test_an_engine_that_there_is_not_is_refused_as_soon_as_a_scenario_is_loaded(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setenv(engine.VARIABLE, "compield")
    with pytest.raises(InputError, match=r"FLEETSIM_ENGINE.*compield.*must be one of: .*did you mean compiled"):
        fleetsim.load(root / "configs" / "first_depot.yaml")

"""A network of pandapower becomes tables that carry what pandapower says (`make oracle` runs it)."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from fleetsim.cli import main
from fleetsim.errors import Problem
from fleetsim.network.reading import NetworkInputs, load_network
from fleetsim.network.rules import Rules
from fleetsim.network.state import state
from fleetsim.network.tree import base_kva, tree

CITY_MW = 900.0


@pytest.fixture(scope="module")
def pandapower() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: ModuleType = pytest.importorskip("pandapower", minversion="3.5", reason="`make oracle` installs it")
        import pandapower.networks  # noqa: F401 - loads it
    return module


@pytest.fixture
def net(pandapower: ModuleType) -> Any:
    """CIGRE MV at places of Lijiang, a transformer to 0.4 kV with a load added."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = pandapower.networks.create_cigre_network_mv()
        net.bus["geo"] = [
            json.dumps({"type": "Point", "coordinates": [100.2 + 0.001 * bus, 26.8]}) for bus in net.bus.index
        ]
        low = pandapower.create_bus(net, 0.4, geodata=(100.21, 26.81))
        pandapower.create_transformer_from_parameters(net, 9, low, 0.63, 20.0, 0.4, 1.2, 6.0, 1.0, 0.0, name="School")
        pandapower.create_load(net, low, 0.3, 0.1)
        pandapower.runpp(net, numba=False)
    return net


def imported(pandapower: ModuleType, net: Any, workspace: Path, *options: str) -> Result:
    (workspace / "profiles").mkdir(exist_ok=True)
    path = workspace / "net.json"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pandapower.to_json(net, str(path))
    needed = ["--city", "lijiang", "--city-mw", f"{CITY_MW:g}", "--elevation-m", "500"]
    return CliRunner().invoke(main, ["import", "pandapower", str(path), str(workspace), *needed, *options])


def loaded(workspace: Path) -> NetworkInputs:
    problems: list[Problem] = []
    found = load_network(workspace, problems)
    assert found is not None, problems
    return found


def alike(net: Any) -> None:
    """What the tables do not hold is taken from the file: charging of cables, power factors that differ."""
    net.line["c_nf_per_km"] = 0.0
    net.load["q_mvar"] = net.load.p_mw * 0.25


def as_it_is(_net: Any) -> None:
    pass


@pytest.mark.parametrize(("change", "miss_pu"), [(alike, 1e-4), (as_it_is, 5e-3)])
def test_cigre_mv_through_the_tables_has_the_voltages_of_pandapower(
    pandapower: ModuleType, net: Any, workspace: Path, rules: Rules, change: Any, miss_pu: float
) -> None:
    change(net)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pandapower.runpp(net, numba=False)
    done = imported(pandapower, net, workspace, "--replace")
    assert done.exit_code == 0, done.stderr
    assert "2 substations, 12 pieces of feeders, 1 transformers" in done.stdout
    assert ("what cables charge" in done.stderr) == (change is as_it_is)
    inputs = loaded(workspace)
    mine = tree(inputs, rules, [])
    city_kw = {"kunming": np.array([4e6]), "lijiang": np.array([CITY_MW * 1e3])}
    found = state(mine, *base_kva(inputs, mine, city_kw), np.zeros((0, 1)))
    compared = 0
    for line in net.line.itertuples():
        name = line.name.lower().replace(" ", "_").replace("-", "_")
        if name in mine.names:
            lower_pu = min(net.res_bus.vm_pu[line.from_bus], net.res_bus.vm_pu[line.to_bus])
            assert found.voltage_pu[mine.names.index(name), 0] == pytest.approx(lower_pu, abs=miss_pu), name
            compared += 1
    assert compared == 12
    school = net.res_trafo.iloc[-1]
    kva = np.hypot(school.p_hv_mw, school.q_hv_mvar) * 1e3
    assert abs(found.load_kva[mine.names.index("school"), 0]) == pytest.approx(kva, rel=0.03)


def test_the_load_of_the_file_keeps_its_size_and_the_city_its_sum(
    pandapower: ModuleType, net: Any, workspace: Path
) -> None:
    assert imported(pandapower, net, workspace, "--replace").exit_code == 0
    rows = [row for row in loaded(workspace).substations.values() if row.city == "lijiang"]
    assert sum(row.city_share for row in rows if row.units) * CITY_MW == pytest.approx(net.load.p_mw.sum(), rel=1e-6)
    assert sum(row.city_share for row in rows) == pytest.approx(1)


def test_other_cities_keep_their_rows_and_no_row_is_dropped_unasked(
    pandapower: ModuleType, net: Any, workspace: Path
) -> None:
    before = loaded(workspace)
    refused = imported(pandapower, net, workspace)
    assert refused.exit_code == 2
    assert "--replace" in refused.stderr
    assert loaded(workspace) == before
    assert imported(pandapower, net, workspace, "--replace").exit_code == 0
    after = loaded(workspace)
    kunming = {name: row for name, row in before.substations.items() if row.city == "kunming"}
    assert {name: row for name, row in after.substations.items() if row.city == "kunming"} == kunming
    assert not any(row.synthetic for row in after.substations.values() if row.city == "lijiang")


def test_an_open_line_becomes_a_tie(pandapower: ModuleType, net: Any, workspace: Path) -> None:
    assert imported(pandapower, net, workspace, "--replace").exit_code == 0
    ties = {name: row.tie for name, row in loaded(workspace).feeders.items() if row.tie and name.startswith("line")}
    assert ties
    assert any(ties.get(tie) == name for name, tie in ties.items())


def closed(net: Any) -> None:
    net.switch["closed"] = True


def without_place(net: Any) -> None:
    net.bus.loc[5, "geo"] = None


def with_three_windings(net: Any) -> None:
    import pandapower

    low = pandapower.create_bus(net, 10.0)
    pandapower.create_transformer3w(net, 0, 1, low, "63/25/38 MVA 110/20/10 kV")


def without_ampacity(net: Any) -> None:
    net.line.loc[0, "max_i_ka"] = 0.0


FAULTS = {
    "a loop": (closed, "closes a loop"),
    "no place": (without_place, "bus 5: geo"),
    "three windings": (with_three_windings, "two-winding transformers"),
    "no ampacity": (without_ampacity, "line 0: ampacity_a: found 0"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_stands_against_a_file_is_told_and_nothing_is_written(
    pandapower: ModuleType, net: Any, workspace: Path, fault: str
) -> None:
    spoil, words = FAULTS[fault]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spoil(net)
    before = loaded(workspace)
    done = imported(pandapower, net, workspace, "--replace")
    assert done.exit_code == 2, done.output
    assert words in done.stderr
    assert "net.json" in done.stderr
    assert loaded(workspace) == before


@pytest.mark.parametrize(("text", "words"), [("{", "not JSON"), ("[1]", "not a network"), (None, "cannot be read")])
def test_another_kind_of_file_is_bad_input(
    pandapower: ModuleType, workspace: Path, text: str | None, words: str
) -> None:
    path = workspace / "net.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    options = ["--city", "lijiang", "--city-mw", "900", "--elevation-m", "2400", "--replace"]
    done = CliRunner().invoke(main, ["import", "pandapower", str(path), str(workspace), *options])
    assert done.exit_code == 2
    assert words in done.stderr

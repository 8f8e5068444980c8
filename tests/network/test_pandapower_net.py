"""The network with panels and batteries against pandapower, and there and back again (`make oracle` runs it)."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from fleetsim.cli import main
from fleetsim.energy.storage import Battery
from fleetsim.errors import Problem
from fleetsim.network.city_supply import CitySupply, NodeBattery
from fleetsim.network.reading import NetworkInputs, load_network
from fleetsim.network.rules import Rules
from fleetsim.network.slots import Loads
from fleetsim.network.tree import SiteNode, base_kva, tree

ROOT = Path(__file__).resolve().parents[2]
NOON, EVENING = 48, 78


@pytest.fixture(scope="module")
def pandapower() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: ModuleType = pytest.importorskip("pandapower", minversion="3.5", reason="`make oracle` installs it")
    return module


@pytest.fixture(scope="module")
def carried(inputs: NetworkInputs, rules: Rules) -> Loads:
    """A day with a depot, with so many panels on two feeders that power flows up, and a battery below and above."""
    hour = np.arange(96) / 4
    net = tree(inputs, rules, [SiteNode("depot", "kunming", 25.0, 102.7, 1_000.0, 0.95)])
    shape = 1.0 + 0.25 * np.sin((hour - 9) / 12 * np.pi)
    names = [*net.names, *net.stations]
    kwp = np.zeros(len(names))
    for name, each in (("kunming_s15_f1", 14_000.0), ("lijiang_s05_f2", 9_000.0), ("kunming_shared_1", 900.0)):
        kwp[names.index(name)] = each
    sun = 0.8 * np.maximum(0.0, np.sin((hour - 6) / 12 * np.pi))
    batteries = (
        NodeBattery(names.index("kunming_shared_1"), Battery(400, 200, 0.86), 100, "solar_surplus", 0.0),
        NodeBattery(names.index("lijiang_s05_f2"), Battery(6_000, 2_000, 0.86), 3_000, "peak_shaving", 2_000.0),
        NodeBattery(names.index("kunming_s15"), Battery(20_000, 9_000, 0.86), 9_000, "valley_to_peak", 0.0),
    )
    valley, peak = (hour >= 2) & (hour < 6), hour >= 18
    supply = CitySupply(np.outer(kwp, sun), kwp, {}, batteries, valley, peak)
    city_kw = {"kunming": 5e6 * shape, "lijiang": 8e5 * shape}
    return Loads(net, *base_kva(inputs, net, city_kw), np.where(hour > 19, 800.0, 100.0)[np.newaxis], supply)


def solved(pandapower: ModuleType, carried: Loads, slot: int, inputs: NetworkInputs) -> Any:
    from fleetsim.network.pandapower_net import pandapower_net

    net = pandapower_net(carried, slot, inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pandapower.runpp(net, numba=False, tolerance_mva=1e-7)
    return net


@pytest.mark.parametrize("slot", [NOON, EVENING, 16])
def test_voltage_rise_reverse_flow_and_losses_are_those_of_pandapower(
    pandapower: ModuleType, carried: Loads, inputs: NetworkInputs, slot: int
) -> None:
    net, found = solved(pandapower, carried, slot, inputs), carried.state()
    bus = {name: number for number, name in net.bus.name.items()}
    names, feeders = carried.net.names, carried.net.feeders
    volts = net.res_bus.vm_pu.loc[[bus[name] for name in names]].to_numpy()
    assert found.voltage_pu[: len(names), slot] == pytest.approx(volts, abs=2e-4)
    line = {name: number for number, name in net.line.name.items()}
    lines = net.res_line.loc[[line[name] for name in names[:feeders]]]
    assert found.load_kva[:feeders, slot].real == pytest.approx(lines.p_from_mw.to_numpy() * 1e3, abs=2.0)
    assert found.loading[:feeders, slot] * 100 == pytest.approx(lines.loading_percent.to_numpy(), abs=0.05)
    lost_kw = np.nansum(found.loss_kw[:feeders, slot])
    assert lost_kw == pytest.approx(lines.pl_mw.sum() * 1e3, rel=1e-3)
    if slot == NOON:
        assert lines.p_from_mw.min() < -1.0
        assert volts[:feeders].max() > 1.02


def test_panels_and_batteries_stand_in_it_as_generators_and_storage(
    pandapower: ModuleType, carried: Loads, inputs: NetworkInputs
) -> None:
    net, stored = solved(pandapower, carried, NOON, inputs), carried.stored()
    assert stored is not None
    assert carried.supply is not None
    assert net.sgen.p_mw.sum() * 1e3 == pytest.approx(carried.supply.solar_kw[:, NOON].sum())
    assert net.sgen.sn_mva.sum() * 1e3 == pytest.approx(23_900.0)
    assert net.storage.p_mw.sum() * 1e3 == pytest.approx(stored.power_kw[:, NOON].sum())
    assert net.storage.max_e_mwh.sum() * 1e3 == pytest.approx(26_400.0)
    without = solved(pandapower, replace(carried, supply=None), NOON, inputs)
    assert len(without.sgen) == len(without.storage) == 0


def test_a_network_that_was_written_is_read_again_with_its_panels_and_batteries(
    pandapower: ModuleType, carried: Loads, inputs: NetworkInputs, workspace: Path
) -> None:
    """The part of one city below one substation; what pandapower does not say is said of the batteries."""
    net = solved(pandapower, carried, NOON, inputs)
    keep = {number for number, name in net.bus.name.items() if name.startswith("lijiang")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        part = pandapower.toolbox.select_subnet(net, keep)
        path = workspace / "net.json"
        pandapower.to_json(part, str(path))
    (workspace / "profiles").mkdir(exist_ok=True)
    told = CliRunner().invoke(
        main,
        ["import", "pandapower", str(path), str(workspace), "--city", "lijiang", "--city-mw", "900", "--elevation-m",
         "0", "--replace"],
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    problems: list[Problem] = []
    found = load_network(workspace, problems)
    assert found is not None, problems
    mine = [row for row in found.solar if found.city_of(row.node) == "lijiang"]
    assert [row.peak_kw for row in mine] == pytest.approx([9_000.0])
    battery = next(row for row in found.storage if found.city_of(row.node) == "lijiang")
    assert (battery.battery_kwh, battery.power_kw) == pytest.approx((6_000.0, 2_000.0))
    assert battery.node == mine[0].node
    assert battery.strategy == "valley_to_peak"
    kunming = [row for row in found.solar if found.city_of(row.node) == "kunming"]
    assert len(kunming) == sum(inputs.city_of(row.node) == "kunming" for row in inputs.solar)


def test_the_command_writes_a_file_that_pandapower_solves(pandapower: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    settings = ["--days", "1", "--set", "warmup_days=0", "--set", "grid.level=month_hour"]
    supply = ["--set", "grid.city_solar=4", "--set", "grid.city_storage=1"]
    scenario = str(ROOT / "configs" / "first_depot.yaml")
    told = CliRunner().invoke(
        main, ["export", "pandapower", scenario, *settings, *supply, "--at", "12:00", "--out", str(path)]
    )
    assert told.exit_code == 0, told.output
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = pandapower.from_json(str(path))
        pandapower.runpp(net, numba=False)
    assert net.converged
    assert (net.sgen.type == "PV").all()
    assert net.sgen.p_mw.sum() > 20.0
    assert len(net.storage) == 4

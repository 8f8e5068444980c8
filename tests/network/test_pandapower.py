"""The sweep against pandapower itself, in the environment of ``make oracle``."""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from fleetsim.network.sweep import sweep
from tests.network.networks import BASE_KV, cigre_mv, ieee_33

REASON = "pandapower 3.5 is not installed: `make oracle` brings it, with the pandas 2 that it needs"


@pytest.fixture(scope="module")
def pandapower() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: ModuleType = pytest.importorskip("pandapower", minversion="3.5", reason=REASON)
        import pandapower.networks  # noqa: F401 - loads it
    return module


def solved(pandapower: ModuleType, net: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pandapower.runpp(net, numba=False, tolerance_mva=1e-9)
    return net


def test_pandapower_solves_the_14_buses_of_ieee_as_published(pandapower: ModuleType) -> None:
    net = solved(pandapower, pandapower.networks.case14())
    assert net.res_ext_grid.p_mw.sum() == pytest.approx(232.39, abs=0.01)
    assert net.res_line.pl_mw.sum() + net.res_trafo.pl_mw.sum() == pytest.approx(13.393, abs=0.001)


def test_the_33_buses_have_the_voltages_of_pandapower(pandapower: ModuleType) -> None:
    parent, impedance, load = ieee_33()
    net = pandapower.create_empty_network(sn_mva=1.0)
    buses = [pandapower.create_bus(net, vn_kv=BASE_KV) for _ in range(33)]
    pandapower.create_ext_grid(net, buses[0])
    ohm = impedance * BASE_KV**2
    for node in range(32):
        pandapower.create_line_from_parameters(
            net, buses[parent[node] + 1], buses[node + 1], 1.0, ohm[node].real, ohm[node].imag, 0.0, 1.0
        )
        pandapower.create_load(net, buses[node + 1], load[node, 0].real, load[node, 0].imag)
    solved(pandapower, net)
    flow = sweep(parent, impedance, load, np.array(1.0))
    assert np.abs(flow.voltage_pu[:, 0]) == pytest.approx(net.res_bus.vm_pu.to_numpy()[1:], abs=1e-7)
    loss = np.sum(impedance.real * np.abs(flow.current_pu[:, 0]) ** 2)
    assert loss == pytest.approx(net.res_line.pl_mw.sum(), rel=1e-6)


def test_cigre_mv_has_the_voltages_and_loadings_of_pandapower(pandapower: ModuleType) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = solved(pandapower, pandapower.networks.create_cigre_network_mv())
    order, parent, impedance, load, shunt = cigre_mv()
    flow = sweep(parent, impedance, load, np.array(1.03), shunt_pu=shunt)
    assert np.abs(flow.voltage_pu[:, 0]) == pytest.approx(net.res_bus.vm_pu.loc[order].to_numpy(), abs=1e-4)
    loading = np.abs(flow.current_pu[[order.index(1), order.index(12)], 0]) / 25
    assert loading * 100 == pytest.approx(net.res_trafo.loading_percent.to_numpy(), abs=1e-2)

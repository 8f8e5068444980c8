"""Prints the validation cases of networks and tariffs: published power flows, pandapower, and the tariff of 2024.

Run from the root of the repository, in the environment of ``make oracle``: ``python docs/_validation/networks.py``.
"""

from __future__ import annotations

import runpy
import sys
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from case import Case
from water import table

from fleetsim.clock import SLOTS_PER_DAY, Clock
from fleetsim.errors import Problem
from fleetsim.grid.tariff import load_tariffs
from fleetsim.network.sweep import sweep

ROOT = Path(__file__).resolve().parents[2]
NETWORKS = runpy.run_path(str(ROOT / "tests" / "network" / "networks.py"))
CIGRE_PU = (.992, .9681, .931, .9291, .9278, .9263, .9251, .9254, .9244, .9232, .923, 1.0001, .9953, .9926)  # fmt: skip
"""Buses 1 to 14."""
VALLEY_H = (2, 3, 4, 5, 12, 13, 14, 15)


def markdown() -> str:
    """The table; nothing where pandapower is not at hand, so that what was printed with it stands."""
    pandapower = _library()
    if pandapower is None:
        return ""
    rows = [case.row() for part in (ieee_33, cigre_mv) for case in part(pandapower)]
    rows += [case.row() for case in [ieee_14(pandapower), *tariff()]]
    return table(
        "Networks and tariffs",
        f"Own sweep beside published figures and pandapower {pandapower.__version__}. The 14 buses are meshed: they "
        "test pandapower, not the sweep.",
        ("", "case", "expected", "accepted", "found", "verdict", "remark"),
        rows,
    )


def _library() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pandapower
            import pandapower.networks  # loads it
        except ImportError:
            return None
    return pandapower if int(pandapower.__version__.split(".")[1]) >= 5 else None


def _solved(pandapower: Any, net: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pandapower.runpp(net, numba=False, tolerance_mva=1e-9)
    return net


def ieee_33(pandapower: Any) -> Iterator[Case]:
    """V13."""
    parent, impedance, load = NETWORKS["ieee_33"]()
    flow = sweep(parent, impedance, load, np.array(1.0))
    loss = np.sum(impedance * np.abs(flow.current_pu[:, 0]) ** 2) * 1e3
    lowest = abs(flow.voltage_pu[16, 0])
    met = np.allclose((loss.real / 202.68, loss.imag / 135.14), 1, atol=1e-4) and abs(lowest - 0.9131) <= 1e-4
    found = f"{loss.real:.3f} kW, {loss.imag:.3f} kvar, {lowest:.5f} pu"
    yield Case("V13", "33 buses of Baran and Wu: loss, voltage of bus 18", "202.68 kW, 135.14 kvar, 0.9131 pu", "1e-4",
               found, bool(met))  # fmt: skip
    net = pandapower.create_empty_network(sn_mva=1.0)
    buses = [pandapower.create_bus(net, vn_kv=NETWORKS["BASE_KV"]) for _ in range(33)]
    pandapower.create_ext_grid(net, buses[0])
    ohm = impedance * NETWORKS["BASE_KV"] ** 2
    for node, above in enumerate(parent):
        ends = buses[above + 1], buses[node + 1]
        pandapower.create_line_from_parameters(net, *ends, 1.0, ohm[node].real, ohm[node].imag, 0.0, 1.0)
        pandapower.create_load(net, buses[node + 1], load[node, 0].real, load[node, 0].imag)
    theirs = _solved(pandapower, net).res_bus.vm_pu.to_numpy()[1:]
    yield _voltages("V13", "33 buses, all voltages", np.abs(flow.voltage_pu[:, 0]), theirs)


def cigre_mv(pandapower: Any) -> Iterator[Case]:
    """V14."""
    order, parent, impedance, load, shunt = NETWORKS["cigre_mv"]()
    flow = sweep(parent, impedance, load, np.array(1.03), shunt_pu=shunt)
    voltage = np.abs(flow.voltage_pu[:, 0])
    miss = max(abs(voltage[row] - CIGRE_PU[bus - 1]) for row, bus in enumerate(order))
    loading = 100 * np.abs(flow.current_pu[[order.index(1), order.index(12)], 0]) / 25
    met = miss <= 1e-4 and np.allclose(loading, (101.4, 84.7), atol=0.05)
    yield Case("V14", "CIGRE MV without generation: voltages, transformers", "14 voltages; 101.4, 84.7 %", "1e-4",
               f"within {miss:.0e} pu; {loading[0]:.1f}, {loading[1]:.1f} %", bool(met),
               "expected to 4 digits")  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = _solved(pandapower, pandapower.networks.create_cigre_network_mv())
    yield _voltages("V14", "CIGRE MV, all voltages", voltage, net.res_bus.vm_pu.loc[order].to_numpy())


def _voltages(number: str, what: str, mine: Any, theirs: Any) -> Case:
    miss = float(np.abs(mine - theirs).max())
    return Case(number, what, "pandapower's", "1e-4", f"within {miss:.0e} pu", miss <= 1e-4)


def ieee_14(pandapower: Any) -> Case:
    """V15."""
    net = _solved(pandapower, pandapower.networks.case14())
    slack, loss = net.res_ext_grid.p_mw.sum(), net.res_line.pl_mw.sum() + net.res_trafo.pl_mw.sum()
    met = abs(slack - 232.39) <= 0.01 and abs(loss - 13.393) <= 0.001
    return Case("V15", "14 buses of IEEE: slack, loss", "232.39 MW, 13.393 MW", "last digit",
                f"{slack:.2f} MW, {loss:.3f} MW", bool(met), "pandapower alone")  # fmt: skip


def tariff() -> Iterator[Case]:
    """V20: valley hours, and the cheapest four hours at a time for a bus that stands all day."""
    problems: list[Problem] = []
    prices = load_tariffs(ROOT, problems)["yunnan_general"].prices(Clock(date(2025, 3, 10), 1, 0))
    quarters = SLOTS_PER_DAY // 24
    valley = tuple(hour for hour in range(24) if prices.valley.reshape(24, quarters)[hour].all())
    yield Case("V20", "valley by No. 924 of 2024", "02-06, 12-16", "exact", _windows(valley), valley == VALLEY_H)
    window = np.convolve(prices.price_cny_per_kwh, np.ones(4 * quarters), mode="valid")
    cheapest = np.flatnonzero(np.isclose(window, window.min())) / quarters
    found = ", ".join(f"{start:02.0f}-{start + 4:02.0f}" for start in cheapest)
    yield Case("V20", "cheapest four hours of a day", "02-06, 12-16", "exact", found,
               list(cheapest) == [2.0, 12.0], "prices alone")  # fmt: skip


def _windows(hours: tuple[int, ...]) -> str:
    starts = [hour for hour in hours if hour - 1 not in hours]
    ends = [hour + 1 for hour in hours if hour + 1 not in hours]
    return ", ".join(f"{start:02d}-{end:02d}" for start, end in zip(starts, ends, strict=True))


if __name__ == "__main__":
    sys.stdout.write(markdown())
